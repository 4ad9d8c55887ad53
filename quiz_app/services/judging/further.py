"""One judge more where two are far apart."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.initiatives.entries import Entry
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.aggregating import ConfirmedSheet, aggregate, is_disagreement
from quiz_app.domain.judging.assigning import choose_least_busy
from quiz_app.domain.judging.judgements import FIRST_STAGE, JudgementState
from quiz_app.persistence import audit
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging.judgements import Assignment
from quiz_app.persistence.session import Work
from quiz_app.services.judging.access import read_conflict_rules, to_judged
from quiz_app.services.judging.namesakes import list_namesakes


def call_further_judge(work: Work, round_: InitiativeRound, entry: Entry, now: datetime) -> None:
    """Give the entry to one judge more, if all who have it confirmed and two of them disagree; at most once an entry.

    The caller has locked the entry, so that of two who confirm at once only the second can call somebody. Whom: of the
    panels for its category the judge with the fewest entries who has no conflict. Where there is nobody, that is
    written down, and organisers see the entry among those to be talked over.
    """
    rules = round_.settings.judging
    if rules is None or rules.disagreement_hundredths is None:
        return
    sheets = [
        sheet
        for sheet in judgements_store.list_judgements(work, entry.id, FIRST_STAGE)
        if sheet.state is not JudgementState.WITHDRAWN
    ]
    if any(sheet.state is JudgementState.GIVEN or sheet.is_further for sheet in sheets):
        return
    confirmed = [
        ConfirmedSheet(sheet.judge_id, sheet.total_hundredths or 0, sheet.marks)
        for sheet in sheets
        if sheet.state is JudgementState.CONFIRMED
    ]
    final = aggregate(confirmed, rules)
    if final is None or not is_disagreement(final, rules):
        return
    conflicts = read_conflict_rules(work, round_)
    panels = panels_store.list_panels(work, round_.id)
    members = [judge for panel in panels for judge in panel.members]
    namesakes = list_namesakes(work, round_, members, entry_id=entry.id)
    taken = {sheet.judge_id for sheet in sheets} | {judge_id for judge_id, _ in namesakes}
    judged = to_judged(entry)
    able: dict[int, int | None] = {}
    names: dict[int, str] = {}
    for panel in panels:
        if panel.stage != FIRST_STAGE or panel.category not in ("", entry.category):
            continue
        for judge in panel.members:
            if judge.is_able and judge.id not in taken and not conflicts.is_conflict(judge.id, judge.unit_id, judged):
                able.setdefault(judge.id, panel.id)
                names[judge.id] = judge.name
    chosen = choose_least_busy(able, judged_store.count_loads(work, round_.id, FIRST_STAGE))
    if chosen is not None:
        judgements_store.give_entries(
            work,
            [Assignment(entry.id, entry.version, chosen, able[chosen])],
            stage=FIRST_STAGE,
            # By rule: nobody has given it but the round itself.
            given_by_id=chosen,
            now=now,
            is_further=True,
        )
    audit.add_entry(
        work,
        now=now,
        actor_id=None,
        action="further_judge_called",
        subject=("entry", entry.id),
        details={"difference": final.spread, "judge": None if chosen is None else names[chosen]},
    )
