"""Texts of an entry without the names of those who wrote it: what judges of a blind round read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from question_bank.formatted_text import strip_accents

GAP = "[…]"
_WORD = re.compile(r"\w+")
SHORTEST_REST = 2
"""Words of a school's name above which its first is left out too: "Trường THPT Trần Đề" is known by "THPT Trần Đề",
while "Giáo dục" of "Sở Giáo dục" is a word of every entry.
"""


class Blinder:
    """Takes names out of texts, in whatever case they stand, with accents or without.

    ``people`` and ``units`` are names as they are written. A name of one word ("An") would tear holes into every
    sentence and is taken out only where it stands with its accents and a capital. Of a person's name of three words
    or more the last two go too, where they stand as they are written ("cô Thị Hạnh").
    """

    def __init__(self, people: Iterable[str], units: Iterable[str] = ()) -> None:
        folded: set[tuple[str, ...]] = set()
        exact: set[tuple[str, ...]] = set()
        for name in people:
            words = _WORD.findall(unicodedata.normalize("NFC", name))
            if len(words) > 1:
                folded.add(tuple(_fold(word) for word in words))
            if len(words) > 2:
                exact.add(tuple(words[-2:]))
            if len(words) == 1:
                exact.add((words[0][:1].upper() + words[0][1:],))
        for name in units:
            words = [_fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", name))]
            if len(words) > 1 or (words and len(words[0]) > 3):
                folded.add(tuple(words))
            if len(words) > SHORTEST_REST and words[0] == "truong":
                folded.add(tuple(words[1:]))
        self._folded = _compile(folded)
        self._exact = _compile(exact)

    def hide(self, text: str) -> str:
        """The text in NFC with a gap for each name."""
        text = unicodedata.normalize("NFC", text)
        spans = [] if self._exact is None else [match.span() for match in self._exact.finditer(text)]
        if self._folded is not None:
            letters, places = _fold_with_places(text)
            for match in self._folded.finditer(letters):
                spans.append((places[match.start()], places[match.end() - 1] + 1))
        return _cut(text, spans) if spans else text


def _compile(names: set[tuple[str, ...]]) -> re.Pattern[str] | None:
    """The longest first, so that no part of a name is left over."""
    if not names:
        return None
    ordered = sorted(names, key=lambda words: (-sum(map(len, words)), words))
    between = r"[\W_]+"
    return re.compile(r"(?<!\w)(?:" + "|".join(between.join(map(re.escape, words)) for words in ordered) + r")(?!\w)")


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    return strip_accents(word).casefold()


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """The text without accents and case, and for each of its letters the place in the text it came from."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in _fold(letter):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    parts, end = [], 0
    for start, stop in sorted(spans):
        if start >= end:
            parts += [text[end:start], GAP]
        end = max(end, stop)
    return "".join([*parts, text[end:]])
