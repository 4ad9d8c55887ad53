"""Certificates: who gets one, what it says later, and what a stranger with a code, or without one, is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import inspect

from quiz_app.cache import ProcessCache
from quiz_app.domain.attempts import AttemptState
from quiz_app.domain.certificates import LOOKUP_LIMIT, CertificateNotEarned, TooManyLookups, format_code
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotFound
from quiz_app.domain.people import Person
from quiz_app.extensions import db
from quiz_app.persistence.round_settings import settings_from_mapping, settings_to_mapping
from quiz_app.services.attempts import start_attempt
from quiz_app.services.certificates import (
    Certificate,
    CertificateCheck,
    check_certificate,
    issue_certificate,
    view_certificate,
)
from tests.factories import (
    MIDDLE,
    VIETNAM,
    add_person,
    add_round,
    add_unit,
    answer_attempt,
    make_app,
    make_contest,
    make_round_settings,
    run_sql,
    sit_attempt,
)
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor

DAY = timedelta(days=1)
UNKNOWN = "0000-0000-0000-0000-0000"


@pytest.fixture
def person(app: Flask) -> Person:
    return add_person("an", name="Nguyễn Thị Hạnh", unit_id=add_unit(name="Trường THPT Trần Đề"))


@pytest.fixture
def round_(app: Flask) -> Round:
    return add_round(gives_certificate=True)


def issue(person: Person, round_: Round, *, now: datetime = MIDDLE + DAY) -> Certificate:
    issue_certificate(person=person, round_id=round_.id, now=now)
    return view_certificate(person=person, round_id=round_.id)


def check(code: str, *, address: str = "10.0.0.1", cache: ProcessCache | None = None) -> CertificateCheck:
    return check_certificate(text=code, address=address, cache=cache or ProcessCache())


def void_attempt(attempt_id: int) -> None:
    run_sql("UPDATE attempts SET state = :state WHERE id = :id RETURNING id", state=AttemptState.VOIDED, id=attempt_id)


def read_pdf_text(content: bytes) -> str:
    return " ".join(PdfReader(BytesIO(content)).pages[0].extract_text().split())


# --- issuing ---


def test_a_certificate_says_the_best_result_and_keeps_its_code(person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=7, started_at=MIDDLE)
    first = issue(person, round_)
    assert (first.person_name, first.unit_name, first.score_hundredths) == (person.name, "Trường THPT Trần Đề", 700)
    assert first.achieved_at == MIDDLE + timedelta(seconds=60)
    assert first.dated_at == MIDDLE + DAY
    assert issue(person, round_, now=MIDDLE + 2 * DAY) == first
    sit_attempt(person, round_, right=5, started_at=MIDDLE + 3 * DAY)
    assert issue(person, round_, now=MIDDLE + 4 * DAY) == first
    better = sit_attempt(person, round_, right=9, started_at=MIDDLE + 5 * DAY)
    later = view_certificate(person=person, round_id=round_.id)
    achieved_at = MIDDLE + 5 * DAY + timedelta(seconds=60)
    assert later == replace(first, score_hundredths=900, achieved_at=achieved_at, dated_at=achieved_at)
    ((stored_attempt_id,),) = run_sql("SELECT attempt_id FROM certificates")
    assert stored_attempt_id != better


def test_the_unit_is_that_of_the_attempt_and_not_of_today(person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=7)
    run_sql("UPDATE accounts SET unit_id = :unit_id RETURNING id", unit_id=add_unit("MOI"))
    assert issue(person, round_).unit_name == "Trường THPT Trần Đề"


@pytest.mark.parametrize(("right", "is_given"), [(5, False), (6, True)])
def test_only_who_has_passed_gets_one(person: Person, round_: Round, right: int, is_given: bool) -> None:
    sit_attempt(person, round_, right=right)
    if is_given:
        assert issue(person, round_).score_hundredths == 600
    else:
        with pytest.raises(CertificateNotEarned):
            issue(person, round_)
    assert run_sql("SELECT COUNT(*) AS n FROM certificates") == [(int(is_given),)]


def test_without_an_attempt_there_is_none(person: Person, round_: Round) -> None:
    with pytest.raises(CertificateNotEarned):
        issue(person, round_)
    start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    with pytest.raises(CertificateNotEarned):
        issue(person, round_, now=MIDDLE)


def test_an_attempt_that_nobody_finished_is_scored_first(person: Person, round_: Round) -> None:
    attempt_id = start_attempt(person=person, round_id=round_.id, now=MIDDLE)
    answer_attempt(person, attempt_id, right=8, now=MIDDLE)
    assert issue(person, round_, now=MIDDLE + DAY).score_hundredths == 800


def test_a_round_that_gives_none_looks_like_one_that_does_not_exist(person: Person) -> None:
    round_ = add_round()
    sit_attempt(person, round_, right=10)
    for round_id in (round_.id, round_.id + 1):
        with pytest.raises(NotFound):
            issue_certificate(person=person, round_id=round_id, now=MIDDLE)
        with pytest.raises(NotFound):
            view_certificate(person=person, round_id=round_id)


def test_each_person_sees_only_their_own(person: Person, round_: Round) -> None:
    other = add_person("binh")
    sit_attempt(person, round_, right=9)
    sit_attempt(other, round_, right=6)
    issue(person, round_)
    with pytest.raises(NotFound):
        view_certificate(person=other, round_id=round_.id)
    theirs = issue(other, round_)
    assert theirs.code != view_certificate(person=person, round_id=round_.id).code
    assert (theirs.person_name, theirs.score_hundredths, theirs.unit_name) == (other.name, 600, None)


def test_a_voided_attempt_is_certified_neither_before_nor_after(person: Person, round_: Round) -> None:
    attempt_id = sit_attempt(person, round_, right=9)
    certificate = issue(person, round_)
    void_attempt(attempt_id)
    with pytest.raises(CertificateNotEarned):
        view_certificate(person=person, round_id=round_.id)
    with pytest.raises(CertificateNotEarned):
        issue_certificate(person=person, round_id=round_.id, now=MIDDLE + DAY)
    told = check(certificate.code)
    assert (told.holds, told.score_hundredths, told.unit_name) == (False, None, None)


def test_a_result_that_falls_below_the_cut_score_is_no_longer_certified(person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=6)
    code = issue(person, round_).code
    run_sql("UPDATE results SET score_hundredths = 500, is_passed = FALSE RETURNING round_id")
    with pytest.raises(CertificateNotEarned):
        view_certificate(person=person, round_id=round_.id)
    assert not check(code).holds


def test_the_first_issue_and_no_other_is_in_the_audit_trail(person: Person, round_: Round) -> None:
    attempt_id = sit_attempt(person, round_, right=9)
    for n in range(3):
        issue(person, round_, now=MIDDLE + n * DAY)
    ((actor_id, subject_type, subject_id, details),) = run_sql(
        "SELECT actor_id, subject_type, subject_id, details FROM audit_entries WHERE action = 'certificate_issued'"
    )
    ((certificate_id, code),) = run_sql("SELECT id, code FROM certificates")
    assert (actor_id, subject_type, subject_id) == (person.id, "certificate", certificate_id)
    assert str(attempt_id) in details
    assert code not in details


def test_requests_at_the_same_moment_give_one_certificate(database_url: str) -> None:
    threads = 16
    application = make_app(database_url, threads=threads + 4)
    with application.app_context():
        person, round_ = add_person(), add_round(gives_certificate=True)
        sit_attempt(person, round_, right=9)
        call = partial(issue_certificate, person=person, round_id=round_.id, now=MIDDLE + DAY)
        assert run_together(application, [call] * threads) == [None] * threads
        assert run_sql("SELECT COUNT(*) AS n FROM certificates") == [(1,)]
        assert run_sql("SELECT COUNT(*) AS n FROM audit_entries WHERE action = 'certificate_issued'") == [(1,)]
        db.engine.dispose()


@pytest.mark.usefixtures("app")
def test_rounds_stored_before_there_were_certificates_are_read() -> None:
    settings = make_round_settings(gives_certificate=True)
    stored = settings_to_mapping(settings)
    assert settings_from_mapping(stored) == settings
    del stored["gives_certificate"]
    assert settings_from_mapping(stored) == replace(settings, gives_certificate=False)


@pytest.mark.usefixtures("app")
def test_the_migration_makes_the_table_that_the_code_describes() -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = [str(difference) for difference in compare_metadata(context, db.metadata)]
    assert not [difference for difference in differences if "certificates" in difference]


# --- checking ---


def test_a_check_tells_what_holds_now_and_no_whole_name(person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=7)
    code = issue(person, round_).code
    for typed in (code, format_code(code), format_code(code).lower(), " ".join(code)):
        told = check(typed)
        assert (told.code, told.masked_name, told.score_hundredths) == (code, "Nguyễn T. H.", 700)
    sit_attempt(person, round_, right=9, started_at=MIDDLE + 5 * DAY)
    told = check(code)
    assert (told.score_hundredths, told.issued_at) == (900, MIDDLE + DAY)
    assert told.achieved_at == MIDDLE + 5 * DAY + timedelta(seconds=60)
    assert told.unit_name == "Trường THPT Trần Đề"


def test_guesses_are_limited_by_address_and_right_codes_are_not(person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=7)
    code, cache = issue(person, round_).code, ProcessCache()
    for _ in range(3 * LOOKUP_LIMIT):
        assert check(code, cache=cache).holds
    for n in range(LOOKUP_LIMIT):
        with pytest.raises(NotFound):
            check(f"{n:020d}", cache=cache)
    # A right code is refused too: otherwise the answer would still tell a guesser which it is.
    for typed in (code, UNKNOWN):
        with pytest.raises(TooManyLookups):
            check(typed, cache=cache)
    assert check(code, address="10.0.0.2", cache=cache).holds


def test_what_cannot_be_a_code_is_not_looked_for_and_not_counted(app: Flask) -> None:
    cache = ProcessCache()
    for typed in ["", "abc", "' OR 1=1 --", "0" * 21, "Ấ" * 20, "\0" * 20] * LOOKUP_LIMIT:
        with pytest.raises(NotFound):
            check(typed, cache=cache)
    with pytest.raises(NotFound):
        check(UNKNOWN, cache=cache)


# --- pages ---


@pytest.fixture
def visitor(app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch) -> Visitor:
    """The person at a browser, in the middle of the round."""
    monkeypatch.setattr("quiz_app.web.identity.read_now", lambda: MIDDLE + DAY)
    return Visitor(app, person.login)


def download(visitor: Visitor, round_: Round) -> bytes:
    """Press the button, and follow to the file."""
    answer = visitor.post(f"/rounds/{round_.id}/certificate")
    assert answer.status_code == 303
    file = visitor.get(answer.location)
    assert file.status_code == 200
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"] == 'attachment; filename="giay-chung-nhan.pdf"'
    assert file.headers["Cache-Control"] == "no-store"
    return file.data


def test_the_button_is_there_when_the_round_is_passed_and_leads_to_the_file(
    visitor: Visitor, person: Person, round_: Round
) -> None:
    action = f'action="/rounds/{round_.id}/certificate"'
    failed = sit_attempt(person, round_, right=5, started_at=MIDDLE)
    for path in ("/my", f"/attempts/{failed}/result"):
        assert action not in visitor.get(path).text
    passed = sit_attempt(person, round_, right=9, started_at=MIDDLE + timedelta(hours=1))
    for path in ("/my", f"/attempts/{passed}/result", f"/attempts/{failed}/result"):
        page = visitor.get(path).text
        assert action in page
        assert "Giấy chứng nhận" in page
    text = read_pdf_text(download(visitor, round_))
    moment = (MIDDLE + timedelta(hours=1, seconds=60)).astimezone(VIETNAM)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "BAN TỔ CHỨC",
        "GIẤY CHỨNG NHẬN",
        "Nguyễn Thị Hạnh",
        "Trường THPT Trần Đề",
        "Hội thi thử nghiệm",
        "Phần thi kiến thức",
        "9,0/10 điểm",
        f"{moment:%H:%M} ngày 01/10/2022",
        "Ngày 02 tháng 10 năm 2022",
        "http://localhost/certificates",
    ):
        assert words in text, words
    assert "không có giá trị" not in text
    ((code,),) = run_sql("SELECT code FROM certificates")
    assert format_code(code) in text


def test_the_same_certificate_is_the_same_file_to_the_byte(visitor: Visitor, person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=9)
    assert download(visitor, round_) == download(visitor, round_)


def test_the_paper_is_in_the_language_of_the_page(visitor: Visitor, person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=9)
    visitor.client.set_cookie("language", "en")
    text = read_pdf_text(download(visitor, round_))
    assert "CERTIFICATE" in text
    assert "9.0/10 points" in text
    assert "Nguyễn Thị Hạnh" in text


def test_a_demonstration_says_that_it_has_no_value(visitor: Visitor, person: Person) -> None:
    round_ = add_round(contest=make_contest(is_demonstration=True), gives_certificate=True)
    sit_attempt(person, round_, right=9)
    assert "không có giá trị" in read_pdf_text(download(visitor, round_))
    ((code,),) = run_sql("SELECT code FROM certificates")
    assert "không có giá trị" in visitor.get(f"/certificates/{code}").text


def test_who_has_not_passed_is_told_so(visitor: Visitor, person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=5)
    answer = visitor.post(f"/rounds/{round_.id}/certificate")
    assert answer.status_code == 409
    assert "từ 6 điểm trở lên" in answer.text
    assert visitor.get(f"/rounds/{round_.id}/certificate.pdf").status_code == 404


def test_a_stranger_finds_no_file_of_another(app: Flask, visitor: Visitor, person: Person, round_: Round) -> None:
    sit_attempt(person, round_, right=9)
    download(visitor, round_)
    add_person("binh")
    stranger = Visitor(app, "binh")
    assert stranger.get(f"/rounds/{round_.id}/certificate.pdf").status_code == 404
    assert stranger.post(f"/rounds/{round_.id}/certificate").status_code == 409
    assert Visitor(app).get(f"/rounds/{round_.id}/certificate.pdf").location.startswith("/sign-in")


def test_the_check_page_tells_the_holder_and_hides_the_name(
    app: Flask, visitor: Visitor, person: Person, round_: Round
) -> None:
    attempt_id = sit_attempt(person, round_, right=9)
    download(visitor, round_)
    ((code,),) = run_sql("SELECT code FROM certificates")
    anyone = Visitor(app)
    found = anyone.get(f"/certificates?code={code.lower()}")
    assert found.status_code == 302
    assert found.location == f"/certificates/{format_code(code)}"
    page = anyone.get(found.location)
    assert page.status_code == 200
    for words in ("Giấy chứng nhận là thật", "Có hiệu lực", "Nguyễn T. H.", "Trường THPT Trần Đề", "9,0/10 điểm"):
        assert words in page.text
    assert "Hạnh" not in page.text
    assert person.login not in re.sub(r"<[^>]+>", "", page.text).split()
    assert 'content="noindex"' in page.text
    void_attempt(attempt_id)
    page = anyone.get(found.location)
    assert page.status_code == 200
    assert "Không còn hiệu lực" in page.text
    assert "9,0" not in page.text


def test_unknown_codes_are_answered_in_words_and_then_refused(app: Flask) -> None:
    guesser = Visitor(app, address="10.9.9.9")
    for n in range(LOOKUP_LIMIT):
        answer = guesser.get(f"/certificates/{n:020d}")
        assert answer.status_code == 404
        assert "chưa cấp giấy chứng nhận nào có mã" in answer.text
    answer = guesser.get(f"/certificates/{UNKNOWN}")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "15 phút" in answer.text
    assert Visitor(app, address="10.9.9.8").get(f"/certificates/{UNKNOWN}").status_code == 404


def test_no_download_and_no_check_changes_a_row_and_a_download_leaves_an_entry_in_the_trail(
    visitor: Visitor, person: Person, round_: Round
) -> None:
    sit_attempt(person, round_, right=9)
    download(visitor, round_)
    ((code,),) = run_sql("SELECT code FROM certificates")

    def read_all() -> dict[str, list[str]]:
        return {
            table: sorted(map(repr, run_sql(f"SELECT * FROM {table}")))
            for table in inspect(db.engine).get_table_names()
            if table != "audit_entries"
        }

    before = read_all()
    paths = (
        f"/rounds/{round_.id}/certificate.pdf",
        f"/certificates/{code}",
        f"/certificates/{UNKNOWN}",
        "/certificates",
    )
    for path in paths:
        visitor.get(path)
        visitor.ask("HEAD", path)
    assert read_all() == before
    entries = run_sql("SELECT actor_id, subject_id, address FROM audit_entries WHERE action = 'certificate_downloaded'")
    assert set(entries) == {(person.id, round_.id, "127.0.0.1")}


@pytest.mark.parametrize("typed", ["abc", "<script>alert(1)</script>", "0" * 21, "%00" * 20, "%FF%FE", "a" * 5000])
def test_what_cannot_be_a_code_is_answered_in_words(app: Flask, typed: str) -> None:
    for path in (f"/certificates?code={typed}", f"/certificates/{typed.replace('/', '%2F')}"):
        answer = Visitor(app).get(path)
        assert answer.status_code == 404
        assert "<script>alert" not in answer.text
