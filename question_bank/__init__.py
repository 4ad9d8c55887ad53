"""The item bank as a library: items, scoring, blueprints, assembly, readers and writers.

It knows nothing of the web, of a database or of the contest engine around it.
"""
