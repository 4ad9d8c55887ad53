"""Loading banks and contests: harmless to repeat, all or nothing, and clear about what is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect

from question_bank.keys import ChoiceKey
from quiz_app.clock import read_now
from quiz_app.domain.errors import NotFound, PaperNotAvailable
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.services.attempts import start_attempt, view_attempt
from quiz_app.services.boards import view_live_board
from quiz_app.services.definitions import load_bank, load_contest, read_definition
from tests.factories import MIDDLE, OPENING, add_person, add_round, make_bank, make_item, run_sql, sit_attempt
from tests.integration.visitor import Visitor, add_open_round

ROOT = Path(__file__).resolve().parents[2]

CONTEST = """\
contest:
  code: thu
  title: "Hội thi thử"
  organiser: "Sở Nội vụ"
  is_demonstration: yes
bank: ngan-hang
units:
  - {code: S, name: "Sở", kind: department}
  - {code: P, name: "Phòng", kind: division, parent: S, staff_number: 8}
quotas:
  - {unit_kind: division, people_number: 2}
  - {unit: S, initiatives: 1}
rounds:
  - code: mot
    title: "Vòng một"
    opens_at: 07:00 15/09/2022
    closes_at: 22:00 15/10/2022
    questions: 3
    time_limit_seconds: 300
    scale: 10
    cut_score: 6
exclusions:
  - {login: Ba, reason: "Thư ký"}
people:
  - {login: an, name: "An", password: dung-thu-2026, unit: P, roles: [participant]}
  - {login: ba, name: "Ba", password: dung-thu-2026, unit: P, roles: [participant, unit_lead], leads: P}
"""
BANK = 'code: ngan-hang\ntitle: "Ngân hàng"\ntopics:\n  - {code: chung, name: "Chung"}\n'
ITEM = """\
  - code: C-{n}
    level: recognise
    stem: "Câu hỏi số {n} là gì?"
    options: ["Một {n}", "Hai {n}", "Ba {n}", "Bốn {n}"]
    key: B
    explanation: "Vì {n}."
    source: {{document: "Nghị quyết 76/NQ-CP"}}
"""


def write_files(folder: Path, *, contest: str = CONTEST, items: int = 5) -> Path:
    """A contest file with its bank beside it."""
    bank = folder / "ngan-hang"
    bank.mkdir(exist_ok=True)
    (bank / "bank.yaml").write_text(BANK, encoding="utf-8")
    content = "topic: chung\nitems:\n" + "".join(ITEM.format(n=n) for n in range(items))
    (bank / "chung.yaml").write_text(content, encoding="utf-8")
    path = folder / "hoi-thi.yaml"
    path.write_text(contest, encoding="utf-8")
    return path


def load(app: Flask, path: Path) -> tuple[int, str]:
    """Exit code and everything printed by the operator's command."""
    result = app.test_cli_runner().invoke(args=["quiz", "load-contest", str(path)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def count_rows() -> dict[str, int]:
    names = inspect(db.engine).get_table_names()
    return {name: run_sql(f"SELECT COUNT(*) AS rows_found FROM {name}")[0][0] for name in names}


def test_a_contest_is_loaded_whole_and_loading_it_again_changes_nothing(app: Flask, tmp_path: Path) -> None:
    path = write_files(tmp_path)
    code, output = load(app, path)
    assert code == 0, output
    assert "Hội thi thử" in output
    expected = {"contests": 1, "rounds": 1, "units": 2, "quotas": 2, "accounts": 2, "role_grants": 3,
                "exclusions": 1, "item_banks": 1, "items": 5, "item_versions": 5}  # fmt: skip
    before = count_rows()
    assert {name: before[name] for name in expected} == expected
    assert run_sql("SELECT opens_at, closes_at FROM rounds") == [(1663200000000, 1665846000000)]
    code, output = load(app, path)
    assert code == 0, output
    assert "Hội thi thử" in output
    assert count_rows() == before


@pytest.mark.parametrize("name", ["demonstration", "soc-trang-2022"])
def test_the_contests_that_ship_load_twice_and_can_fill_their_papers(app: Flask, name: str) -> None:
    path = ROOT / "contests" / f"{name}.yaml"
    code, output = load(app, path)
    assert code == 0, output
    before = count_rows()
    assert before["items"] >= 150
    assert load(app, path)[0] == 0
    assert count_rows() == before
    organiser = add_person("nguoi-kiem-tra", roles=[Role.ORGANISER])
    for (round_id,) in run_sql("SELECT id FROM rounds"):
        assert view_live_board(organiser=organiser, round_id=round_id, now=MIDDLE).shortfalls == ()


@pytest.mark.parametrize(
    ("wrong", "right", "line", "field"),
    [
        ("cut_score: 6", "cut_scor: 6", 21, "cut_scor"),
        ("opens_at: 07:00 15/09/2022", "opens_at: 07:00 31/02/2022", 16, "opens_at"),
        ("closes_at: 22:00 15/10/2022", "closes_at: 22:00 15/08/2022", 17, "closes_at"),
        ("questions: 3", "questions: ba", 18, "questions"),
        ("key: B", "key: E", 7, "key"),
        ('stem: "Câu', 'stemm: "Câu', 5, "stemm"),
    ],
)
def test_a_file_with_an_error_names_line_and_field_and_stores_nothing(
    app: Flask, tmp_path: Path, wrong: str, right: str, line: int, field: str
) -> None:
    path = write_files(tmp_path)
    for file in (path, tmp_path / "ngan-hang" / "chung.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace(wrong, right, 1), encoding="utf-8")
    before = count_rows()
    code, output = load(app, path)
    assert code == 1
    found = [text for text in output.splitlines() if field in text]
    assert any(f" {line}," in text and ".yaml" in text for text in found), output
    assert count_rows() == before


def test_a_contest_of_an_unknown_bank_stores_nothing(app: Flask, tmp_path: Path) -> None:
    path = write_files(tmp_path, contest=CONTEST.replace("bank: ngan-hang", "bank: khong-co"))
    before = count_rows()
    code, output = load(app, path)
    assert (code, "bank.yaml" in output) == (1, True)
    definition = read_definition(path.read_bytes(), now=MIDDLE).definition
    assert definition is not None
    with pytest.raises(NotFound):
        load_contest(definition, bank_code="khong-co", now=MIDDLE)
    assert count_rows() == before


def test_a_failure_in_the_middle_of_a_load_stores_nothing(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_files(tmp_path)
    definition = read_definition(path.read_bytes(), now=MIDDLE).definition
    assert definition is not None
    load_bank(make_bank(), now=OPENING)
    before = count_rows()

    # The last thing that a load adds is its audit entry.
    def fail(*_arguments: object, **_values: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("quiz_app.persistence.audit.add_entry", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        load_contest(definition, bank_code="bank", now=MIDDLE)
    assert count_rows() == before


@pytest.mark.usefixtures("app")
def test_units_and_people_that_are_known_are_kept_as_they_are(tmp_path: Path) -> None:
    definition = read_definition(write_files(tmp_path).read_bytes(), now=MIDDLE).definition
    assert definition is not None
    load_bank(make_bank(), now=OPENING)
    load_contest(definition, bank_code="bank", now=MIDDLE)
    before = run_sql("SELECT * FROM accounts ORDER BY id"), run_sql("SELECT * FROM units ORDER BY id")
    second = replace(definition, contest=replace(definition.contest, code="nam-sau"))
    loaded = load_contest(second, bank_code="bank", now=MIDDLE)
    assert (loaded.is_new, loaded.units_added, loaded.people_added) == (True, 0, 0)
    assert (run_sql("SELECT * FROM accounts ORDER BY id"), run_sql("SELECT * FROM units ORDER BY id")) == before


@pytest.mark.usefixtures("app")
def test_a_changed_item_is_a_new_version_and_old_papers_keep_the_old_one() -> None:
    items = [make_item(f"T-{n:03d}") for n in range(10)]
    person, round_ = add_person(), add_round(bank=make_bank(items=items))
    open_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    changed = [replace(item, stem=f"Câu đã sửa {item.code}?", key=ChoiceKey(frozenset({3}))) for item in items[:4]]
    report = load_bank(make_bank(items=[*changed, *items[4:]]), now=MIDDLE)
    assert (report.added, report.changed, report.unchanged) == (0, 4, 6)
    assert run_sql("SELECT number, COUNT(*) AS n FROM item_versions GROUP BY number ORDER BY number") == [
        (1, 10),
        (2, 4),
    ]

    page = view_attempt(person=person, attempt_id=open_id, now=MIDDLE)
    assert not [question for question in page.questions if "đã sửa" in question.stem]
    # Scored by the keys of the versions on its paper, whatever the keys are now.
    assert sit_attempt(person, round_, right=10) == open_id
    assert run_sql("SELECT score_hundredths FROM attempts") == [(1000,)]

    new_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE.replace(hour=10))
    page = view_attempt(person=person, attempt_id=new_id, now=MIDDLE.replace(hour=10))
    assert len([question for question in page.questions if "đã sửa" in question.stem]) == 4


@pytest.mark.usefixtures("app")
def test_a_bank_loaded_twice_stays_one_bank_with_its_version() -> None:
    load_bank(make_bank(12), now=OPENING)
    before = count_rows(), run_sql("SELECT version FROM item_banks")
    report = load_bank(make_bank(12), now=MIDDLE)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 12)
    assert (count_rows(), run_sql("SELECT version FROM item_banks")) == before


@pytest.mark.usefixtures("app")
def test_an_item_that_leaves_the_file_stays_for_the_papers_that_have_it() -> None:
    load_bank(make_bank(12), now=OPENING)
    load_bank(make_bank(8), now=MIDDLE)
    assert run_sql("SELECT COUNT(*) AS items_found FROM items") == [(12,)]


def test_a_bank_that_is_too_small_is_said_at_the_load_and_on_the_board_and_to_whoever_starts(
    app: Flask, tmp_path: Path
) -> None:
    code, output = load(app, write_files(tmp_path, items=2))
    assert code == 0
    shortfall = next(line for line in output.splitlines() if "mot" in line and "2" in line and "3" in line)
    assert shortfall
    round_ = add_open_round(bank=make_bank(7), code="nho")
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    (gap,) = view_live_board(organiser=organiser, round_id=round_.id, now=read_now()).shortfalls
    assert (gap.topic, gap.level, gap.needed, gap.available) == (None, None, 10, 7)
    page = Visitor(app, "to-chuc").get(f"/organiser/rounds/{round_.id}").text
    assert 'role="alert"' in page
    assert "10" in page
    person = add_person("thi-sinh")
    with pytest.raises(PaperNotAvailable):
        start_attempt(person=person, round_id=round_.id, now=read_now())
    answer = Visitor(app, "thi-sinh").post(f"/rounds/{round_.id}/attempts")
    assert answer.status_code == 503
    assert "paper_not_available" in answer.text
    # Items that arrive are seen at once, by a process that has held the bank before.
    load_bank(make_bank(10), now=OPENING)
    assert start_attempt(person=person, round_id=round_.id, now=read_now())
