"""What an operator copies fits the engine: settings it knows, programs it has, limits that agree."""

from __future__ import annotations

import configparser
import importlib.util
import re
from pathlib import Path

import pytest
import yaml

from quiz_app import cli, create_app
from quiz_app.config import WrongSetting, read_settings
from quiz_app.domain.initiatives.rounds import MEGABYTE, FileRules
from quiz_app.web import uploads
from quiz_app.web.participant.entry_files import LARGEST_PART, LARGEST_SAVE
from tests.factories import make_test_settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
NGINX = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")


def read_example() -> dict[str, str]:
    lines = (DEPLOY / "contest.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_the_example_of_settings_is_read_as_it_stands() -> None:
    example = read_example()
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "quiz_app/config").glob("*.py"))
    for name in example:
        assert f'"{name}"' in source, name
    settings = read_settings({**example, "SECRET_KEY": "k" * 40, "METRICS_TOKEN": "t" * 20})
    assert settings.is_https
    assert settings.trusted_proxies == 1
    assert settings.logs_json
    assert not settings.loads_demonstration


def test_the_example_of_settings_holds_no_secret_to_forget() -> None:
    example = read_example()
    assert (example["SECRET_KEY"], example["METRICS_TOKEN"]) == ("", "")


def test_a_key_that_cannot_be_kept_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr("quiz_app.config.secret_key.DATA_FOLDER", tmp_path / "file" / "data")
    with pytest.raises(WrongSetting, match="Set SECRET_KEY"):
        read_settings({})


def test_the_proxy_takes_what_the_engine_takes() -> None:
    create_app(make_test_settings("sqlite:///nothing-is-opened.db"))
    largest = max(size for size, _ in uploads._accepted.values() if isinstance(size, int)) + 64 * 1024
    everywhere, of_initiatives = re.findall(r"client_max_body_size (\d+)m;", NGINX)
    assert largest <= int(everywhere) * MEGABYTE <= 2 * largest
    assert int(everywhere) * MEGABYTE >= LARGEST_PART
    rules = FileRules()
    assert rules.largest_bytes * rules.most_files + LARGEST_SAVE <= int(of_initiatives) * MEGABYTE


def test_the_proxy_writes_what_the_engine_trusts_and_hides_what_is_inside() -> None:
    for name in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme", "X-Forwarded-Host $host"):
        assert f"proxy_set_header {name};" in NGINX
    assert "proxy_set_header X-Request-ID $request_id;" in NGINX
    assert "location = /metrics { return 404; }" in NGINX
    assert re.findall(r"ssl_protocols (.*);", NGINX) == ["TLSv1.2 TLSv1.3"]
    log = NGINX.partition("log_format")[2].partition(";")[0]
    assert "$uri" in log
    assert not re.search(r"\$(request_uri|args|request|query_string|http_referer|http_cookie)\b", log)
    assert NGINX.count("{") == NGINX.count("}")


@pytest.mark.parametrize("name", ["contest-web.service", "contest-jobs.service", "contest-backup.service"])
def test_units_start_programs_that_there_are(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign, assignment]
    unit.read(DEPLOY / name, encoding="utf-8")
    service = unit["Service"]
    assert (service["User"], service["UMask"], service["ProtectSystem"]) == ("contest", "0077", "strict")
    assert service["EnvironmentFile"] == "/etc/contest/contest.env"
    command = service["ExecStart"]
    module = re.search(r"-m ([\w.]+)", command)
    if module:
        found = importlib.util.find_spec(module[1])
        assert found is not None
    else:
        assert "--app wsgi quiz backup" in command


def test_commands_of_the_handbook_exist() -> None:
    create_app(make_test_settings("sqlite:///nothing-is-opened.db"))
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8") + (DEPLOY / "alerts.yaml").read_text()
    named = set(re.findall(r"(?:contest-quiz|wsgi quiz) ([a-z]+(?:-[a-z]+)*)", text))
    assert len(named) >= 8
    assert named <= set(cli.quiz.commands)
    for path in re.findall(r"`(deploy/[\w.-]+)`", text):
        assert (ROOT / path).is_file(), path


def test_rules_for_alerts_say_what_to_do() -> None:
    (group,) = yaml.safe_load((DEPLOY / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    assert len(group["rules"]) >= 8
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("page", "warn")
        assert rule["annotations"]["description"]
        assert rule["expr"]
