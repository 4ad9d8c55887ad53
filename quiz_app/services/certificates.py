"""Certificates: issuing one, what it says at a download, and what a stranger with its code is told."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from quiz_app.cache import Cache
from quiz_app.domain.certificates import (
    CODE_BITS,
    LOOKUP_LIMIT,
    LOOKUP_WINDOW,
    CertificateNotEarned,
    TooManyLookups,
    compute_dated_at,
    make_code,
    mask_name,
    normalise_code,
)
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotFound
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import certificates as certificates_store
from quiz_app.persistence.certificates import CertificateRecord, CertifiedResult
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.attempts.starting import close_if_overdue, get_standing
from quiz_app.services.judging.prize_certificates import PrizeCheck, check_prize


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the paper says: the best result at the time of the download, under the code of the first issue."""

    code: str
    dated_at: datetime
    round: Round
    contest_title: str
    organiser: str
    is_demonstration: bool
    person_name: str
    unit_name: str | None
    score_hundredths: int
    achieved_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """What anyone with the code is told. ``result`` is what holds now; None when no passed result holds any more."""

    code: str
    issued_at: datetime
    round: Round
    contest_title: str
    organiser: str
    is_demonstration: bool
    masked_name: str
    unit_name: str | None
    score_hundredths: int | None
    achieved_at: datetime | None

    @property
    def holds(self) -> bool:
        """Whether the person has passed the round as things stand."""
        return self.score_hundredths is not None


def issue_certificate(*, person: Person, round_id: int, now: datetime) -> None:
    """Give the person their certificate of the round; who has one keeps it, code and all.

    Raises NotFound (no such round, or it gives none) or CertificateNotEarned.
    """
    with transaction() as work:
        # An attempt whose time is over is scored first: it may be the one that passed.
        close_if_overdue(work, get_standing(work, person, round_id), person, now)
        record = certificates_store.find_record(work, round_id=round_id, account_id=person.id)
        best = _ensure_earned(record)
        if record is None or record.code is not None:
            return
        certificate_id = certificates_store.add_certificate(
            work,
            code=make_code(secrets.randbits(CODE_BITS)),
            round_id=round_id,
            account_id=person.id,
            attempt_id=best.attempt_id,
            now=now,
        )
        if certificate_id is not None:
            audit.add_entry(
                work,
                now=now,
                actor_id=person.id,
                action="certificate_issued",
                subject=("certificate", certificate_id),
                # Not the code: who reads the trail has no use for it.
                details={"round_id": round_id, "attempt_id": best.attempt_id},
            )


def take_certificate(*, person: Person, round_id: int, now: datetime) -> Certificate:
    """The person's certificate to be handed out, which is audited. Raises what ``view_certificate`` raises."""
    certificate = view_certificate(person=person, round_id=round_id)
    with transaction() as work:
        audit.add_entry(work, now=now, actor_id=person.id, action="certificate_downloaded", subject=("round", round_id))
    return certificate


def view_certificate(*, person: Person, round_id: int) -> Certificate:
    """The person's certificate of the round, with their best result as of now.

    Raises NotFound until it has been issued, CertificateNotEarned where the result no longer holds.
    """
    with reading() as work:
        record = certificates_store.find_record(work, round_id=round_id, account_id=person.id)
    if record is None or record.code is None or record.issued_at is None:
        raise NotFound
    best = _ensure_earned(record)
    return Certificate(
        code=record.code,
        dated_at=compute_dated_at(record.issued_at, best.finished_at),
        round=record.round,
        contest_title=record.contest_title,
        organiser=record.organiser,
        is_demonstration=record.is_demonstration,
        person_name=record.person_name,
        unit_name=best.unit_name,
        score_hundredths=best.score_hundredths,
        achieved_at=best.finished_at,
    )


def check_certificate(*, text: str, address: str, cache: Cache) -> CertificateCheck | PrizeCheck:
    """What the certificate with this code stands for now, whatever way the code was typed.

    Raises NotFound, or TooManyLookups after ``LOOKUP_LIMIT`` unknown codes from the address: then for right codes too,
    since otherwise the refusal would itself say which guess was right.
    """
    code = normalise_code(text)
    if code is None:
        raise NotFound
    counter = f"certificate-lookups:{address}"
    if cache.read_count(counter) >= LOOKUP_LIMIT:
        raise TooManyLookups
    with reading() as work:
        record = certificates_store.find_record_by_code(work, code)
        prize = check_prize(work, code) if record is None else None
    if prize is not None:
        return prize
    if record is None or record.code is None or record.issued_at is None:
        cache.count_one(counter, int(LOOKUP_WINDOW.total_seconds()))
        raise NotFound
    best = record.best if record.best is not None and record.best.is_passed else None
    return CertificateCheck(
        code=record.code,
        issued_at=record.issued_at,
        round=record.round,
        contest_title=record.contest_title,
        organiser=record.organiser,
        is_demonstration=record.is_demonstration,
        masked_name=mask_name(record.person_name),
        unit_name=best.unit_name if best else None,
        score_hundredths=best.score_hundredths if best else None,
        achieved_at=best.finished_at if best else None,
    )


def _ensure_earned(record: CertificateRecord | None) -> CertifiedResult:
    if record is None or not record.round.settings.gives_certificate:
        raise NotFound
    if record.best is None or not record.best.is_passed:
        raise CertificateNotEarned(record.round.settings.cut_score_hundredths)
    return record.best
