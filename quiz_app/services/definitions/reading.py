"""Reads a contest definition file (YAML). Nothing is stored here; every problem is found before anything is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from question_bank.readers.located_yaml import ProblemList, Section, read_section
from question_bank.readers.report import ImportProblem
from question_bank.readers.report import mark_message as N_
from quiz_app.domain.contests import Contest
from quiz_app.domain.definitions import (
    ContestDefinition,
    ExclusionDefinition,
    PersonDefinition,
    QuotaDefinition,
    UnitDefinition,
    UnitKindDefinition,
)
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.people import Role, normalise_login
from quiz_app.domain.units import LARGEST_STAFF, Quota, ensure_quota
from quiz_app.services.definitions.forms import FormFinder, find_shipped_form
from quiz_app.services.definitions.initiatives import read_initiative_round
from quiz_app.services.definitions.rounds import read_round


@dataclass(frozen=True, slots=True)
class DefinitionReport:
    """The definition, or the problems that keep the file from being one."""

    definition: ContestDefinition | None
    problems: tuple[ImportProblem, ...]


def read_definition(content: bytes, *, now: datetime, find_form: FormFinder = find_shipped_form) -> DefinitionReport:
    """Read a contest file. The day of ``now`` in the contest's zone is what "D" means in ``07:00 D-10``."""
    problems = ProblemList()
    section = read_section(content, problems)
    definition = None
    if section is not None:
        definition = _read(section, now, problems, find_form)
        section.refuse_unread()
    return DefinitionReport(None if problems else definition, problems.list_by_line())


def _read(section: Section, now: datetime, problems: ProblemList, find_form: FormFinder) -> ContestDefinition | None:
    contest = _read_contest(section.find_section("contest", required=True))
    has_knowledge = section.has("rounds") or not section.has("initiative_rounds")
    bank_name = section.find_text("bank", longest=200, required=has_knowledge)
    zone = contest.zone if contest else ZoneInfo("UTC")
    kinds = tuple(_read_unit_kind(entry) for entry in section.list_sections("unit_kinds"))
    units = tuple(_read_unit(entry) for entry in section.list_sections("units"))
    quotas = tuple(_read_quota(entry) for entry in section.list_sections("quotas"))
    # Only a demonstration opens by itself, whenever it is loaded.
    today = now.astimezone(zone).date() if contest and contest.is_demonstration else None
    rounds = [
        read_round(entry, zone=zone, today=today) for entry in section.list_sections("rounds", required=has_knowledge)
    ]
    initiative_rounds = [
        read_initiative_round(entry, zone=zone, today=today, find_form=find_form)
        for entry in section.list_sections("initiative_rounds")
    ]
    exclusions = tuple(_read_exclusion(entry) for entry in section.list_sections("exclusions"))
    people = tuple(_read_person(entry) for entry in section.list_sections("people"))
    if contest is None:
        return None
    if people and not contest.is_demonstration:
        section.note("people", N_("only a demonstration may list people with passwords; import a staff list instead"))
    _check_references(section, units, quotas, people)
    for name, codes in (
        ("unit_kinds", [kind.code for kind in kinds]),
        ("unit_kinds", [kind.name for kind in kinds]),
        ("units", [unit.code for unit in units]),
        ("quotas", [quota.unit_kind for quota in quotas if quota.unit_kind]),
        ("quotas", [quota.unit_code for quota in quotas if quota.unit_code]),
        ("rounds", [round_.code for round_ in rounds if round_]),
        ("initiative_rounds", [round_.code for round_ in initiative_rounds if round_]),
        ("exclusions", [exclusion.login for exclusion in exclusions]),
        ("people", [person.login for person in people]),
    ):
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            section.note(name, N_("the code “%(code)s” stands twice"), code=code)
    codes = [round_.code for round_ in initiative_rounds if round_]
    for place, code in enumerate(round_.settings.continues for round_ in initiative_rounds if round_):
        if code and code not in codes[:place]:
            section.note("initiative_rounds", N_("no earlier round “%(code)s” is there to be continued"), code=code)
    if problems:
        return None
    return ContestDefinition(
        contest=contest,
        bank_name=bank_name,
        rounds=tuple(round_ for round_ in rounds if round_ is not None),
        initiative_rounds=tuple(round_ for round_ in initiative_rounds if round_ is not None),
        unit_kinds=kinds,
        units=units,
        quotas=quotas,
        exclusions=exclusions,
        people=people,
    )


def _read_contest(section: Section | None) -> Contest | None:
    if section is None:
        return None
    code, title = section.read_text("code", longest=60), section.read_text("title", longest=300)
    organiser = section.read_text("organiser", longest=300)
    summary = section.find_text("summary") or ""
    rules = tuple(section.list_texts("rules"))
    is_demonstration = bool(section.find_flag("is_demonstration"))
    allows_registration = bool(section.find_flag("allows_registration"))
    zone_name = section.find_text("time_zone") or "Asia/Ho_Chi_Minh"
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: "Asia" is a folder of the zone data, and a long name is no file name.
        section.note("time_zone", N_("“%(text)s” is not a time zone"), text=zone_name)
        return None
    section.refuse_unread()
    return Contest(0, code, title, organiser, summary, rules, zone, is_demonstration, allows_registration)


def _read_unit_kind(entry: Section) -> UnitKindDefinition:
    kind = UnitKindDefinition(entry.read_text("code", longest=60), entry.read_text("name", longest=120))
    entry.refuse_unread()
    return kind


def _read_unit(entry: Section) -> UnitDefinition:
    unit = UnitDefinition(
        code=entry.read_text("code", longest=60),
        name=entry.read_text("name", longest=300),
        kind=entry.read_text("kind", longest=60),
        block=entry.find_text("block", longest=120),
        parent_code=entry.find_text("parent", longest=60),
        staff_number=entry.find_integer("staff_number", smallest=0, largest=LARGEST_STAFF),
    )
    entry.refuse_unread()
    return unit


def _read_quota(entry: Section) -> QuotaDefinition:
    unit_kind, unit_code = entry.find_text("unit_kind", longest=60), entry.find_text("unit", longest=60)
    categories = {}
    for part in entry.list_sections("initiatives_by_category"):
        category = part.read_text("category", longest=120)
        number = part.find_integer("number", smallest=1, largest=1000, required=True)
        part.refuse_unread()
        if category in categories:
            part.note("category", N_("“%(text)s” stands twice"), text=category)
        categories[category] = number or 1
    quota = Quota(
        people_number=entry.find_integer("people_number", smallest=0, largest=LARGEST_STAFF),
        people_percent=entry.find_integer("people_percent", smallest=0, largest=100),
        initiative_number=entry.find_integer("initiatives", smallest=0, largest=1000),
        initiatives_by_category=categories,
        needs_all_parts=bool(entry.find_flag("all_parts")),
    )
    entry.refuse_unread()
    if (unit_kind is None) == (unit_code is None):
        entry.note("unit_kind", N_("a quota is of a kind of unit or of one unit: one of the two fields is needed"))
    if quota.people_number is not None and quota.people_percent is not None:
        entry.note("people_percent", N_("people are owed by number or by percent, not both"))
        return QuotaDefinition(unit_kind, unit_code, quota)
    try:
        ensure_quota(quota)
    except InvalidInput as refusal:
        entry.note("initiatives", refusal.reason)
    return QuotaDefinition(unit_kind, unit_code, quota)


def _read_exclusion(entry: Section) -> ExclusionDefinition:
    exclusion = ExclusionDefinition(
        normalise_login(entry.read_text("login", longest=120)), entry.read_text("reason", longest=300)
    )
    entry.refuse_unread()
    return exclusion


def _read_person(entry: Section) -> PersonDefinition:
    roles = set()
    for word in entry.list_texts("roles", required=True):
        try:
            roles.add(Role(word))
        except ValueError:
            entry.note("roles", N_("“%(text)s” is not one of: %(words)s"), text=word, words=", ".join(Role))
    person = PersonDefinition(
        login=normalise_login(entry.read_text("login", longest=120)),
        name=entry.read_text("name", longest=200),
        password=entry.read_text("password", longest=128),
        unit_code=entry.find_text("unit", longest=60),
        job_title=entry.find_text("job_title", longest=200),
        roles=frozenset(roles),
        led_unit_code=entry.find_text("leads", longest=60),
    )
    entry.refuse_unread()
    if (Role.UNIT_LEAD in roles) != (person.led_unit_code is not None):
        entry.note("leads", N_("a unit lead, and nobody else, names the unit that is led"))
    return person


def _check_references(
    section: Section,
    units: tuple[UnitDefinition, ...],
    quotas: tuple[QuotaDefinition, ...],
    people: tuple[PersonDefinition, ...],
) -> None:
    """Every code that is referred to stands in the file; a parent stands before its children."""
    seen: set[str] = set()
    for unit in units:
        if unit.parent_code is not None and unit.parent_code not in seen:
            section.note("units", N_("the parent “%(code)s” does not stand above its unit"), code=unit.parent_code)
        seen.add(unit.code)
    named = [quota.unit_code for quota in quotas]
    named += [code for person in people for code in (person.unit_code, person.led_unit_code)]
    for code in sorted({code for code in named if code is not None and code not in seen}):
        section.note("units", N_("there is no unit “%(code)s”"), code=code)
