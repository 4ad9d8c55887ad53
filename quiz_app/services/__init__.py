"""Use cases: one module per noun, one function per thing a person can do. Each owns its transaction and takes
``now``.
"""
