"""Roles granted to people."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.people import Role
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbRoleGrant(Model):
    """A role of a person; a unit lead's names the unit."""

    __tablename__ = "role_grants"
    id: Mapped[Identifier]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id"))
    role: Mapped[str]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    __table_args__ = (
        UniqueConstraint("account_id", "role", "unit_id"),
        # The constraint above sees no two NULLs as the same.
        Index(
            "uq_role_grants_role",
            "account_id",
            "role",
            unique=True,
            postgresql_where=text("unit_id IS NULL"),
            sqlite_where=text("unit_id IS NULL"),
        ),
        # Who holds a role that keeps people from taking part: few people, looked up for lists of everybody.
        Index("ix_role_grants_role", "role", "account_id"),
        CheckConstraint("(role = 'unit_lead') = (unit_id IS NOT NULL)", name="unit_of_lead"),
        CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role"),
    )


_ADD_GRANT = Statement(insert(DbRoleGrant.__table__))


def make_grant(*, account_id: int, role: Role, unit_id: int | None) -> dict[str, object]:
    """The row of a grant; a unit lead's names the unit."""
    return {"id": make_id(), "account_id": account_id, "role": str(role), "unit_id": unit_id}


def add_grants(work: Work, grants: list[dict[str, object]]) -> None:
    """Insert grants made by ``make_grant``."""
    work.run_many(_ADD_GRANT, grants)
