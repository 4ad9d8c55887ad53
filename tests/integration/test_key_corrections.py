"""A wrong key put right: seen first, in force for everybody, told to those concerned, and taken back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from flask import Flask

from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.items import ItemKind
from question_bank.keys import ChoiceKey, Key, VoidKey
from quiz_app.domain.contests import PredictionSubject, Round
from quiz_app.domain.errors import FinalResultsConcerned, InvalidInput, KeyChanged, NotAllowed
from quiz_app.domain.jobs import Job
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence import attempts as attempts_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.session import reading, transaction
from quiz_app.services import key_corrections
from quiz_app.services.attempts import closing, finish_attempt, start_attempt, view_result
from quiz_app.services.job_running import run_next_job
from quiz_app.services.key_corrections import changes, correcting, rescoring
from quiz_app.services.results import finalise_round, recompute_results
from tests.factories import (
    CLOSING,
    MIDDLE,
    add_person,
    add_round,
    add_unit,
    make_app,
    make_bank,
    make_item,
    make_item_of,
    run_sql,
    save_choices,
)
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor

LATER = MIDDLE + timedelta(hours=2)


def make_exam(**changes: Any) -> Round:
    """A round whose bank is just its paper: three single choices with key A, and a multiple choice."""
    items = [make_item(f"T-{number}") for number in range(1, 4)]
    items.append(make_item_of(ItemKind.MULTIPLE_CHOICE, "T-4"))
    return add_round(bank=make_bank(items=items), blueprint=ExamBlueprint((BlueprintCell(None, None, 4),)), **changes)


def find_version(code: str) -> int:
    ((version_id,),) = run_sql(
        "SELECT v.id FROM item_versions v JOIN items ON items.id = v.item_id WHERE items.code = :code", code=code
    )
    return int(version_id)


def sit(person: Person, round_: Round, answers: dict[str, int], *, minutes: int = 0) -> int:
    """Start, answer these items (by code, positions of the item) and finish; the attempt's id."""
    attempt_id = begin(person, round_, answers, minutes=minutes)
    finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + timedelta(minutes=minutes + 2))
    return attempt_id


def begin(person: Person, round_: Round, answers: dict[str, int], *, minutes: int = 0) -> int:
    started_at = MIDDLE + timedelta(minutes=minutes)
    attempt_id = start_attempt(person=person, round_id=round_.id, now=started_at)
    ((paper,),) = run_sql("SELECT paper FROM attempts WHERE id = :id", id=attempt_id)
    by_version = {find_version(code): position for code, position in answers.items()}
    choices: dict[int, Any] = {}
    for number, slot in enumerate(paper_from_json(paper)):
        if slot.version_id in by_version:
            choices[number] = slot.option_order.index(by_version[slot.version_id])
    if choices:
        save_choices(person, attempt_id, choices, now=started_at + timedelta(minutes=1))
    return attempt_id


def run_jobs(app: Flask, times: int = 1) -> None:
    for _ in range(times):
        assert run_next_job(storage=app.extensions["storage"], make_context=app.app_context, read_now=lambda: LATER)


def preview(app: Flask, organiser: Person, version_id: int, key: Key) -> int:
    job_id = key_corrections.propose_key(organiser=organiser, version_id=version_id, key=key, now=LATER)
    run_jobs(app)
    return job_id


def correct(app: Flask, organiser: Person, version_id: int, key: Key) -> Job:
    """Put a key in force and wait for the re-scoring; the job of that."""
    job_id = key_corrections.confirm_correction(
        organiser=organiser,
        version_id=version_id,
        preview_id=preview(app, organiser, version_id, key),
        reason="Khóa sai.",
        now=LATER,
    )
    run_jobs(app)
    return find_job(job_id)


def find_job(job_id: int) -> Job:
    with reading() as work:
        job = jobs_store.find_job(work, job_id)
    assert job is not None
    return job


def read_results() -> list[Any]:
    return [
        run_sql("SELECT * FROM results ORDER BY round_id, account_id"),
        run_sql("SELECT id, correct_count, score_hundredths, rank_key, finished_at FROM attempts ORDER BY id"),
        run_sql("SELECT id, prediction_actual, finalised_at FROM rounds ORDER BY id"),
    ]


def find_scores() -> dict[int, int]:
    return {row.id: row.score_hundredths for row in run_sql("SELECT id, score_hundredths FROM attempts")}


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("btc", roles=[Role.ORGANISER])


@pytest.fixture
def administrator(app: Flask) -> Person:
    return add_person("quan-tri", roles=[Role.ADMINISTRATOR])


def test_another_key_is_previewed_by_round_and_unit_and_then_in_force_for_everybody(
    app: Flask, organiser: Person
) -> None:
    round_ = make_exam(cut_score_hundredths=500)
    an, binh = add_person("an", unit_id=add_unit("A")), add_person("binh", unit_id=add_unit("B"))
    # An: an old attempt that passes by the wrong key, and a better one; Binh: passes by the right key alone.
    old = sit(an, round_, {"T-1": 0, "T-2": 0}, minutes=0)
    falling = sit(an, round_, {"T-1": 0, "T-2": 0, "T-3": 1}, minutes=10)
    rising = sit(binh, round_, {"T-1": 1, "T-2": 0}, minutes=20)
    version_id = find_version("T-1")
    before = read_results()

    job_id = preview(app, organiser, version_id, ChoiceKey(frozenset({1})))
    page = key_corrections.view_preview(organiser=organiser, version_id=version_id, preview_id=job_id, now=LATER)
    assert read_results() == before, "a preview changes nothing"
    assert [each.counts for each in page.rounds] == [
        {"people": 2, "attempts": 3, "people_changed": 2, "attempts_changed": 3, "rising": 1, "falling": 1,
         "passing": 1, "failing": 1}
    ]  # fmt: skip
    assert {each.name: (each.counts["rising"], each.counts["falling"]) for each in page.units} == {
        "Đơn vị A": (0, 1),
        "Đơn vị B": (1, 0),
    }

    job_id = key_corrections.confirm_correction(
        organiser=organiser, version_id=version_id, preview_id=job_id, reason=" Theo  NQ 76. ", now=LATER
    )
    at_once = sit(add_person("chi"), round_, {"T-1": 1}, minutes=30)
    assert find_scores()[at_once] == 250, "in force at once, before the job has run"
    run_jobs(app)
    assert find_scores() == {old: 250, falling: 250, rising: 500, at_once: 250}
    job = find_job(job_id)
    assert job.state == "done"
    assert job.message_values == {
        "people": 3, "attempts": 4, "people_changed": 2, "attempts_changed": 3, "rising": 1, "falling": 1,
        "passing": 1, "failing": 1,
    }  # fmt: skip
    assert run_sql("SELECT account_id, attempt_id, score_hundredths, attempt_count FROM results WHERE is_passed") == [
        (binh.id, rising, 500, 1)
    ]
    assert view_result(person=binh, attempt_id=rising, now=LATER).attempt.score_hundredths == 500
    rows = run_sql("SELECT subject_id, details FROM audit_entries WHERE action = 'result_rescored' ORDER BY subject_id")
    assert [row.subject_id for row in rows] == sorted([an.id, binh.id])
    assert f"[{rising},250,500]" in rows[1].details
    assert len(run_sql("SELECT id FROM audit_entries WHERE action IN ('key_corrected', 'attempts_rescored')")) == 2
    kept = read_results()
    assert recompute_results(round_id=round_.id, now=LATER, actor_id=None) == 3
    assert read_results() == kept, "the best results are those that the attempts give"


def test_an_item_made_void_gives_the_point_to_all_who_had_it_and_an_undo_brings_back_every_byte(
    app: Flask, organiser: Person, administrator: Person
) -> None:
    round_ = make_exam(prediction=PredictionSubject.PEOPLE_ALL_RIGHT)
    people = [add_person(f"nguoi-{number}") for number in range(4)]
    answers: list[dict[str, int]] = [{"T-1": 0}, {"T-2": 0, "T-1": 2}, {}, {"T-1": 0, "T-2": 0, "T-3": 0}]
    attempts = [
        sit(person, round_, choices, minutes=number)
        for number, (person, choices) in enumerate(zip(people, answers, strict=True))
    ]
    for number, attempt_id in enumerate(attempts):
        run_sql("UPDATE attempts SET prediction = :number WHERE id = :id RETURNING id", number=number, id=attempt_id)
    assert finalise_round(round_id=round_.id, now=CLOSING + timedelta(minutes=5))
    before = read_results()
    version_id = find_version("T-4")

    job_id = preview(app, organiser, version_id, VoidKey())
    page = key_corrections.view_preview(organiser=organiser, version_id=version_id, preview_id=job_id, now=LATER)
    assert page.needs_administrator
    with pytest.raises(FinalResultsConcerned):
        key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=job_id, reason="Sai.", now=LATER
        )
    assert correct(app, administrator, version_id, VoidKey()).message_values["rising"] == 4
    assert [find_scores()[attempt_id] for attempt_id in attempts] == [500, 500, 250, 1000]
    assert run_sql("SELECT prediction_actual FROM rounds") == [(1,)], "one person has all right now"
    assert read_results() != before

    undo_id = key_corrections.propose_undo(organiser=administrator, version_id=version_id, now=LATER)
    run_jobs(app)
    key_corrections.confirm_correction(
        organiser=administrator, version_id=version_id, preview_id=undo_id, reason="Nhầm câu.", now=LATER
    )
    run_jobs(app)
    assert read_results() == before
    assert len(run_sql("SELECT id FROM notices WHERE account_id = :id", id=people[0].id)) == 2


def test_a_job_cut_short_goes_on_and_writes_no_more_than_what_is_left(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = make_exam()
    for number in range(5):
        sit(add_person(f"nguoi-{number}"), round_, {"T-1": 1}, minutes=number)
    monkeypatch.setattr(changes, "PEOPLE_AT_ONCE", 2)
    version_id = find_version("T-1")
    job_id = key_corrections.confirm_correction(
        organiser=organiser,
        version_id=version_id,
        preview_id=preview(app, organiser, version_id, ChoiceKey(frozenset({0, 1}))),
        reason="Nhận cả hai.",
        now=LATER,
    )
    write = rescoring._BatchRescoring.rescore
    calls: list[int] = []

    def die_in_the_second(self: Any, *args: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the process dies")
        write(self, *args)

    monkeypatch.setattr(rescoring._BatchRescoring, "rescore", die_in_the_second)
    run_jobs(app)
    assert find_job(job_id).state == "failed"
    assert sorted(find_scores().values()) == [0, 0, 0, 250, 250]
    page = key_corrections.view_key(organiser=organiser, version_id=version_id)
    assert page.is_rescoring_open
    key_corrections.continue_rescoring(organiser=organiser, version_id=version_id, now=LATER)
    run_jobs(app)
    assert set(find_scores().values()) == {250}
    assert run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'result_rescored'") == [(5,)]
    assert run_sql("SELECT COUNT(*) AS number FROM notices") == [(5,)]
    page = key_corrections.view_key(organiser=organiser, version_id=version_id)
    assert page.corrections[0].figures["rising"] == 5
    assert not page.is_rescoring_open


def test_what_cannot_be_confirmed(app: Flask, organiser: Person) -> None:
    round_ = make_exam()
    sit(add_person(), round_, {"T-1": 1})
    version_id = find_version("T-1")
    with pytest.raises(InvalidInput):
        key_corrections.propose_key(
            organiser=organiser, version_id=version_id, key=ChoiceKey(frozenset({0})), now=LATER
        )
    with pytest.raises(NotAllowed):
        key_corrections.propose_key(organiser=add_person("x"), version_id=version_id, key=VoidKey(), now=LATER)
    job_id = preview(app, organiser, version_id, VoidKey())

    def confirm(reason: str) -> Callable[[], int]:
        return lambda: key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=job_id, reason=reason, now=LATER
        )

    with pytest.raises(InvalidInput):
        confirm("   ")()
    outcomes = run_together(app, [confirm("một"), confirm("hai")])
    assert sum(isinstance(outcome, KeyChanged) for outcome in outcomes) == 1


def test_no_round_becomes_final_while_a_key_of_its_bank_is_put_right(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    round_ = make_exam()
    sit(add_person(), round_, {"T-1": 1})
    version_id = find_version("T-1")
    preview_id = preview(app, organiser, version_id, VoidKey())
    add_correction = correcting.corrections_store.add_correction

    def add_slowly(*arguments: Any, **values: Any) -> int:
        time.sleep(0.6)
        return add_correction(*arguments, **values)

    monkeypatch.setattr(correcting.corrections_store, "add_correction", add_slowly)

    def confirm() -> int:
        return key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Sai.", now=LATER
        )

    def finalise() -> bool:
        time.sleep(0.2)
        return finalise_round(round_id=round_.id, now=CLOSING + timedelta(minutes=5))

    assert run_together(app, [confirm, finalise])[1] is True
    entries = run_sql(
        "SELECT action FROM audit_entries WHERE action IN ('key_corrected', 'round_finalised') ORDER BY id"
    )
    assert [entry.action for entry in entries] == ["key_corrected", "round_finalised"]


def test_who_asks_again_for_a_rescoring_that_goes_on_is_shown_the_same_job(app: Flask, organiser: Person) -> None:
    sit(add_person(), make_exam(), {"T-1": 1})
    version_id = find_version("T-1")
    job_id = key_corrections.confirm_correction(
        organiser=organiser,
        version_id=version_id,
        preview_id=preview(app, organiser, version_id, VoidKey()),
        reason="Sai.",
        now=LATER,
    )
    other = add_person("btc-2", roles=[Role.ORGANISER])
    assert key_corrections.continue_rescoring(organiser=other, version_id=version_id, now=LATER) == job_id
    with transaction() as work:
        assert jobs_store.cancel_job(work, job_id=job_id, now=LATER)
    outcomes = run_together(
        app,
        [
            lambda asker=asker: key_corrections.continue_rescoring(organiser=asker, version_id=version_id, now=LATER)
            for asker in (organiser, other)
        ],
    )
    assert len({*outcomes, job_id}) == 2


def test_two_jobs_of_a_correction_that_score_different_rounds_lose_no_count(
    app: Flask, organiser: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_exam()
    second = make_exam(code="vong-hai")
    person = add_person()
    for round_ in (first, second):
        sit(person, round_, {"T-1": 1})
    version_id = find_version("T-1")
    preview_id = preview(app, organiser, version_id, VoidKey())
    key_corrections.confirm_correction(
        organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Sai.", now=LATER
    )
    with reading() as work:
        (correction,) = rescoring.corrections_store.list_corrections(work, version_id)
    set_figures = rescoring.corrections_store.set_figures

    def set_slowly(*arguments: Any, **values: Any) -> None:
        time.sleep(0.4)
        set_figures(*arguments, **values)

    monkeypatch.setattr(rescoring.corrections_store, "set_figures", set_slowly)

    def score(round_: Round) -> Callable[[], None]:
        batches = rescoring._BatchRescoring(Mock(), correction)
        return lambda: batches.rescore(round_.id, [person.id], LATER)

    run_together(app, [score(first), score(second)])
    with reading() as work:
        (correction,) = rescoring.corrections_store.list_corrections(work, version_id)
    assert correction.figures["attempts_changed"] == 2


@pytest.mark.parametrize("repeat", range(2))
def test_attempts_that_finish_while_the_key_changes_are_scored_by_the_new_key_in_the_end(
    app: Flask, organiser: Person, repeat: int
) -> None:
    round_ = make_exam()
    people = [add_person(f"nguoi-{number}") for number in range(6)]
    for number, person in enumerate(people):
        sit(person, round_, {"T-1": 1}, minutes=number)
    open_ids = [begin(person, round_, {"T-1": 1, "T-2": 0}, minutes=20) for person in people]
    version_id = find_version("T-1")
    preview_id = preview(app, organiser, version_id, ChoiceKey(frozenset({1})))

    def confirm_and_rescore() -> None:
        key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Sai.", now=LATER
        )
        run_jobs(app)

    def finish(person: Person, attempt_id: int) -> Callable[[], None]:
        return lambda: finish_attempt(person=person, attempt_id=attempt_id, now=MIDDLE + timedelta(minutes=22))

    finishes = [finish(*each) for each in zip(people, open_ids, strict=True)]
    run_together(app, [*finishes[:3], confirm_and_rescore, *finishes[3:]])
    assert {row.score_hundredths for row in run_sql("SELECT score_hundredths FROM results")} == {500}
    assert sorted(find_scores().values()) == [250] * 6 + [500] * 6
    kept = read_results()
    recompute_results(round_id=round_.id, now=LATER, actor_id=None)
    assert read_results() == kept


@pytest.mark.postgresql
def test_a_finish_that_holds_its_attempt_since_before_the_correction_is_waited_for(
    postgresql_database_url: str,
) -> None:
    app = make_app(postgresql_database_url)
    with app.app_context():
        organiser, person = add_person("btc", roles=[Role.ORGANISER]), add_person()
        round_ = make_exam()
        attempt_id = begin(person, round_, {"T-1": 1})
        version_id = find_version("T-1")
        preview_id = preview(app, organiser, version_id, ChoiceKey(frozenset({1})))
        is_scored, may_commit = threading.Event(), threading.Event()

        def finish_slowly() -> None:
            with app.app_context(), transaction() as work:
                row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=person.id)
                assert row is not None
                closing.close_attempts(work, [row], MIDDLE + timedelta(minutes=2), actor_id=person.id)
                is_scored.set()
                may_commit.wait(30)

        finishing = threading.Thread(target=finish_slowly)
        finishing.start()
        assert is_scored.wait(30)
        key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Sai.", now=LATER
        )

        def rescore() -> None:
            with app.app_context():
                run_jobs(app)

        rescoring_thread = threading.Thread(target=rescore)
        rescoring_thread.start()
        rescoring_thread.join(0.5)
        assert rescoring_thread.is_alive(), "it waits for the finish"
        may_commit.set()
        finishing.join(30)
        rescoring_thread.join(30)
        assert find_scores() == {attempt_id: 250}
        assert run_sql("SELECT score_hundredths FROM results") == [(250,)]
        db.engine.dispose()


@pytest.mark.postgresql
def test_a_finish_that_took_its_lock_before_the_correction_scores_by_the_new_key(postgresql_database_url: str) -> None:
    app = make_app(postgresql_database_url)
    with app.app_context():
        organiser, person = add_person("btc", roles=[Role.ORGANISER]), add_person()
        round_ = make_exam()
        attempt_id = begin(person, round_, {"T-1": 1})
        version_id = find_version("T-1")
        preview_id = preview(app, organiser, version_id, ChoiceKey(frozenset({1})))
        with transaction() as work:
            row = attempts_store.lock_attempt(work, attempt_id=attempt_id, account_id=person.id)
            assert row is not None
            key_corrections.confirm_correction(
                organiser=organiser, version_id=version_id, preview_id=preview_id, reason="Sai.", now=LATER
            )
            closing.close_attempts(work, [row], MIDDLE + timedelta(minutes=2), actor_id=person.id)
        assert find_scores() == {attempt_id: 250}
        db.engine.dispose()


def test_the_pages_from_the_form_to_the_notice(app: Flask, organiser: Person) -> None:
    round_ = make_exam(cut_score_hundredths=250)
    an = add_person("an")
    sit(an, round_, {"T-1": 1})
    version_id = find_version("T-1")
    visitor = Visitor(app, organiser.login)
    path = f"/organiser/keys/{version_id}"
    assert "Phương án hai của T-1" in visitor.get(path).text
    assert visitor.post(path, {"right": ["0"]}, token=visitor.read_token(path)).status_code == 422
    assert visitor.post(path, {"right": ["0", "1", "2", "3"]}, token=visitor.read_token(path)).status_code == 422
    answer = visitor.post(path, {"right": ["0", "1"]}, token=visitor.read_token(path))
    assert answer.status_code == 303
    preview_path = answer.location
    assert "progress" in visitor.get(preview_path).text
    run_jobs(app)
    page = visitor.get(preview_path).text
    assert round_.title in page
    assert visitor.post(preview_path, {"reason": " "}, token=visitor.read_token(preview_path)).status_code == 422
    answer = visitor.post(preview_path, {"reason": "Nghị định đã thay."}, token=visitor.read_token(preview_path))
    assert answer.status_code == 303
    assert "progress" in visitor.get(path).text
    run_jobs(app)
    page = visitor.get(path).text
    assert "Nghị định đã thay." in page
    participant = Visitor(app, an.login)
    page = participant.get("/my").text
    assert "Nghị định đã thay." in page
    (notice,) = run_sql("SELECT id FROM notices")
    token = participant.read_token("/my")
    visitor.post(f"/my/notices/{notice.id}/dismiss", token=visitor.read_token())
    assert "Nghị định đã thay." in participant.get("/my").text, "another's notice stays"
    assert participant.post(f"/my/notices/{notice.id}/dismiss", token=token).status_code == 303
    assert "Nghị định đã thay." not in participant.get("/my").text
