"""An initiative's form as a browser sends it: in the JSON of the page's script, and in the fields of a plain form.

Fields of a plain form: ``title``, ``category``, ``sequence``; ``v.<code>`` is a value, ``t.<code>.<row>.<column>`` a
cell of a table, rows counted from 0 in whatever gaps removed rows have left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormField, Values

LARGEST_SEQUENCE = 2**31
MOST_ROWS = 1_000
LARGEST_SAVE = 1024 * 1024
"""Bytes of a whole draft: ten thousand words are some 100 kB."""


@dataclass(frozen=True, slots=True)
class SentDraft:
    """What a page sent, as it was typed."""

    sequence: int
    title: str
    category: str
    values: Values


def read_json_draft(body: Any) -> SentDraft:
    """The draft of a JSON body. Raises InvalidInput for anything that is not of the documented form."""
    if not isinstance(body, dict):
        raise InvalidInput("The request is not valid JSON.")
    sequence, values = body.get("sequence"), body.get("values")
    title, category = body.get("title"), body.get("category")
    if not isinstance(sequence, int) or isinstance(sequence, bool) or not 0 < sequence < LARGEST_SEQUENCE:
        raise InvalidInput("The form was not sent as this page makes it.")
    if not (isinstance(values, dict) and isinstance(title, str) and isinstance(category, str)):
        raise InvalidInput("The form was not sent as this page makes it.")
    return SentDraft(sequence, title, category, values)


def read_form_draft(form: EntryForm, fields: Mapping[str, str]) -> SentDraft:
    """The draft of a plain form. Raises InvalidInput where the sequence is missing."""
    sequence = fields.get("sequence", "")
    if not (sequence.isascii() and sequence.isdecimal() and 0 < int(sequence[:10]) < LARGEST_SEQUENCE):
        raise InvalidInput("The form was not sent as this page makes it.")
    values: dict[str, Any] = {}
    for field in form.iterate_fields():
        if field.kind is FieldKind.TABLE:
            values[field.code] = _read_rows(field, fields)
        elif field.kind is not FieldKind.FILE:
            values[field.code] = fields.get(f"v.{field.code}", "")
    return SentDraft(int(sequence), fields.get("title", ""), fields.get("category", ""), values)


def _read_rows(field: FormField, fields: Mapping[str, str]) -> list[dict[str, str]]:
    prefix = f"t.{field.code}."
    codes = {column.code for column in field.columns}
    rows: dict[int, dict[str, str]] = {}
    for name, text in fields.items():
        if not name.startswith(prefix):
            continue
        row, _, column = name.removeprefix(prefix).partition(".")
        if column in codes and row.isascii() and row.isdecimal() and len(row) < 6:
            rows.setdefault(int(row), {})[column] = text
    if len(rows) > MOST_ROWS:
        raise InvalidInput("The form was not sent as this page makes it.")
    return [rows[row] for row in sorted(rows)]
