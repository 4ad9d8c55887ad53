"""Which options a cell names: by letter, by number, or by their own text, one or several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from question_bank.formatted_text import fold_text
from question_bank.readers.report import mark_message as N_

NOT_AN_OPTION = N_("the key “%(text)s” is not one of the options")
AMBIGUOUS = N_("the key “%(text)s” is the number of one option and the text of another; write its letter")
LETTER_AND_TEXT = N_("the key “%(text)s” was taken as a letter, though an option has this text")
RUN_TOGETHER = N_("the key “%(text)s” was read as several options")
DECIMAL = N_("the key is the number %(text)s; it was read as two options")
CONTRADICTION = N_("the key “%(text)s” names an option by its letter but has another text")

_LOOK_ALIKE = str.maketrans("АВСЕНаеΑΒΕΗ", "ABCEHaeABEH")  # noqa: RUF001 - letters of other alphabets, on purpose
_SEPARATOR = re.compile(r"\s*(?:[,;/&+|\n]|\s-\s|(?<=\w)-(?=\w)|\bvà\b|\band\b|\bva\b)\s*|\s+")
_WORD = re.compile(
    r"\b(?:đáp án|phương án|lựa chọn|câu|ý|option|answer|đúng là|là|dap an|phuong an)\b\s*:?", re.IGNORECASE
)
_LABELLED = re.compile(r"([a-l])\s*[.):]\s*(\S.*)", re.IGNORECASE | re.DOTALL)
_LONGEST_LIST = 80


@dataclass(frozen=True, slots=True)
class Choice:
    """Positions of options, and a message id: with positions it is a warning, without any the reason why."""

    positions: tuple[int, ...] = ()
    message: str = ""


def find_choice(text: str, texts: Sequence[str], places: Mapping[int, int], *, is_decimal: bool = False) -> Choice:
    """The options that a cell means, in the order in which it names them.

    ``texts`` are the options in plain text, ``places`` the position of the option in each column (the first, A, is 0);
    ``is_decimal``: the cell was a number with a fraction, which is what a spreadsheet makes of "1,3".
    """
    plain = unicodedata.normalize("NFKC", text).translate(_LOOK_ALIKE).strip(" .;,:()[]\n\t*")
    folded = [fold_text(option) for option in texts]
    labels = _list_labels(plain) if len(plain) <= _LONGEST_LIST else None
    own = _find_by_text(text, folded)
    if labels is not None:
        positions = tuple(dict.fromkeys(places[label] for label in labels if label in places))
        is_complete = all(label in places for label in labels)
        if own and (not is_complete or own != positions):
            if plain[:1].isdecimal() and is_complete:
                return Choice((), AMBIGUOUS)
            return Choice(positions, LETTER_AND_TEXT) if is_complete else Choice(own)
        if is_complete:
            message = DECIMAL if is_decimal else RUN_TOGETHER if len(labels) > 1 and plain.isalnum() else ""
            return Choice(positions, message)
        return Choice((), NOT_AN_OPTION)
    if own:
        return Choice(own)
    return _find_by_label_and_text(plain, folded, places) or _find_several_texts(text, folded)


@lru_cache(maxsize=1024)
def _list_labels(text: str) -> tuple[int, ...] | None:
    """The columns that a text of nothing but letters or numbers names."""
    words = [word.strip(".):(") for word in _SEPARATOR.split(_WORD.sub(" ", text)) if word.strip(".):( ")]
    if not words:
        return None
    if all(word.isdecimal() and word.isascii() and len(word) <= 2 for word in words):
        return tuple(int(word) - 1 for word in words)
    lowered = [word.lower() for word in words]
    if all(len(word) == 1 and "a" <= word <= "l" for word in lowered):
        return tuple(ord(word) - ord("a") for word in lowered)
    only = lowered[0]
    is_run = len(lowered) == 1 and 2 <= len(only) <= 8 and words[0].isupper() and sorted(set(only)) == list(only)
    if is_run and all("a" <= letter <= "h" for letter in only):
        return tuple(ord(letter) - ord("a") for letter in only)
    return None


def _find_by_text(text: str, folded: Sequence[str]) -> tuple[int, ...]:
    wanted = fold_text(text)
    found = tuple(position for position, option in enumerate(folded) if wanted and option == wanted)
    return found if len(found) == 1 else ()


def _find_by_label_and_text(text: str, folded: Sequence[str], places: Mapping[int, int]) -> Choice | None:
    """ "B. Hà Nội": the letter and the text of one option."""
    found = _LABELLED.fullmatch(text)
    if found is None:
        return None
    position = places.get(ord(found[1].lower()) - ord("a"))
    by_text = _find_by_text(found[2], folded)
    if position is None and not by_text:
        return None
    return Choice((position,)) if position is not None and by_text == (position,) else Choice((), CONTRADICTION)


def _find_several_texts(text: str, folded: Sequence[str]) -> Choice:
    for sign in ("\n", ";", "|", ","):
        pieces = [piece for piece in text.split(sign) if piece.strip()]
        if 1 < len(pieces) <= len(folded):
            found = [_find_by_text(piece.strip(" ."), folded) for piece in pieces]
            if all(found):
                return Choice(tuple(dict.fromkeys(position for positions in found for position in positions)))
    return Choice((), NOT_AN_OPTION)
