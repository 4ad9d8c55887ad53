"""Signing in through an identity provider: a real one, in a process of its own, over HTTP."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask

from quiz_app.config import AgencySettings, WrongSetting, read_settings
from quiz_app.extensions import db
from tests.factories import add_person, make_app, run_sql
from tests.integration.visitor import Visitor
from tests.servers.ports import find_free_port


@pytest.fixture(scope="module")
def issuer(server_directory: Path) -> Iterator[str]:
    """The address of a provider in a process of its own."""
    port = find_free_port()
    address = f"http://localhost:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
    with (server_directory / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_for(f"{address}/.well-known/openid-configuration", process)
            yield address
        finally:
            process.terminate()
            process.wait(timeout=10)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert process.poll() is None, "the provider has ended"
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the provider does not answer")


@pytest.fixture
def agency_app(database_url: str, issuer: str) -> Iterator[Flask]:
    agency = AgencySettings(issuer, "quiz", "secret", "preferred_username", "Sở Nội vụ")
    app = make_app(database_url, agency=agency)
    with app.app_context():
        yield app
        db.engine.dispose()


def describe_user(issuer: str, subject: str, **claims: str) -> None:
    answer = requests.put(f"{issuer}/users/{subject}", json=claims, timeout=10)
    assert answer.status_code == 204


def go_to_provider(visitor: Visitor, subject: str) -> str:
    """The path and query with which the provider sends the person back."""
    leave = visitor.get("/sign-in/agency")
    assert leave.status_code == 302
    query = parse_qs(urlsplit(leave.location).query)
    assert query["code_challenge_method"] == ["S256"]
    assert query["nonce"]
    assert query["state"]
    back = requests.post(leave.location, data={"sub": subject}, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    assert parts.path == "/sign-in/agency/back"
    return f"{parts.path}?{parts.query}"


def test_a_known_person_is_signed_in(agency_app: Flask, issuer: str) -> None:
    add_person("cb0001", password_hash="")
    describe_user(issuer, "s-1", preferred_username="CB0001")
    visitor = Visitor(agency_app)
    assert "Sở Nội vụ" in visitor.get("/sign-in").text
    back = go_to_provider(visitor, "s-1")
    answer = visitor.get(back)
    assert answer.location == "/my"
    assert visitor.get("/my").status_code == 200
    # The same answer a second time, or in another browser, is worth nothing.
    for other in (visitor, Visitor(agency_app)):
        assert other.get(back).status_code == 401


def test_nobody_is_made_by_signing_in_and_a_closed_account_stays_closed(agency_app: Flask, issuer: str) -> None:
    add_person("cb0002")
    run_sql("UPDATE accounts SET is_active = :closed WHERE login = 'cb0002' RETURNING id", closed=False)
    describe_user(issuer, "s-2", preferred_username="cb0002")
    describe_user(issuer, "s-3", preferred_username="khong-co")
    describe_user(issuer, "s-4", email="cb@x.vn")
    for subject, status in (("s-2", 403), ("s-3", 403), ("s-4", 401)):
        visitor = Visitor(agency_app)
        assert visitor.get(go_to_provider(visitor, subject)).status_code == status
        assert visitor.get("/my").status_code == 302
    assert len(run_sql("SELECT id FROM accounts")) == 1


def test_an_answer_that_was_not_asked_for_is_refused(agency_app: Flask, issuer: str) -> None:
    add_person("cb0001")
    describe_user(issuer, "s-1", preferred_username="cb0001")
    visitor, attacker = Visitor(agency_app), Visitor(agency_app)
    stolen = go_to_provider(attacker, "s-1")
    assert visitor.get(stolen).status_code == 401
    own = go_to_provider(visitor, "s-1")
    state = re.search(r"state=([^&]+)", own)
    assert state is not None
    mixed = re.sub(r"state=[^&]+", f"state={state[1]}", stolen)
    # The code of another's sign-in under one's own state: PKCE and nonce do not fit.
    assert visitor.get(mixed).status_code == 401
    for query in ("", "?code=x", "?state=x&code=y", "?error=access_denied", "?error=access_denied&state=x"):
        assert Visitor(agency_app).get(f"/sign-in/agency/back{query}").status_code == 401


@pytest.mark.parametrize("changes", [{"issuer": "https://other.example.vn"}, {"client_id": "another"}])
def test_a_token_of_another_issuer_or_for_another_client_is_refused(
    agency_app: Flask, issuer: str, changes: dict[str, str]
) -> None:
    add_person("cb0001")
    describe_user(issuer, "s-1", preferred_username="cb0001")
    visitor = Visitor(agency_app)
    back = go_to_provider(visitor, "s-1")
    settings = agency_app.extensions["settings"]
    agency_app.extensions["settings"] = replace(settings, agency=replace(settings.agency, **changes))
    assert visitor.get(back).status_code == 401
    assert visitor.get("/my").status_code == 302


def test_a_provider_that_does_not_answer_is_said_so(database_url: str) -> None:
    app = make_app(database_url, agency=AgencySettings("http://127.0.0.1:9", "quiz", "secret", "sub", "X"))
    with app.app_context():
        assert Visitor(app).get("/sign-in/agency").status_code == 401
        db.engine.dispose()


def test_settings_of_a_provider_are_whole_or_refused() -> None:
    base = {"SECRET_KEY": "x" * 32}
    whole = {"OIDC_ISSUER": "https://id.example.vn/", "OIDC_CLIENT_ID": "quiz", "OIDC_CLIENT_SECRET": "s"}
    agency = read_settings(base | whole).agency
    assert agency == AgencySettings("https://id.example.vn", "quiz", "s", "preferred_username", "id.example.vn")
    assert read_settings(base).agency is None
    for name in whole:
        with pytest.raises(WrongSetting):
            read_settings(base | {key: value for key, value in whole.items() if key != name})
    with pytest.raises(WrongSetting):
        read_settings(base | whole | {"OIDC_ISSUER": "http://id.example.vn"})
