"""What may stand in a form: a draft may lack anything, a submission nothing that the form asks for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as make_field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, Values

LONGEST_LINE = 500
"""Characters of a text of one line."""
LONGEST_TEXT = 60_000
"""Characters of a text of paragraphs: some 10,000 words. A draft may be too long in words, but not endless."""
LONGEST_CELL = 300
WHOLE = Decimal(100)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,4})?")
"""A number as it is stored; whatever else was typed stays as it is, to be shown with its problem."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong in a field. ``row`` counts from 1, None outside tables; ``message`` is an English message id."""

    field: str
    message: str
    values: Mapping[str, Any] = make_field(default_factory=dict)
    row: int | None = None
    column: str | None = None


class EntryIncomplete(Refusal):
    """The entry cannot be submitted yet; nothing was changed."""

    status = 422

    def __init__(self, problems: tuple[FieldProblem, ...]) -> None:
        super().__init__(problems)
        self.problems = problems


def clean_values(form: EntryForm, raw: Values) -> dict[str, Any]:
    """What a page sent, in the stored form: known fields only, NFC, without control characters, empty ones left out.

    Raises InvalidInput for what no page of ours sends: a wrong shape, or a text without end.
    """
    cleaned: dict[str, Any] = {}
    for each in form.iterate_fields():
        given = raw.get(each.code)
        if given is None or each.kind is FieldKind.FILE:
            continue
        value: Any
        if each.kind is FieldKind.TABLE:
            value = _clean_rows(each, given)
        else:
            value = _clean_text(given, LONGEST_TEXT if each.kind is FieldKind.LONG_TEXT else LONGEST_LINE, each.kind)
        if value:
            cleaned[each.code] = value
    return cleaned


def copy_values(source: EntryForm, target: EntryForm, values: Values) -> dict[str, Any]:
    """What another form can take over: fields of the same code and kind; of tables the columns that both have."""
    taken = {}
    for each in target.iterate_fields():
        known = source.find_field(each.code)
        if known is not None and known.kind is each.kind and each.code in values:
            taken[each.code] = values[each.code]
    return clean_values(target, taken)


def clean_text(given: str) -> str:
    """NFC, one kind of line end, without control characters and half characters, no space around.

    What is dropped goes first: a letter and its mark meet only then.
    """
    plain = _CONTROL.sub("", given.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", plain).strip()


def clean_line(given: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(clean_text(given).split())


def count_words(text: str) -> int:
    """Words between spaces, as word processors count Vietnamese syllables."""
    return len(text.split())


def find_problems(form: EntryForm, values: Values, file_counts: Mapping[str, int], today: date) -> list[FieldProblem]:
    """All that keeps these cleaned values from being submitted, in the order of the form."""
    problems: list[FieldProblem] = []
    for each in form.iterate_fields():
        if each.kind is FieldKind.FILE:
            problems += _check_files(each, file_counts.get(each.code, 0))
        elif each.kind is FieldKind.TABLE:
            problems += _check_table(each, values.get(each.code, []), today)
        else:
            problems += _check_value(each, values.get(each.code, ""), today)
    return problems


def find_names(form: EntryForm, values: Values) -> list[str]:
    """The names of people in the tables, as they were typed: what blind copies must not show."""
    return [
        row[column.code]
        for each in form.iterate_fields()
        if each.kind is FieldKind.TABLE
        for column in each.columns
        if column.is_name
        for row in values.get(each.code, [])
        if row.get(column.code)
    ]


def _clean_text(given: Any, longest: int, kind: FieldKind) -> str:
    if not isinstance(given, str):
        raise InvalidInput("The form was not sent as this page makes it.")
    text = clean_text(given) if kind is FieldKind.LONG_TEXT else clean_line(given)
    if kind is FieldKind.NUMBER:
        text = _read_number(text)
    elif kind is FieldKind.DATE:
        text = _read_date(text)
    if len(text) > longest:
        raise InvalidInput("A text is longer than the form can hold.")
    return text


def _clean_rows(each: FormField, given: Any) -> list[dict[str, str]]:
    if not isinstance(given, list) or len(given) > 4 * each.most_rows + 10:
        raise InvalidInput("The form was not sent as this page makes it.")
    rows = []
    for row in given:
        if not isinstance(row, Mapping):
            raise InvalidInput("The form was not sent as this page makes it.")
        cells = {
            column.code: _clean_text(row.get(column.code) or "", LONGEST_CELL, column.kind) for column in each.columns
        }
        if any(cells.values()):
            rows.append({code: cell for code, cell in cells.items() if cell})
    return rows


def _read_date(text: str) -> str:
    """``5/9/2022`` and ``05-09-2022`` as ``2022-09-05``; what is no date stays as it is, shown with its problem."""
    found = re.fullmatch(r"(\d{1,2})\s?[/.-]\s?(\d{1,2})\s?[/.-]\s?(\d{4})", text, re.ASCII)
    if found is None:
        return text
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return text


def _read_number(text: str) -> str:
    """``1.000,5`` and ``1000,5`` as ``1000.5``; what is no number stays as it is, to be shown with its problem.

    ``100,125`` becomes ``100.1250``: read once more, ``100.125`` would be a hundred thousand.
    """
    plain = text.replace(" ", "").removesuffix("%")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
        if re.fullmatch(r"-?\d{1,3}\.\d{3}", plain):
            plain += "0"
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+", plain):
        plain = plain.replace(".", "")
    return plain if NUMBER.fullmatch(plain) else text


def _check_value(each: FormField | FormColumn, text: str, today: date) -> list[FieldProblem]:
    problem = _find_value_problem(each, text, today)
    return [] if problem is None else [FieldProblem(each.code, problem[0], problem[1])]


def _find_value_problem(each: FormField | FormColumn, text: str, today: date) -> tuple[str, dict[str, Any]] | None:
    if not text:
        return (N_("This is needed."), {}) if each.is_required else None
    most_words = each.most_words if isinstance(each, FormField) else None
    if most_words is not None and count_words(text) > most_words:
        return N_("At most %(most)d words; there are %(count)d."), {"most": most_words, "count": count_words(text)}
    if each.kind is FieldKind.CHOICE and text not in each.choices:
        return N_("“%(text)s” is not one of the choices."), {"text": text[:80]}
    if each.kind is FieldKind.NUMBER and not NUMBER.fullmatch(text):
        return N_("“%(text)s” is not a number."), {"text": text[:80]}
    if each.kind is FieldKind.DATE:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return N_("“%(text)s” is not a date."), {"text": text[:80]}
        if not 1900 <= day.year <= today.year + 5:
            return N_("The year %(year)d cannot be right."), {"year": day.year}
    return None


def _check_files(each: FormField, count: int) -> list[FieldProblem]:
    if each.is_required and not count:
        return [FieldProblem(each.code, N_("Attach a file here."))]
    if each.most_files is not None and count > each.most_files:
        return [FieldProblem(each.code, N_("At most %(most)d files belong here."), {"most": each.most_files})]
    return []


def _check_table(each: FormField, rows: list[Mapping[str, str]], today: date) -> list[FieldProblem]:
    least = max(each.least_rows, 1 if each.is_required else 0)
    if len(rows) < least:
        return [FieldProblem(each.code, N_("Fill in at least %(least)d lines of the table."), {"least": least})]
    problems = []
    if len(rows) > each.most_rows:
        message = N_("The table holds at most %(most)d lines.")
        problems.append(FieldProblem(each.code, message, {"most": each.most_rows}))
    for number, row in enumerate(rows, start=1):
        for column in each.columns:
            found = _find_value_problem(column, row.get(column.code, ""), today)
            if found is not None:
                problems.append(FieldProblem(each.code, found[0], found[1], number, column.code))
    if each.shares_column and rows and not problems:
        problems += _check_shares(each, rows, each.shares_column)
    return problems


def _check_shares(each: FormField, rows: Iterable[Mapping[str, str]], code: str) -> list[FieldProblem]:
    """Shares are above 0 and sum to exactly 100: 33.3 three times is 99.9 and is refused, with what is missing."""
    try:
        shares = [Decimal(row.get(code, "")) for row in rows]
    except InvalidOperation:
        return [FieldProblem(each.code, N_("Give each author's share in percent."), column=code)]
    for number, share in enumerate(shares, start=1):
        if not 0 < share <= WHOLE:
            return [FieldProblem(each.code, N_("A share is above 0 and at most 100 percent."), row=number, column=code)]
    total = sum(shares, Decimal(0))
    if total != WHOLE:
        message = N_("The shares sum to %(total)s percent instead of 100.")
        return [FieldProblem(each.code, message, {"total": total}, column=code)]
    return []
