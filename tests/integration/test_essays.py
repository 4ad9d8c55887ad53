"""Essays of practice rounds: marked without names, shown to whoever wrote, counted nowhere; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import ItemKind
from quiz_app.clock import read_now
from quiz_app.domain.attempts import ResponseChange
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound
from quiz_app.domain.essays import EssayMark, EssayMarkChanged, read_points
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.services.attempts import essays, finish_attempt, save_responses, start_attempt, view_result
from quiz_app.services.retention import apply_retention
from tests.factories import CLOSING, MIDDLE, add_person, add_round, make_bank, make_item_of, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor
from tests.statements import count_statements

TEXT = "Bài viết\nvề một cửa điện tử"


@pytest.fixture
def practice(app: Flask) -> Round:
    bank = make_bank(items=[make_item_of(kind, f"K-{kind}") for kind in (ItemKind.ESSAY, ItemKind.TRUE_FALSE)])
    blueprint = ExamBlueprint((BlueprintCell(None, None, 2),))
    return add_round(bank=bank, blueprint=blueprint, reveal_during_attempt=True, is_ranked=False)


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


def write(round_: Round, person: Person, text: str = TEXT, *, now: datetime = MIDDLE) -> tuple[int, int]:
    """A finished attempt with this essay; its id and the essay's slot."""
    attempt_id = start_attempt(person=person, round_id=round_.id, now=now)
    (row,) = run_sql("SELECT shape FROM attempts WHERE id = :id", id=attempt_id)
    slot = row.shape.index("e00") // 3
    if text:
        save_responses(
            account_id=person.id,
            auth_version=person.auth_version,
            attempt_id=attempt_id,
            changes=[ResponseChange(slot, text, 1)],
            now=now,
        )
    finish_attempt(person=person, attempt_id=attempt_id, now=now + timedelta(seconds=30))
    return attempt_id, slot


def give(organiser: Person, round_: Round, place: tuple[int, int], points: str = "7,5", **changes: Any) -> EssayMark:
    values = {"remark": "Rõ ý.", "seen": 0, "now": MIDDLE + timedelta(hours=1), **changes}
    attempt_id, slot = place
    return essays.mark_essay(
        organiser=organiser, round_id=round_.id, attempt_id=attempt_id, slot=slot, points=points, **values
    )


def test_points_are_read_as_they_are_written() -> None:
    assert [read_points(text, 1000) for text in ("0", "7", " 7,5 ", "7.25", "10", "0,05")] == [
        0,
        700,
        750,
        725,
        1000,
        5,
    ]
    for wrong in ("", "-1", "7,555", "10,01", "1e1", "bảy", "11", "7,"):
        with pytest.raises(InvalidInput):
            read_points(wrong, 1000)


def test_an_essay_is_marked_and_its_writer_reads_the_mark(app: Flask, practice: Round, organiser: Person) -> None:
    person = add_person("an", name="Nguyễn Văn An")
    place = write(practice, person)
    write(practice, add_person("binh"), "")
    results = run_sql("SELECT * FROM results ORDER BY account_id"), run_sql("SELECT * FROM attempts ORDER BY id")
    visitor = Visitor(app, "to-chuc")
    path = f"/organiser/rounds/{practice.id}/essays"
    listed = visitor.get(path).text.partition("<main")[2]
    one = f"{path}/{place[0]}/{place[1]}"
    assert listed.count("/essays/") == 1, "an essay that nobody wrote is not listed"
    assert one in listed
    assert "Văn An" not in listed
    page = visitor.get(one).text
    assert TEXT in page
    assert "Nêu ba ý." in page
    assert "Văn An" not in page.partition("<main")[2]
    refused = visitor.post(one, {"points": "11", "remark": "Giữ lại", "seen": "0"})
    assert (refused.status_code, "Giữ lại" in refused.text) == (422, True)
    assert visitor.post(one, {"points": "7,5", "remark": "Rõ <ý>.", "seen": "0"}).status_code == 303
    page = Visitor(app, "an").get(f"/attempts/{place[0]}/result").text
    assert "7,5/10" in page, page.partition("<main")[2]
    assert "Rõ &lt;ý&gt;." in page
    found = essays.list_essays(organiser=organiser, round_id=practice.id)
    assert (found.waiting, [line.mark.hundredths for line in found.marked if line.mark]) == ((), [750])
    assert (
        run_sql("SELECT * FROM results ORDER BY account_id"), run_sql("SELECT * FROM attempts ORDER BY id")
    ) == results  # fmt: skip
    (entry,) = run_sql("SELECT details FROM audit_entries WHERE action = 'essay_marked'")
    assert "750" in str(entry.details)
    assert "Rõ" not in str(entry.details)


def test_who_may_mark_and_what(app: Flask, practice: Round, organiser: Person) -> None:
    person = add_person("an")
    place = write(practice, person)
    with pytest.raises(NotAllowed):
        give(person, practice, place)
    for wrong in ((place[0], 1 - place[1]), (place[0], 99), (1, 0)):
        with pytest.raises(NotFound):
            give(organiser, practice, wrong)
    run_sql("UPDATE attempts SET account_id = :me WHERE id = :id RETURNING id", me=organiser.id, id=place[0])
    with pytest.raises(NotFound):
        give(organiser, practice, place)
    assert essays.list_essays(organiser=organiser, round_id=practice.id).waiting == ()


def test_a_round_that_counts_has_no_marker(app: Flask, organiser: Person) -> None:
    round_ = add_round()
    with pytest.raises(NotFound):
        essays.list_essays(organiser=organiser, round_id=round_.id)


def test_of_two_who_mark_at_once_one_is_told(app: Flask, practice: Round, organiser: Person) -> None:
    place = write(practice, add_person("an"))
    told: list[str] = []

    def mark() -> None:
        try:
            give(organiser, practice, place)
        except EssayMarkChanged:
            told.append("later")

    run_together(app, [mark, mark])
    assert told == ["later"]
    assert give(organiser, practice, place, "8", seen=1).version == 2
    with pytest.raises(EssayMarkChanged):
        give(organiser, practice, place, "9", seen=1)
    assert [row.hundredths for row in run_sql("SELECT hundredths FROM essay_marks")] == [800]


def test_the_list_goes_on_where_a_page_ends(
    app: Flask, practice: Round, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(essays, "MOST_ESSAYS", 2)
    monkeypatch.setattr(essays, "ATTEMPTS_AT_ONCE", 2)
    places = [write(practice, add_person(f"p-{number}"), now=MIDDLE + timedelta(minutes=number)) for number in range(5)]
    give(organiser, practice, places[0])
    seen, after = [], essays.START
    while after is not None:
        page = essays.list_essays(organiser=organiser, round_id=practice.id, after=after)
        seen += [(line.attempt_id, line.slot) for line in page.waiting]
        after = page.next_after
    assert seen == places[1:]


def test_thirty_essays_cost_the_list_what_one_costs(app: Flask, practice: Round, organiser: Person) -> None:
    write(practice, add_person("p"))

    def count() -> int:
        with count_statements(db.engine) as statements:
            essays.list_essays(organiser=organiser, round_id=practice.id)
        return len(statements.work)

    count()
    before = count()
    for number in range(29):
        write(practice, add_person(f"p-{number}"))
    assert count() == before


def test_a_remark_is_masked_after_its_time(app: Flask, practice: Round, organiser: Person) -> None:
    person = add_person("an")
    place = write(practice, person)
    give(organiser, practice, place)
    apply_retention(days=90, now=CLOSING + timedelta(days=91))
    (row,) = run_sql("SELECT hundredths, remark FROM essay_marks")
    assert tuple(row) == (750, "masked")
    assert view_result(person=person, attempt_id=place[0], now=read_now()).essay_marks[0][1].remark == "masked"
