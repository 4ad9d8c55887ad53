"""Kinds of units: data of the installation, which organisers name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.names import fold_text
from quiz_app.domain.people import Person
from quiz_app.domain.units import UnitTree
from quiz_app.persistence import audit
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.tables import clean_text
from quiz_app.services.units.tree import ensure_organiser, list_kinds

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class KindLine:
    """A kind and how many open units are of it."""

    code: str
    name: str
    unit_count: int


def view_kinds(*, organiser: Person) -> list[KindLine]:
    """All kinds in their order."""
    ensure_organiser(organiser)
    with reading() as work:
        tree = UnitTree.of(unit_store.list_units(work))
        kinds = list_kinds(work, tree)
    counts = Counter(unit.kind for unit in tree.units.values() if unit.is_open)
    return [KindLine(code, name, counts[code]) for code, name in kinds.items()]


def put_kind(*, organiser: Person, code: str, name: str, now: datetime) -> str:
    """Add a kind (without a code, one is made from the name) or give one another name; its code.

    Raises InvalidInput for a name that is missing or that another kind has.
    """
    ensure_organiser(organiser)
    name = clean_text(name)
    if not name or len(name) > 120:
        raise InvalidInput("The kind needs a name of at most 120 characters.")
    with transaction() as work:
        unit_store.lock_tree(work)
        kinds = list_kinds(work, UnitTree.of(unit_store.list_units(work)))
        if not code:
            code = fold_text(name).replace(" ", "-")[:60].strip("-")
            if code in kinds or not _CODE.fullmatch(code):
                raise InvalidInput("There is a kind with this name already. Choose another.")
        elif code not in kinds:
            raise InvalidInput("There is no such kind any more. Reload the page.")
        if any(fold_text(known) == fold_text(name) for known_code, known in kinds.items() if known_code != code):
            raise InvalidInput("There is a kind with this name already. Choose another.")
        unit_store.put_kind(work, code=code, name=name)
        details = {"code": code, "before": kinds.get(code), "after": name}
        audit.add_entry(
            work, now=now, actor_id=organiser.id, action="unit_kind_named", subject=("unit_kind", None),
            details=details,
        )  # fmt: skip
    return code


def delete_kind(*, organiser: Person, code: str, now: datetime) -> None:
    """Drop a kind that nothing uses. Raises InvalidInput for one in use."""
    ensure_organiser(organiser)
    with transaction() as work:
        unit_store.lock_tree(work)
        if not unit_store.delete_kind(work, code):
            raise InvalidInput("Units or quotas use this kind; it stays.")
        audit.add_entry(
            work, now=now, actor_id=organiser.id, action="unit_kind_deleted", subject=("unit_kind", None),
            details={"code": code},
        )  # fmt: skip
