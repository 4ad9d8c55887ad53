"""Retention: after its time nothing tells who somebody was, and every figure is as before."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask, current_app

from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import WrongCredentials
from quiz_app.domain.initiatives.entries import ScanState
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import texts as texts_store
from quiz_app.persistence.retention import MASKED_NAME, Due
from quiz_app.persistence.session import transaction
from quiz_app.services.audit_chain import check_chain, seal_trail
from quiz_app.services.entry_files.contents import make_key
from quiz_app.services.entry_files.orphans import remove_orphans
from quiz_app.services.initiatives import save_draft, submit_entry, view_entry
from quiz_app.services.people import sign_in
from quiz_app.services.retention import apply_retention, plan_retention
from quiz_app.storage import FolderStorage
from tests.entry_factories import COMPLETE_VALUES, add_draft, add_initiative_round
from tests.factories import CLOSING, MIDDLE, OPENING, PASSWORD, add_person, add_round, add_unit, run_sql, sit_attempt

DAYS = 90
DUE = CLOSING + timedelta(days=DAYS, milliseconds=1)
PRIVATE = ("Trần Thị Bí Mật", "0912345678", "bimat@example.vn", "1985-02-28", "tran.bi.mat", "hash-of-number")


@pytest.fixture
def past(app: Flask) -> Round:
    """A round that ended on 15/10/2022, in which somebody with every kind of datum took part."""
    unit_id, round_ = add_unit(), add_round()
    person = add_person(
        "tran.bi.mat", name=PRIVATE[0], phone=PRIVATE[1], email=PRIVATE[2], birth=PRIVATE[3], unit_id=unit_id,
        citizen_hash=PRIVATE[5], citizen_tail="789", job_title="Chuyên viên",
    )  # fmt: skip
    sit_attempt(person, round_, right=8)
    add_person("lead", name="Người phụ trách", roles=[Role.UNIT_LEAD], unit_id=unit_id, led_unit_id=unit_id)
    add_person("giamkhao", name="Giám khảo còn dùng", roles=[Role.JUDGE])
    run_sql(
        "INSERT INTO exclusions (contest_id, login, reason) SELECT id, 'tran.bi.mat', 'x' FROM contests RETURNING login"
    )
    return round_


def read_figures() -> list[object]:
    return [
        run_sql("SELECT * FROM results ORDER BY attempt_id"),
        run_sql("SELECT * FROM attempts ORDER BY id"),
        run_sql("SELECT id, unit_id, created_at FROM accounts ORDER BY id"),
    ]


def find_private_words() -> list[str]:
    """Which private words stand anywhere in the tables that this command answers for."""
    tables = ("accounts", "exclusions", "registrations", "letters", "activation_codes", "staff_imports", "results")
    text = "".join(repr(run_sql(f"SELECT * FROM {table}")) for table in tables)
    return [word for word in PRIVATE if word in text]


def test_nothing_is_due_before_the_period_is_over(past: Round) -> None:
    for early in (OPENING, CLOSING, CLOSING + timedelta(days=DAYS)):
        assert apply_retention(days=DAYS, now=early).people == 0
    assert find_private_words() != []
    assert plan_retention(days=DAYS, now=CLOSING).due_at == CLOSING + timedelta(days=DAYS)


def test_a_dry_run_counts_and_changes_nothing(past: Round) -> None:
    before = run_sql("SELECT * FROM accounts ORDER BY id")
    assert plan_retention(days=DAYS, now=DUE).due.people == 2
    assert run_sql("SELECT * FROM accounts ORDER BY id") == before


def test_people_are_masked_and_figures_stay(past: Round) -> None:
    figures = read_figures()
    assert find_private_words() == list(PRIVATE)
    assert apply_retention(days=DAYS, now=DUE).people == 2
    assert find_private_words() == []
    assert read_figures() == figures
    names = {row.login: row.name for row in run_sql("SELECT login, name FROM accounts")}
    assert names.pop("giamkhao") == "Giám khảo còn dùng", "who runs contests is not touched"
    assert set(names.values()) == {MASKED_NAME}
    with pytest.raises(WrongCredentials):
        sign_in(login="tran.bi.mat", password=PASSWORD, address="127.0.0.1", now=DUE)


def test_it_is_written_down_and_done_once(past: Round) -> None:
    apply_retention(days=DAYS, now=DUE)
    apply_retention(days=DAYS, now=DUE)
    (entry,) = run_sql("SELECT details FROM audit_entries WHERE action = 'people_masked'")
    assert '"people":2' in entry.details
    seal_trail()
    assert check_chain(expected=None).problem is None


@pytest.mark.parametrize("closes_at", [CLOSING + timedelta(days=30), DUE + timedelta(days=300)])
def test_a_later_round_keeps_everybody(past: Round, closes_at: datetime) -> None:
    """Whoever may still take part is known by name."""
    run_sql("UPDATE rounds SET extended_until = :at RETURNING id", at=int(closes_at.timestamp() * 1000))
    assert apply_retention(days=DAYS, now=DUE).people == 0
    assert find_private_words() == list(PRIVATE)


def test_the_command_is_off_by_default_and_shows_counts_first(app: Flask, past: Round) -> None:
    runner = app.test_cli_runner()
    assert "not set" in runner.invoke(args=["quiz", "retention"]).output
    app.extensions["settings"] = replace(app.extensions["settings"], retention_days=DAYS)
    shown = runner.invoke(args=["quiz", "retention"])
    assert "To be masked: 2 people" in shown.output
    assert find_private_words() != []
    assert "Masked: 2 people" in runner.invoke(args=["quiz", "retention", "--apply"]).output
    assert find_private_words() == []


@pytest.fixture
def handed_in(past: Round) -> int:
    """An entry with two versions, a file, steps with reasons, a sheet and a text; its id."""
    school = add_unit("TR", name="Trường Một")
    writer = add_person("nguoi.viet", name="Lê Văn Kín", unit_id=school)
    judge = add_person("giamkhao.hai", name="Giám khảo hai", roles=[Role.JUDGE])
    round_ = add_initiative_round()
    entry_id = add_draft(writer, round_, title="Số hóa hồ sơ của Lê Văn Kín")
    entry = view_entry(person=writer, entry_id=entry_id).entry
    values = COMPLETE_VALUES | {"nature": "Cô nguyen thi hanh đã làm trước.", "area": "Y tế"}
    save_draft(
        person=writer, entry_id=entry_id, sequence=entry.sequence, title=entry.title, category="cchc", values=values,
        now=MIDDLE,
    )  # fmt: skip
    storage = FolderStorage(current_app.extensions["settings"].files_folder)
    storage.write_file(make_key("a" * 64), b"content")
    with transaction() as work:
        files_store.add_file(
            work, entry_id=entry_id, field="papers", name="Sang kien Nguyen Thi Hanh.pdf", kind="pdf", size=7,
            digest="a" * 64, scan=ScanState.NOT_CONFIGURED, added_by_id=writer.id, now=MIDDLE,
        )  # fmt: skip
    submit_entry(person=writer, entry_id=entry_id, now=MIDDLE)
    with transaction() as work:
        texts_store.put_text(
            work, entry_id=entry_id, version=1, content="Bài của Nguyễn Thị Hạnh.", signature=b"s",
            unread_files=["Sang kien Nguyen Thi Hanh.pdf"], now=MIDDLE,
        )  # fmt: skip
    run_sql(
        "INSERT INTO judgements (id, entry_id, judge_id, stage, entry_version, state, marks, remarks, opinion, "
        "sequence, given_at, given_by_id) VALUES (1, :entry, :judge, 2, 1, 'given', :marks, :remarks, "
        "'Trần Văn Bình trình bày rõ', 1, 0, :judge) RETURNING id",
        entry=entry_id, judge=judge.id, marks='{"novelty":"55"}', remarks='{"novelty":"của Trần Văn Bình"}',
    )  # fmt: skip
    return entry_id


NAMES_OF_ENTRIES = ("Hạnh", "Hanh", "hanh", "Bình", "binh", "Kín", "van kin")


def read_entry_words() -> str:
    tables = ("entries", "entry_versions", "entry_files", "entry_texts", "entry_steps", "judgements")
    return "".join(repr(row) for table in tables for row in run_sql(f"SELECT * FROM {table}"))


def test_initiatives_lose_their_authors_and_keep_their_work(app: Flask, handed_in: int) -> None:
    before = run_sql("SELECT number, receipt_code, digest, submitted_at FROM entry_versions")
    assert plan_retention(days=DAYS, now=DUE).due.entries == 1
    assert all(name in read_entry_words() for name in ("Hạnh", "Bình", "Kín"))
    assert apply_retention(days=DAYS, now=DUE).entries == 1
    words = read_entry_words()
    assert [name for name in NAMES_OF_ENTRIES if name in words] == []
    assert run_sql("SELECT number, receipt_code, digest, submitted_at FROM entry_versions") == before
    (version,) = run_sql("SELECT content FROM entry_versions")
    assert json.loads(version.content) == {
        "authors": [{"name": MASKED_NAME, "share": "60"}, {"name": MASKED_NAME, "share": "40"}],
        "nature": "Cô […] đã làm trước.",
        "area": "Y tế",
    }
    (sheet,) = run_sql("SELECT marks, remarks, opinion FROM judgements")
    assert (sheet.marks, sheet.remarks, sheet.opinion) == (
        '{"novelty":"55"}', '{"novelty":"của […]"}', "[…] trình bày rõ",
    )  # fmt: skip
    (file,) = run_sql("SELECT name, removed_at FROM entry_files")
    assert tuple(file) == ("tep-1.pdf", None)
    assert apply_retention(days=DAYS, now=DUE).entries == 0, "done again, it finds nothing"
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'entry_masked'")) == 1
    seal_trail()
    assert check_chain(expected=None).problem is None


def test_files_of_initiatives_go_only_when_asked(app: Flask, handed_in: int) -> None:
    storage = FolderStorage(app.extensions["settings"].files_folder)
    app.extensions["settings"] = replace(app.extensions["settings"], retention_days=DAYS)
    runner = app.test_cli_runner()
    assert "1 files of initiatives stay" in runner.invoke(args=["quiz", "retention", "--apply"]).output
    assert storage.find_file(make_key("a" * 64)) is not None
    later = read_now() + timedelta(days=2)
    assert remove_orphans(storage=storage, now=later, applies=True).removed == ()
    assert "1 files of initiatives are to be let go" in runner.invoke(args=["quiz", "retention", "--with-files"]).output
    assert run_sql("SELECT file_id FROM entry_version_files")
    done = runner.invoke(args=["quiz", "retention", "--with-files", "--apply"]).output
    assert "1 files of initiatives were let go" in done
    assert remove_orphans(storage=storage, now=later, applies=True).removed == ("a" * 64,)
    assert storage.find_file(make_key("a" * 64)) is None
    assert plan_retention(days=DAYS, now=DUE).due == Due(0, 0, 0)


def test_an_entry_that_somebody_still_writes_is_left(handed_in: int) -> None:
    run_sql("UPDATE entries SET changed_at = :at RETURNING id", at=int(DUE.timestamp() * 1000))
    assert apply_retention(days=DAYS, now=DUE).entries == 0


def test_texts_that_hang_on_no_account_go_too(past: Round) -> None:
    """Why a unit was given time, and what a lead wrote to its people, may name somebody."""
    (by,) = run_sql("SELECT id FROM accounts WHERE login = 'giamkhao'")
    (unit,) = run_sql("SELECT id FROM units")
    for grant, unit_id in ((1, unit.id), (2, None)):
        run_sql(
            "INSERT INTO window_extensions (id, grant_id, round_id, unit_id, closes_at, reason, made_by_id, made_at) "
            "VALUES (:grant, :grant, :round, :unit, 1, 'Trần Thị Bí Mật ốm', :by, 0) RETURNING id",
            grant=grant, round=past.id, unit=unit_id, by=by.id,
        )  # fmt: skip
    run_sql(
        "INSERT INTO letter_batches (id, kind, round_id, participation, scope, made_by_id, made_at, subject, body, "
        "state) VALUES (1, 'reminder', :round, 'below', 'x', :by, 0, 'Gửi Trần Thị Bí Mật', 'Trần Thị Bí Mật', 'draft')"
        " RETURNING id",
        round=past.id, by=by.id,
    )  # fmt: skip
    run_sql(
        "INSERT INTO letters (id, batch_id, kind, about, account_id, facts, state, tries, made_at) "
        "VALUES (2, 1, 'reminder', 'draft', :by, '{}', 'draft', 0, 0) RETURNING id",
        by=by.id,
    )
    assert plan_retention(days=DAYS, now=DUE).due.texts == 4
    assert apply_retention(days=DAYS, now=DUE).texts == 4
    reasons = run_sql("SELECT reason, withdrawal_reason FROM window_extensions")
    assert [tuple(row) for row in reasons] == [("masked", None)] * 2
    (batch,) = run_sql("SELECT subject, body, state FROM letter_batches")
    assert tuple(batch) == ("masked", "masked", "discarded")
    assert [row.state for row in run_sql("SELECT state FROM letters")] == ["cancelled"]
    assert plan_retention(days=DAYS, now=DUE).due == Due(0, 0, 0)


def test_essays_reasons_letters_and_undecided_requests_go(past: Round) -> None:
    """What somebody wrote in practice, why they were given time, and a letter that no mail server took."""
    (person,) = run_sql("SELECT id, unit_id FROM accounts WHERE login = 'tran.bi.mat'")
    (attempt,) = run_sql("SELECT id, shape, responses, round_id FROM attempts")
    responses = attempt.responses if isinstance(attempt.responses, dict) else json.loads(attempt.responses)
    (organiser,) = run_sql("SELECT id FROM accounts WHERE login = 'giamkhao'")
    changed = {**responses, "0": [9, "Tôi là Bí Mật", 5]}
    cast = "CAST(:responses AS jsonb)" if db.engine.name == "postgresql" else ":responses"
    run_sql(
        f"UPDATE attempts SET shape = 'e00' || substr(shape, 4), responses = {cast} RETURNING id",
        responses=json.dumps(changed),
    )
    run_sql(
        "INSERT INTO late_responses (attempt_id, slot, sequence, account_id, choice, received_at) "
        "VALUES (:attempt, 0, 10, :id, '\"Bí Mật\"', 0), (:attempt, 1, 11, :id, '2', 0) RETURNING slot",
        attempt=attempt.id, id=person.id,
    )  # fmt: skip
    run_sql(
        "INSERT INTO extra_times (contest_id, account_id, percent, reason, made_by_id, made_at) "
        "SELECT id, :id, 50, 'Khiếm thị', :by, 0 FROM contests RETURNING percent",
        id=person.id, by=organiser.id,
    )  # fmt: skip
    run_sql(
        "INSERT INTO letters (id, kind, about, account_id, address, subject, body, facts, state, tries, made_at, "
        "next_at) VALUES (1, 'x', 'y', :id, 'bimat@example.vn', 'Gửi', 'Trần Thị Bí Mật', '{}', 'queued', 0, 0, 0) "
        "RETURNING id",
        id=person.id,
    )
    run_sql(
        "INSERT INTO registrations (id, contest_id, unit_id, login, name, password_hash, code_hash, state, made_at) "
        "SELECT 1, id, :unit, 'xin.vao', 'Trần Thị Bí Mật', '', 'c', 'waiting', 0 FROM contests RETURNING id",
        unit=person.unit_id,
    )
    assert plan_retention(days=DAYS, now=DUE).due.registrations == 1
    apply_retention(days=DAYS, now=DUE)
    assert find_private_words() == []
    (after,) = run_sql("SELECT responses FROM attempts")
    kept = after.responses if isinstance(after.responses, dict) else json.loads(after.responses)
    assert kept == {**responses, "0": [9, "…", 5]}
    assert [row.choice for row in run_sql("SELECT choice FROM late_responses ORDER BY slot")] == ['"…"', "2"]
    assert [tuple(row) for row in run_sql("SELECT percent, reason FROM extra_times")] == [(50, "masked")]
    assert [tuple(row) for row in run_sql("SELECT state, next_at FROM letters")] == [("cancelled", None)]
    assert run_sql("SELECT id FROM registrations") == []
