"""Imports of items that were read and wait for a decision: the file's items line by line, and its pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from question_bank.pictures import Picture
from quiz_app.persistence.columns import (
    find_from_ms,
    from_json,
    from_ms,
    to_json,
    to_ms,
)
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.item_bank.import_tables import (
    WAITING,
    DbItemImport,
    DbItemImportLine,
    DbItemImportPicture,
)
from quiz_app.persistence.item_bank.listing import CURRENT_ITEMS, BankItem, to_bank_item
from quiz_app.persistence.session import Row, Statement, Work


@dataclass(frozen=True, slots=True)
class StoredImport:
    """An import as it stands, without its items."""

    id: int
    bank_id: int
    file_name: str
    state: str
    made_by_id: int
    made_at: datetime
    problems: Sequence[Any]
    counts: Mapping[str, Any]
    job_id: int | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredLine:
    """An item of an import. ``content`` is what ``services.item_imports.packing`` makes of it."""

    position: int
    rank: int
    content: Any
    choice: str
    same_item_id: int | None
    same_position: int | None
    similarity: int | None
    item_id: int | None = None


_ADD = Statement(insert(DbItemImport.__table__))
_ADD_LINE = Statement(insert(DbItemImportLine.__table__))
_ADD_PICTURE = Statement(insert(DbItemImportPicture.__table__))
_FIND_SQL = "SELECT * FROM item_imports WHERE id = :import_id AND made_by_id = :account_id"
_FIND = Statement.from_sql(_FIND_SQL)
_LOCK = Statement.from_sqls(postgresql=f"{_FIND_SQL} FOR UPDATE", sqlite=_FIND_SQL)
_LATEST = Statement.from_sql(
    "SELECT * FROM item_imports WHERE bank_id = :bank_id AND made_by_id = :account_id ORDER BY id DESC LIMIT :most"
)
_LINES = Statement.from_sql(
    "SELECT * FROM item_import_lines WHERE import_id = :import_id AND rank <= :worst "
    "ORDER BY rank, position LIMIT :most OFFSET :offset"
)
_PAGE = (
    "(SELECT {column} FROM (SELECT same_item_id, same_position FROM item_import_lines WHERE import_id = :import_id "
    "AND rank <= :worst ORDER BY rank, position LIMIT :most OFFSET :offset) AS page)"
)
_SAME_LINES = Statement.from_sql(
    "SELECT * FROM item_import_lines WHERE import_id = :import_id AND position IN "  # noqa: S608
    + _PAGE.format(column="same_position")
)
_SAME_ITEMS = Statement.from_sql(f"{CURRENT_ITEMS} WHERE items.id IN " + _PAGE.format(column="same_item_id"))
_ALL_LINES = Statement.from_sql("SELECT * FROM item_import_lines WHERE import_id = :import_id ORDER BY position")
_LINE = Statement.from_sql("SELECT * FROM item_import_lines WHERE import_id = :import_id AND position = :position")
_COUNTS = Statement.from_sql(
    "SELECT rank, choice, count(*) AS number FROM item_import_lines WHERE import_id = :import_id GROUP BY rank, choice"
)
_SET_LINE = Statement.from_sql(
    "UPDATE item_import_lines SET rank = :rank, content = :content, choice = :choice "
    "WHERE import_id = :import_id AND position = :position"
)
_SET_CHOICE = Statement.from_sql(
    "UPDATE item_import_lines SET choice = :choice WHERE import_id = :import_id AND position = :position"
)
_SET_ITEM = Statement.from_sql(
    "UPDATE item_import_lines SET item_id = :item_id WHERE import_id = :import_id AND position = :position"
)
_PICTURES = Statement.from_sql(
    "SELECT digest, media_type, content FROM item_import_pictures WHERE import_id = :import_id"
)
_PICTURE = Statement.from_sql(
    "SELECT digest, media_type, content FROM item_import_pictures WHERE import_id = :import_id AND digest = :digest"
)
# A job that has failed or was cancelled changed nothing: its import waits again.
_IS_FREE = (
    "(state = 'pending' OR (state = 'confirmed' AND NOT EXISTS (SELECT 1 FROM jobs "
    "WHERE jobs.id = item_imports.job_id AND jobs.state IN ('queued', 'running'))))"
)
_FREE = Statement.from_sql(f"SELECT 1 AS found FROM item_imports WHERE id = :import_id AND {_IS_FREE}")  # noqa: S608
_CONFIRM = Statement.from_sql(
    f"UPDATE item_imports SET state = 'confirmed', job_id = :job_id WHERE id = :import_id AND {_IS_FREE}"  # noqa: S608
)
_END = Statement.from_sql(
    f"UPDATE item_imports SET state = :state, counts = :counts, ended_at = :moment WHERE id = :import_id AND {WAITING}"  # noqa: S608
)
_OLD = Statement.from_sql(
    f"SELECT id FROM item_imports WHERE {_IS_FREE} AND made_at < :before ORDER BY id LIMIT 100"  # noqa: S608
)
_DROP_LINES = Statement.from_sql("DELETE FROM item_import_lines WHERE import_id = :import_id")
_DROP_PICTURES = Statement.from_sql("DELETE FROM item_import_pictures WHERE import_id = :import_id")


def add_import(
    work: Work,
    *,
    bank_id: int,
    file_name: str,
    made_by_id: int,
    problems: Sequence[Any],
    lines: Sequence[StoredLine],
    pictures: Iterable[Picture],
    now: datetime,
) -> int:
    """Keep what was read; its id."""
    import_id = make_id()
    work.run(
        _ADD,
        id=import_id,
        bank_id=bank_id,
        file_name=file_name,
        state="pending",
        made_by_id=made_by_id,
        made_at=to_ms(now),
        problems=to_json(list(problems)),
        counts="{}",
        job_id=None,
        ended_at=None,
    )
    work.run_many(
        _ADD_LINE,
        [
            {
                "import_id": import_id,
                "position": line.position,
                "rank": line.rank,
                "content": to_json(line.content),
                "choice": line.choice,
                "same_item_id": line.same_item_id,
                "same_position": line.same_position,
                "similarity": line.similarity,
                "item_id": None,
            }
            for line in lines
        ],
    )
    for picture in pictures:
        work.run(
            _ADD_PICTURE,
            import_id=import_id,
            digest=picture.digest,
            media_type=picture.media_type,
            content=picture.content,
        )
    return import_id


def find_import(work: Work, *, import_id: int, account_id: int, locks: bool = False) -> StoredImport | None:
    """The person's own import; ``locks`` keeps others from changing it until the transaction ends."""
    row = work.find_one(_LOCK if locks else _FIND, import_id=import_id, account_id=account_id)
    return None if row is None else _to_import(row)


def is_free(work: Work, import_id: int) -> bool:
    """Whether it waits for a decision and no job works on it."""
    return work.find_one(_FREE, import_id=import_id) is not None


def list_imports(work: Work, *, bank_id: int, account_id: int, most: int) -> list[StoredImport]:
    """The person's latest imports, newest first."""
    return [_to_import(row) for row in work.list_all(_LATEST, bank_id=bank_id, account_id=account_id, most=most)]


def list_lines(work: Work, import_id: int, *, worst: int, offset: int, most: int) -> list[StoredLine]:
    """A page of lines whose rank is at most ``worst``: errors first, then doubts, then by place in the file."""
    rows = work.list_all(_LINES, import_id=import_id, worst=worst, offset=offset, most=most)
    return [_to_line(row) for row in rows]


def list_repeated(
    work: Work, import_id: int, *, worst: int, offset: int, most: int
) -> tuple[dict[int, BankItem], dict[int, StoredLine]]:
    """What the lines of the same page repeat: items of the bank by id, and lines of the file by position."""
    asked = {"import_id": import_id, "worst": worst, "offset": offset, "most": most}
    items = [to_bank_item(row) for row in work.list_all(_SAME_ITEMS, **asked)]
    lines = [_to_line(row) for row in work.list_all(_SAME_LINES, **asked)]
    return {each.item_id: each for each in items}, {line.position: line for line in lines}


def list_all_lines(work: Work, import_id: int) -> list[StoredLine]:
    """Every line, in file order."""
    return [_to_line(row) for row in work.list_all(_ALL_LINES, import_id=import_id)]


def find_line(work: Work, import_id: int, position: int) -> StoredLine | None:
    """One line."""
    row = work.find_one(_LINE, import_id=import_id, position=position)
    return None if row is None else _to_line(row)


def count_lines(work: Work, import_id: int) -> dict[tuple[int, str], int]:
    """How many lines of each rank and choice."""
    return {(row.rank, row.choice): row.number for row in work.list_all(_COUNTS, import_id=import_id)}


def set_line(work: Work, import_id: int, *, position: int, rank: int, content: Any, choice: str) -> None:
    """Store a line that was mended."""
    work.run(_SET_LINE, import_id=import_id, position=position, rank=rank, content=to_json(content), choice=choice)


def set_choices(work: Work, import_id: int, choices: Mapping[int, str]) -> None:
    """Store what is to become of lines, by position."""
    work.run_many(
        _SET_CHOICE,
        [{"import_id": import_id, "position": position, "choice": choice} for position, choice in choices.items()],
    )


def set_items(work: Work, import_id: int, item_ids: Mapping[int, int]) -> None:
    """Store which item each line became, by position."""
    work.run_many(
        _SET_ITEM,
        [{"import_id": import_id, "position": position, "item_id": item_id} for position, item_id in item_ids.items()],
    )


def list_pictures(work: Work, import_id: int) -> list[Picture]:
    """The pictures of the file."""
    rows = work.list_all(_PICTURES, import_id=import_id)
    return [Picture(row.digest, row.media_type, bytes(row.content)) for row in rows]


def find_picture(work: Work, import_id: int, digest: str) -> Picture | None:
    """A picture of the file."""
    row = work.find_one(_PICTURE, import_id=import_id, digest=digest)
    return None if row is None else Picture(row.digest, row.media_type, bytes(row.content))


def confirm_import(work: Work, *, import_id: int, job_id: int) -> bool:
    """Hand it to a job; False where it no longer waits."""
    return bool(work.run(_CONFIRM, import_id=import_id, job_id=job_id))


def end_import(work: Work, *, import_id: int, state: str, counts: Mapping[str, int], now: datetime) -> bool:
    """Close it; False where it was closed already. Of a discarded one only the counts stay."""
    is_ended = bool(work.run(_END, import_id=import_id, state=state, counts=to_json(dict(counts)), moment=to_ms(now)))
    if is_ended:
        work.run(_DROP_PICTURES, import_id=import_id)
        if state == "discarded":
            work.run(_DROP_LINES, import_id=import_id)
    return is_ended


def discard_old(work: Work, *, before: datetime, now: datetime) -> None:
    """Drop what has waited too long."""
    for row in work.list_all(_OLD, before=to_ms(before)):
        end_import(work, import_id=row.id, state="discarded", counts={}, now=now)


def _to_import(row: Row) -> StoredImport:
    return StoredImport(
        id=row.id,
        bank_id=row.bank_id,
        file_name=row.file_name,
        state=row.state,
        made_by_id=row.made_by_id,
        made_at=from_ms(row.made_at),
        problems=from_json(row.problems),
        counts=from_json(row.counts),
        job_id=row.job_id,
        ended_at=find_from_ms(row.ended_at),
    )


def _to_line(row: Row) -> StoredLine:
    return StoredLine(
        position=row.position,
        rank=row.rank,
        content=from_json(row.content),
        choice=row.choice,
        same_item_id=row.same_item_id,
        same_position=row.same_position,
        similarity=row.similarity,
        item_id=row.item_id,
    )
