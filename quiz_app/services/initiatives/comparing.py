"""What changed between two versions of an entry: field by field, word by word, and which files came and went."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.initiatives.entries import EntryFile, EntryVersion
from quiz_app.domain.initiatives.filling import clean_values
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormField, Values

MOST_WORDS = 6_000
"""Words of a text up to which single words are compared; of longer ones whole paragraphs are. Comparing takes time with
the product of the lengths."""
_PIECES = re.compile(r"\s+|[^\s]+")


class PieceKind(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, as it was or as it is."""

    kind: PieceKind
    text: str


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs. ``code`` is None for the title and the category, which ``name`` tells apart."""

    code: str | None
    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """A file that came or went; ``kind`` is never SAME."""

    kind: PieceKind
    file: EntryFile


@dataclass(frozen=True, slots=True)
class VersionChange:
    """What the newer of two versions changed."""

    older: EntryVersion
    newer: EntryVersion
    fields: tuple[FieldChange, ...]
    files: tuple[FileChange, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both hold the same."""
        return not self.fields and not self.files


def compare_versions(
    form: EntryForm, categories: Mapping[str, str], older: EntryVersion, newer: EntryVersion
) -> VersionChange:
    """The differences, in the order of the form. ``categories`` are titles by code."""
    changes = []
    heads = (
        ("title", older.title, newer.title),
        ("category", categories.get(older.category, older.category), categories.get(newer.category, newer.category)),
    )
    for name, before, after in heads:
        if before != after:
            changes.append(FieldChange(None, name, compare_texts(before, after)))
    for field in form.iterate_fields():
        before, after = write_value(field, older.values), write_value(field, newer.values)
        if before != after:
            changes.append(FieldChange(field.code, field.label, compare_texts(before, after)))
    return VersionChange(older, newer, tuple(changes), tuple(_compare_files(older.files, newer.files)))


def list_changed_fields(form: EntryForm, before: Values, after: Values) -> list[FormField]:
    """The fields in which what was sent (``after``) differs from what is stored. Raises InvalidInput."""
    cleaned = clean_values(form, after)
    return [field for field in form.iterate_fields() if write_value(field, before) != write_value(field, cleaned)]


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """The newer text with what was taken out and put in, in words, or in paragraphs where a text is very long."""
    is_short = max(before.count(" "), after.count(" ")) < MOST_WORDS
    old = _PIECES.findall(before) if is_short else before.splitlines(keepends=True)
    new = _PIECES.findall(after) if is_short else after.splitlines(keepends=True)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) > 2_000)
    pieces: list[Piece] = []
    removed, added = "", ""
    for word, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        before_part, after_part = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if word == "equal" and (after_part.strip() or not (removed or added)):
            pieces += _make_pieces(removed, added)
            pieces.append(Piece(PieceKind.SAME, after_part))
            removed, added = "", ""
        else:
            # A space between two changed words is part of the change: phrases are compared, not single words.
            removed, added = removed + before_part, added + after_part
    return tuple(pieces + _make_pieces(removed, added))


def write_value(field: FormField, values: Values) -> str:
    """A field as text: a table has a line for each row, its cells set apart by semicolons."""
    value = values.get(field.code)
    if not value:
        return ""
    if field.kind is not FieldKind.TABLE:
        return str(value)
    return "\n".join("; ".join(row.get(column.code) or "–" for column in field.columns) for row in value)


def _make_pieces(removed: str, added: str) -> list[Piece]:
    pieces = [Piece(PieceKind.REMOVED, removed), Piece(PieceKind.ADDED, added)]
    return [piece for piece in pieces if piece.text]


def _compare_files(older: Sequence[EntryFile], newer: Sequence[EntryFile]) -> Iterator[FileChange]:
    """By field, name and content: a file that was taken off and attached again has not changed."""
    before = {(file.field, file.name, file.digest): file for file in older}
    after = {(file.field, file.name, file.digest): file for file in newer}
    for key, file in before.items():
        if key not in after:
            yield FileChange(PieceKind.REMOVED, file)
    for key, file in after.items():
        if key not in before:
            yield FileChange(PieceKind.ADDED, file)
