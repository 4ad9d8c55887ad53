"""The items of imports that wait for a decision, line by line, and their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from question_bank.pictures import Picture
from quiz_app.persistence.columns import from_json, to_json
from quiz_app.persistence.item_bank.import_tables import DbItemImportLine, DbItemImportPicture
from quiz_app.persistence.item_bank.listing import CURRENT_ITEMS, BankItem, to_bank_item
from quiz_app.persistence.session import Row, Statement, Work


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


_ADD_LINE = Statement(insert(DbItemImportLine.__table__))
_ADD_PICTURE = Statement(insert(DbItemImportPicture.__table__))
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
_DROP_LINES = Statement.from_sql("DELETE FROM item_import_lines WHERE import_id = :import_id")
_DROP_PICTURES = Statement.from_sql("DELETE FROM item_import_pictures WHERE import_id = :import_id")


def add_lines(work: Work, import_id: int, lines: Sequence[StoredLine]) -> None:
    """Keep the items of a file."""
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


def drop_lines(work: Work, import_id: int) -> None:
    """Forget the items."""
    work.run(_DROP_LINES, import_id=import_id)


def add_pictures(work: Work, import_id: int, pictures: Iterable[Picture]) -> None:
    """Keep the pictures of a file."""
    for picture in pictures:
        work.run(
            _ADD_PICTURE,
            import_id=import_id,
            digest=picture.digest,
            media_type=picture.media_type,
            content=picture.content,
        )


def list_pictures(work: Work, import_id: int) -> list[Picture]:
    """The pictures of the file."""
    rows = work.list_all(_PICTURES, import_id=import_id)
    return [Picture(row.digest, row.media_type, bytes(row.content)) for row in rows]


def find_picture(work: Work, import_id: int, digest: str) -> Picture | None:
    """A picture of the file."""
    row = work.find_one(_PICTURE, import_id=import_id, digest=digest)
    return None if row is None else Picture(row.digest, row.media_type, bytes(row.content))


def drop_pictures(work: Work, import_id: int) -> None:
    """Forget the pictures."""
    work.run(_DROP_PICTURES, import_id=import_id)


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
