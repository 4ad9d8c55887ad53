"""The benchmark: groups of things that are measured together (``groups.py``), each with a table of its own."""
