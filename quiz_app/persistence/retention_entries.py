"""Initiatives whose time is over: what retention reads of them, and what it writes in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.persistence.columns import from_json, to_json, to_ms
from quiz_app.persistence.session import Statement, Work

_LIST_SQL = "SELECT id FROM entries WHERE changed_at < :before AND id > :after ORDER BY id LIMIT :most"
_LIST = Statement.from_sql(_LIST_SQL)
_ENTRY_SQL = """
  SELECT entries.id, entries.round_id, entries.title, entries.draft, entries.search_text, units.name AS unit_name,
    accounts.name AS writer FROM entries JOIN units ON units.id = entries.unit_id
    JOIN accounts ON accounts.id = entries.created_by_id WHERE entries.id = :id
"""
_ENTRY = Statement.from_sqls(postgresql=f"{_ENTRY_SQL} FOR UPDATE OF entries", sqlite=_ENTRY_SQL)
_READ_ENTRY = Statement.from_sql(_ENTRY_SQL)
_VERSIONS = Statement.from_sql("""
  SELECT number, title, content, accounts.name AS writer FROM entry_versions
  JOIN accounts ON accounts.id = submitted_by_id WHERE entry_id = :id ORDER BY number
""")
_FILES = Statement.from_sql("""
  SELECT id, name, kind, removed_at IS NULL OR EXISTS (SELECT 1 FROM entry_version_files WHERE file_id = entry_files.id)
    AS is_held FROM entry_files WHERE entry_id = :id ORDER BY id
""")
_TEXT = Statement.from_sql("SELECT content, unread_files FROM entry_texts WHERE entry_id = :id")
_STEPS = Statement.from_sql("SELECT id, reason FROM entry_steps WHERE entry_id = :id AND reason <> ''")
_SHEETS = Statement.from_sql("SELECT id, opinion, remarks FROM judgements WHERE entry_id = :id")
_CONFLICTS = Statement.from_sql("SELECT id, reason FROM judge_conflicts WHERE entry_id = :id")
_SET_ENTRY = Statement.from_sql(
    "UPDATE entries SET title = :title, draft = :draft, search_text = :search_text WHERE id = :id"
)
_SET_VERSION = Statement.from_sql(
    "UPDATE entry_versions SET title = :title, content = :content WHERE entry_id = :id AND number = :number"
)
_SET_FILE = Statement.from_sql("UPDATE entry_files SET name = :name WHERE id = :id")
_SET_TEXT = Statement.from_sql(
    "UPDATE entry_texts SET content = :content, unread_files = :unread_files WHERE entry_id = :id"
)
_SET_STEP = Statement.from_sql("UPDATE entry_steps SET reason = :reason WHERE id = :id")
_SET_SHEET = Statement.from_sql("UPDATE judgements SET opinion = :opinion, remarks = :remarks WHERE id = :id")
_SET_CONFLICT = Statement.from_sql("UPDATE judge_conflicts SET reason = :reason WHERE id = :id")
_LET_GO = Statement.from_sql("UPDATE entry_files SET removed_at = :now WHERE entry_id = :id AND removed_at IS NULL")
_LET_GO_OF_VERSIONS = Statement.from_sql("DELETE FROM entry_version_files WHERE entry_id = :id")


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """What was handed in."""

    number: int
    title: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """``is_held``: a draft or a version holds it, so that its content is kept."""

    id: int
    name: str
    kind: str
    is_held: bool


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """All of an initiative that may name somebody. ``text`` and ``unread_files`` are those that likeness is found by;
    ``steps`` and ``conflicts`` are reasons, ``sheets`` opinions and remarks of judges, by the ids of their rows.
    """

    id: int
    round_id: int
    title: str
    draft: Mapping[str, Any]
    search_text: str
    versions: Sequence[KeptVersion]
    files: Sequence[KeptFile]
    text: str | None
    unread_files: Sequence[str]
    steps: Mapping[int, str]
    sheets: Mapping[int, tuple[str, Mapping[str, str]]]
    conflicts: Mapping[int, str]


def list_old_entries(work: Work, *, before: datetime, after: int, most: int) -> list[int]:
    """Ids of entries that nobody changed since, in their order, those above ``after``."""
    return [row.id for row in work.list_all(_LIST, before=to_ms(before), after=after, most=most)]


def find_kept(work: Work, entry_id: int, *, locks: bool) -> tuple[KeptEntry, str, list[str]] | None:
    """The entry, the name of its unit, and the names of those who began it or handed it in; None without one."""
    row = work.find_one(_ENTRY if locks else _READ_ENTRY, id=entry_id)
    if row is None:
        return None
    versions = work.list_all(_VERSIONS, id=entry_id)
    text = work.find_one(_TEXT, id=entry_id)
    entry = KeptEntry(
        id=row.id,
        round_id=row.round_id,
        title=row.title,
        draft=from_json(row.draft),
        search_text=row.search_text,
        versions=[KeptVersion(each.number, each.title, from_json(each.content)) for each in versions],
        files=[
            KeptFile(each.id, each.name, each.kind, bool(each.is_held)) for each in work.list_all(_FILES, id=row.id)
        ],
        text=None if text is None else text.content,
        unread_files=[] if text is None else from_json(text.unread_files),
        steps={each.id: each.reason for each in work.list_all(_STEPS, id=entry_id)},
        sheets={each.id: (each.opinion, from_json(each.remarks)) for each in work.list_all(_SHEETS, id=entry_id)},
        conflicts={each.id: each.reason for each in work.list_all(_CONFLICTS, id=entry_id)},
    )
    return entry, row.unit_name, [row.writer, *(each.writer for each in versions)]


def write_masked(work: Work, entry: KeptEntry) -> None:
    """Put this in place of what was kept. Digests and receipts stay: they are of what was handed in."""
    work.run(_SET_ENTRY, id=entry.id, title=entry.title, draft=to_json(entry.draft), search_text=entry.search_text)
    for version in entry.versions:
        work.run(_SET_VERSION, id=entry.id, number=version.number, title=version.title, content=to_json(version.values))
    for file in entry.files:
        work.run(_SET_FILE, id=file.id, name=file.name)
    if entry.text is not None:
        work.run(_SET_TEXT, id=entry.id, content=entry.text, unread_files=to_json(list(entry.unread_files)))
    for step_id, reason in entry.steps.items():
        work.run(_SET_STEP, id=step_id, reason=reason)
    for sheet_id, (opinion, remarks) in entry.sheets.items():
        work.run(_SET_SHEET, id=sheet_id, opinion=opinion, remarks=to_json(remarks))
    for conflict_id, reason in entry.conflicts.items():
        work.run(_SET_CONFLICT, id=conflict_id, reason=reason)


def let_files_go(work: Work, entry_id: int, now: datetime) -> None:
    """Nothing holds the entry's files any more; their contents go with ``remove_orphans``."""
    work.run(_LET_GO_OF_VERSIONS, id=entry_id)
    work.run(_LET_GO, id=entry_id, now=to_ms(now))
