"""What every kind of spreadsheet is read into: sheets of rows of cells, each cell as it looks on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import ImportProblem
from question_bank.readers.report import mark_message as N_

MOST_CELLS = 400_000
MOST_ROWS = 2_200_000
MOST_CHARACTERS = 12_000_000
MOST_SIGNS = 700_000
"""Of a whole file: cells that hold something; rows that are written down (most of them empty: a sheet whose every row
has a colour has 1,048,576); characters, and tags, references and line ends among them, which take the time, counting a
shared text each time that a cell uses it."""
MOST_COLUMNS = 256
"""Columns further right are not read; 8 options, 8 rows and all other columns of ours are 35."""
MOST_SHEETS = 50


@dataclass(slots=True)
class Cell:
    """A cell. ``text`` is what the screen shows, numbers in Vietnamese writing.

    ``markup`` is the same as HTML where parts of it are bold, raised and so on. ``number`` is the value of a number as
    it is stored, with a full stop. ``issue`` (a message id) says why the text is not to be trusted, and ``is_broken``
    that there is none at all. ``font`` is the name of the font, where the format tells it.
    """

    text: str
    markup: str = ""
    number: str = ""
    issue: str = ""
    is_broken: bool = False
    font: str = ""


Row = dict[int, Cell]
"""By column, counted from 0."""


@dataclass(slots=True)
class Sheet:
    """A sheet. Rows count from 1, columns from 0. Only cells that hold something are here."""

    name: str
    rows: dict[int, Row] = field(default_factory=dict)
    is_hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    """First row, first column, last row, last column."""
    pictures: dict[tuple[int, int], list[bytes]] = field(default_factory=dict)
    """By the row and column of the upper left corner."""
    formulas: int = 0
    problems: list[ImportProblem] = field(default_factory=list)


@dataclass(slots=True)
class Workbook:
    """All sheets in order, and what is wrong with the file as a whole."""

    sheets: list[Sheet] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)


class Budget:
    """Counts what a file makes its reader do, and refuses one that asks too much."""

    def __init__(self) -> None:
        self._cells = MOST_CELLS
        self._rows = MOST_ROWS
        self._characters = MOST_CHARACTERS
        self._signs = MOST_SIGNS

    def take_row(self) -> None:
        """A row, empty or not. Raises WrongFile when there are too many."""
        self._rows -= 1
        if self._rows < 0:
            raise WrongFile(N_("the sheets have too many rows; delete the empty ones below the questions"))

    def take_cell(self, cell: Cell) -> None:
        """A cell that holds something. Raises WrongFile when there are too many, or too much text."""
        text = cell.markup or cell.text
        self._cells -= 1
        self._characters -= len(text)
        if not text.isalnum():
            self._signs -= text.count("<") + text.count("&") + text.count("\n")
        if self._cells < 0:
            raise WrongFile(N_("the sheets have too many cells; split the file"))
        if self._characters < 0 or self._signs < 0:
            raise WrongFile(N_("the sheets have too much text; split the file"))


def name_column(column: int) -> str:
    """The letters of a column counted from 0: A, B … Z, AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
