"""GIFT's signs: escapes, formats, weights, feedback, and what comments say."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from question_bank.readers.moodle.raw import RawAnswer, RawText, TextFormat
from question_bank.readers.moodle.tags import read_note

# While a question is taken apart, an escaped sign stands as a character for private use: the file itself has none, for
# decoding removed them.
_SIGNS = "~=#{}:n\\"
_HIDDEN = {sign: chr(0xE000 + number) for number, sign in enumerate(_SIGNS)}
_SHOWN = {hidden: "\n" if sign == "n" else sign for sign, hidden in _HIDDEN.items()}
_ANY_HIDDEN = re.compile(f"[{''.join(_SHOWN)}]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,10})?)%")
_NOTE = re.compile(r"\s*item\.([a-z]+) = (.+)", re.DOTALL)
_OPENINGS = ("[id:", "[tag:")


def hide_escapes(text: str) -> str:
    """The text with its escaped signs out of the way."""
    # The escaped backslash first: what follows it is not escaped.
    if "\\" not in text:
        return text
    for sign in reversed(_SIGNS):
        text = text.replace("\\" + sign, _HIDDEN[sign])
    return text


def show_escapes(text: str) -> str:
    """The text as it was meant."""
    return _ANY_HIDDEN.sub(lambda found: _SHOWN[found[0]], text)


def make_text(text: str, default: TextFormat) -> RawText:
    """A text with its format in front: ``[html]…``; without it the default holds."""
    text = text.strip()
    if not text:
        return RawText(format=default)
    found = _FORMAT.match(text)
    chosen = TextFormat(found[1]) if found else default
    text = text[found.end() :] if found else text
    if chosen in (TextFormat.AUTO, TextFormat.PLAIN) and "\n" in text:
        # The lines of an answer are indented for the eye only.
        text = "\n".join(line.strip() for line in text.split("\n"))
    return RawText(show_escapes(text).strip(), chosen)


def make_answer(text: str, percent: Decimal, default: TextFormat) -> RawAnswer:
    """An answer with its weight in front, if it has one, and its feedback behind: ``%50%text#feedback``."""
    text = text.strip()
    found = _WEIGHT.match(text)
    if found:
        percent, text = Decimal(found[1]), text[found.end() :]
    text, _, feedback = text.partition("#")
    return RawAnswer(make_text(text, default), percent, make_text(feedback, default))


def read_comments(comments: Iterable[str]) -> tuple[str, tuple[str, ...], dict[str, Any]]:
    """The id, the tags and our own notes in the comments of a question."""
    code, tags, notes = "", [], {}
    for comment in comments:
        found = _NOTE.fullmatch(comment)
        if found:
            value = read_note(found[1], found[2])
            if value is not None:
                notes[found[1]] = value
                continue
        for opening in _OPENINGS:
            for text in _list_bracketed(comment, opening):
                if opening == "[tag:":
                    tags.append(text)
                else:
                    code = code or text
    return code, tuple(tags), notes


def _list_bracketed(comment: str, opening: str) -> list[str]:
    """What stands between the opening and the next bracket that is not escaped."""
    found = []
    start = comment.find(opening)
    while start >= 0:
        end = comment.find("]", start)
        while end > 0 and comment[end - 1] == "\\":
            end = comment.find("]", end + 1)
        if end < 0:
            break
        found.append(comment[start + len(opening) : end].replace("\\]", "]").strip())
        start = comment.find(opening, end)
    return found
