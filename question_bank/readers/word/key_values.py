"""What is written as a key: letters, pairs, marks of statements, and lists of "1-A 2-B" for many questions."""

from __future__ import annotations

import re

from question_bank.formatted_text import fold_text
from question_bank.readers.legacy_fonts import straighten_quotes

_LETTERS = re.compile(
    r"[(\[\"']?\s*(?P<letters>[A-La-l](?:\s*(?:,|;|&|\+|/|-|\bvà\b|\s)\s*[A-La-l](?![\w]))+|[A-L]{1,8}|[a-l])[)\]\"']?"
    r"(?=$|[\s.,;:)\]-])(?P<rest>.*)",
    re.DOTALL,
)
_PAIR = re.compile(r"(?<![\w])\(?(\d{1,2})\)?\s*(?:[-.:=)>]|->|=>|→)*\s*\(?([A-La-l])(?!\w)\)?")
_STATEMENT = re.compile(r"(?<!\w)([a-h])\s*[-.:=)]*\s*(đúng|sai|đ|s|true|false|t|f)(?!\w)")
_KEY_WORD = r"[A-L](?:\s*[,;&]\s*[A-L]|[A-L])*|[a-l](?:\s*[,;&]\s*[a-l])*|Đ|S|Đúng|Sai|ĐÚNG|SAI"
_ENTRY = re.compile(rf"(?:câu\s*)?(?P<number>\d{{1,4}})\s*[-.:)=/]*\s*(?P<value>{_KEY_WORD})(?!\w)", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;|.]*")
_TRUE = frozenset({"đúng", "đ", "true", "t"})
_FALSE = frozenset({"sai", "s", "false", "f"})


def read_letters(value: str) -> tuple[str, ...] | None:
    """The labels of options in a key ("B", "A, C", "A và C", "AC", "b."), each once; None for what is none.

    What follows a single letter ("B. Chính phủ") is taken for the option's text.
    """
    found = _LETTERS.match(straighten_quotes(value).strip())
    if found is None:
        return None
    letters = re.findall("[A-La-l]", re.sub("và", " ", found["letters"]))
    unique = tuple(dict.fromkeys(letter.upper() for letter in letters))
    if not found["letters"][0].isupper() and found["rest"].strip(" .;)"):
        return None  # "a dua theo…" is a text that begins with a small letter.
    return unique if len(unique) == len(letters) else None


def read_truth(value: str) -> bool | None:
    """Whether a key says true or false; None if it says neither."""
    word = fold_text(value).strip(" .;:")
    return True if word in _TRUE else False if word in _FALSE else None


def read_pairs(value: str) -> dict[int, str] | None:
    """Pairs of a matching key ("1-B, 2-A"): the label for each row. None for what is not made of at least two pairs."""
    text = straighten_quotes(value)
    pairs = _PAIR.findall(text)
    rest = re.sub(r"[\s,;.|]|và", "", _PAIR.sub("", text))
    if len(pairs) < 2 or rest or len({number for number, _ in pairs}) < len(pairs):
        return None
    return {int(number): letter.upper() for number, letter in pairs}


def read_statements(value: str) -> dict[str, bool] | None:
    """Marks of the statements of one question ("a-Đ, b-S"): true or false for each label."""
    text = fold_text(straighten_quotes(value))
    marks = _STATEMENT.findall(text)
    if len(marks) < 2 or re.sub(r"[\s,;.|]", "", _STATEMENT.sub("", text)):
        return None
    return {letter.upper(): mark in _TRUE for letter, mark in marks}


def read_entries(text: str) -> list[tuple[int, str]] | None:
    """Keys of several questions in one line or cell ("1-A 2.B 3c", "Câu 4: D"); None if anything else is in it."""
    text = straighten_quotes(text).strip()
    entries, place = [], 0
    while place < len(text):
        found = _ENTRY.match(text, place)
        if found is None:
            return None
        entries.append((int(found["number"]), found["value"]))
        place = found.end()
        between = _BETWEEN.match(text, place)
        place = between.end() if between else place
    return entries or None
