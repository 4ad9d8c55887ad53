"""A contest without a knowledge round, from its file: units register initiatives first, and hand in the whole later."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from tests.factories import run_sql
from tests.integration.visitor import Visitor

CONTEST = """\
contest:
  code: phong-trao
  title: "Phong trào sáng kiến"
  organiser: "Sở Nội vụ"
  time_zone: Asia/Ho_Chi_Minh
  is_demonstration: yes
units:
  - {code: SGD, name: "Sở Giáo dục", kind: department}
  - {code: THPT, name: "Trường THPT", kind: school, parent: SGD}
quotas:
  - {unit_kind: school, initiatives: 2}
initiative_rounds:
  - code: dang-ky
    title: "Đăng ký sáng kiến"
    opens_at: 07:00 D-10
    closes_at: 17:00 D+10
    form: dang-ky-sang-kien
    categories: [{code: nhiem-vu, title: "Nhiệm vụ"}, {code: cchc, title: "Cải cách hành chính"}]
    appraisal: none
  - code: nop
    title: "Nộp sáng kiến"
    opens_at: 07:00 D-5
    closes_at: 17:00 D+10
    form: sang-kien-tt18
    categories: [{code: nhiem-vu, title: "Nhiệm vụ"}, {code: cchc, title: "Cải cách hành chính"}]
    continues: dang-ky
people:
  - {login: gv, name: "Nguyễn Thị Hạnh", password: dung-thu-2026, unit: THPT, roles: [participant]}
  - {login: ht, name: "Trần Bình", password: dung-thu-2026, unit: THPT, roles: [participant, unit_lead], leads: THPT}
  - {login: btc, name: "Lê Văn Cường", password: dung-thu-2026, roles: [organiser]}
"""
PASSWORD = "dung-thu-2026"


def sign_in(app: Flask, login: str) -> Visitor:
    visitor = Visitor(app)
    assert visitor.sign_in(login, PASSWORD).status_code == 302
    return visitor


def test_registered_first_and_handed_in_later(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "phong-trao.yaml"
    path.write_text(CONTEST, encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["quiz", "load-contest", str(path)])
    assert result.exit_code == 0, result.output
    rounds = dict(run_sql("SELECT code, id FROM initiative_rounds"))
    ((unit_id,),) = run_sql("SELECT id FROM units WHERE code = 'THPT'")
    # Every home page stands without a knowledge round.
    for login, homes in (("gv", ["/", "/my", "/my/initiatives"]), ("ht", ["/unit/"]), ("btc", ["/organiser/"])):
        visitor = sign_in(app, login)
        assert [visitor.get(home).status_code for home in homes] == [200] * len(homes), login

    teacher = sign_in(app, "gv")
    begun = teacher.post(f"/my/initiatives/new/{rounds['dang-ky']}", {
        "unit": str(unit_id), "title": "Số hóa hồ sơ", "category": "cchc",
    })  # fmt: skip
    registered = begun.location
    assert teacher.post(registered, {
        "sequence": "1", "title": "Số hóa hồ sơ", "category": "cchc", "t.tac-gia.0.ho-ten": "Nguyễn Thị Hạnh",
        "t.tac-gia.0.chuc-danh": "Giáo viên", "v.ket-qua": "Rút ngắn hai ngày",
    }).status_code == 303  # fmt: skip
    page = teacher.get(f"{registered}/check").text
    digest = page.partition('name="digest" value="')[2][:64]
    assert teacher.post(f"{registered}/submit", {"digest": digest}).status_code == 303
    # Nobody appraises and nobody judges here: with the hand-in it is registered.
    assert run_sql("SELECT state, number FROM entries") == [("forwarded", 1)]

    new = f"/my/initiatives/new/{rounds['nop']}"
    registered_id = registered.rpartition("/")[2]
    assert f'value="{registered_id}"' in sign_in(app, "ht").get(new).text
    answer = teacher.post(new, {
        "unit": str(unit_id), "title": "Số hóa hồ sơ một cửa", "category": "cchc", "continues": registered_id,
    })  # fmt: skip
    page = teacher.get(answer.location).text
    assert "Nguyễn Thị Hạnh" in page
    ((values,),) = run_sql("SELECT draft FROM entries WHERE continues_id IS NOT NULL")
    assert "ket-qua" not in values
    assert "Giáo viên" in values
