"""An initiative without the people in it: what retention leaves of a form when its time is over.

Shares, choices and the text of the work stay; whoever is named in it goes, with the facts beside the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, Values
from quiz_app.domain.judging.blinding import GAP, Blinder

_FIGURES = (FieldKind.NUMBER, FieldKind.CHOICE)
_MASKED_FILE = re.compile(r"tep-\d+\.\w+")


def mask_values(form: EntryForm, values: Values, *, blinder: Blinder, masked_name: str) -> dict[str, Any]:
    """The values with ``masked_name`` for each person. In identifying fields, and in tables that name people, only
    figures and choices stay; from other texts the blinder takes the names. Done again, it changes nothing.
    """
    masked = {}
    for field in form.iterate_fields():
        if field.code in values:
            value = _mask_field(field, values[field.code], blinder, masked_name)
            if value:
                masked[field.code] = value
    return masked


def make_masked_file_name(position: int, kind: str) -> str:
    """``tep-1.docx``: names of files are often those of their authors."""
    return f"tep-{position}.{kind}"


def is_masked_file_name(name: str) -> bool:
    """Whether it may be one of those."""
    return _MASKED_FILE.fullmatch(name) is not None


def drop_masked(names: Iterable[str], masked_name: str) -> list[str]:
    """Names that still are somebody's, each once."""
    return sorted({name for name in names if name != masked_name})


def _mask_field(field: FormField, value: Any, blinder: Blinder, masked_name: str) -> Any:
    if isinstance(value, list):
        is_personal = field.is_identifying or any(column.is_name for column in field.columns)
        columns = {column.code: column for column in field.columns}
        return [_mask_row(row, columns, blinder, masked_name, is_personal=is_personal) for row in value]
    if not isinstance(value, str) or field.kind in _FIGURES:
        return value
    if not field.is_identifying:
        return blinder.hide(value)
    return None if field.kind is FieldKind.DATE else GAP


def _mask_row(
    row: Mapping[str, str],
    columns: Mapping[str, FormColumn],
    blinder: Blinder,
    masked_name: str,
    *,
    is_personal: bool,
) -> dict[str, str]:
    masked = {}
    for code, cell in row.items():
        column = columns.get(code)
        if column is not None and column.is_name:
            masked[code] = masked_name
        elif column is not None and column.kind in _FIGURES:
            masked[code] = cell
        elif not is_personal:
            masked[code] = blinder.hide(cell)
        elif column is not None and column.kind is not FieldKind.DATE:
            masked[code] = GAP
    return masked
