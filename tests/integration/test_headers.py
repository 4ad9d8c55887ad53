"""What every answer says to the browser: which scripts may run, what may be kept, and who may frame it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from quiz_app.domain.people import Role
from quiz_app.extensions import db
from tests.factories import add_person, add_unit, make_app
from tests.integration.visitor import Visitor, add_open_round, close_round


@dataclass
class Markup(HTMLParser):
    """What a page would run or fetch."""

    nonces: list[str | None] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self.nonces.append(values.get("nonce"))
        if tag in ("style", "base", "iframe", "object", "embed"):
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "style":
                self.wrong.append(f"{tag} {name}")
            if name in ("src", "href", "action", "formaction"):
                self.addresses.append(value or "")


@pytest.fixture
def app(sqlite_database_url: str) -> Iterator[Flask]:
    """An application on SQLite: no header depends on the database."""
    application = make_app(sqlite_database_url)
    with application.app_context():
        yield application
        db.engine.dispose()


@pytest.fixture
def pages(app: Flask) -> list[TestResponse]:
    """Every kind of page: open, of a person, of an attempt, of a result, of those who run the contest, and refusals."""
    unit_id = add_unit()
    add_person("an", unit_id=unit_id)
    add_person("phu-trach", roles=[Role.UNIT_LEAD], led_unit_id=unit_id)
    add_person("to-chuc", roles=[Role.ORGANISER])
    add_person("giam-khao", roles=[Role.JUDGE])
    round_ = add_open_round(shows_provisional_ranking=True)
    path = f"/rounds/{round_.id}"
    person, nobody, organiser = Visitor(app, "an"), Visitor(app), Visitor(app, "to-chuc")
    found = [person.get("/my"), person.get(f"{path}/start"), person.get(f"{path}/attempts")]
    first, second = person.start(round_.id), 0
    found += [person.get(f"/attempts/{first}"), person.get(f"/attempts/{first}/check"), person.get("/my")]
    person.post(f"/attempts/{first}/finish")
    second = person.start(round_.id)
    found += [person.get(f"/attempts/{first}/result"), person.get("/my"), person.get(f"{path}/attempts")]
    found += [nobody.get("/"), nobody.get("/sign-in"), nobody.sign_in("an", "sai"), person.get("/password")]
    found += [person.get(f"{path}/ranking"), person.get(f"{path}/ranking?of=units")]
    found += [Visitor(app, "phu-trach").get("/unit/"), Visitor(app, "giam-khao").get("/judge/")]
    found += [organiser.get("/organiser/"), organiser.get(f"/organiser/rounds/{round_.id}")]
    found += [person.get("/khong-co"), person.get("/organiser/"), nobody.post("/sign-out", token="")]
    person.post(f"/attempts/{second}/finish")
    close_round(round_.id)
    found += [person.get(f"/attempts/{first}/result"), person.get("/my"), person.get(f"{path}/start")]
    found += [nobody.get("/"), nobody.get(f"{path}/ranking")]
    assert {answer.status_code for answer in found} == {200, 401, 403, 404, 422}
    return found


def test_every_page_runs_its_own_scripts_and_no_others(pages: list[TestResponse]) -> None:
    nonces = set()
    for page in pages:
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "form-action 'self'" in policy
        match = re.search(r"script-src 'self' 'nonce-([\w-]{20,})'", policy)
        assert match is not None
        nonces.add(match[1])
        markup = Markup()
        markup.feed(page.text)
        assert not markup.wrong, page.request.path
        assert set(markup.nonces) <= {match[1]}, page.request.path
    assert len(nonces) == len(pages), "a nonce is used once"


def test_no_page_names_an_address_elsewhere(pages: list[TestResponse]) -> None:
    for page in pages:
        markup = Markup()
        markup.feed(page.text)
        assert markup.addresses
        elsewhere = [address for address in markup.addresses if not re.match(r"/(?!/)|#|\?|$", address)]
        assert not elsewhere, page.request.path


def test_no_page_is_kept_and_every_one_says_how_it_is_to_be_read(pages: list[TestResponse]) -> None:
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "Strict-Transport-Security" not in page.headers


def test_data_and_redirects_run_nothing_and_are_not_kept(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    attempt_id = visitor.start(add_open_round().id)
    saved = visitor.post_json(
        f"/attempts/{attempt_id}/responses", {"responses": [{"slot": 0, "choice": 0, "sequence": 1}]}
    )
    for answer in (saved, visitor.get("/healthz"), visitor.get("/readyz"), Visitor(app).get("/my")):
        assert answer.status_code in (200, 302)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_static_file_with_its_digest_is_kept_for_good(app: Flask) -> None:
    visitor = Visitor(app)
    addresses = re.findall(r'(?:src|href)="(/static/[^"]+)"', visitor.get("/").text)
    assert addresses
    for address in addresses:
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        bare = visitor.get(address.partition("?")[0])
        assert "immutable" not in bare.headers["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app)
    cookies = [
        *visitor.sign_in("an").headers.getlist("Set-Cookie"),
        *visitor.post("/language", {"language": "en"}).headers.getlist("Set-Cookie"),
    ]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"session", "language"}
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_over_https_cookies_and_pages_say_so(sqlite_database_url: str) -> None:
    app = make_app(sqlite_database_url, is_https=True)
    answer = Visitor(app).get("/sign-in", base_url="https://thi.example")
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "Secure" in answer.headers["Set-Cookie"]
