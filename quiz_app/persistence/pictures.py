"""Pictures that items show, kept in the database with them: under their digest, so each content once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from question_bank.pictures import Picture
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Instant, to_ms
from quiz_app.persistence.session import Statement, Work


class DbPicture(Model):
    """A picture. ``digest`` is the SHA-256 of the content, in hexadecimal: nobody guesses one."""

    __tablename__ = "pictures"
    digest: Mapped[str] = mapped_column(String, primary_key=True)
    media_type: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    added_at: Mapped[Instant]
    __table_args__ = (CheckConstraint("length(digest) = 64", name="digest"),)


_ADD = Statement.from_sql(
    "INSERT INTO pictures (digest, media_type, content, added_at) VALUES (:digest, :media_type, :content, :added_at)"
    " ON CONFLICT (digest) DO NOTHING"
)
_FIND = Statement.from_sql("SELECT digest, media_type, content FROM pictures WHERE digest = :digest")


def add_pictures(work: Work, pictures: Iterable[Picture], now: datetime) -> None:
    """Keep pictures; those that are there already stay as they are."""
    for picture in pictures:
        work.run(
            _ADD,
            digest=picture.digest,
            media_type=picture.media_type,
            content=picture.content,
            added_at=to_ms(now),
        )


def find_picture(work: Work, digest: str) -> Picture | None:
    """The picture of this digest."""
    row = work.find_one(_FIND, digest=digest)
    return None if row is None else Picture(row.digest, row.media_type, bytes(row.content))
