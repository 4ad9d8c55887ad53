"""Load tests: a contest's hard hours, played by people who behave like people, and checked answer by answer."""
