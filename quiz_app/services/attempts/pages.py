"""Puts together what a participant's pages show (see ``values``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from question_bank.items import ItemKind, LegalSource
from quiz_app.domain.attempts import AttemptState, compute_deadline
from quiz_app.domain.contests import (
    Phase,
    Reveal,
    compute_phase,
    ensure_may_start,
    find_reveal,
    is_practice,
    may_see_ranking,
)
from quiz_app.domain.errors import AttemptClosed, NotFound, Refusal
from quiz_app.domain.essays import EssayMark
from quiz_app.domain.people import Person
from quiz_app.domain.receipts import make_receipt
from quiz_app.domain.results import is_passed
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence.attempts import AttemptRow, RoundStanding
from quiz_app.persistence.attempts.essays import ESSAY_FORM, map_marks
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.attempts.closing import close_attempts, mark_slot
from quiz_app.services.attempts.feedback import make_feedback
from quiz_app.services.attempts.key_views import make_key_view
from quiz_app.services.attempts.starting import close_if_overdue, get_standing, to_domain_standing
from quiz_app.services.attempts.values import (
    AttemptPage,
    HistoryPage,
    HomeRound,
    QuestionView,
    ResultPage,
    ReviewedQuestion,
    StartPage,
    TopicFigures,
)
from quiz_app.services.bank_cache import HeldBank, hold_bank

HISTORY_PAGE = 20
"""Attempts on one page of the history, and bars of the chart of scores."""
HOME_BARS = 10
"""Last attempts of a round that stand as bars on the home page."""
LAST_ORDINAL = 2**31 - 1
"""More than any attempt's number."""


def list_home_rounds(*, person: Person, now: datetime) -> list[HomeRound]:
    """Every round with the person's standing in it, in one statement unless an attempt must first be closed.

    One more, for all rounds together, reads the scores of whoever has finished an attempt.
    """
    with reading() as work:
        standings = attempts_store.list_standings(work, person.id)
        homes = [_to_home(work, standing, person, now) for standing in standings]
        if not any(home.open_attempt and now > home.open_attempt.accepts_until_at for home in homes):
            return _add_recent_scores(work, homes, person)
    with transaction() as work:
        homes = [_to_home(work, close_if_overdue(work, standing, person, now), person, now) for standing in standings]
        return _add_recent_scores(work, homes, person)


def _add_recent_scores(work: Work, homes: list[HomeRound], person: Person) -> list[HomeRound]:
    if all(home.best is None for home in homes):
        return homes
    scores = attempts_store.list_recent_scores(work, account_id=person.id, most=HOME_BARS)
    return [replace(home, recent_scores=scores.get(home.round.id, ())) for home in homes]


def view_start(*, person: Person, round_id: int, now: datetime) -> StartPage:
    """The start page of a round. Raises NotFound."""
    home = _view_home(person, round_id, now)
    round_ = home.round
    deadline_at = compute_deadline(round_, now)
    seconds = max(0, int((deadline_at - now).total_seconds()))
    return StartPage(
        home=home,
        slot_count=round_.settings.blueprint.size,
        deadline_if_started_now=deadline_at,
        seconds_if_started_now=seconds,
        is_time_cut=home.phase is Phase.OPEN and seconds < round_.settings.time_limit_seconds,
    )


def view_attempt(*, person: Person, attempt_id: int, now: datetime) -> AttemptPage:
    """The paper of the person's attempt. Raises NotFound, or AttemptClosed once it is over (it is then scored)."""
    with reading() as work:
        row = attempts_store.find_attempt(work, attempt_id=attempt_id, account_id=person.id)
        if row is None:
            raise NotFound
        if row.attempt.state is AttemptState.IN_PROGRESS and not row.attempt.is_overdue(now):
            return _to_attempt_page(work, row, now)
    raise AttemptClosed


def view_practised(*, person: Person, attempt_id: int, slot: int) -> QuestionView:
    """A question of the person's attempt with its feedback.

    Raises NotFound for what has no saved answer of their own in a practice round.
    """
    with reading() as work:
        row = attempts_store.find_attempt(work, attempt_id=attempt_id, account_id=person.id)
        if row is None or row.attempt.state is AttemptState.VOIDED or slot >= len(row.attempt.paper):
            raise NotFound
        question = _to_question(work, hold_bank(work, row.round.bank_id, row.bank_version), row, slot)
    if question.feedback is None:
        raise NotFound
    return question


def view_result(*, person: Person, attempt_id: int, now: datetime) -> ResultPage:
    """The result of the person's attempt; an overdue one is closed first. Raises NotFound also while it is in
    progress.
    """
    with reading() as work:
        found = attempts_store.find_attempt_with_standing(work, attempt_id=attempt_id, account_id=person.id)
        if found is None:
            raise NotFound
        row, standing = found
        if row.attempt.state is AttemptState.FINISHED and not _has_overdue(standing, now):
            return _to_result_page(work, row, _to_home(work, standing, person, now), now)
    if row.attempt.is_overdue(now):
        row = _close_one(person, attempt_id, now)
    if row.attempt.state is not AttemptState.FINISHED:
        raise NotFound
    home = _view_home(person, row.attempt.round_id, now)
    with reading() as work:
        return _to_result_page(work, row, home, now)


def view_history(*, person: Person, round_id: int, before_ordinal: int | None, now: datetime) -> HistoryPage:
    """A page of the person's attempts in a round. Raises NotFound."""
    home = _view_home(person, round_id, now)
    with reading() as work:
        lines = attempts_store.list_history(
            work,
            round_id=round_id,
            account_id=person.id,
            # Within what the column holds: the number comes from an address.
            before_ordinal=min(max(before_ordinal or LAST_ORDINAL, 0), LAST_ORDINAL),
            most=HISTORY_PAGE + 1,
        )
    shown = lines[:HISTORY_PAGE]
    return HistoryPage(home, tuple(shown), shown[-1].ordinal if len(lines) > HISTORY_PAGE else None)


def _view_home(person: Person, round_id: int, now: datetime) -> HomeRound:
    with reading() as work:
        standing = get_standing(work, person, round_id)
        if not _has_overdue(standing, now):
            return _to_home(work, standing, person, now)
    with transaction() as work:
        standing = close_if_overdue(work, standing, person, now)
        return _to_home(work, standing, person, now)


def _has_overdue(standing: RoundStanding, now: datetime) -> bool:
    return standing.open_attempt is not None and now > standing.open_attempt.accepts_until_at


def _to_home(work: Work, standing: RoundStanding, person: Person, now: datetime) -> HomeRound:
    round_ = standing.round
    refusal: Refusal | None = None
    try:
        ensure_may_start(round_, to_domain_standing(work, standing, person), now)
    except Refusal as error:
        refusal = error
    return HomeRound(
        round=round_,
        contest_title=standing.contest_title,
        phase=compute_phase(round_.opens_at, round_.closes_at, now),
        is_demonstration=standing.is_demonstration,
        open_attempt=standing.open_attempt,
        best=standing.best,
        refusal=refusal,
        shows_ranking=may_see_ranking(round_, now),
        has_notices=standing.has_notices,
    )


def _close_one(person: Person, attempt_id: int, now: datetime) -> AttemptRow:
    with transaction() as work:
        row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=person.id)
        if row is None:
            raise NotFound
        if row.attempt.state is AttemptState.IN_PROGRESS:
            close_attempts(work, [row], now, actor_id=None)
        closed = attempts_store.find_attempt(work, attempt_id=attempt_id, account_id=person.id)
    if closed is None:
        raise NotFound
    return closed


def _to_attempt_page(work: Work, row: AttemptRow, now: datetime) -> AttemptPage:
    bank = hold_bank(work, row.round.bank_id, row.bank_version)
    questions = [_to_question(work, bank, row, number) for number in range(len(row.attempt.paper))]
    time_left_ms = max(0, (row.attempt.deadline_at - now) // timedelta(milliseconds=1))
    return AttemptPage(row.attempt, row.round, tuple(questions), time_left_ms, int(now.timestamp() * 1000))


def _to_question(work: Work, bank: HeldBank, row: AttemptRow, number: int) -> QuestionView:
    slot = row.attempt.paper[number]
    item = bank.get_item(work, slot.version_id)
    response = row.attempt.responses.get(number)
    flag = row.attempt.flags.get(number)
    return QuestionView(
        slot=number,
        kind=item.kind,
        topic=bank.topic_names.get(item.topic, item.topic),
        stem=item.stem,
        rows=item.rows,
        options=tuple(item.options[position].text for position in slot.option_order),
        choice=response.choice if response else None,
        sequence=response.sequence if response else 0,
        is_flagged=flag is not None and flag.is_flagged,
        flag_sequence=flag.sequence if flag else 0,
        feedback=make_feedback(row.round, slot, response, item),
    )


def _to_result_page(work: Work, row: AttemptRow, home: HomeRound, now: datetime) -> ResultPage:
    bank = hold_bank(work, row.round.bank_id, row.bank_version)
    reveal = find_reveal(row.round, now)
    questions: list[ReviewedQuestion] = []
    topics: dict[str, TopicFigures] = {}
    if reveal is not Reveal.SCORE:
        for number, slot in enumerate(row.attempt.paper):
            item = bank.get_item(work, slot.version_id)
            response = row.attempt.responses.get(number)
            fraction = None if item.kind is ItemKind.ESSAY else mark_slot(item, slot, response)
            name = bank.topic_names.get(item.topic, item.topic)
            if fraction is not None:
                topics[name] = _add_to_topic(topics.get(name), name, fraction == 1, item.source)
            if reveal is Reveal.TOPICS:
                continue
            shows_key = reveal is Reveal.KEY_AND_EXPLANATION
            questions.append(
                ReviewedQuestion(
                    slot=number,
                    kind=item.kind,
                    topic=name,
                    stem=item.stem,
                    rows=item.rows,
                    options=tuple(item.options[position].text for position in slot.option_order),
                    choice=response.choice if response else None,
                    fraction=fraction,
                    key=make_key_view(item, slot) if shows_key else None,
                    explanation=item.explanation if shows_key else None,
                    source=item.source if shows_key else None,
                )
            )
    attempt = row.attempt
    last, late_count = attempts_store.list_last(
        work, round_id=attempt.round_id, account_id=attempt.account_id, attempt_id=attempt.id, most=HISTORY_PAGE
    )
    return ResultPage(
        attempt=attempt,
        home=home,
        is_passed=is_passed(attempt.score_hundredths or 0, row.round.settings.cut_score_hundredths),
        is_best=home.best is not None and home.best.attempt_id == attempt.id,
        topics=tuple(sorted(topics.values(), key=lambda figures: figures.right / figures.total)),
        questions=tuple(questions),
        receipt=make_receipt(attempt),
        late_count=late_count,
        history=tuple(reversed(last)),
        essay_marks=_list_essay_marks(work, row),
    )


def _list_essay_marks(work: Work, row: AttemptRow) -> tuple[tuple[int, EssayMark], ...]:
    # Papers without an essay, which is every paper that counts, cost no statement more.
    if not is_practice(row.round) or all(slot.form != ESSAY_FORM for slot in row.attempt.paper):
        return ()
    return tuple(sorted(map_marks(work, row.attempt.id).items()))


def _add_to_topic(figures: TopicFigures | None, name: str, is_right: bool, source: LegalSource) -> TopicFigures:
    known = figures or TopicFigures(name, 0, 0, ())
    sources = known.sources
    if not is_right and source.document and all(source.document != other.document for other in sources):
        sources = (*sources, source)
    return TopicFigures(name, known.right + is_right, known.total + 1, sources)
