"""The copy of an entry that a judge reads: in a blind round without a word of who wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from quiz_app.domain.initiatives.entries import Entry, EntryFile, EntryVersion
from quiz_app.domain.initiatives.filling import find_names
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, Values
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.blinding import Blinder
from quiz_app.domain.judging.judgements import FIRST_STAGE
from quiz_app.domain.units import UnitTree
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work

FEWEST_WORDS = 3
"""Words of a cell or line of an identifying field from which on it is taken for a name of its own ("Trường THPT A");
shorter ones ("Giáo viên") are words that every entry uses."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file as the judge sees it: ``position`` from 1, and its name without what names somebody."""

    id: int
    position: int
    shown_name: str | None
    """None in a blind copy, where it is called by its position and kind alone."""
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class ReadCopy:
    """What a judge reads. ``form`` has the fields that are shown, ``values`` their texts."""

    is_blind: bool
    code: str
    title: str
    category: str
    form: EntryForm
    values: Values
    files: tuple[ReadFile, ...]
    unit_name: str | None


def make_copy(work: Work, entry: Entry, version: EntryVersion, round_: InitiativeRound, stage: int) -> ReadCopy:
    """The copy for a stage: on the day of presenting nobody is hidden, since the authors stand in the room."""
    rules = round_.settings.judging
    is_blind = rules is not None and rules.is_blind and stage == FIRST_STAGE
    form = round_.settings.form
    if not is_blind:
        files = tuple(
            ReadFile(file.id, position, file.name, file.kind, file.size)
            for position, file in enumerate(version.files, start=1)
        )
        code = str(entry.number)
        return ReadCopy(False, code, version.title, version.category, form, version.values, files, entry.unit_name)
    blinder = make_blinder_of(work, entry, version, form)
    shown = _keep_fields(form)
    values = {field.code: _hide(version.values[field.code], blinder) for field in shown.iterate_fields()
              if field.code in version.values}  # fmt: skip
    files = tuple(
        ReadFile(file.id, position, None, file.kind, file.size) for position, file in enumerate(version.files, start=1)
    )
    return ReadCopy(True, entry.blind_code, blinder.hide(version.title), version.category, shown, values, files, None)


def make_blinder(tree: UnitTree, form: EntryForm, values: Values, *, unit_id: int, writers: Sequence[str]) -> Blinder:
    """Takes out the authors, whoever wrote or handed the entry in, the unit, all units above it and their codes, and
    what stands in identifying fields.
    """
    unit = tree.get(unit_id)
    around = [unit, *tree.iterate_above(unit)]
    units = [name for each in around for name in (each.name, each.code)]
    return Blinder([*find_names(form, values), *writers], [*units, *_list_identifying(form, values)])


def make_blinder_of(work: Work, entry: Entry, version: EntryVersion, form: EntryForm) -> Blinder:
    """The same for one version of an entry."""
    return make_blinder(
        UnitTree.of(unit_store.list_units(work)),
        form,
        version.values,
        unit_id=entry.unit_id,
        writers=[entry.created_by_name, version.submitted_by],
    )


def find_file(version: EntryVersion, file_id: int) -> tuple[int, EntryFile] | None:
    """The position of a file from 1 and the file, if the version has it."""
    return next(((position, file) for position, file in enumerate(version.files, start=1) if file.id == file_id), None)


def _keep_fields(form: EntryForm) -> EntryForm:
    """The form without identifying fields, without files, which stand in a list of their own, and empty sections."""
    sections = []
    for section in form.sections:
        fields = tuple(
            field for field in section.fields if not field.is_identifying and field.kind is not FieldKind.FILE
        )
        if fields:
            sections.append(replace(section, fields=fields))
    return replace(form, sections=tuple(sections))


def _list_identifying(form: EntryForm, values: Values) -> list[str]:
    found = []
    for field in form.iterate_fields():
        if not field.is_identifying:
            continue
        value = values.get(field.code)
        if field.kind is FieldKind.TEXT and isinstance(value, str):
            found.append(value)
        elif field.kind is FieldKind.TABLE and isinstance(value, list):
            codes = [column.code for column in field.columns if column.kind is FieldKind.TEXT and not column.is_name]
            found += [row[code] for row in value for code in codes if row.get(code)]
    return [text for text in found if len(text.split()) >= FEWEST_WORDS]


def _hide(value: Any, blinder: Blinder) -> Any:
    if isinstance(value, str):
        return blinder.hide(value)
    if isinstance(value, list):
        return [_hide(row, blinder) for row in value]
    if isinstance(value, Mapping):
        return {code: _hide(cell, blinder) for code, cell in value.items()}
    return value
