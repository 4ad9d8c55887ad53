"""Who is asking. The signed session holds account id and auth version; pages load the person, the save does not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Flask, current_app, g, request, session
from flask_login import UserMixin, current_user, login_user, logout_user

from quiz_app.cache import Cache
from quiz_app.clock import read_now
from quiz_app.config import Settings
from quiz_app.domain.errors import SignInRequired, StorageUnavailable
from quiz_app.domain.people import Person
from quiz_app.extensions import login_manager
from quiz_app.origin import Origin, set_origin
from quiz_app.services import people
from quiz_app.storage import Storage
from quiz_app.web.language import get_language


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person of this request, in the form that Flask-Login asks for."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """What the session keeps: ``account id:auth version``."""
        return f"{self.person.id}:{self.person.auth_version}"


def register_identity(app: Flask) -> None:
    """Attach the loader, and what every template may ask."""
    login_manager.session_protection = None

    @app.before_request
    def take_time() -> None:
        g.now = read_now()
        # A proxy that is trusted with the address is trusted with the id of its log too.
        given = request.headers.get("X-Request-ID", "") if app.config["TRUSTED_PROXIES"] else ""
        set_origin(Origin(get_address(), given))

    @login_manager.user_loader  # type: ignore[untyped-decorator]
    def load_user(stored: str) -> SignedIn | None:
        parts = _read_stored(stored)
        person = people.find_signed_in(account_id=parts[0], auth_version=parts[1]) if parts else None
        return SignedIn(person) if person else None

    @app.context_processor
    def add_to_templates() -> dict[str, Any]:
        try:
            person = find_current_person()
        except StorageUnavailable:
            # The page that says so must still be shown.
            person = None
        return {"current_person": person, "locale": get_language()}


def find_current_person() -> Person | None:
    """The signed-in person, loaded once per request."""
    return current_user.person if current_user.is_authenticated else None


def get_current_person() -> Person:
    """The signed-in person. Raises SignInRequired."""
    person = find_current_person()
    if person is None:
        raise SignInRequired
    return person


def get_session_identity() -> tuple[int, int]:
    """Account id and auth version from the signed session, with no look-up. Raises SignInRequired.

    Only for statements that check both themselves.
    """
    parts = _read_stored(session.get("_user_id", ""))
    if parts is None:
        raise SignInRequired
    return parts


def begin_session(person: Person) -> None:
    """Sign the person in under a fresh session: nothing of an earlier one survives."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(person))
    # Flask-Login's digest of the browser is not used here, and would travel with every save.
    session.pop("_id", None)


def renew_session() -> None:
    """Give the session its whole length again, so that it outlives the attempt that begins now."""
    session.modified = True


def end_session() -> None:
    """Forget who was signed in here."""
    logout_user()
    session.clear()


def get_now() -> datetime:
    """The moment at which this request arrived: taken once, before anything slow."""
    return g.now  # type: ignore[no-any-return]


def take_time_anew() -> None:
    """Count the request as arriving now, where what it has waited until here must not be taken from anybody's time."""
    g.now = read_now()


def get_settings() -> Settings:
    """The settings of this process."""
    return current_app.extensions["settings"]  # type: ignore[no-any-return]


def get_cache() -> Cache:
    """The cache of this process."""
    return current_app.extensions["cache"]  # type: ignore[no-any-return]


def get_storage() -> Storage:
    """Where files are kept."""
    return current_app.extensions["storage"]  # type: ignore[no-any-return]


def get_address() -> str:
    """The visitor's address; behind a trusted proxy the one that it reports."""
    return request.remote_addr or "unknown"


def _read_stored(stored: str) -> tuple[int, int] | None:
    account_id, _, auth_version = stored.partition(":")
    if not (account_id.isdecimal() and auth_version.isdecimal()):
        return None
    return int(account_id), int(auth_version)
