"""Reads the rounds of a contest file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from question_bank.blueprint import BlueprintCell, CrossingCells, ExamBlueprint
from question_bank.items import Level
from question_bank.readers.located_yaml import Section
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.contests import (
    AttemptRegime,
    PredictionSubject,
    RankCriterion,
    RegimeKind,
    Reveal,
    Round,
    RoundSettings,
    UnitRankingRule,
)
from quiz_app.domain.people import Role

Word = TypeVar("Word", bound=StrEnum)

_MOMENT = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2}))? (?:(?P<date>\d{1,2}/\d{1,2}/\d{4})|D(?P<days>[+-]\d+)?)"
)
DEFAULT_RANK_ORDER = (RankCriterion.SCORE, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT)
DEFAULT_EXCLUDED_ROLES = frozenset({Role.ORGANISER, Role.JUDGE, Role.ADMINISTRATOR})


def read_round(entry: Section, *, zone: ZoneInfo, today: date | None) -> Round | None:
    """A round with its settings, or None when a problem was noted."""
    code, title = entry.read_text("code", longest=60), entry.read_text("title", longest=300)
    opens_at = read_moment(entry, "opens_at", zone=zone, today=today)
    closes_at = read_moment(entry, "closes_at", zone=zone, today=today)
    settings = _read_settings(entry)
    entry.refuse_unread()
    if opens_at is None or closes_at is None or settings is None:
        return None
    if closes_at <= opens_at:
        entry.note("closes_at", N_("the round closes before it opens"))
        return None
    return Round(0, 0, code, title, opens_at, closes_at, 0, zone, settings, 1)


def read_moment(
    entry: Section, field: str, *, zone: ZoneInfo, today: date | None, required: bool = True
) -> datetime | None:
    """``22:00 15/10/2022``, to the minute or the second, in the contest's zone; ``24:00`` is the end of that day.

    In demonstrations ``D`` stands for the day of loading: ``07:00 D-10``, ``22:00 D+20``.
    """
    text = entry.find_text(field, required=required)
    if text is None:
        return None
    match = _MOMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)  # noqa: TRY301 - one way out for every malformed moment
        if match["date"]:
            day = datetime.strptime(match["date"], "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day has no zone
        elif today is None:
            entry.note(field, N_("only a demonstration counts days from its loading; give a date"))
            return None
        else:
            day = today + timedelta(days=int(match["days"] or 0))
        hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
        if (hour, minute, second) == (24, 0, 0):
            day, hour = day + timedelta(days=1), 0
        return datetime.combine(day, time(hour, minute, second), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        entry.note(field, N_("“%(text)s” is not a moment (such as 22:00 15/10/2022)"), text=text)
        return None


def _read_settings(entry: Section) -> RoundSettings | None:
    blueprint = _read_blueprint(entry)
    time_limit = entry.find_integer("time_limit_seconds", smallest=10, largest=86_400, required=True)
    regime = _read_regime(entry.find_section("attempts"))
    pause = entry.find_integer("pause_seconds", smallest=0, largest=604_800)
    grace = entry.find_integer("transport_grace_seconds", smallest=0, largest=60)
    scale = find_hundredths(entry, "scale", default=1000)
    cut_score = find_hundredths(entry, "cut_score", default=0)
    rank_order = read_words(entry, "rank_by", RankCriterion) or DEFAULT_RANK_ORDER
    after_attempt = entry.find_choice("reveal_after_attempt", Reveal) or Reveal.SCORE
    after_close = entry.find_choice("reveal_after_close", Reveal) or Reveal.KEY_AND_EXPLANATION
    prediction = entry.find_choice("prediction", PredictionSubject)
    flags = {name: entry.find_flag(name) for name in ("is_ranked", "is_ranking_public", "shows_provisional_ranking")}
    gives_certificate = entry.find_flag("gives_certificate")
    reveal_during_attempt = bool(entry.find_flag("reveal_during_attempt"))
    unit_ranking = _read_unit_ranking(entry.find_section("unit_ranking"))
    prize_places = entry.find_integer("prize_places", smallest=0, largest=1000)
    excluded = frozenset(read_words(entry, "excluded_roles", Role)) or DEFAULT_EXCLUDED_ROLES
    if RankCriterion.PREDICTION in rank_order and prediction is None:
        entry.note("rank_by", N_("the round ranks by a prediction but asks for none"))
    if reveal_during_attempt and flags["is_ranked"] is not False:
        entry.note("reveal_during_attempt", N_("a round that shows keys during the attempt has `is_ranked: no`"))
    if scale == 0:
        entry.note("scale", N_("the scale is more than 0"))
    if cut_score > scale:
        entry.note("cut_score", N_("the cut score is above the scale"))
    if blueprint is None or time_limit is None or regime is None:
        return None
    return RoundSettings(
        blueprint=blueprint,
        time_limit_seconds=time_limit,
        regime=regime,
        pause_seconds=pause or 0,
        scale_hundredths=scale,
        cut_score_hundredths=cut_score,
        rank_order=rank_order,
        reveal_after_attempt=after_attempt,
        reveal_after_close=after_close,
        prediction=prediction,
        is_ranked=flags["is_ranked"] is not False,
        is_ranking_public=flags["is_ranking_public"] is not False,
        shows_provisional_ranking=bool(flags["shows_provisional_ranking"]),
        transport_grace_seconds=5 if grace is None else grace,
        gives_certificate=bool(gives_certificate),
        reveal_during_attempt=reveal_during_attempt,
        unit_ranking=unit_ranking,
        prize_places=10 if prize_places is None else prize_places,
        excluded_roles=excluded,
    )


def _read_blueprint(entry: Section) -> ExamBlueprint | None:
    """``questions: 10`` draws from the whole bank; ``blueprint`` lists cells of topic, level and count."""
    questions = entry.find_integer("questions", smallest=1, largest=200)
    cells = []
    for cell in entry.list_sections("blueprint"):
        topic = cell.find_text("topic", longest=60)
        level = cell.find_choice("level", Level)
        count = cell.find_integer("count", smallest=1, largest=200, required=True)
        cell.refuse_unread()
        if count is not None:
            cells.append(BlueprintCell(topic, level, count))
    if not cells and questions is None:
        entry.note("questions", N_("either the number of questions or a blueprint is needed"))
        return None
    if cells and questions is not None and questions != sum(cell.count for cell in cells):
        entry.note("questions", N_("the number of questions is not the sum of the blueprint"))
        return None
    try:
        return ExamBlueprint(tuple(cells) or (BlueprintCell(None, None, questions or 1),))
    except CrossingCells:
        entry.note("blueprint", N_("two cells overlap in part; give each cell both topic and level"))
        return None


def _read_regime(section: Section | None) -> AttemptRegime | None:
    if section is None:
        return AttemptRegime(RegimeKind.UNLIMITED)
    kind = section.find_choice("regime", RegimeKind, required=True)
    limit = section.find_integer("limit", smallest=1, largest=1000)
    section.refuse_unread()
    if kind is None:
        return None
    if (kind is RegimeKind.UNLIMITED) != (limit is None):
        section.note("limit", N_("a limited regime, and no other, has a limit"))
        return None
    return AttemptRegime(kind, limit or 0)


def _read_unit_ranking(section: Section | None) -> UnitRankingRule:
    """Weights (none: rate times mean), places by block, and the share of the staff below which a unit has no place."""
    if section is None:
        return UnitRankingRule()
    participation = section.find_integer("participation_weight", smallest=0, largest=100)
    score = section.find_integer("score_weight", smallest=0, largest=100)
    is_by_block = section.find_flag("by_block")
    floor = section.find_integer("floor_percent", smallest=0, largest=100)
    section.refuse_unread()
    if (participation is None) != (score is None) or (participation, score) == (0, 0):
        section.note("score_weight", N_("both weights are given, one of them above 0, or none"))
        participation = score = None
    return UnitRankingRule(participation or 0, score or 0, bool(is_by_block), floor or 0)


def find_hundredths(entry: Section, field: str, *, default: int) -> int:
    """A score with at most two decimals, up to 1,000, in hundredths; the default where there is none or it is wrong."""
    text = entry.find_text(field)
    if text is None:
        return default
    try:
        number = Decimal(text.replace(",", ".")) * 100
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number != number.to_integral_value() or not 0 <= number <= 100_000:
        entry.note(field, N_("“%(text)s” is not a score with at most two decimals"), text=text)
        return default
    return int(number)


def read_words(entry: Section, field: str, words: type[Word]) -> tuple[Word, ...]:
    """A list of words of a kind, each at most once; what is none of them is noted."""
    read: list[Word] = []
    for text in entry.list_texts(field):
        try:
            word = words(text)
        except ValueError:
            entry.note(field, N_("“%(text)s” is not one of: %(words)s"), text=text, words=", ".join(words))
            continue
        if word in read:
            entry.note(field, N_("“%(text)s” stands twice"), text=text)
        read.append(word)
    return tuple(read)
