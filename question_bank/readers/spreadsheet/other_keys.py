"""The key cells of items without a choice to make: pairs, accepted texts, accepted numbers.

Accepted answers stand one to a line or apart by ";" or "|"; a share goes before as in GIFT (``%50%Huế``), how far a
number may lie off after it (``3,14 ± 0,01``). A backslash takes the meaning from the sign after it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from question_bank.formatted_text import normalise_text
from question_bank.keys import AcceptedNumber, AcceptedText
from question_bank.numbers import LONGEST_NUMBER, parse_number

_PERCENT = re.compile(r"%\s*(\d{1,3})\s*%\s*")
_PIECE = re.compile(r"(?:\\.|\\$|[^\\\n;|])+", re.DOTALL)
_PAIR = re.compile(r"([1-9]|1[0-2]|[a-l])[-–—:.=→>\s]+([a-l]|[1-9]|1[0-2])", re.IGNORECASE)
_LONGEST_NUMBER_PIECE = 120
_LONGEST_PAIRS = 400
"""Characters: what is longer is no number and no list of pairs, and costs time to look at."""
_TOLERANCE = re.compile(r"\s*(?:±|\+/-|\+-|\(\s*±)\s*")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?E[+-]?\d{1,4}", re.IGNORECASE)


def split_answers(text: str) -> list[str]:
    """The answers in a cell, without the space around them, still with the backslashes."""
    return [found for found in (_strip(piece) for piece in _PIECE.findall(text)) if found]


def read_texts(text: str) -> tuple[AcceptedText, ...]:
    """The accepted texts of a short answer."""
    answers = []
    for piece in split_answers(normalise_text(text)):
        percent, rest = _take_percent(piece)
        answers.append(AcceptedText(_unescape(rest), percent))
    return tuple(answers)


def read_numbers(text: str, tolerance: Decimal) -> tuple[tuple[AcceptedNumber, ...], str]:
    """The accepted numbers, and the first piece that is none."""
    numbers = []
    for piece in split_answers(normalise_text(text)):
        if len(piece) > _LONGEST_NUMBER_PIECE:
            return (), piece
        percent, rest = _take_percent(piece)
        value, *bounds = _TOLERANCE.split(rest)
        number = parse_any_number(value)
        off = parse_any_number(bounds[0].rstrip(") ")) if bounds else tolerance
        if number is None or off is None or len(bounds) > 1:
            return (), piece
        numbers.append(AcceptedNumber(number, off, percent))
    return tuple(numbers), ""


def parse_any_number(text: str) -> Decimal | None:
    """A number in Vietnamese writing, or with an exponent."""
    compact = text.strip().replace("\u2212", "-")
    if len(compact) <= LONGEST_NUMBER and _SCIENTIFIC.fullmatch(compact):
        try:
            return Decimal(compact.replace(",", "."))
        except InvalidOperation:
            return None
    return parse_number(compact) if compact else None


def read_pairs(text: str, places: Mapping[int, int], row_places: Mapping[int, int]) -> tuple[int, ...] | None:
    """For each row the option that "1-C; 2-A" gives it, rows by number and options by letter; None when not all."""
    found: dict[int, int] = {}
    if len(text) > _LONGEST_PAIRS:
        return None
    pieces = [piece.strip(" .()[]") for piece in re.split(r"[;,\n|]", text) if piece.strip()]
    if len(pieces) == 1:
        pieces = re.findall(r"\d{1,2}\s*[-–—:.=]?\s*[A-Za-z]", text)
    if all(re.fullmatch("[A-La-l]", piece) for piece in pieces):
        pieces = [f"{number}-{piece}" for number, piece in enumerate(pieces, start=1)]
    for piece in pieces:
        pair = _PAIR.fullmatch(piece) or re.fullmatch(r"(\d{1,2})([A-La-l])", piece)
        if pair is None:
            return None
        row, option = row_places.get(_to_place(pair[1])), places.get(_to_place(pair[2]))
        if row is None or option is None or row in found:
            return None
        found[row] = option
    rows = range(len(row_places))
    return tuple(found[row] for row in rows) if sorted(found) == list(rows) else None


def _to_place(label: str) -> int:
    return int(label) - 1 if label.isdecimal() else ord(label.lower()) - ord("a")


def _take_percent(piece: str) -> tuple[int, str]:
    found = _PERCENT.match(piece)
    return (int(found[1]), piece[found.end() :]) if found else (100, piece)


def _strip(piece: str) -> str:
    """Space at the ends goes, unless a backslash stands before it."""
    piece = piece.lstrip()
    bare = piece.rstrip()
    slashes = len(bare) - len(bare.rstrip("\\"))
    return piece[: len(bare) + 1] if slashes % 2 else bare


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
