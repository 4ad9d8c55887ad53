"""Tables that people upload: a spreadsheet of any kind, with titles above, two rows of headings, merged cells and
hidden rows, read into rows of text with the place of each. ``read_table`` is the way in.
"""

from quiz_app.services.tables.dates import find_date, find_integer
from quiz_app.services.tables.reading import MOST_ROWS, read_table
from quiz_app.services.tables.values import Column, Table, TableRow, Value, clean_text

__all__ = [
    "MOST_ROWS",
    "Column",
    "Table",
    "TableRow",
    "Value",
    "clean_text",
    "find_date",
    "find_integer",
    "read_table",
]
