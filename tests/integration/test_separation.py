"""Nobody of another unit: a person of unit B stands in no byte that somebody outside of B and of the organisers gets.

The test goes by the map of addresses: whoever adds a route outside of the organisers' area says here what it is to be
asked for, with objects of both units; every file is unpacked and read. The organisers' area is asked as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from quiz_app.cache import ProcessCache
from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.directory import EVERYONE
from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.domain.participation import REMINDED, Participation
from quiz_app.domain.people import Person, Role
from quiz_app.services import directory
from quiz_app.services.attempts import start_attempt
from quiz_app.services.certificates import issue_certificate
from quiz_app.services.registrations import Applicant, register
from quiz_app.services.score_lists import making
from quiz_app.services.voiding import void_attempt
from quiz_app.storage import FolderStorage
from quiz_app.web.slips import FORMATS
from tests.factories import add_person, add_unit, make_contest, run_sql, sit_attempt
from tests.integration.reading import read_parts
from tests.integration.staff import KEYS, run_jobs
from tests.integration.visitor import Visitor, add_open_round

NAME, LOGIN, PHONE, EMAIL = "Kvyxzenna Kvyxzotti", "kvyxzten", "0987654321", "kvyxzthu@example.org"
APPLICANT, CERTIFIED, COMER = "Kvyxzanh Xin Vao", "Cao Kvyxzinh Giay", "Kvyxzenno Chua Thi"
MARK = re.compile(rb"kvyxz[a-z]+|0987654321", re.IGNORECASE)
"""What all of B's people have in their names, accounts and addresses. (A certificate's page shows the family name.)
Searches ask for less than that, so that an echo is no leak.
"""
SOUGHT = ("kvyxz", "kvy", PHONE[:6], "ai-khong-co")
LEADS = ("lead", "unitless_lead")
NOBODY_S = 912345678901234567
"""An id that nothing has."""
OUTSIDERS = ("anonymous", "participant", "other_participant", "lead", "judge", "unitless_lead")
INSIDERS = ("organiser", "lead_of_b")
_CHANGES_EACH_TIME = re.compile(
    r'nonce="[^"]*"|name="csrf_token" value="[^"]*"|content="[^"]*"|data-[a-z-]+="[^"]*"|\d{2}:\d{2}(:\d{2})?'
)


@dataclass(frozen=True)
class Ask:
    """Something to be asked for: values of the address, its query, and what a form sends."""

    values: dict[str, Any]
    query: tuple[tuple[str, Any], ...] = ()
    form: tuple[tuple[str, Any], ...] = ()


@dataclass
class Scene:
    """Two units with people, everything that either of them has, and a visitor of each kind."""

    app: Flask
    of_a: dict[str, Any]
    of_b: dict[str, Any]
    visitors: dict[str, Visitor]

    @property
    def both(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Objects of the own unit, and of the other one."""
        return self.of_a, self.of_b


Asks = Callable[[Scene], Iterator[Ask]]


def ask_plainly(scene: Scene) -> Iterator[Ask]:
    """The address with objects of each unit."""
    for values in scene.both:
        yield Ask(values)


def ask_lists(scene: Scene) -> Iterator[Ask]:
    """A list with its filters: words, unit, state, and after whom it begins."""
    for values in scene.both:
        yield Ask(values)
        yield Ask(values, (("unit", values["unit_id"]),))
        yield Ask(values, (("after", "0.1"),))
        yield Ask(values, (("round", values["round_id"]),))
        for words in SOUGHT:
            yield Ask(values, (("q", words),))
            yield Ask(values, (("q", words), ("unit", scene.of_b["unit_id"])))
    for state in ("active", "closed", "no_password", "never_signed_in", *Participation):
        yield Ask(scene.of_a, (("state", str(state)),))
        yield Ask(scene.of_a, (("state", str(state)), ("unit", scene.of_b["unit_id"])))


def ask_list_files(scene: Scene) -> Iterator[Ask]:
    """Every kind of list of either unit in every format."""
    for values in scene.both:
        for kind in ListKind:
            for file_format in FileFormat:
                yield Ask(
                    values,
                    form=(
                        ("kind", str(kind)), ("format", str(file_format)), ("round_id", values["round_id"]),
                        ("unit_id", values["unit_id"]), ("shape", "one"),
                    ),
                )  # fmt: skip


def ask_slips(scene: Scene) -> Iterator[Ask]:
    """Slips of either unit in every form."""
    for values in scene.both:
        for file_format in FORMATS:
            yield Ask(values, form=(("format", file_format), ("unit_id", values["unit_id"])))


def ask_decisions(scene: Scene) -> Iterator[Ask]:
    """Requests of either unit, approved or not."""
    for values in scene.both:
        for decision in ("refuse", "approve"):
            yield Ask(values, form=(("decision", decision), ("reason", "Nhầm đơn vị")))


def ask_letters(scene: Scene) -> Iterator[Ask]:
    """A batch of letters to the people of either unit."""
    for values in scene.both:
        for state in REMINDED:
            yield Ask(values, form=(("state", str(state)), ("unit", values["unit_id"])))


def ask_batches(scene: Scene) -> Iterator[Ask]:
    """A batch that the lead of either unit has begun, and a letter of it in the batch of the other one."""
    for values in (*scene.both, scene.of_a | {"letter_id": scene.of_b["letter_id"]}):
        fields = (("subject", "Nhắc"), ("body", "Xin nhắc"), ("letter_id", values["letter_id"]), ("email", ""))
        yield Ask(values, form=fields)


def ask_ranking(scene: Scene) -> Iterator[Ask]:
    """Of people and of units, page by page."""
    for values in scene.both:
        for of in ("", "units"):
            for page in (1, 2):
                yield Ask(values, (("of", of), ("page", page)))


def ask_codes(scene: Scene) -> Iterator[Ask]:
    """The code of a list, of a certificate and of a request, in the address and in the form."""
    for code in scene.of_b["codes"]:
        yield Ask(scene.of_b | {"code": code}, (("code", code),))


def ask_file_checks(scene: Scene) -> Iterator[Ask]:
    """A file of the own unit under the code of the other unit's list."""
    for code in scene.of_b["codes"]:
        yield Ask(scene.of_b, form=(("code", code), ("file", (BytesIO(scene.of_a["file"]), "danh-sach.xlsx"))))


def ask_once(scene: Scene) -> Iterator[Ask]:
    """A page without objects."""
    yield Ask(scene.of_b)


RULES: dict[tuple[str, str], Asks] = {
    ("GET", "static"): ask_once,
    ("GET", "public.show_home"): ask_once,
    ("GET", "public.show_health"): ask_once,
    ("GET", "public.show_readiness"): ask_once,
    ("GET", "public.show_metrics"): ask_once,
    ("GET", "public.show_ranking"): ask_ranking,
    ("GET", "public.find_certificate"): ask_codes,
    ("GET", "public.show_certificate"): ask_codes,
    ("GET", "public.find_list"): ask_codes,
    ("GET", "public.show_list"): ask_codes,
    ("POST", "public.check_list_file"): ask_file_checks,
    ("POST", "public.set_language"): ask_once,
    ("GET", "account.sign_in"): ask_once,
    ("POST", "account.sign_in"): ask_once,
    ("GET", "account.show_session"): ask_once,
    ("GET", "account.change_password"): ask_once,
    ("POST", "account.change_password"): ask_once,
    ("GET", "account.activate"): ask_codes,
    ("POST", "account.activate"): ask_once,
    ("GET", "account.register"): ask_once,
    ("POST", "account.register"): ask_once,
    ("GET", "account.find_registration"): ask_codes,
    ("GET", "account.show_registration"): ask_codes,
    ("GET", "account.begin_agency_sign_in"): ask_once,
    ("GET", "account.end_agency_sign_in"): ask_once,
    ("GET", "account.show_picture"): ask_once,
    ("GET", "account.show_email"): ask_once,
    ("POST", "account.set_email"): ask_once,
    ("GET", "jobs.show_jobs"): ask_once,
    ("GET", "jobs.show_job"): ask_plainly,
    ("GET", "jobs.show_progress"): ask_plainly,
    ("GET", "jobs.download_result"): ask_plainly,
    ("POST", "jobs.cancel"): ask_plainly,
    ("GET", "judge.show_home"): ask_once,
    ("GET", "participant.show_home"): ask_once,
    ("GET", "participant.show_start"): ask_plainly,
    ("GET", "participant.show_history"): ask_plainly,
    ("GET", "participant.show_attempt"): ask_plainly,
    ("GET", "participant.show_check"): ask_plainly,
    ("GET", "participant.show_result"): ask_plainly,
    ("GET", "participant.show_feedback"): ask_plainly,
    ("GET", "participant.download_certificate"): ask_plainly,
    ("POST", "participant.start"): ask_plainly,
    ("POST", "participant.save"): ask_plainly,
    ("POST", "participant.finish"): ask_plainly,
    ("POST", "participant.issue_certificate"): ask_plainly,
    ("POST", "participant.dismiss_notice"): ask_plainly,
    ("GET", "unit_lead.show_home"): ask_lists,
    ("GET", "unit_lead.show_people"): ask_lists,
    ("GET", "unit_lead.show_participants"): ask_lists,
    ("GET", "unit_lead.show_reminders"): ask_lists,
    ("GET", "unit_lead.show_person"): ask_plainly,
    ("GET", "unit_lead.show_registrations"): ask_once,
    ("GET", "unit_lead.show_lists"): ask_once,
    ("GET", "unit_lead.show_letters"): ask_once,
    ("GET", "unit_lead.show_batch"): ask_batches,
    ("GET", "unit_lead.show_letter"): ask_batches,
    ("POST", "unit_lead.write_letters"): ask_letters,
    ("POST", "unit_lead.change_letter_text"): ask_batches,
    ("POST", "unit_lead.remove_recipients"): ask_batches,
    ("POST", "unit_lead.send_letters"): ask_batches,
    ("POST", "unit_lead.stop_letters"): ask_batches,
    ("POST", "unit_lead.discard_letters"): ask_batches,
    ("POST", "unit_lead.set_email"): ask_batches,
    ("POST", "unit_lead.take_list"): ask_list_files,
    ("POST", "unit_lead.make_slips"): ask_slips,
    ("POST", "unit_lead.reset_person"): ask_plainly,
    ("POST", "unit_lead.decide_registration"): ask_decisions,
}
NOT_IN_THE_SCENE = ("/my/initiatives", "/unit/initiatives", "/judge/", "/receipts/", "/entry-files/", "/initiatives/")
"""Initiatives and their marks: asked for with ids of nothing here, and with those of two departments in
``test_entry_separation``.
"""
SEARCHES = ("unit_lead.show_people", "unit_lead.show_participants", "unit_lead.show_reminders")
# Signing out ends what the others need.
LEFT_OUT = ("account.sign_out", "account.sign_out_everywhere")


@pytest.fixture
def scene(app: Flask, tmp_path: Path) -> Scene:
    """Each unit has people with results, one who sits and one with nothing, a request to join, lists and jobs that its
    people stand on.
    """
    app.extensions["storage"] = FolderStorage(tmp_path)
    units = {"a": add_unit("A", name="Trường Nhà"), "b": add_unit("B", name="Trường Lạ"), "c": add_unit("C")}
    units["sub"] = add_unit("A1", name="Tổ Một", parent_id=units["a"])
    round_ = add_open_round(contest=make_contest(allows_registration=True), gives_certificate=True)
    rounds = {"a": round_.id, "b": add_open_round(contest=make_contest("khac"), code="vong-khac").id}
    organiser = add_person("organiser", roles=[Role.ORGANISER])
    for login, unit in (("lead", "a"), ("lead_of_b", "b"), ("unitless_lead", "c")):
        add_person(login, roles=[Role.UNIT_LEAD], unit_id=units[unit], led_unit_id=units[unit])
    add_person("judge", roles=[Role.JUDGE], unit_id=units["a"])
    people = {
        "a": [add_person("participant", unit_id=units["a"]), add_person("other_participant", unit_id=units["sub"])],
        "b": [
            add_person(LOGIN, name=NAME, unit_id=units["b"], phone=PHONE, email=EMAIL),
            add_person("kvyxzgiay", name=CERTIFIED, unit_id=units["b"]),
            add_person("kvyxzchua", name=COMER, unit_id=units["b"], password_hash="", email=EMAIL),
        ],
    }
    add_person("chua", unit_id=units["a"], password_hash="", email="chua@example.org")
    visitors = {"anonymous": Visitor(app)}
    visitors |= {name: Visitor(app, name) for name in (*OUTSIDERS[1:], *INSIDERS)}
    found: dict[str, dict[str, Any]] = {}
    for of in ("a", "b"):
        values = _add_what_people_do(people[of], round_, organiser)
        found[of] = values | {"round_id": rounds[of], "unit_id": units[of], "registration_id": 0}
        _apply("Bình An" if of == "a" else APPLICANT, "091234567" + ("1" if of == "a" else "2"), units[of])
    ids = [row.id for row in run_sql("SELECT id FROM registrations ORDER BY unit_id")]
    for of, registration_id in zip(sorted("ab", key=lambda name: units[name]), ids, strict=True):
        found[of]["registration_id"] = registration_id
    _add_lists(found, app, tmp_path, visitors["organiser"], round_.id)
    for of, login in (("a", "lead"), ("b", "lead_of_b")):
        batch = visitors[login].post(f"/unit/rounds/{round_.id}/letters", {"state": "not_begun"})
        found[of]["batch_id"] = batch_id = int(batch.location.rpartition("/")[2])
        found[of]["letter_id"] = run_sql("SELECT id FROM letters WHERE batch_id = :id", id=batch_id)[0].id
    return Scene(app, found["a"], found["b"], visitors)


def _add_what_people_do(people: list[Person], round_: Round, organiser: Person) -> dict[str, Any]:
    now = read_now()
    first, second = people[:2]
    finished = sit_attempt(first, round_, right=8, started_at=now - timedelta(minutes=50))
    voided = sit_attempt(first, round_, right=3, started_at=now - timedelta(minutes=40))
    void_attempt(organiser=organiser, attempt_id=voided, reason="Thi hộ", now=now)
    sit_attempt(second, round_, right=10, started_at=now - timedelta(minutes=30))
    issue_certificate(person=second, round_id=round_.id, now=now)
    opened = start_attempt(person=first, round_id=round_.id, now=now)
    return {
        "account_id": first.id, "attempt_id": opened, "finished_id": finished, "slot": 0, "job_id": 0,
        "filename": "img/icon.svg", "digest": "0" * 64,
        "notice_id": run_sql("SELECT id FROM notices WHERE account_id = :id", id=first.id)[0].id,
    }  # fmt: skip


def _apply(name: str, phone: str, unit_id: int) -> None:
    applicant = Applicant(name, phone, unit_id, None, None, None, "câu ngắn dễ nhớ lắm")
    register(applicant=applicant, address=phone, cache=ProcessCache(), keys=KEYS, now=read_now())


def _add_lists(found: dict[str, dict[str, Any]], app: Flask, folder: Path, organiser: Visitor, round_id: int) -> None:
    """A zip of all units that the organiser has, and a list of each unit with its code."""
    lists = f"/organiser/rounds/{round_id}/lists"
    fields = {"kind": "scores", "format": "xlsx", "shape": "zip"}
    job_id = int(organiser.post(lists, fields).location.rpartition("/")[2])
    run_jobs(app, folder)
    for values in found.values():
        unit_id = values["unit_id"]
        answer = organiser.post(lists, fields | {"shape": "one", "unit_id": unit_id})
        codes = run_sql("SELECT code FROM issued_lists WHERE unit_id = :id", id=unit_id)
        codes += run_sql(
            "SELECT code FROM certificates JOIN accounts ON accounts.id = account_id WHERE unit_id = :id", id=unit_id
        )
        values |= {"job_id": job_id, "file": answer.data, "codes": [row.code for row in codes], "code": codes[0].code}


def list_rules(app: Flask) -> list[tuple[str, Rule]]:
    """Every address with its method, those of organisers last."""
    found = [(method, rule) for rule in app.url_map.iter_rules() for method in ("GET", "POST")]
    return [(method, rule) for method, rule in found if method in (rule.methods or ())]


def is_beyond_the_scene(rule: Rule) -> bool:
    """Whether the address is of something that neither unit has here."""
    return str(rule).startswith(NOT_IN_THE_SCENE)


def send(scene: Scene, visitor: Visitor, method: str, rule: Rule, ask: Ask) -> tuple[str, TestResponse]:
    """Ask, as this visitor."""
    values = dict(ask.values)
    if rule.endpoint == "participant.show_result":
        values["attempt_id"] = values["finished_id"]
    if is_beyond_the_scene(rule):
        values |= dict.fromkeys(rule.arguments - set(values), NOBODY_S)
    assert rule.arguments <= set(values), f"{rule} has an argument that this test has no object of either unit for"
    with scene.app.test_request_context():
        path = scene.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
    path += f"?{urlencode(ask.query)}" if ask.query else ""
    if method == "GET":
        return path, visitor.get(path)
    return path, visitor.post(path, dict(ask.form))


def find_marks(answer: TestResponse) -> set[bytes]:
    """What of unit B's people stands in an answer, its headers included."""
    parts = (*read_parts(answer.data), unquote(str(answer.headers)).encode())
    return {found for part in parts for found in MARK.findall(part)}


def find_leaks(scene: Scene, names: Sequence[str], rules: Sequence[tuple[str, Rule]]) -> list[str]:
    """Where one of these visitors meets a person of unit B."""
    leaks = []
    for method, rule in rules:
        for name in names:
            for ask in RULES.get((method, rule.endpoint), ask_plainly)(scene):
                path, answer = send(scene, scene.visitors[name], method, rule, ask)
                assert answer.status_code < 500, path
                leaks += [f"{name}: {method} {path} {dict(ask.form)}: {mark!r}" for mark in find_marks(answer)]
                is_refused = answer.status_code in (302, 401, 403)
                if is_refused and rule.endpoint.startswith("unit_lead.") and name not in (*LEADS, *INSIDERS):
                    # A guard does not look at what is asked for; a rule of a lead's page does.
                    break
    return leaks


def list_asked(app: Flask, of: str = "") -> list[tuple[str, Rule]]:
    """The addresses outside of the organisers' area whose endpoint begins so. What changes something comes last: the
    pages are asked for while everything is there.
    """
    rules = [
        (method, rule) for method, rule in list_rules(app)
        if rule.endpoint.startswith(of) and not rule.endpoint.startswith("organiser.")
        and rule.endpoint not in LEFT_OUT
    ]  # fmt: skip
    return sorted(rules, key=lambda each: each[0])


def test_each_address_has_a_rule_and_no_rule_is_without_address(app: Flask) -> None:
    """What is a new address to be asked for, with whose objects?"""
    known = {(method, rule.endpoint) for method, rule in list_asked(app) if not is_beyond_the_scene(rule)}
    assert known == {key for key in RULES if key != ("GET", "judge.show_home")}


def test_nobody_outside_gets_a_byte_of_another_unit_s_people(scene: Scene) -> None:
    assert find_leaks(scene, OUTSIDERS, list_asked(scene.app)) == []


def test_the_organisers_area_gives_nothing_to_others_whatever_it_is_asked_for(scene: Scene) -> None:
    for method, rule in list_rules(scene.app):
        if not rule.endpoint.startswith("organiser."):
            continue
        path = re.sub(r"<int:(\w+)>", lambda match: str(scene.of_b.get(match[1], 1)), str(rule))
        path = re.sub(r"<\w+>", "1", path)
        for name in OUTSIDERS:
            visitor = scene.visitors[name]
            answer = visitor.get(f"{path}?q=kvyxz") if method == "GET" else visitor.post(path, {"q": "kvyxz"})
            assert answer.status_code in (302, 401, 403, 404), (name, method, path)
            assert not find_marks(answer), (name, method, path)


@pytest.mark.parametrize("endpoint", SEARCHES)
def test_a_search_counts_nobody_of_another_unit(scene: Scene, endpoint: str) -> None:
    """The page of a person of B and that of nobody at all are the same but for what was typed."""
    (rule,) = (rule for _, rule in list_rules(scene.app) if rule.endpoint == endpoint)

    def read(words: str, unit_id: int) -> str:
        ask = Ask(scene.of_a, (("q", words), ("unit", unit_id)))
        _, answer = send(scene, scene.visitors["lead"], "GET", rule, ask)
        return _CHANGES_EACH_TIME.sub("", answer.text.replace(words, "*").replace(str(unit_id), "*"))

    for words, nobody in (("kvyxz", "zzzzz"), (PHONE[:6], "112233")):
        assert read(words, scene.of_b["unit_id"]) == read(nobody, NOBODY_S), words
        assert read(words, NOBODY_S) == read(nobody, NOBODY_S), words


def test_those_who_may_see_the_people_of_the_unit_do(scene: Scene) -> None:
    """Otherwise the pages above would prove nothing by being empty."""
    rules = [*list_asked(scene.app, "unit_lead."), *list_asked(scene.app, "jobs.download")]
    seen = {name: " ".join(find_leaks(scene, [name], rules)) for name in INSIDERS}
    assert "/jobs/" in seen["organiser"]
    for part in ("/unit/people?", "/people?q=kvyxz", "reminders", "/unit/registrations", "/unit/people/slips"):
        assert part in seen["lead_of_b"], part
    for file_format in (*map(str, FileFormat), *FORMATS):
        assert f"'format': '{file_format}'" in seen["lead_of_b"], file_format


def test_a_leak_that_is_planted_is_found(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lead's pages that take everybody for their own, and lists that ask nobody whose unit it is."""
    rules = list_asked(scene.app, "unit_lead.")
    monkeypatch.setattr(making, "ensure_scope", lambda *_args, **_named: None)
    assert any("POST /unit/lists" in leak for leak in find_leaks(scene, ["lead"], rules))
    monkeypatch.undo()
    monkeypatch.setattr(directory, "PeopleScope", lambda _account_id: EVERYONE)
    leaks = " ".join(find_leaks(scene, ["lead"], rules))
    for part in ("GET /unit/people", "/unit/rounds/", "reminders", "/unit/registrations", "/unit/people/slips"):
        assert part in leaks, part
