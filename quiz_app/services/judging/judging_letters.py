"""Letters of the judging: to judges with open sheets, and, once results are published, to those who wrote and their
units. Their words stand on a page, and go out when an organiser who has read them there says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE, JudgingChanged
from quiz_app.domain.judging.marks import ensure_marking_open
from quiz_app.domain.letters import LetterKind, MailNotSet, NobodyToWriteTo
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import boards as boards_store
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.judged_entries import JudgedLine, OpenSheets
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.judging.access import open_round
from quiz_app.services.letters import queue_letter

MOST_TITLES = 40
"""Initiatives that a letter names; of more it says how many there are."""


@dataclass(frozen=True, slots=True)
class LettersPage:
    """Who would get a letter. ``late`` by panel, a judge once for each."""

    round: InitiativeRound
    stage: int
    late: tuple[OpenSheets, ...]
    writer_count: int
    """People who wrote or lead a unit of a judged initiative; 0 until results are published."""
    sample: Mapping[str, Any] | None
    """The facts of one such letter, to be read."""


def view_letters(*, organiser: Person, round_id: int, address: str) -> LettersPage:
    """Who is late, and who would be told of results. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, _ = open_round(work, organiser, round_id)
        stage = find_stage(round_)
        late = () if round_.published_at else tuple(judged_store.list_open_sheets(work, round_id, stage))
        recipients = _list_recipients(work, round_) if round_.published_at else {}
        sample = None
        if recipients:
            sample = _make_facts(round_, next(iter(recipients.values())), _map_prizes(work, round_), address)
    return LettersPage(round_, stage, late, len(recipients), sample)


def remind_judges(*, organiser: Person, round_id: int, address: str, is_mail_set: bool, now: datetime) -> int:
    """Write to every judge with open sheets, once a day at most; how many letters.

    Raises NotAllowed, NotFound, NotJudged, MailNotSet, NobodyToWriteTo, RoundDecided, MarkingClosed (nobody can
    confirm any more).
    """
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id)
        if not is_mail_set:
            raise MailNotSet
        stage = find_stage(round_)
        ensure_marking_open(round_, stage, now)
        counts: dict[int, int] = {}
        for line in judged_store.list_open_sheets(work, round_id, stage):
            counts[line.judge_id] = counts.get(line.judge_id, 0) + line.count
        until = round_.judging_closes_at if stage == FIRST_STAGE else None
        day = now.astimezone(round_.zone).date().isoformat()
        letters = 0
        for judge_id, count in counts.items():
            facts = {
                "round": round_.title,
                "sheets": count,
                "until": None if until is None else until.isoformat(),
                "zone": str(round_.zone),
                "address": address,
            }
            about = f"judging:{round_id}:{stage}:{day}"
            letters += queue_letter(
                work, kind=LetterKind.JUDGE_REMINDER, about=about, account_id=judge_id, facts=facts, now=now
            )
        return _end(work, organiser, round_id, "judges_reminded", letters, now)


def tell_results(*, organiser: Person, round_id: int, address: str, is_mail_set: bool, now: datetime) -> int:
    """Write to everybody who wrote a judged initiative and to the leads of its unit, once for all; how many letters.

    Raises NotAllowed, NotFound, NotJudged, MailNotSet, NobodyToWriteTo (also where all have their letter already),
    JudgingChanged (nothing is published yet).
    """
    with transaction() as work:
        round_, _ = open_round(work, organiser, round_id)
        if not is_mail_set:
            raise MailNotSet
        if round_.published_at is None:
            raise JudgingChanged
        prizes = _map_prizes(work, round_)
        letters = 0
        for account_id, lines in _list_recipients(work, round_).items():
            letters += queue_letter(
                work,
                kind=LetterKind.ENTRY_RESULT,
                about=f"results:{round_id}:{round_.published_at.isoformat()}",
                account_id=account_id,
                facts=_make_facts(round_, lines, prizes, address),
                now=now,
            )
        return _end(work, organiser, round_id, "results_told", letters, now)


def find_stage(round_: InitiativeRound) -> int:
    """The stage whose sheets are waited for: round 2 once the marks of round 1 are locked, where there is one."""
    if round_.judging_locked_at is not None and round_.settings.presentation is not None:
        return SECOND_STAGE
    return FIRST_STAGE


def _list_recipients(work: Work, round_: InitiativeRound) -> dict[int, list[JudgedLine]]:
    """The judged initiatives that concern each person: own ones first, then those of the units they lead."""
    found: dict[int, list[JudgedLine]] = {}
    by_unit: dict[int, list[JudgedLine]] = {}
    for line in judged_store.list_judged_entries(work, round_.id):
        found.setdefault(line.created_by_id, []).append(line)
        by_unit.setdefault(line.unit_id, []).append(line)
    for lead in boards_store.list_leads(work, by_unit):
        own = found.setdefault(lead.account_id, [])
        known = {line.id for line in own}
        own += [line for line in by_unit[lead.unit_id] if line.id not in known]
    return found


def _map_prizes(work: Work, round_: InitiativeRound) -> dict[int, str]:
    titles = {prize.code: prize.title for prize in round_.settings.prizes}
    found: dict[int, str] = {}
    for line in prizes_store.list_prizes(work, round_.id):
        if line.entry_id is not None:
            before = found.get(line.entry_id)
            title = titles.get(line.prize, line.prize)
            found[line.entry_id] = title if before is None else f"{before}, {title}"
    return found


def _make_facts(
    round_: InitiativeRound, lines: list[JudgedLine], prizes: Mapping[int, str], address: str
) -> dict[str, Any]:
    return {
        "round": round_.title,
        "entries": [[line.number, line.title, prizes.get(line.id, "")] for line in lines[:MOST_TITLES]],
        "count": len(lines),
        "address": address,
    }


def _end(work: Work, organiser: Person, round_id: int, action: str, letters: int, now: datetime) -> int:
    if not letters:
        raise NobodyToWriteTo
    audit.add_entry(
        work,
        now=now,
        actor_id=organiser.id,
        action=action,
        subject=("initiative_round", round_id),
        details={"letters": letters},
    )
    return letters
