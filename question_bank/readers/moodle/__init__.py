"""What GIFT and Moodle XML share: Moodle's terms, and how a question in them becomes an item.

The readers of both formats make a ``RawQuestion`` of each question; ``build`` makes the item.
"""
