"""The job that finds what a proposed key would change. It reads only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotFound
from quiz_app.domain.jobs import JobKind
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence import results as results_store
from quiz_app.persistence.attempts import rescoring as attempts_store
from quiz_app.persistence.session import reading
from quiz_app.services.bank_cache import hold_bank
from quiz_app.services.job_kinds import handles
from quiz_app.services.key_corrections.changes import FIGURES, cut_batches, find_changes, score_anew
from quiz_app.services.key_corrections.courtesy import letting_others_go_first
from quiz_app.services.key_corrections.papers import PaperScorer
from quiz_app.services.running_job import RunningJob

NO_UNIT = 0
"""In place of the id of a unit: people who are in none."""


@handles(JobKind.PREVIEW_KEY)
@letting_others_go_first()
def run_preview(job: RunningJob) -> None:
    """Score as if the proposed key were in force, and keep the figures with the job."""
    version_id = int(job.arguments["version_id"])
    with reading() as work:
        version = corrections_store.find_version(work, version_id)
        if version is None:
            raise NotFound
        key = corrections_store.read_plain_key(version.item.kind, job.arguments["key"])
        if key is None:
            raise NotFound
        people = attempts_store.list_people(work, bank_id=version.bank_id, version_id=version_id)
        bank = hold_bank(work, version.bank_id, items_store.get_version(work, version.bank_id))
    tally = _Tally()
    for round_id, _, attempt_count in people:
        tally.rounds[round_id].update(people=1, attempts=attempt_count)
    done = 0
    known: dict[int, tuple[Round, PaperScorer]] = {}
    for round_id, account_ids in cut_batches(people):
        with reading() as work:
            if round_id not in known:
                round_ = contests_store.get_round(work, round_id)
                scorer = PaperScorer(
                    bank, scale_hundredths=round_.settings.scale_hundredths, proposed={version_id: key}
                )
                known[round_id] = (round_, scorer)
            round_, scorer = known[round_id]
            attempts = attempts_store.list_scored(
                work, round_id=round_id, account_ids=account_ids, version_id=version_id
            )
            kept = results_store.list_kept(work, round_id=round_id, account_ids=account_ids, locks=False)
            scores = score_anew(work, round_, attempts, scorer)
            for change in find_changes(round_, attempts, scores, kept):
                tally.add(round_id, change.after.unit_id or NO_UNIT, change.figure_up())
        done += len(account_ids)
        job.report(done, len(people))
    job.say(
        N_("%(attempts)s attempts of %(people)s people have the question; %(attempts_changed)s would change."),
        people=len({account_id for _, account_id, _ in people}),
        attempts=sum(count for _, _, count in people),
        attempts_changed=sum(counts["attempts_changed"] for counts in tally.rounds.values()),
        figures=tally.to_plain(),
    )


class _Tally:
    """Counts by round, and by unit over all rounds."""

    def __init__(self) -> None:
        self.rounds: dict[int, Counter[str]] = defaultdict(Counter)
        self.units: dict[int, Counter[str]] = defaultdict(Counter)

    def add(self, round_id: int, unit_id: int, counts: Mapping[str, int]) -> None:
        """Count a person."""
        self.rounds[round_id].update(counts)
        self.units[unit_id].update(counts)

    def to_plain(self) -> dict[str, Any]:
        """Lists of [id, counts], since a key of a JSON object is a text."""
        names = ("people", "attempts", *FIGURES)
        return {
            part: [[id_, {name: counts[name] for name in names}] for id_, counts in found.items()]
            for part, found in (("rounds", self.rounds), ("units", self.units))
        }
