"""Reads forms of entries: YAML files of sections and fields, which contest files name."""

from __future__ import annotations

import re
from collections.abc import Callable

from question_bank.readers.located_yaml import ProblemList, Section, read_section
from question_bank.readers.report import mark_message as N_
from quiz_app.config import ROOT
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, FormSection

FORMS_FOLDER = ROOT / "contests" / "forms"
COLUMN_KINDS = (FieldKind.TEXT, FieldKind.DATE, FieldKind.NUMBER, FieldKind.CHOICE)

_CODE = re.compile(r"[a-z0-9_-]+")

FormFinder = Callable[[str], bytes | None]
"""The content of the form of this name, or None."""


def find_shipped_form(name: str) -> bytes | None:
    """The content of a form that ships, in ``contests/forms``."""
    path = FORMS_FOLDER / f"{name}.yaml"
    return path.read_bytes() if path.parent == FORMS_FOLDER and path.is_file() else None


def read_form(entry: Section, field: str, find_form: FormFinder) -> EntryForm | None:
    """The form that this field names; its problems are noted here, with the line in its own file."""
    name = entry.read_text(field, longest=100)
    if not name:
        return None
    content = find_form(name)
    if content is None:
        entry.note(field, N_("there is no form “%(name)s”"), name=name)
        return None
    problems = ProblemList()
    section = read_section(content, problems)
    form = None
    if section is not None:
        form = _read(section)
        section.refuse_unread()
    for problem in problems.list_by_line():
        entry.note(
            field,
            N_("form “%(name)s”, line %(number)s, %(place)s: %(problem)s"),
            name=name,
            number=problem.place.number,
            place=problem.field,
            problem=problem.message % problem.values,
        )
    return None if problems else form


def _read(section: Section) -> EntryForm:
    form = EntryForm(
        title=section.read_text("title", longest=300),
        source=section.find_text("source", longest=300) or "",
        sections=tuple(_read_section(each) for each in section.list_sections("sections", required=True)),
    )
    codes = [field.code for field in form.iterate_fields()]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        section.note("sections", N_("the code “%(code)s” stands twice"), code=code)
    if not codes:
        section.note("sections", N_("the form has no field"))
    return form


def _read_section(entry: Section) -> FormSection:
    section = FormSection(
        title=entry.read_text("title", longest=300),
        note=entry.find_text("note", longest=1000) or "",
        fields=tuple(_read_field(each) for each in entry.list_sections("fields", required=True)),
    )
    entry.refuse_unread()
    return section


def _read_field(entry: Section) -> FormField:
    kind = entry.find_choice("kind", FieldKind, required=True) or FieldKind.TEXT
    field = FormField(
        code=_read_code(entry),
        label=entry.read_text("label", longest=300),
        kind=kind,
        hint=entry.find_text("hint", longest=1000) or "",
        is_required=bool(entry.find_flag("required")),
        is_identifying=bool(entry.find_flag("identifying")),
        is_secret=bool(entry.find_flag("secret")),
        most_words=entry.find_integer("most_words", smallest=1, largest=10_000),
        choices=tuple(entry.list_texts("choices")),
        columns=tuple(_read_column(each) for each in entry.list_sections("columns")),
        most_rows=entry.find_integer("most_rows", smallest=1, largest=100) or 20,
        least_rows=entry.find_integer("least_rows", smallest=0, largest=100) or 0,
        shares_column=entry.find_text("shares", longest=60),
        most_files=entry.find_integer("most_files", smallest=1, largest=50),
    )
    entry.refuse_unread()
    if (kind is FieldKind.CHOICE) != bool(field.choices):
        entry.note("choices", N_("a choice, and nothing else, has choices"))
    if (kind is FieldKind.TABLE) != bool(field.columns):
        entry.note("columns", N_("a table, and nothing else, has columns"))
    columns = {column.code: column for column in field.columns}
    if len(columns) < len(field.columns):
        entry.note("columns", N_("a code of a column stands twice"))
    if field.shares_column is not None:
        column = columns.get(field.shares_column)
        if column is None or column.kind is not FieldKind.NUMBER:
            entry.note("shares", N_("shares stand in a column of numbers of the same table"))
    return field


def _read_code(entry: Section) -> str:
    """Codes stand in the names of a page's fields, between full stops."""
    code = entry.read_text("code", longest=60)
    if code and not _CODE.fullmatch(code):
        entry.note("code", N_("a code has letters from a to z, digits and dashes only"))
    return code


def _read_column(entry: Section) -> FormColumn:
    column = FormColumn(
        code=_read_code(entry),
        label=entry.read_text("label", longest=200),
        kind=entry.find_choice("kind", FieldKind) or FieldKind.TEXT,
        is_required=bool(entry.find_flag("required")),
        choices=tuple(entry.list_texts("choices")),
        is_name=bool(entry.find_flag("name")),
    )
    entry.refuse_unread()
    if column.kind not in COLUMN_KINDS:
        entry.note("kind", N_("a column holds a text, a date, a number or a choice"))
    if (column.kind is FieldKind.CHOICE) != bool(column.choices):
        entry.note("choices", N_("a choice, and nothing else, has choices"))
    return column
