"""The receipt of an attempt: a code to quote, how many answers were received, and a digest that proves which."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from quiz_app.domain.attempts import Attempt
from quiz_app.domain.certificates import ALPHABET, normalise_typed

_CODE_LENGTH = 13
"""Of 5 bits each: as many as the 63 bits of an id need."""
_GROUPS = ((0, 4), (4, 8), (8, 13))
SHORT_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a person can note down. The same attempt gives the same receipt at every look."""

    code: str
    answered_count: int
    digest: str
    """SHA-256 of ``write_canonical``, 64 hexadecimal digits."""

    @property
    def short_digest(self) -> str:
        """As much of the digest as is shown: 64 bits, in groups of four."""
        return " ".join(self.digest[start : start + 4] for start in range(0, SHORT_DIGEST_LENGTH, 4))


def make_receipt(attempt: Attempt) -> Receipt:
    """The receipt of what is saved of the attempt; for a finished one it never changes."""
    return Receipt(
        code=make_receipt_code(attempt.id),
        answered_count=attempt.answered_count,
        digest=hashlib.sha256(write_canonical(attempt).encode()).hexdigest(),
    )


def make_receipt_code(attempt_id: int) -> str:
    """The attempt's id, 63 bits, in Crockford's base 32: ``0ABC-DEFG-HJKMN``, to be read aloud or typed."""
    text = "".join(ALPHABET[attempt_id >> 5 * place & 31] for place in reversed(range(_CODE_LENGTH)))
    return "-".join(text[start:end] for start, end in _GROUPS)


def normalise_receipt_code(text: str) -> str | None:
    """The code that someone typed, in its groups; None for what cannot be one. As forgiving as for certificates."""
    code = normalise_typed(text)
    if len(code) != _CODE_LENGTH or not set(code) <= set(ALPHABET):
        return None
    return "-".join(code[start:end] for start, end in _GROUPS)


def write_canonical(attempt: Attempt) -> str:
    """What the digest is taken of: the attempt's id, then a line for each slot that has a saved response.

    ``slot choice sequence ms``, slots ascending and counted from 0, the choice as JSON in positions of the paper or
    ``-`` where it was cleared, the moment in ms after the start; at the end the prediction, if there is one.
    """
    lines = [f"attempt {attempt.id}"]
    for slot, response in sorted(attempt.responses.items()):
        choice = "-" if response.choice is None else json.dumps(response.choice, separators=(",", ":"))
        lines.append(f"{slot} {choice} {response.sequence} {response.saved_ms}")
    if attempt.prediction is not None:
        lines.append(f"prediction {attempt.prediction}")
    return "\n".join(lines) + "\n"
