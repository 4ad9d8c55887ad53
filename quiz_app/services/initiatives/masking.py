"""Initiatives after their time: masked one by one, for ``retention``.

Files hold names on every page and cannot be masked: they are renamed, and let go only where the operator says so, since
the law on archives may ask for them. The text in which alike initiatives are found is kept, without the names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from quiz_app.domain import reasons
from quiz_app.domain.initiatives import states
from quiz_app.domain.initiatives.entries import LONGEST_TITLE
from quiz_app.domain.initiatives.filling import find_names
from quiz_app.domain.initiatives.forms import EntryForm
from quiz_app.domain.initiatives.masking import drop_masked, is_masked_file_name, make_masked_file_name, mask_values
from quiz_app.domain.judging.blinding import GAP, Blinder
from quiz_app.domain.names import make_search_text
from quiz_app.persistence import audit
from quiz_app.persistence import retention_entries as store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.retention import MASKED_NAME
from quiz_app.persistence.retention_entries import KeptEntry, KeptVersion
from quiz_app.persistence.session import Work, reading, transaction

AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class MaskedEntries:
    """``entries`` name somebody; ``files`` are kept contents."""

    entries: int = 0
    files: int = 0


def count_entries_due(before: datetime) -> MaskedEntries:
    """What would be masked of entries that nobody changed since, and how many files they hold."""
    entries = files = 0
    for entry_id in _iterate_old(before):
        with reading() as work:
            found = _read(work, entry_id, locks=False)
        if found is not None:
            kept, masked = found
            entries += masked != kept
            files += sum(file.is_held for file in kept.files)
    return MaskedEntries(entries, files)


def mask_entries(*, before: datetime, lets_files_go: bool, now: datetime) -> MaskedEntries:
    """Mask them, each in a transaction of its own; with ``lets_files_go`` nothing holds their files any more."""
    entries = files = 0
    for entry_id in _iterate_old(before):
        with transaction() as work:
            found = _read(work, entry_id, locks=True)
            if found is None:
                continue
            kept, masked = found
            held = sum(file.is_held for file in kept.files) if lets_files_go else 0
            if masked == kept and not held:
                continue
            if masked != kept:
                store.write_masked(work, masked)
                entries += 1
            if held:
                store.let_files_go(work, entry_id, now)
                files += held
            details = {"files": held}
            audit.add_entry(
                work, now=now, actor_id=None, action="entry_masked", subject=("entry", entry_id), details=details
            )
    return MaskedEntries(entries, files)


def _iterate_old(before: datetime) -> Iterator[int]:
    after = 0
    while True:
        with reading() as work:
            ids = store.list_old_entries(work, before=before, after=after, most=AT_A_TIME)
        if not ids:
            return
        yield from ids
        after = ids[-1]


def _read(work: Work, entry_id: int, *, locks: bool) -> tuple[KeptEntry, KeptEntry] | None:
    found = store.find_kept(work, entry_id, locks=locks)
    if found is None:
        return None
    kept, unit_name, writers = found
    round_ = rounds_store.find_round(work, kept.round_id)
    if round_ is None:
        return None
    return kept, make_masked(kept, round_.settings.form, unit_name=unit_name, writers=writers)


def make_masked(kept: KeptEntry, form: EntryForm, *, unit_name: str, writers: list[str]) -> KeptEntry:
    """The same entry without its authors and writers, wherever it names them. Done again, it changes nothing.

    Texts are cut to what the rules allow, which is what the tables hold: a gap may be longer than a name.
    """
    names = [name for values in (kept.draft, *(each.values for each in kept.versions))
             for name in find_names(form, values)]  # fmt: skip
    blinder = Blinder(drop_masked([*names, *writers], MASKED_NAME))
    title = blinder.hide(kept.title)[:LONGEST_TITLE]
    files = [replace(file, name=make_masked_file_name(position, file.kind))
             for position, file in enumerate(kept.files, start=1)]  # fmt: skip
    renamed = {old.name: new.name for old, new in zip(kept.files, files, strict=True)}
    return replace(
        kept,
        title=title,
        draft=mask_values(form, kept.draft, blinder=blinder, masked_name=MASKED_NAME),
        search_text=make_search_text(title, unit_name),
        versions=[
            KeptVersion(
                each.number,
                blinder.hide(each.title)[:LONGEST_TITLE],
                mask_values(form, each.values, blinder=blinder, masked_name=MASKED_NAME),
            )
            for each in kept.versions
        ],
        files=files,
        text=None if kept.text is None else blinder.hide(kept.text),
        unread_files=[renamed.get(name, name if is_masked_file_name(name) else GAP) for name in kept.unread_files],
        steps={id_: blinder.hide(reason)[: states.LONGEST_REASON] for id_, reason in kept.steps.items()},
        sheets={
            id_: (blinder.hide(opinion), {code: blinder.hide(text) for code, text in remarks.items()})
            for id_, (opinion, remarks) in kept.sheets.items()
        },
        conflicts={id_: blinder.hide(reason)[: reasons.LONGEST_REASON] for id_, reason in kept.conflicts.items()},
    )
