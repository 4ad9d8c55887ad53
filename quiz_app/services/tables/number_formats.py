"""How a sheet shows a number, as far as that changes what it says: leading zeros, groups of digits, percent."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

_BUILT_IN = {9: "0%", 10: "0.00%"}
"""Of the formats that every file knows by number, those that matter here (ECMA-376, 18.8.30)."""
_SKIPPED = re.compile(r"\[[^\]]*\]|[_*].")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_LONGEST = 60

Show = Callable[[float], str]


def find_display(format_id: int, code: str | None) -> Show | None:
    """How numbers of this format are written, or None where the plain number says the same."""
    code = (code if code is not None else _BUILT_IN.get(format_id, "")).partition(";")[0]
    if not code or len(code) > _LONGEST:
        return None
    bare = _SKIPPED.sub("", code)
    if "%" in _LITERAL.sub("", bare):
        return _show_percent
    pattern = _LITERAL.sub(lambda match: match[1] or match[2] or "", bare)
    if pattern.count("0") >= 2 and re.fullmatch(r"[0#?()\-/ ]+", pattern):
        return lambda number: _fill(pattern, number)
    return None


def _show_percent(number: float) -> str:
    return f"{(Decimal(format(number, '.15g')) * 100).normalize():f}%"


def _fill(pattern: str, number: float) -> str:
    """Digits put into the places of the pattern from the right; digits left over stand in front."""
    if not number.is_integer() or not 0 <= number < 1e15:
        return format(number, ".15g")
    digits = list(str(int(number)))
    shown: list[str] = []
    for place in reversed(pattern):
        if place not in "0#?":
            shown.append(place)
        elif digits:
            shown.append(digits.pop())
        elif place == "0":
            shown.append("0")
    return "".join(digits) + "".join(reversed(shown)).strip()
