"""What units owe in a contest: by kind of unit, or by unit, which then stands in place of its kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint, insert
from sqlalchemy.orm import Mapped, mapped_column

from quiz_app.domain.units import Quota
from quiz_app.extensions import Model
from quiz_app.persistence.columns import Identifier
from quiz_app.persistence.ids import make_id
from quiz_app.persistence.session import Statement, Work


class DbQuota(Model):
    """What units owe in a contest: of a kind of unit, or of one unit (which then overrides its kind)."""

    __tablename__ = "quotas"
    id: Mapped[Identifier]
    contest_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("contests.id"))
    unit_kind: Mapped[str | None]
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("units.id"))
    people_number: Mapped[int | None]
    people_percent: Mapped[int | None]
    initiative_number: Mapped[int | None]
    needs_all_parts: Mapped[bool]
    __table_args__ = (
        CheckConstraint("(unit_kind IS NULL) <> (unit_id IS NULL)", name="of_whom"),
        CheckConstraint("people_percent BETWEEN 0 AND 100", name="people_percent"),
        CheckConstraint("people_number >= 0", name="people_number"),
        CheckConstraint("initiative_number >= 0", name="initiative_number"),
        CheckConstraint("people_number IS NULL OR people_percent IS NULL", name="one_measure"),
        UniqueConstraint("contest_id", "unit_kind"),
        UniqueConstraint("contest_id", "unit_id"),
    )


class DbQuotaCategory(Model):
    """How many initiatives of a category a quota asks for."""

    __tablename__ = "quota_categories"
    quota_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("quotas.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    category: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    __table_args__ = (CheckConstraint("number > 0", name="number"),)


@dataclass(frozen=True, slots=True)
class ContestQuotas:
    """The quotas of a contest."""

    by_kind: dict[str, Quota] = field(default_factory=dict)
    by_unit: dict[int, Quota] = field(default_factory=dict)


_LIST = Statement.from_sql(
    "SELECT id, unit_kind, unit_id, people_number, people_percent, initiative_number, needs_all_parts "
    "FROM quotas WHERE contest_id = :contest_id"
)
_LIST_CATEGORIES = Statement.from_sql(
    "SELECT quota_id, category, number FROM quota_categories JOIN quotas ON quotas.id = quota_id "
    "WHERE contest_id = :contest_id ORDER BY category"
)
_DELETE_OF_KIND = Statement.from_sql("DELETE FROM quotas WHERE contest_id = :contest_id AND unit_kind = :unit_kind")
_DELETE_OF_UNIT = Statement.from_sql("DELETE FROM quotas WHERE contest_id = :contest_id AND unit_id = :unit_id")
_ADD = Statement(insert(DbQuota.__table__))
_ADD_CATEGORY = Statement(insert(DbQuotaCategory.__table__))


def list_quotas(work: Work, contest_id: int) -> ContestQuotas:
    """All quotas of the contest."""
    categories: dict[int, dict[str, int]] = {}
    for row in work.list_all(_LIST_CATEGORIES, contest_id=contest_id):
        categories.setdefault(row.quota_id, {})[row.category] = row.number
    quotas = ContestQuotas()
    for row in work.list_all(_LIST, contest_id=contest_id):
        quota = Quota(
            people_number=row.people_number,
            people_percent=row.people_percent,
            initiative_number=row.initiative_number,
            initiatives_by_category=categories.get(row.id, {}),
            needs_all_parts=bool(row.needs_all_parts),
        )
        if row.unit_id is None:
            quotas.by_kind[row.unit_kind] = quota
        else:
            quotas.by_unit[row.unit_id] = quota
    return quotas


def put_quota(work: Work, quota: Quota | None, *, contest_id: int, unit_kind: str | None, unit_id: int | None) -> None:
    """Store what a kind of unit or one unit owes, in place of what was stored; None takes it away."""
    if unit_id is None:
        work.run(_DELETE_OF_KIND, contest_id=contest_id, unit_kind=unit_kind)
    else:
        work.run(_DELETE_OF_UNIT, contest_id=contest_id, unit_id=unit_id)
    if quota is None:
        return
    quota_id = make_id()
    work.run(
        _ADD,
        id=quota_id,
        contest_id=contest_id,
        unit_kind=unit_kind,
        unit_id=unit_id,
        people_number=quota.people_number,
        people_percent=quota.people_percent,
        initiative_number=quota.initiative_number,
        needs_all_parts=quota.needs_all_parts,
    )
    work.run_many(
        _ADD_CATEGORY,
        [
            {"quota_id": quota_id, "category": category, "number": number}
            for category, number in sorted(quota.initiatives_by_category.items())
        ],
    )
