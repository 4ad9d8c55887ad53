"""Issued lists and the keys that sign them. A row is added and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, bindparam, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.issued_lists import FileFormat, IssuedList, IssuedPaper, ListKind
from quiz_app.domain.list_seals import ListSeal
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier, Instant, JsonText, from_json, from_ms, to_json, to_ms
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Row, Statement, Work


class DbSigningKey(Model):
    """A key that signs lists: the newest signs, all of them verify. The key itself is derived from the id and the
    server's secret, so that the database alone signs nothing.
    """

    __tablename__ = "signing_keys"
    id: Mapped[Identifier]
    made_at: Mapped[Instant]


class DbIssuedList(Model):
    """A list that was handed out, by the code that stands on it. Of its rows there are digests only."""

    __tablename__ = "issued_lists"
    id: Mapped[Identifier]
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    file_format: Mapped[str]
    round_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("rounds.id"))
    initiative_round_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("initiative_rounds.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    made_at: Mapped[Instant]
    made_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    heading: Mapped[int]
    row_count: Mapped[int]
    has_ordinal: Mapped[bool]
    columns: Mapped[JsonText]
    digests: Mapped[bytes] = mapped_column(LargeBinary)
    marks: Mapped[bytes] = mapped_column(LargeBinary)
    totals: Mapped[JsonText]
    state: Mapped[JsonText]
    file_digest: Mapped[str]
    key_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("signing_keys.id"))
    signature: Mapped[str]
    __table_args__ = (
        CheckConstraint("length(code) = 20", name="code"),
        CheckConstraint("(round_id IS NULL) <> (initiative_round_id IS NULL)", name="round"),
        CheckConstraint("row_count >= 0 AND heading >= 0", name="rows"),
        CheckConstraint("length(signature) = 64", name="signature"),
        Index("ix_issued_lists_file_digest", "file_digest"),
    )


@dataclass(frozen=True, slots=True)
class SignedList:
    """An issued list with its signature and the key that made it."""

    issued: IssuedList
    key_id: int
    signature: str


_PAPERS = frozenset(str(kind) for kind in IssuedPaper)
_lists = DbIssuedList.__table__
_ADD = Statement(insert(_lists))
_FIND = Statement(select(_lists).where(_lists.c.code == bindparam("code")))
_FIND_BY_FILE = Statement(
    select(_lists.c.code).where(_lists.c.file_digest == bindparam("file_digest")).order_by(_lists.c.id).limit(1)
)
_NEWEST_KEY = Statement.from_sql("SELECT id FROM signing_keys ORDER BY made_at DESC, id DESC LIMIT 1")
_ADD_KEY = Statement.from_sql("INSERT INTO signing_keys (id, made_at) VALUES (:id, :made_at)")


def add_lists(work: Work, lists: Sequence[SignedList]) -> None:
    """Keep what was issued."""
    work.run_many(_ADD, [_to_row(signed) for signed in lists])


def find_list(work: Work, code: str) -> SignedList | None:
    """The list with this code."""
    row = work.find_one(_FIND, code=code)
    return None if row is None else _to_list(row)


def find_code_by_file(work: Work, file_digest: str) -> str | None:
    """The code of the list whose file has these very bytes."""
    row = work.find_one(_FIND_BY_FILE, file_digest=file_digest)
    return None if row is None else str(row.code)


def find_newest_key(work: Work) -> int | None:
    """The id of the key that signs now."""
    row = work.find_one(_NEWEST_KEY)
    return None if row is None else int(row.id)


def add_key(work: Work, *, now: datetime) -> int:
    """Add a key, which signs from now on; its id."""
    key_id = make_id()
    work.run(_ADD_KEY, id=key_id, made_at=to_ms(now))
    return key_id


def _to_row(signed: SignedList) -> dict[str, object]:
    issued, seal = signed.issued, signed.issued.seal
    return {
        "id": make_id(),
        "code": issued.code,
        "kind": str(issued.kind),
        "file_format": str(issued.file_format),
        "round_id": issued.round_id,
        "initiative_round_id": issued.initiative_round_id,
        "unit_id": issued.unit_id,
        "made_at": to_ms(issued.made_at),
        "made_by_id": issued.made_by_id,
        "heading": seal.heading,
        "row_count": seal.row_count,
        "has_ordinal": seal.has_ordinal,
        "columns": to_json(list(issued.columns)),
        "digests": seal.digests,
        "marks": seal.marks,
        "totals": to_json(dict(issued.totals)),
        "state": to_json(dict(issued.state)),
        "file_digest": issued.file_digest,
        "key_id": signed.key_id,
        "signature": signed.signature,
    }


def _to_list(row: Row) -> SignedList:
    columns = tuple(from_json(row.columns))
    seal = ListSeal(
        digests=bytes(row.digests),
        marks=bytes(row.marks),
        heading=row.heading,
        row_count=row.row_count,
        column_count=len(columns),
        has_ordinal=bool(row.has_ordinal),
    )
    issued = IssuedList(
        code=row.code,
        kind=IssuedPaper(row.kind) if row.kind in _PAPERS else ListKind(row.kind),
        file_format=FileFormat(row.file_format),
        round_id=row.round_id,
        unit_id=row.unit_id,
        made_at=from_ms(row.made_at),
        made_by_id=row.made_by_id,
        seal=seal,
        columns=columns,
        totals=from_json(row.totals),
        state=from_json(row.state),
        file_digest=row.file_digest,
        initiative_round_id=row.initiative_round_id,
    )
    return SignedList(issued, row.key_id, row.signature)
