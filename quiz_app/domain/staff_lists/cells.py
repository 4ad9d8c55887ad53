"""The cells of a staff list: what a text, a number or a date in each column means, or why it means nothing.

Each reader takes the cell as text (numbers of a spreadsheet without their ``.0``) and gives the value as it is stored,
or raises WrongCell. An empty cell never reaches a reader.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.names import clean_name, fold_text
from quiz_app.domain.people import normalise_login

LONGEST_NAME = 120
LONGEST_LOGIN = 60
LONGEST_TITLE = 200
EARLIEST_YEAR = 1900

_YEAR = re.compile(r"(19|20)\d{2}")
_EMAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[^@\s,;<>\"()]+\.[^@\s,;<>\"().]{2,}")
_MOBILE_OR_FIXED = re.compile(r"0[2-9]\d{8,9}")
_FIRST_DIGIT_LOST = re.compile(r"[2-9]\d{8}")


class WrongCell(ValueError):
    """The cell cannot be used; ``message`` is an English message id, ``values`` fill it."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values: Mapping[str, Any] = values


def read_name(text: str) -> str:
    """A name as it is written. A sign before it ("=", "+", "-", "@") is text like any other: exports guard it."""
    name = clean_name(text)
    if len(name) > LONGEST_NAME:
        raise WrongCell(N_("a name has at most %(count)s letters"), count=LONGEST_NAME)
    if not any(letter.isalpha() for letter in name):
        raise WrongCell(N_("“%(text)s” is not a name"), text=name)
    return name


def read_login(text: str) -> str:
    """An account code: no space within, leading zeros kept, one spelling for each."""
    login = normalise_login(clean_name(text))
    if len(login) > LONGEST_LOGIN:
        raise WrongCell(N_("an account code has at most %(count)s letters"), count=LONGEST_LOGIN)
    if " " in login or not any(letter.isalnum() for letter in login):
        raise WrongCell(N_("“%(text)s” is not an account code: letters and digits, no spaces"), text=login)
    return login


def read_job_title(text: str) -> str:
    """A job title as it is written."""
    title = clean_name(text)
    if len(title) > LONGEST_TITLE:
        raise WrongCell(N_("a job title has at most %(count)s letters"), count=LONGEST_TITLE)
    return title


def read_birth(text: str, found: date | None, *, today: date) -> str:
    """A date of birth as ``1985-02-28``, or ``1985`` where only the year is known.

    ``found`` is the day that the reader of the table has seen in the cell, if any.
    """
    if _YEAR.fullmatch(text):
        found, born = date(int(text), 1, 1), text
    elif found is not None:
        born = found.isoformat()
    else:
        raise WrongCell(N_("“%(text)s” is not a date"), text=clean_name(text)[:40])
    if found.year < EARLIEST_YEAR or found > today:
        raise WrongCell(N_("“%(text)s” is not a date of birth"), text=clean_name(text)[:40])
    return born


def read_phone(text: str) -> str:
    """A Vietnamese number as ten or eleven digits from 0 on; +84 and 84 are the same 0.

    A spreadsheet that took it for a number has lost the 0 before it, which is put back.
    """
    digits = re.sub(r"[\s.\-()‐‑–—/]", "", unicodedata.normalize("NFKC", text))
    digits = re.sub(r"^(\+|00)84", "0", digits)
    digits = re.sub(r"^00", "0", digits)
    if re.fullmatch(r"84\d{9}", digits):
        digits = "0" + digits[2:]
    if _FIRST_DIGIT_LOST.fullmatch(digits):
        digits = "0" + digits
    if not _MOBILE_OR_FIXED.fullmatch(digits):
        raise WrongCell(N_("this is not a telephone number of ten digits"))
    return digits


def read_email(text: str) -> str:
    """An e-mail address, in small letters."""
    address = clean_name(text).casefold()
    if len(address) > 200 or not _EMAIL.fullmatch(address):
        raise WrongCell(N_("“%(text)s” is not an e-mail address"), text=address[:60])
    return address


def read_citizen_number(text: str) -> str:
    """A citizen's number: 12 digits (căn cước), or 9 of the older card. The message never repeats the number.

    Eleven digits are twelve whose 0 a spreadsheet has dropped (provinces 001 to 096), and eight are nine.
    """
    digits = re.sub(r"[\s.\-']", "", unicodedata.normalize("NFKC", text))
    if not digits.isdecimal() or not digits.isascii():
        raise WrongCell(N_("a citizen's number has 12 digits (or 9 on the older card)"))
    if len(digits) in (8, 11):
        digits = "0" + digits
    if len(digits) == 10:
        # 001…009: two noughts lost. No older card has ten digits.
        digits = "00" + digits
    if len(digits) not in (9, 12) or len(set(digits)) == 1:
        raise WrongCell(N_("a citizen's number has 12 digits (or 9 on the older card)"))
    return digits


_LEFT = {
    "da nghi", "nghi huu", "da nghi huu", "huu tri", "nghi viec", "da nghi viec", "thoi viec", "da thoi viec",
    "nghi che do", "chuyen cong tac", "da chuyen cong tac", "chuyen di", "chuyen den co quan khac", "mat", "tu tran",
    "da mat", "khong con cong tac", "left", "retired", "inactive", "resigned", "gone",
}  # fmt: skip
# Who is away for a while is still staff; "nghỉ" alone may mean either and is asked about.
_HERE = {
    "dang lam viec", "dang cong tac", "lam viec", "cong tac", "con cong tac", "dang lam", "dang hoat dong",
    "hoat dong", "nghi thai san", "thai san", "di hoc", "active", "working", "employed", "here",
}  # fmt: skip


def read_has_left(text: str) -> bool:
    """Whether the state of a person means that they no longer work there."""
    word = fold_text(text)
    if word in _LEFT:
        return True
    if word in _HERE:
        return False
    raise WrongCell(
        N_("“%(text)s” is not a state: write “đang công tác”, or for those who have left “đã nghỉ”"), text=text[:40]
    )
