"""The key that cookies and codes are signed with."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from quiz_app.config.settings import DATA_FOLDER, WrongSetting

SHORTEST_SECRET_KEY = 32


def check_secret_key(key: str) -> str:
    """The key, if it is long enough."""
    if len(key) < SHORTEST_SECRET_KEY:
        raise WrongSetting(
            f"SECRET_KEY needs at least {SHORTEST_SECRET_KEY} characters; leave it out to have one made."
        )
    return key


def read_secret_key() -> str:
    """The key in ``data/secret_key``, made at the first start: no default that two installations could share. Raises
    WrongSetting where it can be neither read nor written.
    """
    path = DATA_FOLDER / "secret_key"
    try:
        return _read_or_make_key(path)
    except OSError as error:
        raise WrongSetting(
            f"SECRET_KEY is not set, and {path} cannot be used ({error.strerror}). Set SECRET_KEY."
        ) from None


def _read_or_make_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written beside its place and then put there, so that no half-written key is ever read.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="ascii").strip()
