"""Exceptions from the rules of a round: extended windows, extra time, and the deadlines that follow from both."""
