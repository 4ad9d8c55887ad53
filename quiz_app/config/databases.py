"""Addresses of the database: the one that the engine works on, its own behind a pooler, and that of its replica."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from quiz_app.config.settings import WrongSetting


def check_database_url(text: str, name: str = "DATABASE_URL") -> str:
    """The address with its driver. Raises WrongSetting, which never repeats the address: it may hold a password."""
    address = text.strip().replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        url = make_url(address)
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise WrongSetting(f"{name} is not a database address such as postgresql://user@host/name.") from None
    if backend not in ("sqlite", "postgresql"):
        raise WrongSetting(f"{name} names {backend}; the engine runs on sqlite and postgresql.")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise WrongSetting(f"{name} begins with sqlite:/// or postgresql://, without the name of a driver.")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise WrongSetting(f"{name} needs a file after sqlite:///, such as sqlite:////var/lib/contest/contest.db.")
    return address


def read_further_databases(environment: Mapping[str, str], database_url: str) -> tuple[str | None, str | None]:
    """The database's own address behind a pooler, and the replica's; None where they are not set."""
    return (
        _check_further("DATABASE_DIRECT_URL", environment.get("DATABASE_DIRECT_URL", ""), database_url),
        _check_further("DATABASE_REPLICA_URL", environment.get("DATABASE_REPLICA_URL", ""), database_url),
    )


def _check_further(name: str, text: str, database_url: str) -> str | None:
    if not text.strip():
        return None
    address = check_database_url(text, name)
    if {make_url(each).get_backend_name() for each in (address, database_url)} != {"postgresql"}:
        raise WrongSetting(f"{name} and DATABASE_URL are both addresses of PostgreSQL, or {name} is left out.")
    if address == database_url:
        raise WrongSetting(f"{name} is another address than DATABASE_URL; leave it out where there is only one.")
    return address
