"""The initiative round: what units hand in, how it is checked, and where each entry stands."""
