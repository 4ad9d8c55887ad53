"""Marking essays of practice rounds: without names, with a remark, in the audit trail. The mark counts for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from question_bank.formatted_text import FormattedText, to_plain
from question_bank.keys import EssayKey
from quiz_app.domain.contests import Round, is_practice
from quiz_app.domain.errors import NotAllowed, NotFound
from quiz_app.domain.essays import EssayMark, EssayMarkChanged, check_remark, read_points
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.attempts import essays as essays_store
from quiz_app.persistence.attempts.essays import StoredEssay
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.bank_cache import HeldBank, hold_bank

MOST_ESSAYS = 50
"""On a page."""
MOST_MARKED = 20
"""Marks on a page that can be looked at again, the latest."""
ATTEMPTS_AT_ONCE = 200
MOST_READ = 10
"""How many times so many attempts are read for one page: most of a large round may be marked already."""
START = (0, 0)
LONGEST_HINT = 160


@dataclass(frozen=True, slots=True)
class EssayLine:
    """An essay in the list: the question and the beginning of what was written; ``mark`` where it has one."""

    attempt_id: int
    slot: int
    question: str
    beginning: str
    finished_at: datetime
    mark: EssayMark | None


@dataclass(frozen=True, slots=True)
class EssayList:
    """What waits for a marker in a round, the earliest first, and what was marked last."""

    round: Round
    waiting: tuple[EssayLine, ...]
    marked: tuple[EssayLine, ...]
    next_after: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class EssayPage:
    """One essay with its question and what the author of the question wrote for its marker."""

    round: Round
    attempt_id: int
    slot: int
    stem: FormattedText
    guidance: str
    text: str
    mark: EssayMark | None


def list_essays(*, organiser: Person, round_id: int, after: tuple[int, int] = START) -> EssayList:
    """The essays of a practice round that nobody has marked. Raises NotAllowed, NotFound."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = _get_practice(work, round_id)
        bank = _hold_bank(work, round_)
        waiting: list[StoredEssay] = []
        place: tuple[int, int] | None = after
        for _ in range(MOST_READ):
            assert place is not None  # noqa: S101 - set anew below
            essays, place = essays_store.list_essays(work, round_id=round_id, after=place, most=ATTEMPTS_AT_ONCE)
            # Nobody marks what they have written themselves.
            waiting += [essay for essay in essays if essay.account_id != organiser.id]
            if place is None or len(waiting) >= MOST_ESSAYS:
                break
        if len(waiting) > MOST_ESSAYS:
            end = MOST_ESSAYS
            # The next page begins after an attempt, so all essays of the last one stand on this page.
            while end < len(waiting) and waiting[end].attempt_id == waiting[end - 1].attempt_id:
                end += 1
            waiting = waiting[:end]
            place = (int(waiting[-1].finished_at.timestamp() * 1000), waiting[-1].attempt_id)
        marked: list[EssayLine] = []
        for attempt_id, slot, mark in essays_store.list_latest_marks(work, round_id=round_id, most=MOST_MARKED):
            essay = essays_store.find_essay(work, round_id=round_id, attempt_id=attempt_id, slot=slot)
            if essay is not None and essay.account_id != organiser.id:
                marked.append(_to_line(work, bank, essay, mark))
        lines = tuple(_to_line(work, bank, essay, None) for essay in waiting)
    return EssayList(round_, lines, tuple(marked), place)


def view_essay(*, organiser: Person, round_id: int, attempt_id: int, slot: int) -> EssayPage:
    """One essay. Raises NotAllowed, NotFound (also for one's own)."""
    _ensure_may(organiser)
    with reading() as work:
        round_ = _get_practice(work, round_id)
        essay = _get_essay(work, organiser, round_id, attempt_id, slot)
        item = _hold_bank(work, round_).get_item(work, essay.version_id)
        mark = essays_store.map_marks(work, attempt_id).get(slot)
    guidance = item.key.guidance if isinstance(item.key, EssayKey) else ""
    return EssayPage(round_, attempt_id, slot, item.stem, guidance, essay.text, mark)


def mark_essay(
    *, organiser: Person, round_id: int, attempt_id: int, slot: int, points: str, remark: str, seen: int, now: datetime
) -> EssayMark:
    """Give an essay a mark from 0 to the round's scale, or another one; ``seen`` is the version that the person saw,
    0 where there was none. Neither score nor ranking changes.

    Raises NotAllowed, NotFound, InvalidInput, EssayMarkChanged.
    """
    _ensure_may(organiser)
    remark = check_remark(remark)
    with transaction() as work:
        round_ = _get_practice(work, round_id)
        essay = _get_essay(work, organiser, round_id, attempt_id, slot)
        scale = round_.settings.scale_hundredths
        before = essays_store.map_marks(work, attempt_id).get(slot)
        mark = EssayMark(read_points(points, scale), scale, remark, now, seen + 1)
        if not essays_store.put_mark(work, essay=essay, mark=mark, marked_by_id=organiser.id, seen=seen):
            raise EssayMarkChanged
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="essay_marked",
            subject=("attempt", attempt_id),
            details={
                "question": slot + 1,
                "before": None if before is None else before.hundredths,
                "after": mark.hundredths,
            },
        )
    return mark


def _ensure_may(person: Person) -> None:
    if not may_organise(person):
        raise NotAllowed


def _get_practice(work: Work, round_id: int) -> Round:
    round_ = contests_store.find_round(work, round_id)
    if round_ is None or not is_practice(round_):
        raise NotFound
    return round_


def _get_essay(work: Work, organiser: Person, round_id: int, attempt_id: int, slot: int) -> StoredEssay:
    essay = essays_store.find_essay(work, round_id=round_id, attempt_id=attempt_id, slot=slot)
    if essay is None or essay.account_id == organiser.id:
        raise NotFound
    return essay


def _hold_bank(work: Work, round_: Round) -> HeldBank:
    return hold_bank(work, round_.bank_id, items_store.get_version(work, round_.bank_id))


def _to_line(work: Work, bank: HeldBank, essay: StoredEssay, mark: EssayMark | None) -> EssayLine:
    return EssayLine(
        attempt_id=essay.attempt_id,
        slot=essay.slot,
        question=_shorten(to_plain(bank.get_item(work, essay.version_id).stem)),
        beginning=_shorten(essay.text),
        finished_at=essay.finished_at,
        mark=mark,
    )


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_HINT else text[: LONGEST_HINT - 1].rstrip() + "…"
