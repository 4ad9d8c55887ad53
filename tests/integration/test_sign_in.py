"""Signing in: what a check costs, what slows guessing without locking anyone out, when a password must change."""

from __future__ import annotations

import re
import statistics
import threading
import time
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from flask import Flask

from quiz_app.domain.directory import EVERYONE
from quiz_app.domain.errors import PasswordTooWeak, SignInRequired, TooManyFailures, WrongCredentials
from quiz_app.domain.people import Person, Role
from quiz_app.passwords import hash_password, is_password_right
from quiz_app.persistence import people as people_store
from quiz_app.persistence.session import transaction
from quiz_app.services import people
from quiz_app.services.accounts import reset_password
from quiz_app.services.people import change_password, find_signed_in, sign_in, sign_out_everywhere
from tests.factories import MIDDLE, MS, PASSWORD, add_person, add_unit, make_app, run_sql
from tests.integration.staff import KEYS
from tests.integration.threads import HOLD_SECONDS, run_together, wait_for
from tests.integration.visitor import Visitor, add_open_round

HOME, SCHOOL, ELSEWHERE = "10.0.0.1", "10.0.0.2", "10.0.0.3"
MINUTE = timedelta(minutes=1)
# Memory in KiB and passes; any of the five is as good as another (OWASP, Password Storage Cheat Sheet).
OWASP = [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)]


def measure_cpu_ms(call: Callable[[], object], repeats: int = 9) -> list[float]:
    """Processor time of this thread for each call, in milliseconds: what others do at the same time does not count."""
    found = []
    for _ in range(repeats):
        begun = time.thread_time()
        call()
        found.append((time.thread_time() - begun) * 1000)
    return found


def fail(login: str, address: str, times: int, now: datetime = MIDDLE) -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            sign_in(login=login, password="khong-phai", address=address, now=now)


def test_a_hash_is_argon2id_within_the_parameters_of_owasp() -> None:
    match = re.fullmatch(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$.+\$.+", hash_password("mot mat khau"))
    assert match is not None
    memory, passes = int(match[1]), int(match[2])
    assert any(memory >= least_memory and passes >= least_passes for least_memory, least_passes in OWASP)


def test_two_hashes_of_one_password_differ_and_both_fit() -> None:
    first, second = hash_password("mot mat khau"), hash_password("mot mat khau")
    assert first != second
    assert is_password_right("mot mat khau", first)
    assert is_password_right("mot mat khau", second)
    assert not is_password_right("mot mat khau ", first)
    assert not is_password_right("no account has this password", None)
    assert not is_password_right("", "")
    assert not is_password_right("x", "not a hash")


def test_a_check_costs_at_most_20_milliseconds_of_processor_time() -> None:
    stored = hash_password(PASSWORD)
    # On a machine that is busy with other things everything costs more: then it may cost what another of OWASP's
    # settings, of 17 to 20 ms on a free machine, costs at the same time.
    other = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
    other_stored = other.hash(PASSWORD)
    own_ms, other_ms = [], []
    for _ in range(5):
        own_ms += measure_cpu_ms(lambda: is_password_right(PASSWORD, stored), repeats=2)
        other_ms += measure_cpu_ms(lambda: other.verify(other_stored, PASSWORD), repeats=2)
    assert min(own_ms) <= max(20, min(other_ms)), (own_ms, other_ms)


def test_an_unknown_account_costs_what_a_known_one_costs(app: Flask) -> None:
    add_person("an")
    addresses = iter(range(1000))

    def try_as(login: str) -> None:
        fail(login, f"10.1.0.{next(addresses)}", 1)

    try_as("an")
    known, unknown = measure_cpu_ms(lambda: try_as("an")), measure_cpu_ms(lambda: try_as("khong-co"))
    ratio = statistics.median(known) / statistics.median(unknown)
    assert 1 / 1.5 < ratio < 1.5, (known, unknown)


@pytest.mark.usefixtures("app")
def test_account_names_are_read_as_people_write_them() -> None:
    person = add_person("hạnh")
    for written in ("hạnh", " Hạnh ", unicodedata.normalize("NFD", "HẠNH"), "\thạnh\n"):
        assert sign_in(login=written, password=PASSWORD, address=HOME, now=MIDDLE).id == person.id


@pytest.mark.usefixtures("app")
def test_a_closed_account_is_refused_like_an_unknown_one() -> None:
    person = add_person("an")
    run_sql("UPDATE accounts SET is_active = :no WHERE id = :id RETURNING id", no=False, id=person.id)
    with pytest.raises(WrongCredentials):
        sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE)
    assert find_signed_in(account_id=person.id, auth_version=person.auth_version) is None


@pytest.mark.usefixtures("app")
def test_five_failures_make_the_sixth_try_wait_even_with_the_right_password() -> None:
    person = add_person("an")
    fail("an", HOME, 5)
    with pytest.raises(TooManyFailures) as caught:
        sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE + MS)
    assert MIDDLE < caught.value.next_at <= MIDDLE + MINUTE
    with pytest.raises(TooManyFailures):
        sign_in(login="an", password=PASSWORD, address=HOME, now=caught.value.next_at - MS)
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=caught.value.next_at).id == person.id
    fail("an", HOME, 4, now=caught.value.next_at)
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=caught.value.next_at).id == person.id


@pytest.mark.usefixtures("app")
def test_an_unknown_account_is_limited_like_a_known_one() -> None:
    fail("khong-co", HOME, 5)
    with pytest.raises(TooManyFailures):
        sign_in(login="khong-co", password="x", address=HOME, now=MIDDLE)


@pytest.mark.usefixtures("app")
def test_failures_are_forgotten_after_fifteen_minutes() -> None:
    add_person("an")
    fail("an", HOME, 5)
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE + 15 * MINUTE)


@pytest.mark.usefixtures("app")
def test_a_stranger_who_guesses_does_not_lock_the_owner_out() -> None:
    person = add_person("an")
    sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE)
    add_failures("an", [f"10.9.{n // 250}.{n % 250}" for n in range(60)])
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE + MS).id == person.id
    with pytest.raises(TooManyFailures):
        sign_in(login="an", password=PASSWORD, address=ELSEWHERE, now=MIDDLE + MS)


@pytest.mark.usefixtures("app")
def test_a_school_behind_one_address_is_not_locked_out_by_its_typing_errors() -> None:
    person = add_person("an")
    for n in range(100):
        add_failures(f"giao-vien-{n}", [SCHOOL] * 4)
    assert sign_in(login="an", password=PASSWORD, address=SCHOOL, now=MIDDLE + MS).id == person.id
    for n in range(25):
        add_failures(f"may-do-{n}", [SCHOOL] * 4)
    add_person("binh")
    with pytest.raises(TooManyFailures):
        sign_in(login="binh", password=PASSWORD, address=SCHOOL, now=MIDDLE + MS)
    assert sign_in(login="an", password=PASSWORD, address=SCHOOL, now=MIDDLE + MS).id == person.id


def add_failures(login: str, addresses: list[str]) -> None:
    """Failures at MIDDLE, without the work of checking a password each time."""
    with transaction() as work:
        for address in addresses:
            people_store.add_failure(work, login=login, address=address, now=MIDDLE)


@pytest.mark.usefixtures("app")
def test_a_hash_of_older_parameters_is_renewed_at_sign_in_and_sessions_go_on() -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = add_person("an", password_hash=weak)
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE).auth_version == person.auth_version
    assert run_sql("SELECT password_hash FROM accounts") != [(weak,)]
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE)


@pytest.mark.usefixtures("app")
def test_a_new_password_ends_every_session_and_the_old_password() -> None:
    person = add_person("an")
    changed = change_password(person=person, current=PASSWORD, new="mot-cau-moi-dai", now=MIDDLE)
    assert find_signed_in(account_id=person.id, auth_version=person.auth_version) is None
    assert find_signed_in(account_id=person.id, auth_version=changed.auth_version) == changed
    fail("an", HOME, 1)
    with pytest.raises(WrongCredentials):
        sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE)
    assert sign_in(login="an", password="mot-cau-moi-dai", address=HOME, now=MIDDLE)


@pytest.mark.usefixtures("app")
def test_a_refused_change_of_password_changes_nothing() -> None:
    person = add_person("an")
    before = run_sql("SELECT * FROM accounts")
    with pytest.raises(WrongCredentials):
        change_password(person=person, current="sai", new="mot-cau-moi-dai", now=MIDDLE)
    for weak in ("ngan", PASSWORD, "12345678", "x" * 129, "aaaaaaaaaa"):
        with pytest.raises(PasswordTooWeak):
            change_password(person=person, current=PASSWORD, new=weak, now=MIDDLE)
    assert run_sql("SELECT * FROM accounts") == before


@pytest.mark.usefixtures("app")
def test_signing_out_everywhere_ends_every_session_of_that_person_only() -> None:
    person, other = add_person("an"), add_person("khac")
    sign_out_everywhere(person=person, now=MIDDLE)
    assert find_signed_in(account_id=person.id, auth_version=person.auth_version) is None
    assert find_signed_in(account_id=other.id, auth_version=other.auth_version) == other
    assert sign_in(login="an", password=PASSWORD, address=HOME, now=MIDDLE).auth_version == person.auth_version + 1


@pytest.fixture
def check_done(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once a password was checked; whoever gave it goes on after everybody else."""
    is_done = threading.Event()

    def check_and_wait(password: str, password_hash: str | None) -> bool:
        is_right = is_password_right(password, password_hash)
        is_done.set()
        time.sleep(HOLD_SECONDS)
        return is_right

    monkeypatch.setattr(people, "is_password_right", check_and_wait)
    return is_done


def reset_after(check_done: threading.Event, subject: Person) -> Callable[[], object]:
    """An organiser who takes the person's password away while a check of it is under way."""
    organiser = add_person("to-chuc", roles=[Role.ORGANISER])
    return wait_for(
        check_done,
        partial(reset_password, actor=organiser, scope=EVERYONE, account_id=subject.id, keys=KEYS, days=30, now=MIDDLE),
    )


@pytest.mark.parametrize("is_weak", [False, True])
def test_a_sign_in_with_the_old_password_does_not_outlive_a_reset(
    app: Flask, check_done: threading.Event, is_weak: bool
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    person = add_person("an", password_hash=weak if is_weak else hash_password(PASSWORD))
    call = partial(sign_in, login="an", password=PASSWORD, address=HOME, now=MIDDLE)
    outcomes = run_together(app, [call, reset_after(check_done, person)])
    assert isinstance(outcomes[0], WrongCredentials), outcomes
    assert run_sql("SELECT password_hash FROM accounts WHERE id = :id", id=person.id) == [("",)]


def test_a_change_of_the_old_password_does_not_outlive_a_reset(app: Flask, check_done: threading.Event) -> None:
    person = add_person("an")
    change = partial(change_password, person=person, current=PASSWORD, new="mot-cau-moi-dai", now=MIDDLE)
    outcomes = run_together(app, [change, reset_after(check_done, person)])
    assert isinstance(outcomes[0], SignInRequired), outcomes
    assert run_sql("SELECT password_hash FROM accounts WHERE id = :id", id=person.id) == [("",)]
    assert run_sql("SELECT id FROM audit_entries WHERE action = 'password_changed'") == []


def test_a_good_sign_in_goes_on_where_the_person_signs_out_everywhere_meanwhile(
    app: Flask, check_done: threading.Event
) -> None:
    person = add_person("an")
    call = partial(sign_in, login="an", password=PASSWORD, address=HOME, now=MIDDLE)
    sign_out = partial(sign_out_everywhere, person=person, now=MIDDLE)
    signed_in = run_together(app, [call, wait_for(check_done, sign_out)])[0]
    assert isinstance(signed_in, Person)
    assert find_signed_in(account_id=person.id, auth_version=signed_in.auth_version) == signed_in


def test_whoever_must_change_the_password_does_that_before_anything_else(app: Flask) -> None:
    round_ = add_open_round()
    add_person("an", must_change_password=True, roles=list(Role)[:1])
    visitor = Visitor(app)
    assert visitor.sign_in("an", target="/my").location == "/password"
    for path in ("/my", f"/rounds/{round_.id}/start", f"/rounds/{round_.id}/attempts", "/unit/", "/organiser/"):
        assert visitor.get(path).location == "/password"
    assert visitor.post(f"/rounds/{round_.id}/attempts").location == "/password"
    assert run_sql("SELECT id FROM attempts") == []
    fields = {"current": PASSWORD, "new": "mot-cau-moi-dai", "repeated": "mot-cau-khac-dai"}
    assert visitor.post("/password", fields).status_code == 200
    assert visitor.get("/my").location == "/password"
    assert visitor.post("/password", {**fields, "new": "12345678", "repeated": "12345678"}).status_code == 422
    assert visitor.post("/password", {**fields, "repeated": fields["new"]}).location == "/my"
    assert visitor.get("/my").status_code == 200


def test_each_role_is_led_to_its_own_first_page(app: Flask) -> None:
    homes = {Role.PARTICIPANT: "/my", Role.UNIT_LEAD: "/unit/", Role.ORGANISER: "/organiser/",
             Role.JUDGE: "/judge/", Role.ADMINISTRATOR: "/organiser/"}  # fmt: skip
    unit_id = add_unit()
    for role, home in homes.items():
        add_person(role, roles=[role], led_unit_id=unit_id)
        visitor = Visitor(app)
        assert visitor.sign_in(role).location == home
        assert visitor.get(home).status_code == 200


def test_wrong_account_and_wrong_password_look_alike(app: Flask) -> None:
    add_person("an")
    pages = []
    for login, password in (("an", "sai"), ("khong-co", PASSWORD)):
        answer = Visitor(app).sign_in(login, password)
        assert answer.status_code == 401
        assert password not in answer.text
        pages.append(re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.text))
    assert pages[0] == pages[1]


def test_too_many_failures_are_said_with_a_time(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app)
    for _ in range(5):
        assert visitor.sign_in("an", "sai").status_code == 401
    answer = visitor.sign_in("an")
    assert answer.status_code == 429
    assert re.search(r"\d\d:\d\d:\d\d", answer.text)


def test_the_address_is_that_of_the_connection_whatever_headers_claim(app: Flask, sqlite_database_url: str) -> None:
    headers = {"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.7", "Forwarded": "for=198.51.100.7"}

    def fail_with(headers: dict[str, str], visitor: Visitor) -> None:
        fields = {"login": "x", "password": "sai", "csrf_token": visitor.read_token()}
        assert visitor.ask("POST", "/sign-in", data=fields, headers=headers).status_code == 401

    fail_with(headers, Visitor(app, address=HOME))
    assert run_sql("SELECT address FROM sign_in_failures") == [(HOME,)]
    # Behind one proxy the last address is the proxy's own word; what came before it is the visitor's.
    behind = make_app(sqlite_database_url, trusted_proxies=1)
    with behind.app_context():
        run_sql("DELETE FROM sign_in_failures RETURNING id")
        fail_with({"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}, Visitor(behind, address=HOME))
        assert run_sql("SELECT address FROM sign_in_failures") == [("203.0.113.9",)]
