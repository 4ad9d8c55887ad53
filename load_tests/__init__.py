"""Load: what the engine costs, and how much of it a machine carries."""
