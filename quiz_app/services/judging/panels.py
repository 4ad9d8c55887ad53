"""Panels: who judges together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.initiatives.rounds import InitiativeRound, RoundDecided
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.panels import Judge, Panel
from quiz_app.persistence.session import UniqueViolation, Work, reading, transaction
from quiz_app.services.judging.access import open_round

LONGEST_NAME = 120
MOST_PANELS = 100


def view_panels(*, organiser: Person, round_id: int) -> tuple[InitiativeRound, list[Panel], list[Judge]]:
    """The panels of a round, and everybody who may sit on one. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, _ = open_round(work, organiser, round_id)
        return round_, panels_store.list_panels(work, round_id), panels_store.list_judges(work)


def add_panel(
    *,
    organiser: Person,
    round_id: int,
    name: str,
    stage: int,
    category: str,
    member_ids: Sequence[int],
    head_id: int | None,
    now: datetime,
) -> int:
    """Make a panel; its id. Raises NotAllowed, NotFound, NotJudged, RoundDecided, InvalidInput."""
    with transaction() as work:
        round_ = _open(work, organiser, round_id)
        if stage not in (FIRST_STAGE, SECOND_STAGE):
            raise InvalidInput("Choose the stage of judging.")
        if len(panels_store.list_panels(work, round_id)) >= MOST_PANELS:
            raise InvalidInput("A round has at most 100 panels.")
        name = _check_name(name)
        try:
            panel_id = panels_store.add_panel(work, round_id=round_id, name=name, stage=stage, category="")
        except UniqueViolation as error:
            raise InvalidInput("This stage has a panel of that name already.") from error
        _set(work, organiser, round_, panel_id, name, category, member_ids, head_id, now, action="panel_made")
        return panel_id


def change_panel(
    *,
    organiser: Person,
    panel_id: int,
    name: str,
    category: str,
    member_ids: Sequence[int],
    head_id: int | None,
    now: datetime,
) -> int:
    """Change name, category, head and members; the id of the round. Sheets that were given stay with their judges.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, InvalidInput.
    """
    with transaction() as work:
        round_id = panels_store.find_panel_round(work, panel_id)
        if round_id is None:
            raise NotFound
        round_ = _open(work, organiser, round_id)
        _set(work, organiser, round_, panel_id, _check_name(name), category, member_ids, head_id, now,
             action="panel_changed")  # fmt: skip
        return round_id


def delete_panel(*, organiser: Person, panel_id: int, now: datetime) -> int:
    """Remove a panel that has not been given anything; the id of the round.

    Raises NotAllowed, NotFound, NotJudged, RoundDecided, InvalidInput.
    """
    with transaction() as work:
        round_id = panels_store.find_panel_round(work, panel_id)
        if round_id is None:
            raise NotFound
        _open(work, organiser, round_id)
        if not panels_store.delete_panel(work, panel_id):
            raise InvalidInput("Initiatives were given to this panel: it stays. Its members can be changed.")
        audit.add_entry(work, now=now, actor_id=organiser.id, action="panel_removed", subject=("panel", panel_id))
        return round_id


def _open(work: Work, organiser: Person, round_id: int) -> InitiativeRound:
    round_, _ = open_round(work, organiser, round_id, locks=True)
    if round_.published_at is not None:
        raise RoundDecided
    return round_


def _set(
    work: Work,
    organiser: Person,
    round_: InitiativeRound,
    panel_id: int,
    name: str,
    category: str,
    member_ids: Sequence[int],
    head_id: int | None,
    now: datetime,
    *,
    action: str,
) -> None:
    if category and category not in {each.code for each in round_.settings.categories}:
        raise InvalidInput("Choose a category of the round, or all of them.")
    members = list(dict.fromkeys(member_ids))
    before = next((panel for panel in panels_store.list_panels(work, round_.id) if panel.id == panel_id), None)
    known = {judge.id: judge for judge in panels_store.list_judges(work)}
    known |= {judge.id: judge for judge in (before.members if before else ())}
    if not set(members) <= set(known):
        raise InvalidInput("A member of a panel is an open account with the role of a judge.")
    if head_id is not None and head_id not in members:
        raise InvalidInput("The head of a panel is one of its members.")
    try:
        panels_store.set_panel(
            work, panel_id=panel_id, name=name, category=category, head_id=head_id, member_ids=members
        )
    except UniqueViolation as error:
        raise InvalidInput("This stage has a panel of that name already.") from error
    audit.add_entry(
        work,
        now=now,
        actor_id=organiser.id,
        action=action,
        subject=("panel", panel_id),
        details={
            "name": name,
            "category": category or None,
            "head": None if head_id is None else known[head_id].name,
            "members": ", ".join(known[judge_id].name for judge_id in members),
            "before": ", ".join(judge.name for judge in before.members) if before and before.members else None,
        },
    )


def _check_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("The name of a panel has 1 to 120 characters.")
    return name
