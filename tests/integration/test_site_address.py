"""What is printed or sent says SITE_ADDRESS, whatever name its maker reached the site by; pages themselves do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from quiz_app.domain.contests import Round
from quiz_app.domain.people import Role
from quiz_app.exports import certificates as certificate_files
from quiz_app.exports import list_pdf
from tests.factories import add_person, add_unit, run_sql, sit_attempt
from tests.integration.visitor import Visitor, add_open_round

SITE = "https://thi.example.vn"


@pytest.fixture(params=[SITE, None], ids=["set", "not set"])
def site(app: Flask, request: pytest.FixtureRequest) -> str:
    """What addresses must begin with: the setting, or else the host of the request."""
    app.extensions["settings"] = replace(app.extensions["settings"], site_address=request.param)
    return request.param or "http://localhost"


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is drawn as a QR code, in certificates and lists."""
    texts: list[str] = []
    for module in (certificate_files, list_pdf):
        original = module.make_qr_shape

        def draw(text: str, original: object = original) -> object:
            texts.append(text)
            return original(text)  # type: ignore[operator]

        monkeypatch.setattr(module, "make_qr_shape", draw)
    return texts


@pytest.fixture
def round_(app: Flask) -> Round:
    school = add_unit("A", name="Trường THPT Hoàng Diệu")
    round_ = add_open_round(gives_certificate=True)
    sit_attempt(add_person("an", unit_id=school), round_, right=9, started_at=round_.opens_at)
    add_person("moi", unit_id=school, password_hash="")
    add_person("lead", roles=[Role.UNIT_LEAD], led_unit_id=school)
    return round_


def test_the_qr_codes_of_certificates_and_lists(app: Flask, site: str, drawn: list[str], round_: Round) -> None:
    assert Visitor(app, "an").post(f"/rounds/{round_.id}/certificate").status_code == 303
    assert Visitor(app, "an").get(f"/rounds/{round_.id}/certificate.pdf").status_code == 200
    assert drawn.pop().startswith(f"{site}/certificates/")
    lead = Visitor(app, "lead")
    ((unit_id,),) = run_sql("SELECT id FROM units")
    fields = {"kind": "scores", "format": "pdf", "round_id": round_.id, "unit_id": unit_id}
    assert lead.post("/unit/lists", fields).status_code == 200
    assert drawn.pop().startswith(f"{site}/verify/")
    csv = lead.post("/unit/lists", {**fields, "format": "csv"}).data.decode("utf-8-sig")
    assert f"{site}/verify" in csv


def test_slips_and_the_words_of_reminders(app: Flask, site: str, round_: Round) -> None:
    lead = Visitor(app, "lead")
    ((unit_id,),) = run_sql("SELECT id FROM units")
    slips = lead.post("/unit/people/slips", {"unit_id": unit_id, "format": "page"}).text
    assert f"{site}/activate" in slips
    page = lead.get(f"/unit/rounds/{round_.id}/reminders").text
    assert f"{site}/</textarea>" in page


def test_links_of_pages_stay_where_the_person_is(app: Flask, site: str, round_: Round) -> None:
    for path in ("/", "/sign-in"):
        assert SITE not in Visitor(app).get(path).text
    assert SITE not in Visitor(app, "an").get("/my").text
