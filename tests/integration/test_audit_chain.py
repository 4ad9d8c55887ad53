"""The audit trail on both databases: sealed in one chain whoever writes at the same moment, guarded against change."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.audit import ChainEnd, ChainFault
from quiz_app.domain.errors import WrongCredentials
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.origin import Origin, set_origin
from quiz_app.persistence import audit, audit_sealing
from quiz_app.persistence.session import Work, transaction
from quiz_app.services import audit_chain
from quiz_app.services.audit_chain import check_chain, seal_trail
from quiz_app.services.people import sign_in
from tests.factories import add_person, run_sql
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app")


def add_entries(count: int, *, action: str = "round_finalised") -> None:
    with transaction() as work:
        for number in range(count):
            add_entry(work, number, action=action)


def add_entry(work: Work, number: int, *, action: str = "round_finalised") -> None:
    audit.add_entry(
        work, now=read_now(), actor_id=None, action=action, subject=("round", number), details={"tên": f"Vòng {number}"}
    )


def lift_guard() -> None:
    """What somebody with all rights on the database does first."""
    if db.engine.dialect.name == "postgresql":
        run_unguarded("ALTER TABLE audit_entries DISABLE TRIGGER USER")
        run_unguarded("ALTER TABLE audit_chain DISABLE TRIGGER USER")
    else:
        for name in ("keep_audit_entries_as_they_are", "keep_audit_chain_as_they_are", "keep_all_audit_entries",
                     "keep_all_audit_chain"):  # fmt: skip
            run_unguarded(f"DROP TRIGGER {name}")


def run_unguarded(sql: str) -> None:
    with db.engine.connect() as connection:
        connection.exec_driver_sql(sql)
        connection.commit()


def verify(app: Flask, *arguments: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["quiz", "verify-audit", *arguments])
    return result.exit_code, result.output


def test_an_entry_is_sealed_once_and_the_chain_grows_over_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_chain, "BATCH", 3)
    monkeypatch.setattr(audit_chain, "CHECK_BATCH", 4)
    add_entries(8)
    assert seal_trail() == 8
    assert seal_trail() == 0
    first = run_sql("SELECT id, number, hash FROM audit_entries ORDER BY number")
    assert [row.number for row in first] == list(range(1, 9))
    add_entries(2)
    report = check_chain()
    assert (report.end.number, report.problem) == (10, None)
    assert run_sql("SELECT id, number, hash FROM audit_entries WHERE number <= 8 ORDER BY number") == first
    assert run_sql("SELECT number, hash FROM audit_chain") == [(10, report.end.hash)]


def test_an_entry_that_commits_late_gets_a_later_number() -> None:
    if db.engine.dialect.name == "postgresql":
        with transaction() as slow:
            add_entry(slow, 1)
            add_entries(2)
            assert seal_trail() == 2
            assert seal_trail() == 0
    else:
        # One writer at a time: what commits late here has got its id from a clock that goes behind.
        add_entries(2)
        assert seal_trail() == 2
        run_unguarded(
            "INSERT INTO audit_entries (id, happened_at, action, subject_type, details) VALUES (1, 1, 'a', 'b', '{}')"
        )
    assert seal_trail() == 1
    rows = run_sql("SELECT number FROM audit_entries ORDER BY id")
    assert [row.number for row in rows] == [3, 1, 2]
    assert check_chain().problem is None


def test_sealers_and_writers_at_the_same_moment_leave_one_chain(app: Flask) -> None:
    def write() -> int:
        for _ in range(10):
            add_entries(2)
        return 0

    def seal() -> int:
        return sum(seal_trail() for _ in range(10))

    counts = run_together(app, [write, seal, write, seal, write, seal])
    total = sum(count for count in counts if isinstance(count, int)) + seal_trail()
    assert total == 60
    assert [row.number for row in run_sql("SELECT number FROM audit_entries ORDER BY number")] == list(range(1, 61))
    assert check_chain().problem is None


FORBIDDEN = [
    "UPDATE audit_entries SET details = '{}' WHERE number = 2",
    "UPDATE audit_entries SET number = 9, hash = 'x' WHERE number = 2",
    "UPDATE audit_entries SET number = NULL, hash = NULL WHERE number = 2",
    "UPDATE audit_entries SET number = 9, hash = 'x', action = 'y' WHERE number IS NULL",
    "UPDATE audit_entries SET action = 'y' WHERE number IS NULL",
    "DELETE FROM audit_entries WHERE number IS NULL",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_chain",
    "UPDATE audit_chain SET number = 1",
    "UPDATE audit_chain SET hash = 'x'",
    # SQLite does not know the word.
    "TRUNCATE audit_entries",
    "TRUNCATE audit_chain",
]


def test_the_database_refuses_to_change_the_trail() -> None:
    add_entries(3)
    seal_trail()
    add_entries(1)
    before = run_sql("SELECT * FROM audit_entries ORDER BY id"), run_sql("SELECT * FROM audit_chain")
    for sql in FORBIDDEN:
        with pytest.raises(Exception, match="never changed|only grows|near .TRUNCATE"):
            run_unguarded(sql)
    assert (run_sql("SELECT * FROM audit_entries ORDER BY id"), run_sql("SELECT * FROM audit_chain")) == before


@pytest.mark.parametrize(
    ("change", "fault", "number"),
    [
        ('UPDATE audit_entries SET details = \'{"tên":"khác"}\' WHERE number = 3', ChainFault.ALTERED, 3),
        ("UPDATE audit_entries SET happened_at = happened_at + 1 WHERE number = 1", ChainFault.ALTERED, 1),
        ("DELETE FROM audit_entries WHERE number = 3", ChainFault.REMOVED, 3),
        ("DELETE FROM audit_entries WHERE number = 1", ChainFault.REMOVED, 1),
        ("DELETE FROM audit_entries WHERE number >= 4", ChainFault.CUT_OFF, 4),
        ("DELETE FROM audit_entries", ChainFault.CUT_OFF, 1),
    ],
)
def test_the_check_finds_what_somebody_with_all_rights_did(
    app: Flask, change: str, fault: ChainFault, number: int
) -> None:
    add_entries(5)
    seal_trail()
    lift_guard()
    run_unguarded(change)
    problem = check_chain().problem
    assert problem is not None
    assert (problem.fault, problem.number) == (fault, number)
    status, output = verify(app)
    assert status == 1
    assert re.search(rf"\b{number}\b", output)


def test_a_tail_cut_off_with_the_end_moved_back_is_found_by_what_was_noted_down(app: Flask) -> None:
    add_entries(5)
    status, output = verify(app)
    noted = re.search(r"\d+:[0-9a-f]{64}", output)
    assert noted is not None
    assert (status, noted[0].partition(":")[0]) == (0, "5")
    add_entries(2)
    assert verify(app, "--expect", noted[0])[0] == 0
    lift_guard()
    third = run_sql("SELECT hash FROM audit_entries WHERE number = 3")[0].hash
    run_unguarded("DELETE FROM audit_entries WHERE number > 3")
    run_unguarded(f"UPDATE audit_chain SET number = 3, hash = '{third}'")
    assert verify(app)[0] == 0
    assert verify(app, "--expect", noted[0])[0] == 1
    # New entries grow in the place of those that were cut off: the number is there again, with another hash.
    add_entries(4)
    assert verify(app)[0] == 0
    status, output = verify(app, "--expect", noted[0])
    assert (status, "5" in output) == (1, True)
    assert verify(app, "--expect", "5")[0] == 2


def test_an_empty_trail_is_whole(app: Flask) -> None:
    assert check_chain().end == ChainEnd()
    status, output = verify(app)
    assert status == 0
    assert verify(app, "--expect", f"0:{'0' * 64}")[0] == 0
    assert f"0:{'0' * 64}" in output


def test_an_entry_says_from_where_and_a_command_says_nothing() -> None:
    try:
        set_origin(Origin("2001:db8:1:2:3:4:5:6", "abc"))
        add_entries(1)
        set_origin(None)
        add_entries(1)
    finally:
        set_origin(None)
    rows = run_sql("SELECT address, request_id FROM audit_entries ORDER BY id")
    assert sorted(map(tuple, rows), key=str) == [("2001:db8:1:2::/64", "abc"), (None, None)]


def test_the_proxys_request_id_is_taken_only_where_a_proxy_is_trusted(app: Flask) -> None:
    add_person("an")
    for trusted in (0, 1):
        app.config["TRUSTED_PROXIES"] = trusted
        visitor = Visitor(app)
        token = visitor.read_token()
        visitor.ask(
            "POST", "/sign-in", data={"login": "an", "password": "sai", "csrf_token": token},
            headers={"X-Request-ID": "tu-ngoai"},
        )  # fmt: skip
    found = [row.request_id for row in run_sql("SELECT request_id FROM audit_entries ORDER BY id")]
    assert [request_id == "tu-ngoai" for request_id in found] == [False, True]


def test_a_failed_sign_in_is_in_the_trail_without_what_was_typed() -> None:
    person = add_person("an")
    for login in ("an", "mat-khau-cua-toi"):
        with pytest.raises(WrongCredentials):
            sign_in(login=login, password="khong-phai", address="10.0.0.1", now=read_now())  # noqa: S106
    rows = run_sql("SELECT actor_id, subject_type, subject_id, details FROM audit_entries ORDER BY subject_id IS NULL")
    assert rows == [(None, "account", person.id, "{}"), (None, "account", None, "{}")]


def test_what_the_database_holds_is_enough_for_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault: a sealer that leaves a column out of what it hashes lets that column be altered unseen."""
    from quiz_app.domain import audit as rules

    add_entries(3)
    with transaction() as work:
        blind = [rules.replace(entry, details="") for entry in audit_sealing.list_unsealed(work, 10)]
        audit_sealing.store_seals(work, rules.seal_entries(blind, ChainEnd()))
    problem = check_chain().problem
    assert problem is not None
    assert problem.number == 1


# --- the screen ---


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    add_person("to-chuc", roles=[Role.ORGANISER])
    return Visitor(app, "to-chuc")


def count_rows(page: str) -> int:
    return page.count('<th scope="row">')


def test_the_screen_is_narrowed_by_person_action_subject_and_period(app: Flask, visitor: Visitor) -> None:
    an = add_person("an")
    with transaction() as work:
        for moment in (read_now(),):
            audit.add_entry(work, now=moment, actor_id=an.id, action="password_changed", subject=("account", an.id))
            audit.add_entry(work, now=moment, actor_id=None, action="account_closed", subject=("account", an.id))
            audit.add_entry(work, now=moment, actor_id=None, action="attempt_finished", subject=("attempt", 5))
            audit.add_entry(work, now=moment, actor_id=None, action="<b>", subject=("round", 5), details={"a": "<i>"})
    today = read_now().astimezone().date()

    def ask(query: str) -> str:
        answer = visitor.get(f"/organiser/audit?{query}")
        assert answer.status_code == 200
        assert "<b>" not in answer.text
        return answer.text

    assert count_rows(ask("")) == 4
    assert count_rows(ask("person=AN")) == 2
    assert count_rows(ask("person=AN&action=account_closed")) == 1
    assert count_rows(ask("action=attempt_finished")) == 1
    assert count_rows(ask("action=password_changed")) == 1
    assert count_rows(ask("subject=account")) == 2
    assert count_rows(ask("subject=round&subject_id=5")) == 1
    assert count_rows(ask("subject=round&subject_id=6")) == 0
    assert count_rows(ask(f"since={today.replace(year=today.year - 1)}")) == 4
    assert count_rows(ask(f"since={today.replace(year=today.year + 1, day=1)}")) == 0
    assert count_rows(ask(f"until={today.replace(year=today.year - 1, day=1)}")) == 0
    assert count_rows(ask("since=01/01/2020&until=31/12/2199")) == 4
    assert count_rows(ask("since=31/12/2199")) == 0
    wrong = ask("since=31/02/2022")
    assert 'role="alert"' in wrong
    assert count_rows(wrong) == 4
    unknown = ask("person=khong-co")
    assert 'role="alert"' in unknown
    assert count_rows(unknown) == 0
    for odd in ("subject_id=9999999999999999999999", "before=x", "before=-5", "action=%00", "since=99999999999"):
        ask(odd)


def test_the_screen_has_pages_and_costs_the_same_with_1_and_200_entries(app: Flask, visitor: Visitor) -> None:
    def count() -> int:
        with count_statements(db.engine) as statements:
            assert visitor.get("/organiser/audit").status_code == 200
        return len(statements.work)

    add_entries(1)
    before = count()
    assert before == 4
    add_entries(119)
    assert count() == before
    path, seen = "/organiser/audit?subject=round", 0
    for expected in (50, 50, 20):
        page = visitor.get(path).text
        assert count_rows(page) == expected
        seen += expected
        match = re.search(r'rel="next" href="([^"]+)"', page)
        assert (match is None) is (seen == 120)
        path = match[1].replace("&amp;", "&") if match else ""
    with count_statements(db.engine) as statements:
        visitor.get("/organiser/audit?person=to-chuc&action=round_finalised&subject=round&since=2020-01-01")
    assert len(statements.work) == before + 1


def test_a_check_asked_for_on_the_screen_runs_as_a_job(app: Flask, visitor: Visitor) -> None:
    add_entries(3)
    answer = visitor.post("/organiser/audit/check")
    assert answer.status_code == 303
    assert app.test_cli_runner().invoke(args=["quiz", "run-jobs"]).exit_code == 0
    page = visitor.get(answer.location).text
    assert re.search(r"3:[0-9a-f]{64}", page)
    lift_guard()
    run_unguarded("DELETE FROM audit_entries WHERE number = 2")
    answer = visitor.post("/organiser/audit/check")
    assert app.test_cli_runner().invoke(args=["quiz", "run-jobs"]).exit_code == 0
    assert 'role="alert"' in visitor.get(answer.location).text
