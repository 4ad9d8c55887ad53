"""Every address, for every kind of visitor, with somebody else's attempt in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import inspect
from werkzeug.routing import Rule

from quiz_app.clock import read_now
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.services.attempts import start_attempt
from tests.factories import add_person, add_unit, run_sql, sit_attempt
from tests.integration.visitor import Visitor, add_open_round

VISITORS: dict[str, list[Role]] = {
    "anonymous": [],
    "owner": [Role.PARTICIPANT],
    "stranger": [Role.PARTICIPANT],
    "unit_lead": [Role.UNIT_LEAD],
    "organiser": [Role.ORGANISER],
    "judge": [Role.JUDGE],
    "administrator": [Role.ADMINISTRATOR],
}
SIGNED_IN = [name for name in VISITORS if name != "anonymous"]
TO_SIGN_IN = "to sign-in"  # a redirect to the sign-in page

# What each kind of visitor gets; "others" is everyone who is not named. A rule that is not here fails the test.
Expected = dict[str, Any]
ONLY_SIGNED_IN_PAGE: Expected = {"anonymous": TO_SIGN_IN, "others": 200}
ONLY_OWNER: Expected = {"anonymous": TO_SIGN_IN, "owner": 200, "others": 404}
EXPECTED: dict[tuple[str, str], Expected] = {
    ("GET", "static"): {"others": 200},
    ("GET", "public.show_home"): {"others": 200},
    ("GET", "public.show_health"): {"others": 200},
    ("GET", "public.show_readiness"): {"others": 200},
    ("GET", "public.show_ranking"): {"organiser": 200, "administrator": 200, "others": 403},
    ("POST", "public.set_language"): {"others": 302},
    ("GET", "public.find_certificate"): {"others": 200},
    ("GET", "public.show_certificate"): {"others": 404},
    ("GET", "account.sign_in"): {"anonymous": 200, "others": 302},
    ("POST", "account.sign_in"): {"others": 200},
    ("GET", "account.show_session"): {"others": 200},
    ("GET", "account.change_password"): ONLY_SIGNED_IN_PAGE,
    ("POST", "account.change_password"): {"anonymous": 401, "others": 200},
    ("POST", "account.sign_out"): {"others": 302},
    ("POST", "account.sign_out_everywhere"): {"anonymous": 401, "others": 302},
    # A digest of no picture.
    ("GET", "account.show_picture"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "participant.show_home"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_start"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_history"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_attempt"): ONLY_OWNER,
    ("GET", "participant.show_check"): ONLY_OWNER,
    ("GET", "participant.show_result"): ONLY_OWNER,
    # The round here is no practice round.
    ("GET", "participant.show_feedback"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "participant.start"): {
        "anonymous": 401, "organiser": 403, "judge": 403, "administrator": 403, "others": 303,
    },
    ("POST", "participant.save"): {"anonymous": 401, "owner": 303, "others": 404},
    ("POST", "participant.finish"): {"anonymous": 401, "owner": 303, "others": 404},
    # The round here gives no certificate.
    ("POST", "participant.issue_certificate"): {"anonymous": 401, "others": 404},
    ("GET", "participant.download_certificate"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "unit_lead.show_home"): {"anonymous": TO_SIGN_IN, "unit_lead": 200, "others": 403},
    ("GET", "organiser.show_rounds"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    ("GET", "organiser.show_round"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    ("GET", "judge.show_home"): {"anonymous": TO_SIGN_IN, "judge": 200, "others": 403},
}  # fmt: skip


@dataclass
class Site:
    """A round with an attempt in progress and a finished one, both of "owner"; and a signed-in visitor of each kind."""

    app: Flask
    round_id: int
    open_attempt_id: int
    finished_attempt_id: int
    visitors: dict[str, Visitor]

    def make_path(self, rule: Rule) -> str:
        """The address of a rule, with the ids of this scene."""
        is_result = rule.endpoint == "participant.show_result"
        values: dict[str, Any] = {
            "round_id": self.round_id,
            "attempt_id": self.finished_attempt_id if is_result else self.open_attempt_id,
            "filename": "img/icon.svg",
            "code": "NO-SUCH-CODE",
            "slot": 0,
            "digest": "0" * 64,
        }
        assert rule.arguments <= set(values), f"{rule} has an argument that this test has no value for"
        with self.app.test_request_context():
            return self.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


@pytest.fixture
def site(app: Flask) -> Site:
    unit_id = add_unit()
    people = {
        name: add_person(name, roles=roles, led_unit_id=unit_id if Role.UNIT_LEAD in roles else None)
        for name, roles in VISITORS.items()
        if name != "anonymous"
    }
    round_ = add_open_round()
    now = read_now()
    finished_id = sit_attempt(people["owner"], round_, right=5, started_at=now - timedelta(minutes=20))
    open_id = start_attempt(person=people["owner"], round_id=round_.id, now=now)
    visitors = {"anonymous": Visitor(app), **{name: Visitor(app, name) for name in people}}
    return Site(app, round_.id, open_id, finished_id, visitors)


def list_rules(app: Flask, method: str) -> list[Rule]:
    """The rules that answer this method."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def check_every_visitor(site: Site, method: str) -> None:
    """Each rule gives each visitor what the table says."""
    found, expected = {}, {}
    for rule in list_rules(site.app, method):
        # Signing out ends what the other rules need, so each visitor does it last.
        if "sign_out" in rule.endpoint:
            continue
        row = EXPECTED.get((method, rule.endpoint))
        assert row is not None, f"{method} {rule} is not in the table of this test: who may do it?"
        path = site.make_path(rule)
        for name, visitor in site.visitors.items():
            answer = visitor.get(path) if method == "GET" else visitor.post(path, {"choice-0": "1"})
            is_to_sign_in = answer.status_code == 302 and urlsplit(answer.location).path == "/sign-in"
            found[rule.endpoint, name] = TO_SIGN_IN if is_to_sign_in else answer.status_code
            expected[rule.endpoint, name] = row.get(name, row["others"])
    assert found == expected


def test_every_page_opens_for_those_who_may_see_it_and_for_nobody_else(site: Site) -> None:
    check_every_visitor(site, "GET")


def test_every_write_is_taken_from_those_who_may_do_it_and_from_nobody_else(site: Site) -> None:
    check_every_visitor(site, "POST")
    for path, status in [("/sign-out", 302), ("/sign-out-everywhere", 401)]:
        assert site.visitors["anonymous"].post(path).status_code == status
        assert site.visitors["owner"].post(path).status_code == status


def test_the_table_names_no_rule_that_is_gone(app: Flask) -> None:
    rules = {(method, rule.endpoint) for method in ("GET", "POST") for rule in list_rules(app, method)}
    assert set(EXPECTED) == rules


def test_only_get_and_post_are_answered(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_every_blueprint_has_a_guard(app: Flask) -> None:
    without = [name for name, bp in app.blueprints.items() if not bp.before_request_funcs.get(None)]
    assert not without
    assert {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()} == {*app.blueprints, "static"}


def test_a_new_view_of_a_guarded_blueprint_is_guarded_without_saying_so(app: Flask) -> None:
    for name in ("participant", "unit_lead", "organiser", "judge"):
        # In two steps: an application that has answered a request takes no more views in the usual way.
        app.url_map.add(Rule(f"/new/{name}", endpoint=f"{name}.new_view"))
        app.view_functions[f"{name}.new_view"] = lambda: "seen"
        assert Visitor(app).get(f"/new/{name}").status_code == 302


def test_no_get_changes_a_row(site: Site) -> None:
    tables = sorted(inspect(db.engine).get_table_names())
    assert "attempts" in tables

    def read_all() -> dict[str, list[Any]]:
        return {table: sorted(map(repr, run_sql(f"SELECT * FROM {table}"))) for table in tables}

    before = read_all()
    for rule in list_rules(site.app, "GET"):
        path = site.make_path(rule)
        for visitor in site.visitors.values():
            visitor.get(path)
    assert read_all() == before


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_whole_in_both_languages(site: Site, language: str) -> None:
    for rule in list_rules(site.app, "GET"):
        path = site.make_path(rule)
        for visitor in site.visitors.values():
            visitor.client.set_cookie("language", language)
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            if answer.status_code == 200 and answer.mimetype == "text/html":
                assert f'<html lang="{language}">' in answer.text
                assert "</html>" in answer.text


def test_ids_and_page_numbers_that_nothing_has_are_no_fault(site: Site) -> None:
    owner, organiser = site.visitors["owner"], site.visitors["organiser"]
    paths = ("/rounds/{0}/start", "/rounds/{0}/attempts", "/rounds/{0}/ranking", "/attempts/{0}",
             "/attempts/{0}/check", "/attempts/{0}/result", "/organiser/rounds/{0}")  # fmt: skip
    for number in (0, -1, 2**31, 2**63 - 1, 2**63, 10**30, -(10**30)):
        for path in paths:
            for visitor in (owner, organiser):
                assert visitor.get(path.format(number)).status_code in (403, 404, 405), (path, number)
        for query in ("before", "page", "of=units&page"):
            asked = f"{query}={number}"
            assert owner.get(f"/rounds/{site.round_id}/attempts?{asked}").status_code == 200, asked
            assert organiser.get(f"/rounds/{site.round_id}/ranking?{asked}").status_code == 200, asked


def test_an_unknown_address_is_a_page_that_leads_home(app: Flask) -> None:
    answer = Visitor(app).get("/khong-co")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert Visitor(app).ask("DELETE", "/").status_code == 405
