"""Judging of entries: rubrics, marks, and what follows from them."""
