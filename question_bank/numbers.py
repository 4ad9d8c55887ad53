"""Numbers as people in Vietnam write them."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
LONGEST_NUMBER = 40
"""Characters."""


def parse_number(text: str) -> Decimal | None:
    """The number in a text, or None for a text that is none.

    The comma is the decimal sign and the full stop groups thousands: 1.000,5. What cannot be meant so is read the
    other way: with both signs the last one is decimal (1,000.5), and a single full stop that is not followed by exactly
    three digits is decimal (3.14). 1.500 is fifteen hundred.
    """
    compact = re.sub(r"\s", "", text).replace("\u2212", "-")
    if len(compact) > LONGEST_NUMBER or not compact.isascii() or not _DIGITS.fullmatch(compact):
        return None
    sign, body = ("-", compact[1:]) if compact[0] == "-" else ("", compact.lstrip("+"))
    whole, decimals = _split(body)
    if whole is None:
        return None
    return Decimal(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}")


def _split(body: str) -> tuple[str | None, str]:
    last = max(body.rfind("."), body.rfind(","))
    if last < 0:
        return body, ""
    sign = body[last]
    other = "," if sign == "." else "."
    head, tail = body[:last], body[last + 1 :]
    if other in head:
        return (None, "") if sign in head else (_ungroup(head, other), tail)
    if sign in head or (sign == "." and len(tail) == 3 and len(head) <= 3 and head.lstrip("0")):
        return _ungroup(body, sign), ""
    return head, tail


def _ungroup(text: str, sign: str) -> str | None:
    first, *groups = text.split(sign)
    if len(first) > 3 or any(len(group) != 3 for group in groups):
        return None
    return first + "".join(groups)
