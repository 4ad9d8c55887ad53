"""The form of an entry, as data of the round: sections of fields. Another province's form is another file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Values = Mapping[str, Any]
"""What was filled in, by field code. A text, a choice and a date (``2022-10-15``) are text; a number is a text of
digits with a point at most; a table is a list of rows, each a mapping of column code to text; files are no values.
"""


class FieldKind(StrEnum):
    """What is filled in."""

    TEXT = "text"
    """One line."""
    LONG_TEXT = "long_text"
    """Paragraphs; the limit is in words."""
    CHOICE = "choice"
    DATE = "date"
    NUMBER = "number"
    TABLE = "table"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class FormColumn:
    """A column of a table: one line, a date, a number or a choice."""

    code: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    is_required: bool = False
    choices: tuple[str, ...] = ()
    is_name: bool = False
    """Whether it names a person: such words are taken out of blind copies wherever they stand."""


@dataclass(frozen=True, slots=True)
class FormField:
    """A field. ``most_words`` limits a text, ``most_rows`` a table, ``most_files`` files."""

    code: str
    label: str
    kind: FieldKind
    hint: str = ""
    is_required: bool = False
    is_identifying: bool = False
    """Whether it says who or which unit it was; judges of a blind round do not see it."""
    is_secret: bool = False
    """Whether what stands in it is never published, whatever the organisers release of the entry."""
    most_words: int | None = None
    choices: tuple[str, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    most_rows: int = 20
    least_rows: int = 0
    shares_column: str | None = None
    """A column of percentages that sum to 100 (Thông tư 18/2013/TT-BKHCN, Phụ lục I: shares of the authors)."""
    most_files: int | None = None


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under a heading."""

    title: str
    fields: tuple[FormField, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class EntryForm:
    """A whole form. ``source`` says where it is laid down."""

    title: str
    sections: tuple[FormSection, ...]
    source: str = ""

    def iterate_fields(self) -> Iterator[FormField]:
        """All fields in their order."""
        for section in self.sections:
            yield from section.fields

    def find_field(self, code: str) -> FormField | None:
        """The field of this code."""
        return next((field for field in self.iterate_fields() if field.code == code), None)
