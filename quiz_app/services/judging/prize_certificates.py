"""Certificates of prizes: who may have one, what it says, and what a check of its code tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.certificates import mask_name
from quiz_app.domain.contests import Contest
from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.filling import find_names
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, Values
from quiz_app.domain.initiatives.prizes import Prize
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.prizes import PrizesChanged
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.judging.prizes import PrizeLine
from quiz_app.persistence.session import Work, reading
from quiz_app.services.initiatives.access import open_entry
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.prizes import find_prize_kind
from quiz_app.services.judging.results import find_contest


@dataclass(frozen=True, slots=True)
class PrizeCertificate:
    """What the certificate of a prize says."""

    code: str
    contest: Contest
    round: InitiativeRound
    prize: Prize
    decided_at: datetime
    names: tuple[str, ...]
    """The authors; a unit's prize has its name."""
    unit_name: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class PrizeCheck:
    """What anyone with the code of a prize's certificate is told; names are cut to initials."""

    code: str
    contest: Contest
    round: InitiativeRound
    prize: Prize
    decided_at: datetime
    masked_names: tuple[str, ...]
    unit_name: str
    title: str | None


def view_certificate(*, person: Person, prize_id: int) -> PrizeCertificate:
    """The certificate of a decided prize: for organisers; once results are published for those whose entry it is.

    Raises NotFound.
    """
    with reading() as work:
        line = prizes_store.find_prize(work, prize_id)
        round_ = None if line is None else rounds_store.find_round(work, line.round_id)
        if line is None or round_ is None or line.code is None or line.decided_at is None:
            raise NotFound
        if not may_organise(person):
            if round_.published_at is None:
                raise NotFound
            if line.entry_id is not None:
                open_entry(work, person, line.entry_id)
            elif line.unit_id not in person.led_unit_ids:
                raise NotFound
        return _make_certificate(work, line, round_)


def list_certificates(*, organiser: Person, round_id: int) -> list[PrizeCertificate]:
    """All of a round, in the order of the prizes. Raises NotAllowed, NotFound, NotJudged, PrizesChanged (undecided)."""
    with reading() as work:
        round_, _ = open_round(work, organiser, round_id)
        given = prizes_store.list_prizes(work, round_id)
        if not any(line.decided_at is not None for line in given):
            raise PrizesChanged
        return [
            _make_certificate(work, line, round_)
            for prize in round_.settings.prizes
            for line in given
            if line.prize == prize.code
        ]


def check_prize(work: Work, code: str) -> PrizeCheck | None:
    """What a certificate with this code stands for; None where there is none, or nothing is published yet."""
    line = prizes_store.find_by_code(work, code)
    round_ = None if line is None else rounds_store.find_round(work, line.round_id)
    if line is None or round_ is None or round_.published_at is None:
        return None
    certificate = _make_certificate(work, line, round_)
    return PrizeCheck(
        code=certificate.code,
        contest=certificate.contest,
        round=round_,
        prize=certificate.prize,
        decided_at=certificate.decided_at,
        masked_names=() if line.entry_id is None else tuple(mask_name(name) for name in certificate.names),
        unit_name=line.unit_name,
        title=line.title,
    )


def list_authors(form: EntryForm, values: Values, fallback: str) -> tuple[str, ...]:
    """The authors as the form names them: the names in its table of shares, else in its first table of names, else
    whoever wrote the entry.
    """
    tables = [
        field
        for field in form.iterate_fields()
        if field.kind is FieldKind.TABLE and any(column.is_name for column in field.columns)
    ]
    tables.sort(key=lambda field: field.shares_column is None)
    for field in tables[:1]:
        codes = [column.code for column in field.columns if column.is_name]
        names = [row[code] for row in values.get(field.code, []) for code in codes if row.get(code)]
        if names:
            return tuple(names)
    return tuple(find_names(form, values)[:1]) or (fallback,)


def _make_certificate(work: Work, line: PrizeLine, round_: InitiativeRound) -> PrizeCertificate:
    if line.code is None or line.decided_at is None:
        raise NotFound
    names: tuple[str, ...] = (line.unit_name,)
    if line.entry_id is not None:
        names = list_authors(round_.settings.form, line.values, line.created_by or "")
    return PrizeCertificate(
        code=line.code,
        contest=find_contest(work, round_),
        round=round_,
        prize=find_prize_kind(round_, line.prize),
        decided_at=line.decided_at,
        names=names,
        unit_name=line.unit_name if line.entry_id is not None else None,
        title=line.title,
    )
