"""Proposing another key, and putting it in force."""

from __future__ import annotations

from datetime import datetime

from question_bank.items import ItemKind
from question_bank.keys import Key
from quiz_app.domain.errors import FinalResultsConcerned, InvalidInput, KeyChanged, NotAllowed, NotFound
from quiz_app.domain.jobs import Job, JobKind, JobState
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_correct_keys, may_organise
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.attempts import rescoring as attempts_store
from quiz_app.persistence.key_corrections import KeyCorrection, VersionToCorrect
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.item_bank.writing import lock_bank, touch_bank
from quiz_app.services.jobs import add_job

LONGEST_REASON = 1000
"""Characters."""


def propose_key(*, organiser: Person, version_id: int, key: Key, now: datetime) -> int:
    """Have it found out what this key would change; the id of the job. Nothing is changed by that.

    Raises NotAllowed, NotFound, InvalidInput (it is in force already, or the item is an essay).
    """
    with transaction() as work:
        version, corrections = get_version(work, organiser, version_id)
        return _propose(work, organiser, version, corrections, key, now)


def propose_undo(*, organiser: Person, version_id: int, now: datetime) -> int:
    """The same for the key that was in force before the newest correction. Raises NotFound where there is none."""
    with transaction() as work:
        version, corrections = get_version(work, organiser, version_id)
        before = corrections[1].key if len(corrections) > 1 else version.item.key
        if not corrections or before is None:
            raise NotFound
        return _propose(work, organiser, version, corrections, before, now)


def confirm_correction(*, organiser: Person, version_id: int, preview_id: int, reason: str, now: datetime) -> int:
    """Put a previewed key in force for every finish from now on, and have all finished attempts scored anew; the id of
    that job.

    Raises NotAllowed, NotFound (no such preview, or it is not complete), InvalidInput (no reason), KeyChanged, or
    FinalResultsConcerned where an administrator is needed.
    """
    reason = " ".join(reason.split())
    if not 0 < len(reason) <= LONGEST_REASON:
        raise InvalidInput("Give a reason of at most 1,000 characters. Nothing was changed.")
    with transaction() as work:
        version, _ = get_version(work, organiser, version_id)
        preview = get_preview(work, version_id, preview_id)
        key = corrections_store.read_plain_key(version.item.kind, preview.arguments["key"])
        if preview.state is not JobState.DONE or key is None:
            raise NotFound
        bank = lock_bank(work, version.bank_id)
        corrections = corrections_store.list_corrections(work, version_id)
        if len(corrections) != preview.arguments["known"]:
            raise KeyChanged
        _ensure_may_correct(work, organiser, version)
        in_force = find_key_in_force(version, corrections)
        number = len(corrections) + 1
        correction_id = corrections_store.add_correction(
            work, version_id=version_id, number=number, key=key, reason=reason, made_by_id=organiser.id, now=now
        )
        touch_bank(work, bank)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="key_corrected",
            subject=("item_version", version_id),
            details={
                "code": version.item.code,
                "version": version.number,
                "number": number,
                "before": {"key": corrections_store.to_plain_key(in_force)},
                "after": {"key": corrections_store.to_plain_key(key)},
                "reason": reason,
            },
        )
        return _add_rescoring(work, organiser, correction_id, now)


def continue_rescoring(*, organiser: Person, version_id: int, now: datetime) -> int:
    """Have the attempts scored anew where a job of it was cancelled or failed; the id of the new one, or of one that is
    under way. Raises NotAllowed, NotFound.
    """
    with transaction() as work:
        _, corrections = get_version(work, organiser, version_id)
        if not corrections or corrections[0].rescored_at is not None:
            raise NotFound
        # Held, so that of two who ask at once the second one finds the job of the first.
        correction = corrections_store.lock_correction(work, corrections[0].id)
        if correction is None or correction.rescored_at is not None:
            raise NotFound
        job = jobs_store.find_unfinished(
            work, kind=JobKind.RESCORE_ATTEMPTS, arguments={"correction_id": correction.id}
        )
        return _add_rescoring(work, organiser, correction.id, now) if job is None else job.id


def get_version(work: Work, organiser: Person, version_id: int) -> tuple[VersionToCorrect, list[KeyCorrection]]:
    """The version and its corrections, the newest first. Raises NotAllowed, NotFound."""
    if not may_organise(organiser):
        raise NotAllowed
    version = corrections_store.find_version(work, version_id)
    if version is None:
        raise NotFound
    return version, corrections_store.list_corrections(work, version_id)


def get_preview(work: Work, version_id: int, preview_id: int) -> Job:
    """The job of a preview of this version. Raises NotFound."""
    job = jobs_store.find_job(work, preview_id)
    if job is None or job.kind is not JobKind.PREVIEW_KEY or job.arguments["version_id"] != version_id:
        raise NotFound
    return job


def find_key_in_force(version: VersionToCorrect, corrections: list[KeyCorrection]) -> Key | None:
    """The newest correction's key, or the version's own."""
    return corrections[0].key if corrections else version.item.key


def list_final_rounds(work: Work, version: VersionToCorrect) -> list[str]:
    """The titles of rounds whose results are final and whose attempts have the item version."""
    return [
        round_.title
        for round_ in contests_store.list_rounds(work)
        if round_.bank_id == version.bank_id
        and round_.finalised_at is not None
        and attempts_store.is_sat(work, round_id=round_.id, version_id=version.id)
    ]


def _ensure_may_correct(work: Work, organiser: Person, version: VersionToCorrect) -> None:
    if not may_correct_keys(organiser, is_final=False):
        raise NotAllowed
    if not may_correct_keys(organiser, is_final=True):
        # No round of the bank becomes final between this look and the end of the transaction. After the bank and in the
        # order of their ids: so nobody who holds one of them waits for another.
        rounds = [round_.id for round_ in contests_store.list_rounds(work) if round_.bank_id == version.bank_id]
        for round_id in sorted(rounds):
            contests_store.hold_round(work, round_id)
        titles = list_final_rounds(work, version)
        if titles:
            raise FinalResultsConcerned(tuple(titles))


def _propose(
    work: Work,
    organiser: Person,
    version: VersionToCorrect,
    corrections: list[KeyCorrection],
    key: Key,
    now: datetime,
) -> int:
    if version.item.kind is ItemKind.ESSAY:
        raise InvalidInput("An essay has no key that the system scores by.")
    if key == find_key_in_force(version, corrections):
        raise InvalidInput("This key is in force already. Nothing was changed.")
    return add_job(
        work,
        kind=JobKind.PREVIEW_KEY,
        arguments={
            "version_id": version.id,
            "key": corrections_store.to_plain_key(key),
            # So that a correction that somebody else makes meanwhile is noticed.
            "known": len(corrections),
        },
        person=organiser,
        now=now,
    )


def _add_rescoring(work: Work, organiser: Person, correction_id: int, now: datetime) -> int:
    return add_job(
        work, kind=JobKind.RESCORE_ATTEMPTS, arguments={"correction_id": correction_id}, person=organiser, now=now
    )
