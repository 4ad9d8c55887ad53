"""Reads the initiative rounds of a contest file."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from question_bank.readers.located_yaml import Section
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.initiatives.rounds import (
    MEGABYTE,
    Appraisal,
    Category,
    FileKind,
    FileRules,
    InitiativeRound,
    InitiativeSettings,
)
from quiz_app.domain.judging.rubrics import Averaging, Band, Criterion, JudgingRules, PresentationRules, Rubric
from quiz_app.services.definitions.forms import FormFinder, read_form
from quiz_app.services.definitions.rounds import find_hundredths, read_moment, read_words


def read_initiative_round(
    entry: Section, *, zone: ZoneInfo, today: date | None, find_form: FormFinder
) -> InitiativeRound | None:
    """A round with its settings, or None when a problem was noted."""
    code, title = entry.read_text("code", longest=60), entry.read_text("title", longest=300)
    opens_at = read_moment(entry, "opens_at", zone=zone, today=today)
    unit_closes_at = read_moment(entry, "unit_closes_at", zone=zone, today=today, required=False)
    closes_at = read_moment(entry, "closes_at", zone=zone, today=today)
    judging_closes_at = read_moment(entry, "judging_closes_at", zone=zone, today=today, required=False)
    settings = _read_settings(entry, find_form)
    entry.refuse_unread()
    if opens_at is None or closes_at is None or settings is None:
        return None
    if closes_at <= opens_at:
        entry.note("closes_at", N_("the round closes before it opens"))
    if unit_closes_at is not None and not opens_at <= unit_closes_at <= closes_at:
        entry.note("unit_closes_at", N_("units hand in after the round opens and before it closes"))
    if judging_closes_at is not None and judging_closes_at < closes_at:
        entry.note("judging_closes_at", N_("judging ends after the round closes"))
    return InitiativeRound(
        id=0,
        contest_id=0,
        code=code,
        title=title,
        opens_at=opens_at,
        unit_closes_at=unit_closes_at,
        closes_at=closes_at,
        judging_closes_at=judging_closes_at,
        zone=zone,
        settings=settings,
        version=1,
    )


def _read_settings(entry: Section, find_form: FormFinder) -> InitiativeSettings | None:
    form = read_form(entry, "form", find_form)
    categories = tuple(_read_category(each) for each in entry.list_sections("categories"))
    codes = [category.code for category in categories]
    if len(set(codes)) < len(codes):
        entry.note("categories", N_("the code “%(code)s” stands twice"), code=max(codes, key=codes.count))
    files = _read_files(entry.find_section("files"))
    appraisal = entry.find_choice("appraisal", Appraisal)
    conflict_kinds = tuple(entry.list_texts("conflict_kinds"))
    grace = entry.find_integer("grace_minutes", smallest=0, largest=1440)
    judging = _read_judging(entry.find_section("judging"))
    presentation = _read_presentation(entry.find_section("presentation"))
    prizes = tuple(_read_prize(each) for each in entry.list_sections("prizes"))
    compares_with = tuple(entry.list_texts("compares_with"))
    continues = entry.find_text("continues", longest=60) or ""
    weights = _read_weights(entry.find_section("ranking_of_units"))
    if presentation is not None and judging is None:
        entry.note("presentation", N_("a round without judging has no second round"))
    if form is None:
        return None
    return InitiativeSettings(
        form=form,
        categories=categories,
        files=files,
        appraisal=appraisal or Appraisal.TOP,
        conflict_kinds=conflict_kinds,
        grace_minutes=grace or 0,
        judging=judging,
        presentation=presentation,
        prizes=prizes,
        compares_with=compares_with,
        continues=continues,
        knowledge_weight=weights[0],
        initiative_weight=weights[1],
    )


def _read_category(entry: Section) -> Category:
    category = Category(entry.read_text("code", longest=60), entry.read_text("title", longest=120))
    entry.refuse_unread()
    return category


def _read_files(section: Section | None) -> FileRules:
    if section is None:
        return FileRules()
    kinds = read_words(section, "kinds", FileKind)
    largest = section.find_integer("largest_megabytes", smallest=1, largest=2048)
    most = section.find_integer("most", smallest=0, largest=50)
    section.refuse_unread()
    plain = FileRules()
    return FileRules(
        kinds=kinds or plain.kinds,
        largest_bytes=largest * MEGABYTE if largest else plain.largest_bytes,
        most_files=plain.most_files if most is None else most,
    )


def _read_rubric(section: Section) -> Rubric:
    criteria = tuple(_read_criterion(each) for each in section.list_sections("criteria", required=True))
    codes = [criterion.code for criterion in criteria]
    if len(set(codes)) < len(codes):
        section.note("criteria", N_("the code “%(code)s” stands twice"), code=max(codes, key=codes.count))
    return Rubric(
        title=section.find_text("rubric_title", longest=300) or "",
        criteria=criteria,
        source=section.find_text("rubric_source", longest=300) or "",
    )


def _read_criterion(entry: Section) -> Criterion:
    maximum = find_hundredths(entry, "maximum", default=0)
    if maximum <= 0:
        entry.note("maximum", N_("the maximum is more than 0"))
    bands = tuple(
        sorted((_read_band(each) for each in entry.list_sections("bands")), key=lambda band: -band.from_hundredths)
    )
    criterion = Criterion(
        code=entry.read_text("code", longest=60),
        title=entry.read_text("title", longest=300),
        maximum_hundredths=maximum,
        hint=entry.find_text("hint", longest=1000) or "",
        weight=entry.find_integer("weight", smallest=1, largest=100) or 1,
        bands=bands,
        remark_below_hundredths=find_hundredths(entry, "remark_below", default=maximum // 2),
        step_hundredths=find_hundredths(entry, "step", default=50) or 50,
    )
    entry.refuse_unread()
    if any(band.from_hundredths > maximum for band in bands):
        entry.note("bands", N_("a band begins above the maximum"))
    if maximum % criterion.step_hundredths:
        entry.note("step", N_("the maximum is not a multiple of the step"))
    return criterion


def _read_band(entry: Section) -> Band:
    band = Band(find_hundredths(entry, "from", default=0), entry.read_text("words", longest=300))
    entry.refuse_unread()
    return band


def _read_judging(section: Section | None) -> JudgingRules | None:
    if section is None:
        return None
    rubric = _read_rubric(section)
    has_limit = section.has("disagreement")
    limit = find_hundredths(section, "disagreement", default=0)
    rules = JudgingRules(
        rubric=rubric,
        judges_per_entry=section.find_integer("judges_per_entry", smallest=1, largest=20) or 2,
        is_blind=section.find_flag("blind") is not False,
        averaging=section.find_choice("averaging", Averaging) or Averaging.MEAN,
        trims_extremes=bool(section.find_flag("trims_extremes")),
        disagreement_hundredths=limit if has_limit else None,
        pass_mark_hundredths=find_hundredths(section, "pass_mark", default=0),
        refuses_zero=bool(section.find_flag("refuses_zero")),
        tie_breaks=tuple(section.list_texts("tie_breaks")),
        shortlist_per_category=section.find_integer("shortlist_per_category", smallest=0, largest=1000) or 0,
        shows_others_marks=bool(section.find_flag("shows_others_marks")),
        shows_marks_to_entrants=bool(section.find_flag("shows_marks_to_entrants")),
    )
    section.refuse_unread()
    for code in rules.tie_breaks:
        if rubric.find(code) is None:
            section.note("tie_breaks", N_("the rubric has no criterion “%(code)s”"), code=code)
    if rules.pass_mark_hundredths > rubric.maximum_hundredths:
        section.note("pass_mark", N_("the pass mark is above the highest total"))
    return rules


def _read_presentation(section: Section | None) -> PresentationRules | None:
    if section is None:
        return None
    first = section.find_integer("first_weight", smallest=0, largest=100)
    second = section.find_integer("second_weight", smallest=0, largest=100)
    rules = PresentationRules(
        rubric=_read_rubric(section),
        talk_minutes=section.find_integer("talk_minutes", smallest=1, largest=240) or 8,
        question_minutes=section.find_integer("question_minutes", smallest=0, largest=240) or 0,
        averaging=section.find_choice("averaging", Averaging) or Averaging.MEAN,
        trims_extremes=bool(section.find_flag("trims_extremes")),
        first_weight=50 if first is None else first,
        second_weight=50 if second is None else second,
    )
    section.refuse_unread()
    if (first is None) != (second is None) or not rules.first_weight + rules.second_weight:
        section.note("second_weight", N_("both weights are given, one of them above 0, or none"))
    return rules


def _read_prize(entry: Section) -> Prize:
    prize = Prize(
        code=entry.read_text("code", longest=60),
        title=entry.read_text("title", longest=200),
        number=entry.find_integer("number", smallest=1, largest=1000, required=True) or 1,
        whom=entry.find_choice("for", PrizeFor) or PrizeFor.ENTRY,
        is_per_category=bool(entry.find_flag("per_category")),
        value=entry.find_text("value", longest=200) or "",
        condition=entry.find_text("condition", longest=300) or "",
    )
    entry.refuse_unread()
    return prize


def _read_weights(section: Section | None) -> tuple[int, int]:
    if section is None:
        return 0, 0
    knowledge = section.find_integer("knowledge_weight", smallest=0, largest=100, required=True)
    initiative = section.find_integer("initiative_weight", smallest=0, largest=100, required=True)
    section.refuse_unread()
    if not (knowledge or 0) + (initiative or 0):
        section.note("initiative_weight", N_("one of the two weights is above 0"))
    return knowledge or 0, initiative or 0
