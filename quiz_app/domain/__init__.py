"""Rules: frozen values and functions. The moment is an argument; nothing here reads a clock, a request or a
database.
"""
