"""Settings: read once, checked at the start; what is wrong is named with what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from quiz_app.config import Settings, WrongSetting, read_settings
from quiz_app.config.settings import make_engine_options

KEY = {"SECRET_KEY": "x" * 32}


def read(**environment: str) -> Settings:
    return read_settings(KEY | environment)


def test_without_any_setting_the_engine_runs_on_one_file_and_nothing_else() -> None:
    settings = read()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.redis_url is None
    assert (settings.host, settings.port, settings.trusted_proxies) == ("127.0.0.1", 8000, 0)
    assert settings.loads_demonstration


def test_a_postgresql_address_gets_the_driver_that_is_installed() -> None:
    assert read(DATABASE_URL="postgresql://a@b/c").database_url == "postgresql+psycopg://a@b/c"
    url = "postgresql+psycopg://a:postgresql%3A%2F%2F@b/c"
    assert read(DATABASE_URL=url).database_url == url


def test_empty_settings_are_as_good_as_none() -> None:
    names = ["DATABASE_URL", "REDIS_URL", "PORT", "WEB_WORKERS", "HTTPS", "DEMONSTRATION", "SWEEP_SECONDS"]
    assert read(**dict.fromkeys(names, "")) == read()


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DATABASE_URL", "contest.db", "DATABASE_URL is not a database address such as postgresql://user@host/name."),
        ("DATABASE_URL", "mysql://a@b/c", "DATABASE_URL names mysql; the engine runs on sqlite and postgresql."),
        ("PORT", "http", "PORT is a whole number from 0 to 65535."),
        ("PORT", "65536", "PORT is a whole number from 0 to 65535."),
        ("PORT", "-1", "PORT is a whole number from 0 to 65535."),
        ("PORT", "80.5", "PORT is a whole number from 0 to 65535."),
        ("WEB_WORKERS", "0", "WEB_WORKERS is a whole number from 1 to 64."),
        ("WEB_THREADS", "129", "WEB_THREADS is a whole number from 1 to 128."),
        ("TRUSTED_PROXIES", "6", "TRUSTED_PROXIES is a whole number from 0 to 5."),
        ("TRUSTED_PROXIES", "yes", "TRUSTED_PROXIES is a whole number from 0 to 5."),
        ("SESSION_HOURS", "0", "SESSION_HOURS is a whole number from 1 to 720."),
        ("SWEEP_SECONDS", "3601", "SWEEP_SECONDS is a whole number from 0 to 3600."),
        ("HTTPS", "on", "HTTPS is yes or no."),
        ("DEMONSTRATION", "2", "DEMONSTRATION is yes or no."),
        *(
            ("SITE_ADDRESS", value, "SITE_ADDRESS is an address such as https://thi.example.vn, without a path.")
            for value in (
                "thi.example.vn",
                "ftp://thi.example.vn",
                "https://",
                "https://thi.example.vn/thi",
                "https://thi.example.vn?a=1",
                "https://thi.example.vn#a",
                "https://an@thi.example.vn",
                "https://thi.example.vn:port",
                "https://thi.example.vn:0",
                "https://thi example.vn",
                "javascript:alert(1)",
            )
        ),
        ("WEB_SERVER", "flask", "WEB_SERVER is granian or gunicorn."),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_may_be(name: str, value: str, message: str) -> None:
    with pytest.raises(WrongSetting) as refusal:
        read(**{name: value})
    assert str(refusal.value) == message


def test_a_wrong_database_address_is_not_repeated_because_it_may_hold_a_password() -> None:
    with pytest.raises(WrongSetting) as refusal:
        read(DATABASE_URL="mysql://root:geheim@b/c")
    assert "geheim" not in str(refusal.value)


@pytest.mark.parametrize(("name", "value"), [("PORT", "0"), ("PORT", "65535"), ("WEB_WORKERS", "1")])
def test_numbers_at_their_bounds_are_taken(name: str, value: str) -> None:
    read(**{name: value})


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://thi.example.vn", "https://thi.example.vn"),
        (" https://thi.example.vn/ ", "https://thi.example.vn"),
        ("http://10.0.0.7:8080", "http://10.0.0.7:8080"),
        ("https://[::1]:8443", "https://[::1]:8443"),
        ("", None),
    ],
)
def test_the_address_of_the_site_is_scheme_and_host(given: str, address: str | None) -> None:
    assert read(SITE_ADDRESS=given).site_address == address


@pytest.mark.parametrize(
    ("word", "flag"), [("1", True), ("yes", True), ("TRUE", True), ("0", False), ("no", False), ("False", False)]
)
def test_a_flag_is_yes_or_no(word: str, flag: bool) -> None:
    assert read(HTTPS=word).is_https is flag
    assert read(HTTPS=word).to_flask()["SESSION_COOKIE_SECURE"] is flag


def test_session_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    flask = read(SESSION_HOURS="3").to_flask()
    assert flask["SESSION_COOKIE_HTTPONLY"] is True
    assert flask["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert flask["PERMANENT_SESSION_LIFETIME"] == 3 * 3600


@pytest.mark.parametrize("url", ["sqlite:///a.db", "postgresql://a@b/c"])
def test_every_thread_has_a_connection_of_its_own(url: str) -> None:
    options = make_engine_options(read(DATABASE_URL=url, WEB_THREADS="24"))
    assert options["pool_size"] >= 24


def test_the_connection_used_last_is_used_next(tmp_path: Path) -> None:
    settings = read(DATABASE_URL=f"sqlite:///{tmp_path}/a.db")
    engine = create_engine(settings.database_url, **make_engine_options(settings))
    first, second = engine.raw_connection(), engine.raw_connection()
    used_last = first.driver_connection
    second.close()
    first.close()
    assert engine.raw_connection().driver_connection is used_last
    engine.dispose()


def test_a_secret_key_is_made_once_and_kept_for_the_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quiz_app.config.secret_key.DATA_FOLDER", tmp_path / "data")
    first = read_settings({}).secret_key
    assert len(first) >= 32
    assert read_settings({}).secret_key == first
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_two_installations_have_different_secret_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = set()
    for name in ("first", "second"):
        monkeypatch.setattr("quiz_app.config.secret_key.DATA_FOLDER", tmp_path / name)
        keys.add(read_settings({}).secret_key)
    assert len(keys) == 2


POOLER, OWN = "postgresql://a@b:6432/c", "postgresql://a@b/c"


def test_behind_a_pooler_nothing_is_said_to_a_connection() -> None:
    pooled, alone = read(DATABASE_URL=POOLER, DATABASE_DIRECT_URL=OWN), read(DATABASE_URL=OWN)
    assert pooled.is_pooled
    assert not alone.is_pooled
    assert make_engine_options(pooled)["connect_args"] == {"connect_timeout": 3, "prepare_threshold": None}
    assert "jit=off" in make_engine_options(alone)["connect_args"]["options"]
    binds = pooled.to_flask()["SQLALCHEMY_BINDS"]
    assert set(binds) == {"direct"}
    assert "options" in binds["direct"]["connect_args"]
    assert alone.to_flask()["SQLALCHEMY_BINDS"] == {}


def test_a_replica_is_read_with_connections_of_its_own() -> None:
    settings = read(DATABASE_URL=OWN, DATABASE_REPLICA_URL="postgresql://a@d/c")
    binds = settings.to_flask()["SQLALCHEMY_BINDS"]
    assert binds["replica"]["url"] == "postgresql+psycopg://a@d/c"


@pytest.mark.parametrize("name", ["DATABASE_DIRECT_URL", "DATABASE_REPLICA_URL"])
@pytest.mark.parametrize(
    ("main", "value", "message"),
    [
        (OWN, "hello", "is not a database address"),
        (OWN, "mysql://a@b/c", "names mysql"),
        (OWN, OWN, "is another address than DATABASE_URL"),
        (OWN, "sqlite:////var/lib/contest.db", "are both addresses of PostgreSQL"),
        ("", OWN, "are both addresses of PostgreSQL"),
    ],
)
def test_further_addresses_are_of_postgresql(name: str, main: str, value: str, message: str) -> None:
    with pytest.raises(WrongSetting, match=message) as refusal:
        read(**{"DATABASE_URL": main, name: value})
    assert str(refusal.value).startswith(name)
