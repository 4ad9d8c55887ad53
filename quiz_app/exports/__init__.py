"""Rows in, bytes out: printed pages and files. No database, no request; words come in from those who know the
language.
"""
