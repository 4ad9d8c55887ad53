"""One-time codes: with one, a person who has no password yet chooses it. Made for slips and for forgotten passwords."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from quiz_app.domain.errors import Refusal

ALPHABET = "23456789ACDEFGHJKMNPQRTVWXY"
"""27 letters and digits of which no two look alike on paper: no 0 O, 1 I L, S (5), Z (2), B (8), U (V)."""
CODE_LENGTH = 12
"""57 bits: a quick keyed hash is enough to store it by, since nobody can try that many."""
GROUP_LENGTH = 4

_LOOK_ALIKES = str.maketrans({"S": "5", "Z": "2", "B": "8", "U": "V"})
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−_.]+")


class WrongActivationCode(Refusal):
    """The account has no such code, or it was used, replaced or has run out; which of these is not said."""

    status = 401


class ActivationCodeTyped(Refusal):
    """A right one-time code was typed where the password goes: the person now has to choose a password."""

    def __init__(self, login: str, typed: str) -> None:
        super().__init__()
        self.login = login
        self.typed = typed


def make_code(random_number: int) -> str:
    """The code of a random number below ``len(ALPHABET) ** CODE_LENGTH``, as it is hashed: letters and digits only."""
    if not 0 <= random_number < len(ALPHABET) ** CODE_LENGTH:
        raise ValueError("not a number of a code")
    letters = []
    for _ in range(CODE_LENGTH):
        random_number, place = divmod(random_number, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)


def format_code(code: str) -> str:
    """The code in groups that can be read aloud: ``K7MP-3XQD-H9TA``."""
    return "-".join(code[start : start + GROUP_LENGTH] for start in range(0, CODE_LENGTH, GROUP_LENGTH))


def normalise_code(text: str) -> str | None:
    """The code that someone typed, capitals or not, with dashes, spaces or neither; None for what cannot be one."""
    if len(text) > 100:
        return None
    code = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_LOOK_ALIKES)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def compute_expires_at(made_at: datetime, days: int) -> datetime:
    """When a code made now runs out."""
    return made_at + timedelta(days=days)


def is_code_live(expires_at: datetime, now: datetime) -> bool:
    """A code holds until the moment at which it runs out."""
    return now < expires_at
