"""Background jobs: kept with the decision, claimed once, taken up again, ended for good; seen by whom they concern."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound, StorageUnavailable, UnknownChoice
from quiz_app.domain.jobs import JOB_RULES, MOST_TRIES, Job, JobFailed, JobKind, JobRule, JobState, JobStopped
from quiz_app.domain.people import Person, Role
from quiz_app.domain.permissions import may_lead_unit
from quiz_app.extensions import db
from quiz_app.jobs import start_background
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.session import Statement, transaction
from quiz_app.services import job_running
from quiz_app.services.job_kinds import HANDLERS
from quiz_app.services.job_running import FAULT, INTERRUPTED, give_up_jobs, remove_old_results, run_next_job
from quiz_app.services.jobs import add_job, cancel_job, find_job, list_jobs
from quiz_app.services.running_job import RunningJob
from quiz_app.storage import FolderStorage
from tests.factories import add_person, add_unit, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor
from tests.statements import count_statements

KIND = JobKind.VERIFY_AUDIT
MINUTE = timedelta(minutes=1)
Handle = Callable[[Callable[[RunningJob], None]], None]


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


@pytest.fixture(autouse=True)
def storage(app: Flask, tmp_path: Path) -> FolderStorage:
    kept = app.extensions["storage"] = FolderStorage(tmp_path / "files")
    return kept


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """Put a handler in place of the real one."""
    return lambda handler: monkeypatch.setitem(HANDLERS, KIND, handler)


def ask(person: Person, **arguments: Any) -> int:
    with transaction() as work:
        return add_job(work, kind=KIND, arguments=arguments, person=person, now=read_now())


def work_once(app: Flask, *, later: timedelta = timedelta(0)) -> bool:
    return run_next_job(
        storage=app.extensions["storage"], make_context=app.app_context, read_now=lambda: read_now() + later
    )


def find(person: Person, job_id: int) -> Job:
    return find_job(person=person, job_id=job_id)


def make_it_look_dead(job_id: int) -> None:
    run_sql(
        "UPDATE jobs SET heartbeat_at = :moment WHERE id = :job_id RETURNING id",
        moment=to_ms(read_now()) - 31_000, job_id=job_id,
    )  # fmt: skip


def test_a_job_is_kept_or_lost_with_the_decision(organiser: Person) -> None:
    def decide_and_break_off() -> None:
        with transaction() as work:
            add_job(work, kind=KIND, arguments={}, person=organiser, now=read_now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide_and_break_off()
    assert run_sql("SELECT id FROM jobs") == []


def test_a_job_runs_with_its_arguments_and_keeps_its_result(app: Flask, organiser: Person, handle: Handle) -> None:
    seen = []

    def handler(job: RunningJob) -> None:
        seen.append((job.arguments, job.get_requester().login))
        job.report(0, 2)
        job.keep_result("first.txt", "text/plain", b"thrown away")
        job.keep_result("Danh sách.txt", "text/plain", io.BytesIO("tệp".encode()))
        job.say("%(count)s jobs carried out.", count=2)
        job.report(2, 2)

    handle(handler)
    job_id = ask(organiser, round=7, tên="Hà")
    before = find(organiser, job_id)
    assert (before.state, before.done_count, before.started_at, before.tries) == (JobState.QUEUED, 0, None, 0)
    assert work_once(app) is True
    assert work_once(app) is False
    job = find(organiser, job_id)
    assert seen == [({"round": 7, "tên": "Hà"}, "to-chuc")]
    assert (job.state, job.done_count, job.total_count, job.tries) == (JobState.DONE, 2, 2, 1)
    assert job.started_at is not None
    assert job.finished_at is not None
    assert (job.message, job.message_values) == ("%(count)s jobs carried out.", {"count": 2})
    assert job.result is not None
    assert (job.result.name, job.result.size) == ("Danh sách.txt", 5)
    assert app.extensions["storage"].read_file(job.result.key).decode() == "tệp"
    assert len(list(app.extensions["storage"].list_files("jobs/"))) == 1


def test_jobs_are_done_in_the_order_in_which_they_were_asked_for(app: Flask, organiser: Person, handle: Handle) -> None:
    seen: list[int] = []
    handle(lambda job: seen.append(job.arguments["n"]))
    for number in range(3):
        ask(organiser, n=number)
        time.sleep(0.002)
    while work_once(app):
        pass
    assert seen == [0, 1, 2]


def test_a_second_click_is_the_same_job_until_that_is_over(app: Flask, organiser: Person, handle: Handle) -> None:
    handle(lambda job: None)
    first = ask(organiser, a=1)
    assert ask(organiser, a=1) == first
    assert ask(organiser, a=2) != first
    while work_once(app):
        pass
    assert ask(organiser, a=1) != first


@pytest.mark.parametrize(
    ("error", "message", "values"),
    [
        (JobFailed("Line %(line)s is wrong.", line=7), "Line %(line)s is wrong.", {"line": 7}),
        (InvalidInput("Choose a role from the list."), "Choose a role from the list.", {}),
        (UnknownChoice(), "refused", {"code": "unknown_choice"}),
        (ZeroDivisionError(), FAULT, {}),
    ],
)
def test_a_job_that_fails_says_why_and_keeps_no_file(
    app: Flask, organiser: Person, handle: Handle, error: Exception, message: str, values: dict[str, Any]
) -> None:
    def handler(job: RunningJob) -> None:
        job.keep_result("a.txt", "text/plain", b"half")
        raise error

    handle(handler)
    job_id = ask(organiser)
    assert work_once(app) is True
    job = find(organiser, job_id)
    assert (job.state, job.message, job.message_values, job.result) == (JobState.FAILED, message, values, None)
    assert list(app.extensions["storage"].list_files("jobs/")) == []
    page = Visitor(app, "to-chuc").get(f"/jobs/{job_id}")
    assert page.status_code == 200
    assert "%(" not in page.text


def test_a_job_waits_again_when_the_database_is_gone_for_a_moment(
    app: Flask, organiser: Person, handle: Handle
) -> None:
    tries = []

    def handler(job: RunningJob) -> None:
        tries.append(job.try_number)
        if len(tries) == 1:
            raise StorageUnavailable

    handle(handler)
    job_id = ask(organiser)
    with pytest.raises(StorageUnavailable):
        work_once(app)
    assert find(organiser, job_id).state is JobState.QUEUED
    assert work_once(app) is True
    assert (tries, find(organiser, job_id).state) == ([1, 2], JobState.DONE)


def test_only_a_job_whose_worker_is_gone_is_taken_up_again(app: Flask, organiser: Person, handle: Handle) -> None:
    job_id = ask(organiser)
    run_sql(
        "UPDATE jobs SET state = 'running', tries = 1, heartbeat_at = :moment WHERE id = :job_id RETURNING id",
        moment=to_ms(read_now()), job_id=job_id,
    )  # fmt: skip
    handle(lambda job: None)
    assert work_once(app) is False
    assert work_once(app, later=timedelta(seconds=28)) is False
    assert work_once(app, later=timedelta(seconds=31)) is True
    assert (find(organiser, job_id).state, find(organiser, job_id).tries) == (JobState.DONE, 2)


def test_a_job_that_kills_its_worker_three_times_is_given_up(app: Flask, organiser: Person, handle: Handle) -> None:
    class Killed(BaseException):
        pass

    def die(job: RunningJob) -> None:
        raise Killed

    handle(die)
    job_id = ask(organiser)
    for number in range(1, MOST_TRIES + 1):
        with pytest.raises(Killed):
            work_once(app)
        assert (find(organiser, job_id).state, find(organiser, job_id).tries) == (JobState.RUNNING, number)
        make_it_look_dead(job_id)
    assert work_once(app) is False
    assert give_up_jobs(now=read_now()) == 1
    job = find(organiser, job_id)
    assert (job.state, job.message) == (JobState.FAILED, INTERRUPTED)


def test_a_worker_that_was_thought_dead_changes_nothing(app: Flask, organiser: Person, handle: Handle) -> None:
    stopped = []

    def overtaken(job: RunningJob) -> None:
        job.keep_result("old.txt", "text/plain", b"old")
        make_it_look_dead(job.id)

        def take_over(other: RunningJob) -> None:
            other.keep_result("new.txt", "text/plain", b"new")
            # Both are at work now: what the old one says is heard no more.
            with pytest.raises(JobStopped):
                job.report(99, 99)
            other.report(1, 2)

        handle(take_over)
        assert work_once(app) is True
        try:
            job.report(1, 1)
        finally:
            stopped.append(job.is_cancelled())

    handle(overtaken)
    job_id = ask(organiser)
    work_once(app)
    job = find(organiser, job_id)
    assert stopped == [True]
    assert job.result is not None
    assert (job.state, job.result.name, job.tries) == (JobState.DONE, "new.txt", 2)
    assert (job.done_count, job.total_count) == (1, 2)
    assert len(list(app.extensions["storage"].list_files("jobs/"))) == 1


def test_a_cancelled_job_stops_and_keeps_nothing(app: Flask, organiser: Person, handle: Handle) -> None:
    reached = []

    def change_data(job: RunningJob) -> None:
        with transaction() as work:
            work.run(_insert_unit())
            job.hold(work)

    def handler(job: RunningJob) -> None:
        job.keep_result("a.txt", "text/plain", b"half")
        cancel_job(person=organiser, job_id=job.id, now=read_now())
        with pytest.raises(JobStopped):
            change_data(job)
        reached.append(run_sql("SELECT code FROM units"))
        job.report(1, 1)
        reached.append("never")

    handle(handler)
    job_id = ask(organiser)
    work_once(app)
    assert reached == [[]]
    assert find(organiser, job_id).state is JobState.CANCELLED
    assert list(app.extensions["storage"].list_files("jobs/")) == []
    assert [row.action for row in run_sql("SELECT action FROM audit_entries")] == ["job_cancelled"]
    cancel_job(person=organiser, job_id=job_id, now=read_now())
    assert len(run_sql("SELECT action FROM audit_entries")) == 1


def _insert_unit() -> Any:
    return Statement.from_sql(
        "INSERT INTO units (id, code, name, kind, staff_number) VALUES (1, 'THU', 'Thử', 'school', 1)"
    )


def test_the_heartbeat_keeps_a_long_step_alive_and_notices_a_cancellation(
    app: Flask, organiser: Person, handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_running, "HEARTBEAT_SECONDS", 0.05)
    beats = []

    def handler(job: RunningJob) -> None:
        for _ in range(3):
            time.sleep(0.15)
            beats.append(run_sql("SELECT heartbeat_at FROM jobs")[0][0])
        cancel_job(person=organiser, job_id=job.id, now=read_now())
        for _ in range(100):
            if job.is_cancelled():
                return
            time.sleep(0.05)
        beats.append("not noticed")

    handle(handler)
    job_id = ask(organiser)
    work_once(app)
    assert len(beats) == 3
    assert beats == sorted(set(beats))
    assert find(organiser, job_id).state is JobState.CANCELLED
    assert not [thread.name for thread in threading.enumerate() if thread.name == f"heartbeat-{job_id}"]


def test_an_effect_and_the_end_of_its_job_are_kept_or_lost_together(
    app: Flask, organiser: Person, handle: Handle
) -> None:
    def handler(job: RunningJob) -> None:
        job.keep_result("a.txt", "text/plain", b"a")
        with transaction() as work:
            work.run(_insert_unit())
            job.finish_in(work)
            if job.try_number == 1:
                raise JobFailed("Line %(line)s is wrong.", line=1)

    handle(handler)
    first = ask(organiser)
    work_once(app)
    assert (find(organiser, first).state, run_sql("SELECT code FROM units")) == (JobState.FAILED, [])
    second = ask(organiser)
    run_sql("UPDATE jobs SET tries = 1 WHERE id = :job_id RETURNING id", job_id=second)
    work_once(app)
    job = find(organiser, second)
    assert (job.state, run_sql("SELECT code FROM units")) == (JobState.DONE, [("THU",)])
    assert job.result is not None
    assert app.extensions["storage"].read_file(job.result.key) == b"a"


def test_workers_at_the_same_moment_never_do_a_job_twice(app: Flask, organiser: Person, handle: Handle) -> None:
    done: list[int] = []
    handle(lambda job: (time.sleep(0.005), done.append(job.id))[1])  # type: ignore[func-returns-value]
    ids = {ask(organiser, n=number) for number in range(24)}

    def work_until_empty() -> int:
        count = 0
        while work_once(app):
            count += 1
        return count

    run_together(app, [work_until_empty] * 6)
    while work_once(app):
        pass
    assert len(done) == 24
    assert set(done) == ids
    assert {row.tries for row in run_sql("SELECT tries FROM jobs")} == {1}


def test_the_thread_of_a_process_works_on_what_comes_and_the_sweeper_seals(
    app: Flask, organiser: Person, handle: Handle
) -> None:
    handle(lambda job: None)
    app.extensions["settings"] = replace(app.extensions["settings"], sweep_seconds=1)
    stops = start_background(app)
    try:
        job_id = ask(organiser)
        cancelled = ask(organiser, other=1)
        cancel_job(person=organiser, job_id=cancelled, now=read_now())
        give_up = time.monotonic() + 20
        while not (find(organiser, job_id).is_over and run_sql("SELECT number FROM audit_chain") > [(0,)]):
            assert time.monotonic() < give_up
            time.sleep(0.05)
    finally:
        for stop in stops:
            stop.set()
    time.sleep(0.1)
    # On PostgreSQL a third keeps the process's clock on the database's.
    assert len(stops) == (3 if db.engine.name == "postgresql" else 2)


def test_settings_say_what_runs_in_the_background(app: Flask) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], sweep_seconds=0, job_workers=0)
    stops = start_background(app)
    for stop in stops:
        stop.set()
    # The clock is followed whatever else runs; SQLite has no other servers.
    assert len(stops) == (1 if db.engine.name == "postgresql" else 0)


def test_results_and_uploads_are_removed_after_seven_days(app: Flask, organiser: Person, handle: Handle) -> None:
    storage = app.extensions["storage"]
    handle(lambda job: job.keep_result("a.txt", "text/plain", b"a"))
    job_id = ask(organiser)
    work_once(app)
    storage.write_file("uploads/x", b"x")
    now = read_now()
    assert remove_old_results(storage=storage, now=now + timedelta(days=7) - MINUTE) == 0
    assert remove_old_results(storage=storage, now=now + timedelta(days=7) + MINUTE) == 2
    job = find(organiser, job_id)
    assert (job.state, job.result) == (JobState.DONE, None)
    assert Visitor(app, "to-chuc").get(f"/jobs/{job_id}/result").status_code == 404
    storage.write_file("jobs/1/lost", b"of a worker that died")
    assert remove_old_results(storage=storage, now=now + timedelta(days=15)) == 1


def test_the_command_works_until_nothing_waits(app: Flask, organiser: Person, handle: Handle) -> None:
    handle(lambda job: None)
    for number in range(3):
        ask(organiser, n=number)
    result = app.test_cli_runner().invoke(args=["quiz", "run-jobs"])
    assert (result.exit_code, "3" in result.output) == (0, True)
    assert {row.state for row in run_sql("SELECT state FROM jobs")} == {"done"}


# --- who sees what ---


@pytest.fixture
def of_leads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The kind as one that unit leads ask for and that organisers do not see."""
    rules = dict(JOB_RULES) | {KIND: JobRule(may_lead_unit, is_seen_by_organisers=False)}
    monkeypatch.setattr("quiz_app.services.jobs.JOB_RULES", rules)
    monkeypatch.setattr("quiz_app.domain.jobs.JOB_RULES", rules)
    return


def test_only_who_may_ask_for_a_kind_can(app: Flask, organiser: Person) -> None:
    for role in (Role.PARTICIPANT, Role.JUDGE):
        with pytest.raises(NotAllowed):
            ask(add_person(role, roles=[role]))
    assert run_sql("SELECT id FROM jobs") == []


def test_a_job_of_a_unit_is_its_leads_for_as_long_as_they_lead_it(app: Flask, of_leads: None) -> None:
    unit_id = add_unit("A")
    lead = add_person("a", roles=[Role.UNIT_LEAD], led_unit_id=unit_id)
    other = add_person("b", roles=[Role.UNIT_LEAD], led_unit_id=add_unit("B"))
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    with transaction() as work:
        job_id = add_job(work, kind=KIND, arguments={}, person=lead, now=read_now(), scope_unit_id=unit_id)
    assert find(lead, job_id).id == job_id
    assert [job.id for job in list_jobs(person=lead)] == [job_id]
    moved = replace(lead, led_unit_ids=frozenset({1}))
    dismissed = replace(lead, roles=frozenset({Role.PARTICIPANT}), led_unit_ids=frozenset())
    for person in (other, organiser, moved, dismissed):
        with pytest.raises(NotFound):
            find(person, job_id)
        with pytest.raises(NotFound):
            cancel_job(person=person, job_id=job_id, now=read_now())
        assert list_jobs(person=person) == []


def test_the_result_is_a_download_with_its_name_and_an_entry_in_the_trail(
    app: Flask, organiser: Person, handle: Handle
) -> None:
    content = b"%" * 700_000
    handle(lambda job: job.keep_result("Danh sách điểm.zip", "application/zip", content))
    job_id = ask(organiser)
    visitor = Visitor(app, "to-chuc")
    assert visitor.get(f"/jobs/{job_id}/result").status_code == 404
    work_once(app)
    answer = visitor.get(f"/jobs/{job_id}/result")
    assert (answer.status_code, answer.data, answer.content_length) == (200, content, len(content))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Danh sach diem.zip"; filename*=')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    add_person("khac", roles=[Role.UNIT_LEAD], led_unit_id=add_unit())
    stranger = Visitor(app, "khac")
    for path in (f"/jobs/{job_id}/result", f"/jobs/{job_id}", f"/jobs/{job_id}.json"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/jobs/{job_id}/cancel").status_code == 404
    entries = run_sql("SELECT actor_id, subject_id, address FROM audit_entries WHERE action = 'job_result_downloaded'")
    assert entries == [(organiser.id, job_id, "127.0.0.1")]
    app.extensions["storage"].delete_file(f"{next(app.extensions['storage'].list_files('jobs/')).key}")
    assert visitor.get(f"/jobs/{job_id}/result").status_code == 404


def test_the_page_shows_progress_with_and_without_scripts(app: Flask, organiser: Person, handle: Handle) -> None:
    visitor = Visitor(app, "to-chuc")
    seen: dict[str, Any] = {}

    def handler(job: RunningJob) -> None:
        job.report(1500, None)
        seen["open"] = visitor.get(f"/jobs/{job.id}.json").json
        job._reported_at = 0.0
        job.report(1500, 6000)
        seen["json"] = visitor.get(f"/jobs/{job.id}.json").json
        seen["page"] = visitor.get(f"/jobs/{job.id}").text

    handle(handler)
    job_id = ask(organiser)
    waiting = visitor.get(f"/jobs/{job_id}").text
    assert '<noscript><meta http-equiv="refresh"' in waiting
    assert f'data-job-url="/jobs/{job_id}.json"' in waiting
    work_once(app)
    assert seen["open"]["progress"] is None
    assert (seen["json"]["state"], seen["json"]["is_over"], seen["json"]["progress"]) == ("running", False, 0.25)
    assert "1.500" in seen["json"]["text"]
    assert "6.000" in seen["json"]["text"]
    assert 'value="0.25"' in seen["page"]
    done = visitor.get(f"/jobs/{job_id}").text
    assert "http-equiv" not in done
    assert "data-job-url" not in done
    assert visitor.get(f"/jobs/{job_id}.json").json["is_over"] is True


def test_who_must_change_the_password_does_that_first(app: Flask) -> None:
    add_person("moi", roles=[Role.ORGANISER], must_change_password=True)
    answer = Visitor(app, "moi").get("/jobs/")
    assert (answer.status_code, answer.location) == (302, "/password")


def test_the_list_costs_the_same_with_1_and_30_jobs_and_has_pages(app: Flask, organiser: Person) -> None:
    visitor = Visitor(app, "to-chuc")

    def count() -> int:
        with count_statements(db.engine) as statements:
            assert visitor.get("/jobs/").status_code == 200
        return len(statements.work)

    assert "empty-state" in visitor.get("/jobs/").text
    ask(organiser, n=0)
    before = count()
    assert before == 2
    for number in range(1, 60):
        ask(organiser, n=number)
    assert count() == before
    first = visitor.get("/jobs/").text
    assert first.count('<th scope="row">') == 50
    next_page = first.rpartition("/jobs/?before=")[2].partition('"')[0]
    assert visitor.get(f"/jobs/?before={next_page}").text.count('<th scope="row">') == 10
    for wrong in ("x", "-1", "0", "9" * 30):
        assert visitor.get(f"/jobs/?before={wrong}").status_code == 200


def test_an_idle_worker_only_reads(app: Flask, organiser: Person) -> None:
    with count_statements(db.engine) as statements:
        assert work_once(app) is False
    assert len(statements.work) == 1
    assert not statements.control
    assert statements.work[0].startswith("SELECT")


def test_the_database_refuses_a_job_that_cannot_be(app: Flask, organiser: Person) -> None:
    job_id = ask(organiser)
    for change in ("state = 'lost'", "state = 'done'", "finished_at = 1", "done_count = -1", "result_key = 'a'"):
        with pytest.raises(Exception, match=r"(?i)check|violates"):
            run_sql(f"UPDATE jobs SET {change} WHERE id = :job_id RETURNING id", job_id=job_id)
