"""How values look in both languages, with the values at which they change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g
from jinja2 import StrictUndefined

from question_bank.blueprint import Shortfall
from question_bank.items import Level
from quiz_app.domain import errors
from quiz_app.domain.contests import AttemptRegime, RegimeKind
from quiz_app.domain.initiatives import entries, file_rules, filling, states
from quiz_app.domain.initiatives import rounds as initiative_rounds
from quiz_app.domain.judging import judgements, presenting
from quiz_app.domain.judging import prizes as judging_prizes
from quiz_app.web import value_formats as formats
from quiz_app.web import value_words as words
from quiz_app.web.formatting import describe_refusal, register_formatting
from quiz_app.web.refusal_words import title_refusal
from quiz_app.web.templating import LanguageEnvironment
from quiz_app.web.translate import gettext, ngettext, register_translations, translate, translate_number

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
CLOSE = datetime(2022, 10, 15, 15, 0, 5, tzinfo=UTC)


@pytest.fixture
def app():
    """An application with nothing but the formats."""
    app = Flask("formats")
    app.jinja_env.undefined = StrictUndefined
    register_formatting(app)
    register_translations(app)
    with app.test_request_context():
        g.language = "en"
        yield app


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (formats.format_instant, "15/10/2022 22:00"),
        (formats.format_day, "15/10/2022"),
        (formats.format_hour, "22:00"),
        (formats.format_clock, "22:00:05"),
        (formats.format_zone, "GMT+7"),
    ],
)
def test_instants_are_shown_in_the_zone_of_the_contest(write, expected):
    assert write(CLOSE, HANOI) == expected


def test_a_day_begins_at_midnight_of_the_zone():
    assert formats.format_day(datetime(2022, 10, 14, 17, 0, tzinfo=UTC), HANOI) == "15/10/2022"
    assert formats.format_day(datetime(2022, 10, 14, 16, 59, tzinfo=UTC), HANOI) == "14/10/2022"
    assert formats.format_day(date(2022, 9, 5), HANOI) == "05/09/2022"


@pytest.mark.parametrize(
    ("zone", "expected"), [("UTC", "GMT+0"), ("America/St_Johns", "GMT-2:30"), ("Asia/Kolkata", "GMT+5:30")]
)
def test_zones_are_named_by_their_distance(zone, expected):
    assert formats.format_zone(CLOSE, ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("hundredths", "score", "points"),
    [
        (0, "0,0", "0"),
        (500, "5,0", "5"),
        (599, "5,99", "5,99"),
        (600, "6,0", "6"),
        (650, "6,5", "6,5"),
        (667, "6,67", "6,67"),
        (605, "6,05", "6,05"),
        (1000, "10,0", "10"),
        (-50, "-0,5", "-0,5"),
    ],
)
def test_scores(hundredths, score, points):
    assert formats.format_score(hundredths, "vi") == score
    assert formats.format_points(hundredths, "vi") == points
    assert formats.format_score(hundredths, "en") == score.replace(",", ".")


def test_numbers_keep_their_thousands_apart():
    assert formats.format_number(999, "vi") == "999"
    assert formats.format_number(1_234_567, "vi") == "1.234.567"
    assert formats.format_number(1_234_567, "en") == "1,234,567"
    assert formats.format_decimal(0.5, "vi") == "0,50"


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        (0.0, "0%"),
        (0.3, "30%"),
        (0.29999, "29,9%"),
        (0.125, "12,5%"),
        (2 / 3, "66,6%"),
        (0.9999, "99,9%"),
        (1.0, "100%"),
    ],
)
def test_a_share_is_never_shown_as_more_than_it_is(fraction, expected):
    assert formats.format_percent(fraction, "vi") == expected


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [
        (-5, "00:00"),
        (0, "00:00"),
        (1, "00:01"),
        (1000, "00:01"),
        (1001, "00:02"),
        (300_000, "05:00"),
        (3_600_000, "1:00:00"),
    ],
)
def test_no_time_is_left_only_when_none_is(milliseconds, expected):
    assert formats.format_stopwatch(milliseconds) == expected


def test_a_time_taken_shows_what_decides_between_equals():
    assert formats.format_elapsed(168_312, "vi") == "02:48,312"
    assert formats.format_elapsed(168_012, "en") == "02:48.012"
    assert formats.milliseconds_between(CLOSE, CLOSE + timedelta(minutes=2, milliseconds=3)) == 120_003


@pytest.mark.usefixtures("app")
def test_durations_in_words():
    assert words.describe_duration(168_999) == "02 min 48 s"
    assert words.describe_duration(9_000) == "09 s"
    assert words.describe_duration(3_661_000) == "01 h 01 min 01 s"
    assert words.describe_time_limit(300_000) == "5 minutes"
    assert words.describe_time_limit(60_000) == "1 minute"
    assert words.describe_time_limit(90_000) == "01 min 30 s"


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(days=12, hours=4, minutes=59), "12 days 04 h"),
        (timedelta(days=1), "1 day 00 h"),
        (timedelta(days=1, milliseconds=-1), "23 h 59 min"),
        (timedelta(hours=1), "01 h 00 min"),
        (timedelta(minutes=10, seconds=5), "10 min 05 s"),
        (timedelta(seconds=-1), "00 min 00 s"),
    ],
)
def test_time_left_is_told_in_its_two_largest_units(left, expected):
    assert words.describe_time_left(left // timedelta(milliseconds=1)) == expected


@pytest.mark.usefixtures("app")
def test_rules_in_words():
    assert words.describe_regime(AttemptRegime(RegimeKind.UNLIMITED)) == "any number of attempts"
    assert words.describe_regime(AttemptRegime(RegimeKind.LIMITED, 1)) == "at most 1 attempt"
    assert words.describe_regime(AttemptRegime(RegimeKind.PER_WEEK, 2)) == "at most 2 attempts a week"
    assert [words.describe_level(level) for level in (*Level, None)] == [
        "recognise",
        "understand",
        "apply",
        "any level",
    ]


def make_entry_refusals():
    """One of each kind of the initiative round."""
    return [
        entries.EntryChanged(3),
        entries.FileAlreadyThere("Minh chứng.pdf"),
        entries.TooManyFiles(5),
        file_rules.FileInfected(),
        file_rules.FileNotScanned(),
        file_rules.FileTooLarge(20 * 1024 * 1024),
        file_rules.PartMisplaced(3),
        file_rules.UploadsBusy(),
        file_rules.WrongEntryFile("Minh chứng.pdf", "the file is empty", {}),
        filling.EntryIncomplete((filling.FieldProblem("authors", "This is needed."),)),
        initiative_rounds.HandInClosed(CLOSE),
        initiative_rounds.HandInNotOpen(CLOSE),
        initiative_rounds.RoundDecided(),
        states.EntryJudged(),
        states.EntryStepRefused(states.EntryState.FORWARDED),
    ]


def make_refusals():
    """One of each kind, with facts."""
    return [
        errors.NotFound(),
        errors.NotAllowed(),
        errors.SignInRequired(),
        errors.InvalidInput("There is nothing to save."),
        errors.StorageUnavailable(),
        errors.RoundNotOpen(CLOSE),
        errors.RoundClosed(CLOSE),
        errors.PersonExcluded(),
        errors.AttemptLimitReached(3, None),
        errors.AttemptLimitReached(1, CLOSE),
        errors.PauseNotOver(CLOSE),
        errors.PaperNotAvailable((Shortfall("a", None, 2, 1),)),
        errors.AttemptClosed(),
        errors.UnknownChoice(),
        errors.WrongCredentials(),
        errors.TooManyFailures(CLOSE),
        errors.PasswordTooWeak("The new password needs at least 8 characters."),
        errors.AgencySignInFailed(),
        errors.AgencyAccountUnknown(),
        errors.UnitClosed("Phòng A"),
        errors.UnitCycle("Phòng A", "Phòng B"),
        errors.UnitNotEmpty(3, 1),
        errors.UnitCodeTaken("PA"),
        errors.UnitsChanged(),
        errors.KeyChanged(),
        errors.FinalResultsConcerned(("Phần thi kiến thức",)),
    ]


@pytest.mark.usefixtures("app")
def test_every_refusal_has_words_of_its_own():
    refusals = make_refusals()
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Refusal)}
    assert {type(refusal) for refusal in refusals} == kinds - {errors.Refusal}
    for language in ("en", "vi"):
        g.language = language
        titles = {type(refusal): title_refusal(refusal) for refusal in refusals}
        texts = [describe_refusal(refusal) for refusal in refusals]
        assert len(set(titles.values())) == len(titles)
        assert len(set(texts)) == len(texts)
        assert not any("%(" in text for text in texts)


@pytest.mark.usefixtures("app")
def test_every_refusal_of_the_initiative_round_has_words_of_its_own():
    refusals = make_entry_refusals()
    kinds = {
        kind
        for module in (entries, file_rules, filling, initiative_rounds, states)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, errors.Refusal) and kind.__module__ == module.__name__
    }
    assert {type(refusal) for refusal in refusals} == kinds
    for language in ("en", "vi"):
        g.language = language
        texts = [(title_refusal(refusal), describe_refusal(refusal)) for refusal in refusals]
        assert len({title for title, _ in texts}) == len({text for _, text in texts}) == len(refusals)
        assert not any("%(" in text for _, text in texts)


def make_judging_refusals():
    """One of each kind of judging."""
    return [
        judgements.JudgeInConflict("Huỳnh Quốc Việt", 7),
        judgements.JudgingChanged(),
        judgements.MarkingClosed(CLOSE),
        judgements.NotJudged(),
        judgements.SheetChanged(3),
        judgements.SheetConfirmed(),
        judgements.SheetIncomplete((judgements.SheetProblem("novelty", "Give a mark; 0 is one too.", {}),)),
        judgements.SheetNotYours(),
        presenting.DrawOver(),
        presenting.NothingToDraw(),
        presenting.TurnMoved(),
        judging_prizes.NotReadyForPrizes(),
        judging_prizes.PrizesChanged(),
        judging_prizes.PrizesUndecided(),
    ]


@pytest.mark.usefixtures("app")
def test_every_refusal_of_judging_has_words_of_its_own():
    refusals = make_judging_refusals()
    kinds = {
        kind
        for kind in [*vars(judgements).values(), *vars(presenting).values(), *vars(judging_prizes).values()]
        if isinstance(kind, type) and issubclass(kind, errors.Refusal) and kind is not errors.Refusal
    }
    assert {type(refusal) for refusal in refusals} == kinds
    for language in ("en", "vi"):
        g.language = language
        texts = [(title_refusal(refusal), describe_refusal(refusal)) for refusal in refusals]
        assert len({title for title, _ in texts}) == len({text for _, text in texts}) == len(refusals)
        assert not any("%(" in text for _, text in texts)


@pytest.mark.usefixtures("app")
def test_a_refusal_names_the_moment_in_the_zone_of_the_contest():
    assert "22:00 on 15/10/2022" in describe_refusal(errors.RoundClosed(CLOSE), HANOI)
    assert "15:00 on 15/10/2022" in describe_refusal(errors.RoundClosed(CLOSE), ZoneInfo("UTC"))
    assert "22:00:05" in describe_refusal(errors.TooManyFailures(CLOSE))


def test_templates_have_the_filters(app):
    template = app.jinja_env.from_string(
        "{{ close|instant }} {{ close|clock(zone) }} {{ 850|score }} {{ 600|points }} {{ 1000|number }}"
    )
    shown = template.render(close=CLOSE, zone=ZoneInfo("UTC"))
    assert shown == "15/10/2022 22:00 15:00:05 8.5 6 1,000"


def test_counts_in_texts_have_their_thousands_apart_and_names_of_things_have_not(app):
    for language, expected in (("en", "1,200 questions"), ("vi", "1.200 câu hỏi")):
        g.language = language
        assert ngettext("%(num)d question", "%(num)d questions", 1200) == expected
        assert translate_number("%(num)d question", "%(num)d questions", 1200) == expected
    assert gettext("The first %(count)s:", count=12345) == "12.345 mục đầu tiên:"
    assert translate("The first %(count)s:", count=12345) == "12.345 mục đầu tiên:"
    assert translate("The first %(count)s:", count="<b>") == "&lt;b&gt; mục đầu tiên:"
    assert gettext("The year %(year)d cannot be right.", year=2026) == "Năm 2026 không hợp lý."
    assert gettext("Row %(row)s is missing.", row=1200) == "Thiếu dòng 1200."
    assert gettext("%(minutes)02d min %(seconds)02d s", minutes=5, seconds=7) == "05 phút 07 giây"
    assert ngettext("%(num)d question", "%(num)d questions", 999) == "999 câu hỏi"


def test_counts_have_their_thousands_apart_in_texts_that_are_part_of_a_compiled_page(app):
    environment = LanguageEnvironment(app, autoescape=True)
    environment.filters.update(app.jinja_env.filters)
    environment.language = g.language = "vi"
    page = environment.from_string('{{ _("The first %(count)s:", count=n) }} {{ _("Row %(row)s is missing.", row=n) }}')
    assert page.render(n=1200) == "1.200 mục đầu tiên: Thiếu dòng 1200."
    assert page.render(n="<b>") == "&lt;b&gt; mục đầu tiên: Thiếu dòng &lt;b&gt;."
