"""Ending attempts: by the participant, or by the deadline. One function scores and stores, whoever ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from question_bank.assembly import Slot
from question_bank.items import Item, ItemKind
from question_bank.responses import to_item_choice
from question_bank.scoring import PaperScore, mark_response, score_paper
from quiz_app.domain.attempts import AttemptState, Ending, Response, end_attempt
from quiz_app.domain.errors import NotFound
from quiz_app.domain.people import Person
from quiz_app.domain.results import RankedValues, is_passed, make_rank_key
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence import audit
from quiz_app.persistence import items as items_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.attempts import AttemptRow
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.bank_cache import hold_bank

BATCH = 100
"""How many overdue attempts one transaction closes: short enough not to hold others up."""
HERD = 20
"""So many attempts that end in the same moment are the close of a round, and not chance."""


def finish_attempt(*, person: Person, attempt_id: int, now: datetime) -> None:
    """Finish the person's attempt. A second call changes nothing. Raises NotFound for another's attempt."""
    with transaction() as work:
        row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=person.id)
        if row is None:
            raise NotFound
        if row.attempt.state is AttemptState.IN_PROGRESS:
            close_attempts(work, [row], now, actor_id=person.id)


def close_overdue(*, now: datetime) -> int:
    """Close the attempts that nobody finished in time, in small transactions; how many were closed.

    Several processes may do this at once: each passes over the rows that another holds.
    """
    closed = 0
    while True:
        with transaction() as work:
            rows = attempts_store.lock_overdue(work, now=now, most=BATCH)
            close_attempts(work, rows, now, actor_id=None)
        closed += len(rows)
        if len(rows) < BATCH:
            return closed


def find_common_end(*, now: datetime, within: timedelta) -> datetime | None:
    """The moment within this time at which many open attempts can be closed together; None when there is none."""
    with reading() as work:
        return attempts_store.find_herd(work, now=now, before=now + within, least=HERD)


def close_attempts(work: Work, rows: list[AttemptRow], now: datetime, *, actor_id: int | None) -> None:
    """Score attempts in progress whose rows are locked, and store state, score, best result and audit entry.

    The banks' versions are read anew now that the rows are locked: a key that is put right either is seen here, or its
    re-scoring waits for these locks and sees the scores (``key_corrections.rescoring``).
    """
    versions = {bank_id: items_store.get_version(work, bank_id) for bank_id in {row.round.bank_id for row in rows}}
    endings = []
    results: list[dict[str, Any]] = []
    entries = []
    for row in rows:
        attempt, settings = row.attempt, row.round.settings
        ending = end_attempt(attempt, now)
        score = score_attempt(work, row, versions[row.round.bank_id])
        rank_key = make_rank_key(
            RankedValues(score.score_hundredths, ending.elapsed_ms, ending.finished_at), settings.rank_order
        )
        endings.append((attempt.id, ending, score.correct_count, score.score_hundredths, rank_key))
        results.append(make_result_row(row, ending, score, rank_key))
        entries.append((attempt.id, {"score_hundredths": score.score_hundredths, "closed_by": str(ending.closed_by)}))
    if rows:
        attempts_store.finish_attempts(work, endings)
        # In the order in which re-scoring locks them, so that neither waits for the other in a circle.
        results.sort(key=lambda result: (result["round_id"], result["account_id"]))
        results_store.keep_best(work, results)
        audit.add_entries(
            work,
            now=now,
            actor_id=actor_id,
            action="attempt_finished",
            subject_type="attempt",
            entries=entries,
        )


def score_attempt(work: Work, row: AttemptRow, bank_version: int) -> PaperScore:
    """The score of the attempt's responses against the keys of the item versions on its paper.

    Essays do not count: nobody has marked them.
    """
    bank = hold_bank(work, row.round.bank_id, bank_version)
    fractions = []
    for number, slot in enumerate(row.attempt.paper):
        item = bank.get_item(work, slot.version_id)
        if item.kind is not ItemKind.ESSAY:
            fractions.append(mark_slot(item, slot, row.attempt.responses.get(number)))
    return score_paper(fractions, scale_hundredths=row.round.settings.scale_hundredths)


def mark_slot(item: Item, slot: Slot, response: Response | None) -> Fraction:
    """What the response to a slot is worth, 0 to 1."""
    if response is None or response.choice is None:
        return mark_response(item, None)
    return mark_response(item, to_item_choice(response.choice, slot.option_order))


def make_result_row(row: AttemptRow, ending: Ending, score: PaperScore, rank_key: str) -> dict[str, Any]:
    """The attempt as a row of the results table."""
    attempt = row.attempt
    return {
        "round_id": attempt.round_id,
        "account_id": attempt.account_id,
        "unit_id": attempt.unit_id,
        "attempt_count": 1,
        "attempt_id": attempt.id,
        "score_hundredths": score.score_hundredths,
        "correct_count": score.correct_count,
        "elapsed_ms": ending.elapsed_ms,
        "finished_at": to_ms(ending.finished_at),
        "last_finished_at": to_ms(ending.finished_at),
        "is_passed": is_passed(score.score_hundredths, row.round.settings.cut_score_hundredths),
        "rank_key": rank_key,
    }
