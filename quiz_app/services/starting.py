"""Whether the server may start: wrong settings, a database of another release and a wrong clock are told before anybody
is served, each with what to do. A server that starts is whole.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import redis
from sqlalchemy import URL

from quiz_app.config import Settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.persistence.diagnosis import find_newest_moment, read_clock
from quiz_app.persistence.schema import find_migration, list_known_migrations
from quiz_app.persistence.session import reading

LARGEST_SKEW = timedelta(seconds=30)
"""A server that is off by more would open and close rounds at another time than the others."""
SET_THE_CLOCK = "Set the clock right (`timedatectl set-ntp true`; `timedatectl` shows it), then start again."


class CannotStart(Exception):  # noqa: N818 - named for the case, as refusals are
    """The server must not start; the text says why and what to do."""


def ensure_can_start(*, now: datetime) -> list[str]:
    """What has to be said at the start although it goes on. Raises CannotStart, StorageUnavailable."""
    migration = find_migration()
    if migration is None:
        return []
    if migration not in list_known_migrations():
        raise CannotStart(
            f"The database is of a newer release (migration {migration}; this release knows up to "
            f"{list_known_migrations()[0]}). Start the newer release, or restore the backup made before the upgrade."
        )
    with reading() as work:
        ahead = now - read_clock(work)
    if abs(ahead) > LARGEST_SKEW:
        raise CannotStart(f"This server's clock is {_describe(ahead)} the database's. {SET_THE_CLOCK}")
    # Only of this very release is it known that the table is there.
    if migration == list_known_migrations()[0]:
        with reading() as work:
            newest = find_newest_moment(work)
        if newest is not None and newest - now > LARGEST_SKEW:
            return [
                f"WARNING: the newest entry in the database is of {newest:%Y-%m-%d %H:%M:%S} UTC, which this server's "
                "clock has not reached. The clock is slow now, or was fast then: check it with `timedatectl`."
            ]
    return []


def ensure_migrated() -> None:
    """Raise CannotStart when tables of this release are missing. A newer database is no hindrance for a process of a
    server that was started before the upgrade.
    """
    migration = find_migration()
    known = list_known_migrations()
    if migration != known[0] and (migration is None or migration in known):
        raise CannotStart(
            f"The database is {'empty' if migration is None else f'of migration {migration}'}, this release needs "
            f"{known[0]}. Start with `python -m quiz_app.run`, or run `flask --app wsgi db upgrade` first."
        )


def check_redis(settings: Settings) -> str | None:
    """What is to be said of Redis. Raises CannotStart when it refuses the password: that is a setting, not an outage.

    An outage of Redis stops nobody: what it holds can be computed again.
    """
    if settings.redis_url is None:
        return None
    client = redis.Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        client.ping()
    except redis.AuthenticationError:
        raise CannotStart("Redis refuses the password in REDIS_URL. Put it right, or leave REDIS_URL out.") from None
    except redis.RedisError as error:
        return (
            f"WARNING: Redis does not answer at REDIS_URL ({error}). The engine goes on without it and looks for it "
            "every few seconds; start Redis, or leave REDIS_URL out."
        )
    finally:
        client.close()
    return None


def describe_unreachable(url: URL, error: StorageUnavailable) -> str:
    """Why the database could not be reached, and what to do; never with the password."""
    lines = str(error.__cause__ or "").strip().splitlines()
    cause = next((line.strip() for line in lines if line.strip()), "")
    if url.password and len(str(url.password)) > 3:
        cause = cause.replace(str(url.password), "***")
    where = url.render_as_string(hide_password=True)
    advice = "Check that it runs, and DATABASE_URL."
    if "startup parameter" in cause:
        advice = "A pooler stands there: set DATABASE_DIRECT_URL to the database's own address."
    return f"The database cannot be reached at {where}: {cause or 'no answer'}. {advice}"


def _describe(ahead: timedelta) -> str:
    return f"{abs(ahead).total_seconds():.0f} s {'ahead of' if ahead > timedelta() else 'behind'}"
