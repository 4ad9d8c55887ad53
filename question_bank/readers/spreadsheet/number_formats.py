"""Numbers as a spreadsheet shows them: 0.3 under the format ``0%`` is 30%, 45839 under a date format 01/07/2025.

Sources: ECMA-376 part 1, 18.8.30 and 18.8.31 (formats and the numbers of those built in), 18.17.4 (dates). A program
set to Vietnamese shows a decimal comma and full stops between thousands, whatever stands in the format.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from question_bank.readers.report import mark_message as N_

DATE_ISSUE = N_("the cell holds a date; it was read as “%(text)s”")
NUMBER_ISSUE = N_("the cell holds a number; it was read as “%(text)s”")

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "dd/mm/yyyy", 15: "d-mmm-yy", 16: "d-mmm",
    17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 37: "#,##0", 38: "#,##0",
    39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss",
}  # fmt: skip
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a date in a sheet has no zone
_EPOCH_OF_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_LAST_DAY = 2_958_465
"""31/12/9999."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_NUMBER = re.compile(r"(?P<whole>[#0,?]*[#0?])(?:\.(?P<decimals>[0#?]*))?(?P<thousands>,*)")


def show_number(stored: str, code: str, *, is_1904: bool = False) -> tuple[str, str]:
    """The text of a number under a format, and a message id when that text is not the plain number itself."""
    try:
        value = Decimal(format(float(stored), ".15g"))
    except (ValueError, InvalidOperation):
        return stored, ""
    if not value.is_finite():
        return stored, ""
    if is_date_format(code):
        shown = show_date(float(value), is_1904=is_1904)
        if shown:
            return shown, DATE_ISSUE
    plain = write_number(value)
    text = _show_formatted(value, _first_section(code)) or plain
    is_doubtful = text != plain or "," in text or abs(value) >= 10**15
    return text, NUMBER_ISSUE if is_doubtful and not _is_padded(code, text) else ""


def write_number(value: Decimal) -> str:
    """A number with a decimal comma and nothing else: 1000,5."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace(".", ",")


@lru_cache(maxsize=512)
def is_date_format(code: str) -> bool:
    """Whether a number under this format is a day or a time."""
    section = code.split(";", 1)[0]
    if re.search(r"\[(?:h+|m+|s+)\]", section, re.IGNORECASE):
        return True
    bare = _LITERAL.sub("", section).lower()
    return (
        "general" not in bare and not re.search("[0#?]", bare.replace("ss.0", "")) and bool(re.search("[ymdhs]", bare))
    )


def show_date(serial: float, *, is_1904: bool = False) -> str:
    """dd/mm/yyyy, with HH:MM after it when there is a time, or the time alone; empty for what is no date."""
    if not 0 <= serial < _LAST_DAY + 1:
        return ""
    moment = timedelta(minutes=round(serial * 24 * 60))
    # The sheet believes in a 29/02/1900: days before it are one less.
    start = _EPOCH_OF_1904 if is_1904 else _EPOCH + timedelta(days=1 if serial < 60 else 0)
    day = start + moment
    if serial < 1:
        return day.strftime("%H:%M")
    return day.strftime("%d/%m/%Y" if (day.hour, day.minute) == (0, 0) else "%d/%m/%Y %H:%M")


def _first_section(code: str) -> str:
    return code.split(";", 1)[0]


def _is_padded(code: str, text: str) -> bool:
    """Numbers that a format pads with noughts (007) are names, shown exactly as meant."""
    return bool(re.fullmatch("0{2,}", code)) and text.isdigit()


def _show_formatted(value: Decimal, section: str) -> str:
    """The number by the pattern of noughts and hashes in the format; empty when there is no such one pattern."""
    bare = _LITERAL.sub(lambda found: "\0" * len(found[0]), section)
    found = _NUMBER.search(bare)
    if found is None or "general" in section.lower() or "/" in bare or "e" in bare.lower():
        return ""
    rest = bare[: found.start()] + bare[found.end() :]
    if re.search("[0#?@]", rest) or found["thousands"]:
        return ""
    if "%" in rest:
        value *= 100
    decimals = found["decimals"] or ""
    rounded = value.quantize(Decimal(1).scaleb(-len(decimals)), rounding=ROUND_HALF_UP)
    whole, _, tail = format(abs(rounded), "f").partition(".")
    while len(tail) > decimals.rfind("0") + 1 and tail.endswith("0"):
        tail = tail[:-1]
    whole = whole.zfill(found["whole"].count("0"))
    if "," in found["whole"]:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ".", whole)
    sign = "-" if rounded < 0 else ""
    before, after = _read_literals(section[: found.start()]), _read_literals(section[found.end() :])
    return f"{sign}{before}{whole}{',' + tail if tail else ''}{after}".strip()


def _read_literals(text: str) -> str:
    pieces = re.findall(r'"([^"]*)"|\\(.)|(_.|\*.|\[[^\]]*\])|(.)', text)
    return "".join(quoted or escaped or plain for quoted, escaped, _, plain in pieces)
