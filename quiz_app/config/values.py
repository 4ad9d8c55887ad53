"""Single values: a number in its limits, yes or no, an address. Each raises WrongSetting with what to write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from quiz_app.config.settings import WrongSetting


def read_number(environment: Mapping[str, str], name: str, default: int, *, smallest: int = 0, largest: int) -> int:
    """A whole number from ``smallest`` to ``largest``; ``default`` for nothing."""
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not smallest <= int(text) <= largest:
        raise WrongSetting(f"{name} is a whole number from {smallest} to {largest}.")
    return int(text)


def read_flag(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    """Yes or no; ``default`` for nothing."""
    text = environment.get(name, "").strip().lower()
    if not text:
        return default
    if text not in ("1", "0", "yes", "no", "true", "false"):
        raise WrongSetting(f"{name} is yes or no.")
    return text in ("1", "yes", "true")


def check_site_address(text: str) -> str | None:
    """Scheme and host (and port), as they are put before a path; None for nothing."""
    address = text.strip().rstrip("/")
    if not address:
        return None
    wrong = WrongSetting("SITE_ADDRESS is an address such as https://thi.example.vn, without a path.")
    try:
        parts = urlsplit(address)
        is_usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        )
    except ValueError:
        raise wrong from None
    if (
        not is_usable
        or address != f"{parts.scheme}://{parts.netloc}"
        or not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc)
    ):
        raise wrong
    return address


def check_redis_url(text: str) -> str | None:
    """The address, or None for nothing. Whether somebody answers there is asked at the start."""
    address = text.strip()
    if not address:
        return None
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("redis", "rediss") and bool(parts.hostname) and parts.port != 0
        is_usable = is_usable and (parts.path.strip("/") or "0").isdecimal()
    except ValueError:
        is_usable = False
    if not (is_usable or (address.startswith("unix://") and len(address) > len("unix://"))):
        raise WrongSetting(
            "REDIS_URL is an address such as redis://127.0.0.1:6379/0; leave it out to do without Redis."
        )
    return address
