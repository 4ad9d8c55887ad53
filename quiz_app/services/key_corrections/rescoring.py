"""The job that scores all attempts anew after a key was put right.

Nobody is left behind, whatever finishes meanwhile. The correction is committed before the job begins. A finish reads
the bank's version while it holds its attempt (``attempts.closing``): either it sees the correction, or it holds the
attempt already, and then ``wait_for_finishes`` waits for it and what it wrote is among what is scored anew.

Each batch is a transaction of its own which scores by the keys in force at that moment, writes only what differs, and
counts only what it writes: the job can be repeated, and goes on where it was cut short.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import NotFound
from quiz_app.domain.jobs import JobKind
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence import notices as notices_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.attempts import rescoring as attempts_store
from quiz_app.persistence.key_corrections import KeyCorrection
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.bank_cache import hold_bank
from quiz_app.services.job_kinds import handles
from quiz_app.services.key_corrections.changes import (
    FIGURES,
    PersonChange,
    Standing,
    cut_batches,
    find_changes,
    score_anew,
)
from quiz_app.services.key_corrections.courtesy import letting_others_go_first
from quiz_app.services.key_corrections.papers import PaperScorer
from quiz_app.services.results import count_prediction_again
from quiz_app.services.running_job import RunningJob

RESCORED = "rescored"
"""The kind of notice."""


class AttemptsChanged(Exception):  # noqa: N818 - it says what happened
    """An attempt was voided between being read and being written; nothing of the batch was kept."""


@handles(JobKind.RESCORE_ATTEMPTS)
@letting_others_go_first()
def run_rescoring(job: RunningJob) -> None:
    """Score every finished attempt with the corrected item version anew."""
    correction_id = int(job.arguments["correction_id"])
    with reading() as work:
        correction = corrections_store.find_correction(work, correction_id)
        version = corrections_store.find_version(work, correction.version_id) if correction else None
        if correction is None or version is None:
            raise NotFound
        attempts_store.wait_for_finishes(work, bank_id=version.bank_id, version_id=version.id)
        people = attempts_store.list_people(work, bank_id=version.bank_id, version_id=version.id)
    batches = _BatchRescoring(job, correction)
    done = 0
    job.report(0, len(people))
    for round_id, account_ids in cut_batches(people):
        try:
            batches.rescore(round_id, account_ids, job.read_now())
        except AttemptsChanged:
            batches.rescore(round_id, account_ids, job.read_now())
        done += len(account_ids)
        job.report(done, len(people))
    for round_id in sorted({round_id for round_id, _, _ in people}):
        count_prediction_again(round_id=round_id)
    _end(job, correction, people)


class _BatchRescoring:
    """Scores batch after batch; what was worked out of the keys is kept from one to the next."""

    def __init__(self, job: RunningJob, correction: KeyCorrection) -> None:
        self._job = job
        self._correction = correction
        self._scorers: dict[int, PaperScorer] = {}

    def rescore(self, round_id: int, account_ids: list[int], now: datetime) -> None:
        """Score the people's attempts of the round anew, in one transaction."""
        correction = self._correction
        with transaction() as work:
            # First: whatever else changes results of many people at once waits here, and not in the middle.
            round_ = contests_store.hold_round(work, round_id)
            if round_ is None:
                return
            bank = hold_bank(work, round_.bank_id, items_store.get_version(work, round_.bank_id))
            scorer = self._scorers.get(round_id)
            if scorer is None or scorer.bank is not bank:
                scorer = PaperScorer(bank, scale_hundredths=round_.settings.scale_hundredths)
                self._scorers[round_id] = scorer
            attempts = attempts_store.list_scored(
                work, round_id=round_id, account_ids=account_ids, version_id=correction.version_id
            )
            scores = score_anew(work, round_, attempts, scorer)
            # Attempts before results, as at a finish: what locks both in one order never waits in a circle.
            if attempts_store.set_scores(work, [new for _, new in scores.values()]) < len(scores):
                raise AttemptsChanged
            concerned = sorted({attempt.account_id for attempt, _ in scores.values()})
            before = results_store.list_kept(work, round_id=round_id, account_ids=concerned, locks=True)
            # Found in the tables: what finished before the results were locked is among the attempts there.
            results_store.renew_best(
                work,
                round_id=round_id,
                account_ids=concerned,
                cut_score_hundredths=round_.settings.cut_score_hundredths,
            )
            after = results_store.list_kept(work, round_id=round_id, account_ids=concerned, locks=False)
            changes = find_changes(round_, attempts, scores, before, after)
            if changes:
                self._write(work, round_id, changes, now)
                self._job.hold(work)

    def _write(self, work: Work, round_id: int, changes: list[PersonChange], now: datetime) -> None:
        correction = self._correction
        audit.add_entries(
            work,
            now=now,
            actor_id=None,
            action="result_rescored",
            subject_type="account",
            entries=[
                (
                    change.account_id,
                    {
                        "round_id": round_id,
                        "correction_id": correction.id,
                        "before": _describe(change.before),
                        "after": _describe(change.after),
                        "attempts": [
                            [old.attempt_id, old.score_hundredths, new.score_hundredths] for old, new in change.scores
                        ],
                    },
                )
                for change in changes
            ],
        )
        notices_store.add_notices(
            work,
            round_id=round_id,
            kind=RESCORED,
            notices=[
                (
                    change.account_id,
                    {
                        "attempts": len(change.scores),
                        "before": change.before.score_hundredths,
                        "after": change.after.score_hundredths,
                        "passed_before": change.before.is_passed,
                        "passed_after": change.after.is_passed,
                        "reason": correction.reason,
                    },
                )
                for change in changes
            ],
            now=now,
        )
        # Held: another job of the correction, in another round, may be counting too.
        stored = corrections_store.lock_correction(work, correction.id)
        figures = Counter(stored.figures if stored else {})
        for change in changes:
            figures.update(change.figure_up())
        corrections_store.set_figures(work, correction_id=correction.id, figures=dict(figures))


def _describe(standing: Standing) -> dict[str, int]:
    return {"attempt_id": standing.attempt_id, "score_hundredths": standing.score_hundredths}


def _end(job: RunningJob, correction: KeyCorrection, people: list[tuple[int, int, int]]) -> None:
    now = job.read_now()
    with transaction() as work:
        stored = corrections_store.find_correction(work, correction.id)
        figures = {name: (stored.figures if stored else {}).get(name, 0) for name in FIGURES}
        corrections_store.mark_rescored(work, correction, now)
        told = {
            "people": len({account_id for _, account_id, _ in people}),
            "attempts": sum(count for _, _, count in people),
            **figures,
        }
        audit.add_entry(
            work,
            now=now,
            actor_id=job.requested_by_id,
            action="attempts_rescored",
            subject=("item_version", correction.version_id),
            details={"correction_id": correction.id, **told},
        )
        job.say(
            N_(
                "%(attempts)s attempts of %(people)s people have the question. %(attempts_changed)s attempts got "
                "another score; the best result of %(rising)s people rose and that of %(falling)s fell. %(passing)s "
                "pass now, %(failing)s no longer do."
            ),
            **told,
        )
        job.finish_in(work)
