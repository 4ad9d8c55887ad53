"""Judging: who marks what, marks and their confirmation, rankings, the day of presenting, prizes."""
