"""The contest files that ship say what the documents say; wrong files are refused by line, field and message."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from question_bank.blueprint import BlueprintCell
from question_bank.items import Level
from question_bank.readers.located_yaml import ProblemList, read_section
from quiz_app.domain.contests import RankCriterion, RegimeKind, Reveal, Round
from quiz_app.domain.definitions import ContestDefinition
from quiz_app.domain.people import Role
from quiz_app.services.definitions import read_definition
from quiz_app.services.definitions.rounds import read_moment
from tests.factories import VIETNAM

CONTESTS = Path(__file__).resolve().parents[2] / "contests"
TODAY = date(2026, 3, 1)
# Still February in UTC, and the first of March where the contest is.
NOW = datetime(2026, 2, 28, 18, 30, tzinfo=UTC)
OFFICIALS = {Role.ORGANISER, Role.JUDGE, Role.ADMINISTRATOR}

GOOD = """\
contest:
  code: thi
  title: "Hội thi"
  organiser: "Sở Nội vụ"
  is_demonstration: no
bank: cchc
units:
  - {code: SNV, name: "Sở Nội vụ", kind: department, staff_number: 40}
  - {code: TT, name: "Trung tâm", kind: centre, parent: SNV}
quotas:
  - {unit_kind: centre, people_percent: 30, initiatives: 1}
  - {unit: SNV, people_number: 2}
rounds:
  - code: vong-1
    title: "Vòng 1"
    opens_at: 07:00 15/09/2022
    closes_at: 22:00 15/10/2022
    questions: 10
    time_limit_seconds: 300
    scale: 10
    cut_score: 6
    attempts: {regime: limited, limit: 3}
exclusions:
  - {login: an, reason: "Ban Tổ chức"}
"""
PERSON = '{login: binh, name: "Bình", password: mat-khau-thu, unit: SNV, roles: [participant]}'


def read_good() -> ContestDefinition:
    report = read_definition(GOOD.encode(), now=NOW)
    assert report.problems == ()
    assert report.definition is not None
    return report.definition


def read_shipped(name: str) -> ContestDefinition:
    report = read_definition((CONTESTS / name).read_bytes(), now=NOW)
    assert [problem.describe() for problem in report.problems] == []
    assert report.definition is not None
    return report.definition


def describe(content: str) -> list[str]:
    """The problems of a file, which then has no definition."""
    report = read_definition(content.encode(), now=NOW)
    assert (report.definition is None) == bool(report.problems)
    return [problem.describe() for problem in report.problems]


def change(old: str, new: str, content: str = GOOD) -> str:
    assert content.count(old) == 1, old
    return content.replace(old, new)


def find_line(text: str, content: str) -> int:
    return content[: content.index(text)].count("\n") + 1


def read_moment_text(text: str) -> datetime | None:
    problems = ProblemList()
    section = read_section(f'a: "{text}"'.encode(), problems)
    assert section is not None
    moment = read_moment(section, "a", zone=VIETNAM, today=TODAY)
    assert (moment is None) == bool(problems)
    return moment


def test_soc_trang_opens_and_closes_at_its_true_moments() -> None:
    (round_,) = read_shipped("soc-trang-2022.yaml").rounds
    assert round_.opens_at == datetime(2022, 9, 15, 0, 0, tzinfo=UTC)
    assert round_.closes_at == datetime(2022, 10, 15, 15, 0, tzinfo=UTC)


def check_rules_of_soc_trang(round_: Round) -> None:
    settings = round_.settings
    assert settings.blueprint.size == 10
    assert settings.time_limit_seconds == 300
    assert settings.regime.kind is RegimeKind.UNLIMITED
    assert settings.pause_seconds == 0
    assert (settings.scale_hundredths, settings.cut_score_hundredths) == (1000, 600)
    assert settings.rank_order == (RankCriterion.SCORE, RankCriterion.ELAPSED, RankCriterion.FINISHED_AT)
    assert settings.excluded_roles == OFFICIALS
    assert settings.prediction is None
    assert settings.is_ranked


def test_soc_trang_has_the_rules_of_the_letter() -> None:
    definition = read_shipped("soc-trang-2022.yaml")
    check_rules_of_soc_trang(definition.rounds[0])
    assert not definition.contest.is_demonstration
    assert definition.people == ()
    assert definition.contest.zone == VIETNAM
    # While the round is open, no attempt may tell which option was right: the next one may draw the same item.
    assert definition.rounds[0].settings.reveal_after_attempt in (Reveal.SCORE, Reveal.TOPICS)


def test_soc_trang_owes_two_people_a_division_and_thirty_percent_a_school() -> None:
    owed = {quota.unit_kind or quota.unit_code: quota.quota for quota in read_shipped("soc-trang-2022.yaml").quotas}
    assert owed["division"].people_number == 2
    assert (owed["school"].people_percent, owed["school"].initiative_number) == (30, 1)
    # "Riêng phòng Tổ chức cán bộ vừa tham gia phần thi kiến thức, vừa tham gia phần thi sáng kiến" (§3).
    assert [code for code, quota in owed.items() if quota.needs_all_parts] == ["SGDDT-TCCB"]


def test_the_demonstration_has_the_same_rules_and_is_open_on_the_day_it_is_loaded() -> None:
    definition = read_shipped("demonstration.yaml")
    assert definition.contest.is_demonstration
    round_ = definition.rounds[0]
    check_rules_of_soc_trang(round_)
    assert round_.opens_at == datetime(2026, 2, 19, 0, 0, tzinfo=UTC)
    assert round_.closes_at == datetime(2026, 3, 21, 15, 0, tzinfo=UTC)


def test_the_demonstration_has_a_person_of_every_role() -> None:
    people = read_shipped("demonstration.yaml").people
    assert {role for person in people for role in person.roles} == set(Role)


def test_the_rounds_of_the_demonstration_that_teach_are_not_ranked() -> None:
    for round_ in read_shipped("demonstration.yaml").rounds:
        if round_.settings.reveal_after_attempt is Reveal.KEY_AND_EXPLANATION:
            assert not round_.settings.is_ranked


def test_a_good_file_is_read_with_everything_in_it() -> None:
    definition = read_good()
    assert [(unit.code, unit.parent_code, unit.staff_number) for unit in definition.units] == [
        ("SNV", None, 40),
        ("TT", "SNV", None),
    ]
    assert [(exclusion.login, exclusion.reason) for exclusion in definition.exclusions] == [("an", "Ban Tổ chức")]
    (round_,) = definition.rounds
    assert (round_.settings.regime.kind, round_.settings.regime.limit) == (RegimeKind.LIMITED, 3)
    assert round_.settings.excluded_roles == OFFICIALS
    assert round_.settings.blueprint.cells == (BlueprintCell(None, None, 10),)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("22:00 15/10/2022", datetime(2022, 10, 15, 15, 0, tzinfo=UTC)),
        ("09:30:15 5/1/2024", datetime(2024, 1, 5, 2, 30, 15, tzinfo=UTC)),
        ("00:00 01/01/2022", datetime(2021, 12, 31, 17, 0, tzinfo=UTC)),
        ("24:00 15/10/2022", datetime(2022, 10, 15, 17, 0, tzinfo=UTC)),
        ("24:00 31/12/2022", datetime(2022, 12, 31, 17, 0, tzinfo=UTC)),
        ("24:00 28/02/2024", datetime(2024, 2, 28, 17, 0, tzinfo=UTC)),
        ("23:59:59 15/10/2022", datetime(2022, 10, 15, 16, 59, 59, tzinfo=UTC)),
        ("07:00 D", datetime(2026, 3, 1, 0, 0, tzinfo=UTC)),
        ("07:00 D-10", datetime(2026, 2, 19, 0, 0, tzinfo=UTC)),
        ("22:00 D+20", datetime(2026, 3, 21, 15, 0, tzinfo=UTC)),
        ("24:00 D+0", datetime(2026, 3, 1, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_contest(text: str, moment: datetime) -> None:
    assert read_moment_text(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "22:00 31/02/2022",
        "22:00 29/02/2023",
        "25:00 15/10/2022",
        "24:01 15/10/2022",
        "24:00:01 15/10/2022",
        "22:60 15/10/2022",
        "22:00:60 15/10/2022",
        "22:00 15-10-2022",
        "22:00 2022-10-15",
        "22:00 15/10/22",
        "22h00 15/10/2022",
        "15/10/2022 22:00",
        "15/10/2022",
        "22:00",
        "22:00 15/10/2022 ICT",
        "22:00  15/10/2022",
        "22:00 D10",
        "22:00 D-",
        "22:00 D-99999999",
        "22:00 D+99999999999999999999",
        "24:00 31/12/9999",
        "07:00 00/01/2022",
        "00:00 01/01/0001",
    ],
)
def test_what_is_not_a_moment_is_refused(text: str) -> None:
    assert read_moment_text(text) is None


@pytest.mark.parametrize(
    ("old", "new", "field", "message"),
    [
        # Misspelt or missing fields: a setting must not be dropped in silence.
        ("time_limit_seconds", "time_limit_second", "rounds[1].time_limit_second", "this field is not known"),
        ("  organiser:", "  organizer:", "contest.organizer", "this field is not known"),
        ("exclusions:", "exclusion:", "exclusion", "this field is not known"),
        ("staff_number", "staff", "units[1].staff", "this field is not known"),
        ("people_percent", "percent", "quotas[1].percent", "this field is not known"),
        ("limit: 3", "limits: 3", "rounds[1].attempts.limits", "this field is not known"),
        ('title: "Hội thi"', 'title: ""', "contest.title", "the field is missing"),
        # Moments and durations.
        (
            "22:00 15/10/2022",
            "22:00 31/02/2022",
            "rounds[1].closes_at",
            "“22:00 31/02/2022” is not a moment (such as 22:00 15/10/2022)",
        ),
        ("22:00 15/10/2022", "06:59 15/09/2022", "rounds[1].closes_at", "the round closes before it opens"),
        ("22:00 15/10/2022", "07:00 15/09/2022", "rounds[1].closes_at", "the round closes before it opens"),
        ("seconds: 300", "seconds: 5", "rounds[1].time_limit_seconds", "5 lies outside 10 to 86400"),
        ("seconds: 300", "seconds: 05:00", "rounds[1].time_limit_seconds", "“05:00” is not a whole number"),
        # Scores.
        ("cut_score: 6", "cut_score: 11", "rounds[1].cut_score", "the cut score is above the scale"),
        ("cut_score: 6", "cut_score: 10.01", "rounds[1].cut_score", "the cut score is above the scale"),
        (
            "cut_score: 6",
            "cut_score: 6.125",
            "rounds[1].cut_score",
            "“6.125” is not a score with at most two decimals",
        ),
        ("cut_score: 6", "cut_score: -1", "rounds[1].cut_score", "“-1” is not a score with at most two decimals"),
        ("cut_score: 6", "cut_score: NaN", "rounds[1].cut_score", "“NaN” is not a score with at most two decimals"),
        ("scale: 10", "scale: Infinity", "rounds[1].scale", "“Infinity” is not a score with at most two decimals"),
        # Attempts.
        (
            "{regime: limited, limit: 3}",
            "{regime: limited}",
            "rounds[1].attempts.limit",
            "a limited regime, and no other, has a limit",
        ),
        (
            "{regime: limited, limit: 3}",
            "{regime: unlimited, limit: 3}",
            "rounds[1].attempts.limit",
            "a limited regime, and no other, has a limit",
        ),
        ("limit: 3", "limit: 0", "rounds[1].attempts.limit", "0 lies outside 1 to 1000"),
        (
            "regime: limited",
            "regime: weekly",
            "rounds[1].attempts.regime",
            "“weekly” is not one of: unlimited, limited, per_week",
        ),
        # Questions.
        ("questions: 10", "questions: 0", "rounds[1].questions", "0 lies outside 1 to 200"),
        (
            "questions: 10",
            "blueprint: [{topic: a, count: 1}, {level: apply, count: 1}]",
            "rounds[1].blueprint",
            "two cells overlap in part; give each cell both topic and level",
        ),
        (
            "questions: 10",
            "blueprint: [{topic: a, level: hard, count: 1}]",
            "rounds[1].blueprint[1].level",
            "“hard” is not one of: recognise, understand, apply",
        ),
        ("questions: 10", "blueprint: [{topic: a}]", "rounds[1].blueprint[1].count", "the field is missing"),
        # Ranking and roles.
        (
            "scale: 10",
            "rank_by: [score, speed]",
            "rounds[1].rank_by",
            "“speed” is not one of: score, elapsed, finished_at, prediction",
        ),
        ("scale: 10", "rank_by: [score, score]", "rounds[1].rank_by", "“score” stands twice"),
        (
            "scale: 10",
            "rank_by: [score, prediction]",
            "rounds[1].rank_by",
            "the round ranks by a prediction but asks for none",
        ),
        (
            "scale: 10",
            "excluded_roles: [jury]",
            "rounds[1].excluded_roles",
            "“jury” is not one of: participant, unit_lead, organiser, judge, administrator",
        ),
        ("scale: 10", "is_ranked: maybe", "rounds[1].is_ranked", "“maybe” is neither yes nor no"),
        # Units and quotas.
        ("people_percent: 30", "people_percent: 130", "quotas[1].people_percent", "130 lies outside 0 to 100"),
        ("people_percent: 30", "people_percent: 30%", "quotas[1].people_percent", "“30%” is not a whole number"),
        (
            "people_percent: 30",
            "people_percent: 30, people_number: 2",
            "quotas[1].people_percent",
            "people are owed by number or by percent, not both",
        ),
        (
            "unit_kind: centre",
            "unit_kind: centre, unit: SNV",
            "quotas[1].unit_kind",
            "a quota is of a kind of unit or of one unit: one of the two fields is needed",
        ),
        (
            "unit: SNV, people_number: 2",
            "people_number: 2",
            "quotas[2].unit_kind",
            "a quota is of a kind of unit or of one unit: one of the two fields is needed",
        ),
        # The contest.
        ("is_demonstration: no", "time_zone: Asia/Saigon2", "contest.time_zone", "“Asia/Saigon2” is not a time zone"),
        ("is_demonstration: no", "time_zone: Asia", "contest.time_zone", "“Asia” is not a time zone"),
        ("is_demonstration: no", "time_zone: ../UTC", "contest.time_zone", "“../UTC” is not a time zone"),
        ("bank: cchc\n", "bank:\n", "bank", "the field is missing"),
        ("reason:", "because:", "exclusions[1].because", "this field is not known"),
    ],
)
def test_a_wrong_field_is_reported_by_line_name_and_message(old: str, new: str, field: str, message: str) -> None:
    problems = describe(change(old, new))
    assert f"line {find_line(old, GOOD)}, {field}: {message}" in problems, problems


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "questions: 10",
            "is_ranked: yes",
            "line 14, rounds[1].questions: either the number of questions or a blueprint is needed",
        ),
        (
            "scale: 10",
            "blueprint: [{topic: the-che, count: 9}]",
            "line 18, rounds[1].questions: the number of questions is not the sum of the blueprint",
        ),
        ("unit: SNV, people", "unit: SNW, people", "line 8, units: there is no unit “SNW”"),
        ("parent: SNV", "parent: BNV", "line 8, units: the parent “BNV” does not stand above its unit"),
        ("code: TT", "code: SNV", "line 8, units: the code “SNV” stands twice"),
        ("unit: SNV, people", "unit_kind: centre, people", "line 11, quotas: the code “centre” stands twice"),
    ],
)
def test_what_is_wrong_with_several_fields_is_reported_at_the_section_or_list(old: str, new: str, problem: str) -> None:
    assert problem in describe(change(old, new))


def test_a_very_long_zone_is_refused() -> None:
    assert len(describe(change("is_demonstration: no", f"time_zone: {'A' * 300}"))) == 1


def test_two_rounds_of_one_code_are_refused() -> None:
    begin, end = GOOD.index("  - code: vong-1"), GOOD.index("exclusions:")
    problems = describe(GOOD[:end] + GOOD[begin:end] + GOOD[end:])
    assert problems == ["line 14, rounds: the code “vong-1” stands twice"]


def test_a_person_excluded_twice_is_refused() -> None:
    problems = describe(GOOD + '  - {login: " AN", reason: "Ban Giám khảo"}\n')
    assert [problem.partition(", ")[2] for problem in problems] == ["exclusions: the code “an” stands twice"]


def test_a_contest_without_rounds_is_refused() -> None:
    begin, end = GOOD.index("rounds:"), GOOD.index("exclusions:")
    assert describe(GOOD[:begin] + "rounds: []\n" + GOOD[end:]) == ["line 13, rounds: the field is missing"]


def test_only_a_demonstration_lists_people_with_passwords() -> None:
    content = GOOD + f"people:\n  - {PERSON}\n"
    assert describe(content) == [
        f"line {find_line('binh', content)}, people: "
        "only a demonstration may list people with passwords; import a staff list instead",
    ]
    assert describe(change("is_demonstration: no", "is_demonstration: yes", content)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("unit: SNV", "unit: XYZ", "units: there is no unit “XYZ”"),
        ("[participant]", "[pupil]", "roles: “pupil” is not one of"),
        ("[participant]", "[]", "roles: the field is missing"),
        ("[participant]", "[unit_lead]", "leads: a unit lead, and nobody else, names the unit that is led"),
        ("[participant]", "[participant], leads: SNV", "leads: a unit lead, and nobody else"),
        ("password: mat-khau-thu, ", "", "password: the field is missing"),
    ],
)
def test_wrong_people_are_reported(old: str, new: str, problem: str) -> None:
    content = change("is_demonstration: no", "is_demonstration: yes") + f"people:\n  - {change(old, new, PERSON)}\n"
    problems = describe(content)
    assert any(problem in found for found in problems), problems


def test_a_login_that_stands_twice_is_refused_however_it_is_written() -> None:
    content = change("is_demonstration: no", "is_demonstration: yes")
    content += f"people:\n  - {PERSON}\n  - {change('login: binh', 'login: BINH', PERSON)}\n"
    assert [problem.partition(", ")[2] for problem in describe(content)] == ["people: the code “binh” stands twice"]


def test_all_problems_of_a_file_are_given_at_once_by_line() -> None:
    content = change("people_percent: 30", "people_percent: 130", change("cut_score: 6", "cut_score: 11"))
    assert describe(change("code: thi\n", "code:\n", content)) == [
        "line 2, contest.code: the field is missing",
        "line 11, quotas[1].people_percent: 130 lies outside 0 to 100",
        "line 21, rounds[1].cut_score: the cut score is above the scale",
    ]


def test_a_decimal_comma_is_read_as_vietnamese_writes_it() -> None:
    report = read_definition(change("cut_score: 6", 'cut_score: "6,5"').encode(), now=NOW)
    assert report.definition is not None
    assert report.definition.rounds[0].settings.cut_score_hundredths == 650


def test_a_blueprint_by_topic_and_level_is_read_cell_by_cell() -> None:
    cells = "blueprint: [{topic: a, level: apply, count: 2}, {topic: a, count: 3}, {topic: b, count: 5}]"
    report = read_definition(change("scale: 10", cells).encode(), now=NOW)
    assert report.definition is not None
    assert report.definition.rounds[0].settings.blueprint.cells == (
        BlueprintCell("a", Level.APPLY, 2),
        BlueprintCell("a", None, 3),
        BlueprintCell("b", None, 5),
    )


@pytest.mark.parametrize("content", ["", "contest:\n", "- a\n", "contest: [\n", "\x00"])
def test_a_file_that_is_no_contest_is_refused_without_an_exception(content: str) -> None:
    assert describe(content)
