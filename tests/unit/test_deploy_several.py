"""The files for several servers fit the engine and each other."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from quiz_app.config import read_settings

ROOT = Path(__file__).resolve().parents[2]
SEVERAL = ROOT / "deploy" / "several"
ALONE = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
NGINX = (SEVERAL / "nginx.conf").read_text(encoding="utf-8")


def read_example(name: str) -> dict[str, str]:
    lines = (SEVERAL / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def read_services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((SEVERAL / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return services


def fill(text: str, secrets: dict[str, str]) -> str:
    return re.sub(r"\$\{([A-Z_0-9]+):\?\}", lambda found: secrets[found[1]], text)


def test_the_settings_of_the_web_nodes_are_read_as_they_stand() -> None:
    secrets = read_example("secrets.env.example")
    services = read_services()
    own = {**read_example("contest.env.example"), "SECRET_KEY": "k" * 40, "METRICS_TOKEN": "t" * 20}
    for name in ("web1", "web2", "jobs"):
        environment = {key: fill(value, secrets) for key, value in services[name]["environment"].items()}
        settings = read_settings({**own, **environment})
        assert settings.is_pooled
        assert settings.database_replica_url is not None
        assert settings.s3 is not None
        assert (settings.is_https, settings.trusted_proxies) == (True, 1)
        assert settings.job_workers == (name == "jobs")
    assert {value for name, value in secrets.items() if name != "S3_ACCESS_KEY"} == {"CHANGE-ME"}


def test_every_secret_that_is_asked_for_is_in_the_example_and_no_other() -> None:
    text = (SEVERAL / "compose.yaml").read_text(encoding="utf-8")
    assert set(re.findall(r"\$\{([A-Z_0-9]+):\?\}", text)) == set(read_example("secrets.env.example"))
    assert re.findall(r"(?i)(?:password|secret)\S*[:=] *[a-z0-9]{6,}", text) == []


def test_services_wait_for_those_that_there_are_and_their_files_are_there() -> None:
    services = read_services()
    for name, service in services.items():
        assert set(service.get("depends_on", ())) <= set(services), name
        assert service["restart"] == "always"
        if service.get("healthcheck") is None:
            assert "HEALTHCHECK" in (SEVERAL / "Dockerfile").read_text()
        for volume in service.get("volumes", ()):
            path = volume.split(":")[0]
            if path.startswith("./") and path not in ("./tls", "./acme"):
                assert (SEVERAL / path).is_file(), path
        assert ("ports" in service) == (name == "nginx"), "nothing else is reachable from outside"
        image = service.get("image", "contest:1")
        assert re.search(r":[^:]*\d", image), "a version is named"


def test_the_image_holds_what_the_engine_starts_with() -> None:
    text = (SEVERAL / "Dockerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.M)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists(), name
    assert "--require-hashes -r requirements.txt" in text
    assert text.rindex("USER contest") > text.rindex("FROM ")


def test_the_proxy_says_of_visitors_what_the_one_for_a_single_server_says() -> None:
    pattern = r"^ *((?:proxy_set_header|ssl_protocols|ssl_ciphers|limit_\w+|client_max_body_size|location = /\w+) .*)$"
    said, alone = (re.findall(pattern, text, re.M) for text in (NGINX, ALONE))
    # By the clock of one machine it is of use; between two it says how far their clocks are apart.
    assert said == [re.sub(r"(X-Request-Start) .*", r'\1 "";', line) for line in alone]
    assert "non_idempotent" not in NGINX, "a POST that was sent is sent by the page alone"
    upstream = re.findall(r"server (web\d):8000 max_fails=1", NGINX)
    assert upstream == [name for name in read_services() if name.startswith("web")]
    log = NGINX.partition("log_format")[2].partition(";")[0]
    assert not re.search(r"\$(request_uri|args|request|query_string|http_referer|http_cookie)\b", log)


def test_the_pooler_gives_connections_for_transactions_alone() -> None:
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(SEVERAL / "pgbouncer.ini", encoding="utf-8")
    pooler = settings["pgbouncer"]
    assert pooler["pool_mode"] == "transaction"
    assert "ignore_startup_parameters" not in pooler, "a setting that would be swallowed is better refused"
    assert int(pooler["query_wait_timeout"]) <= 5
    (most,) = re.findall(r"^max_connections = (\d+)", (SEVERAL / "postgresql.conf").read_text(), re.M)
    assert int(pooler["default_pool_size"]) + int(pooler["reserve_pool_size"]) < int(most) // 2


def test_the_database_is_durable() -> None:
    text = (SEVERAL / "postgresql.conf").read_text(encoding="utf-8")
    for name in ("fsync", "full_page_writes", "synchronous_commit", "hot_standby_feedback"):
        assert re.search(rf"^{name} = on$", text, re.M), name


def test_scripts_are_read_by_a_shell() -> None:
    shell = shutil.which("sh")
    assert shell is not None
    for script in SEVERAL.glob("*.sh"):
        assert subprocess.run([shell, "-n", str(script)], check=False).returncode == 0, script
