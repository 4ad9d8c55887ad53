"""Certificates: their codes, who has earned one, and how much of one a stranger with the code may see."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

from quiz_app.domain.errors import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that nothing read off paper is mistaken for something else."""
CODE_LENGTH = 20
CODE_BITS = 5 * CODE_LENGTH
"""100 bits: at 30 guesses per quarter of an hour and address, nobody ever meets one of a million certificates."""
GROUP_LENGTH = 4

LOOKUP_WINDOW = timedelta(minutes=15)
LOOKUP_LIMIT = 30
"""Codes that nobody was given, per address and window. Right codes are not counted: an office checks many papers."""

_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SEPARATORS = re.compile(r"[\s\-‐‑‒–—−_.]+")


class CertificateNotEarned(Refusal):
    """The best result of the person in this round is below the cut score, no longer counts, or there is none."""

    def __init__(self, cut_score_hundredths: int) -> None:
        super().__init__(cut_score_hundredths)
        self.cut_score_hundredths = cut_score_hundredths


class TooManyLookups(Refusal):
    """Too many unknown codes came from this address; it may ask again after a while."""

    status = 429


def make_code(random_bits: int) -> str:
    """The code of ``CODE_BITS`` random bits, as it is stored: letters and digits only."""
    if not 0 <= random_bits < 2**CODE_BITS:
        raise ValueError("not a number of CODE_BITS bits")
    return "".join(ALPHABET[random_bits >> 5 * place & 31] for place in reversed(range(CODE_LENGTH)))


def format_code(code: str) -> str:
    """The stored code in groups that can be read aloud: ``7K3Q-M9F2-…``."""
    return "-".join(code[start : start + GROUP_LENGTH] for start in range(0, CODE_LENGTH, GROUP_LENGTH))


def normalise_code(text: str) -> str | None:
    """The stored form of a code that someone typed; None for what cannot be one."""
    code = normalise_typed(text)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def normalise_typed(text: str) -> str:
    """Letters and digits of a code that someone typed: capitals or not, with spaces, dashes or neither, and O for 0 or
    I and L for 1, it is the same code.
    """
    # Nothing that long is a code; a text from an address is not worked through further.
    if len(text) > 200:
        return ""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper().translate(_LOOK_ALIKES)


def mask_name(name: str) -> str:
    """The family name and initials, ``Nguyễn T. H.``: who holds the paper can compare, who guesses learns little."""
    family, *given = unicodedata.normalize("NFC", name).split() or [""]
    if not given:
        return f"{family[:1].upper()}."
    return " ".join([family, *(f"{word[:1].upper()}." for word in given)])


def compute_dated_at(issued_at: datetime, achieved_at: datetime) -> datetime:
    """What the certificate is dated: the first issue, or the best result where that came later.

    So the same result gives the same paper at every download, and no paper is older than what it states.
    """
    return max(issued_at, achieved_at)
