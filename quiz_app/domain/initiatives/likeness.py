"""How alike two texts are: runs of five words that both have, whatever accents, case and signs between the words.

Vietnamese is written in syllables, so that five "words" are two or three words of meaning: short enough that a sentence
with one word exchanged still shares most of its runs, long enough that set phrases do not make everything alike.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from question_bank.formatted_text import fold_accents

RUN = 5
"""Words of a shingle."""
LEAST_SHARE = 1_500
"""Hundredths of a percent of the later text from which two entries are said to be alike: 15 %."""
LEAST_SHARE_OF_EARLIER = 3_000
"""The same of the earlier text: a short initiative of last year may stand whole in a long one of this year."""
LEAST_RUNS = 20
"""Shared runs without which nothing is said: a title and a set phrase may be the same by chance."""
MOST_PLACES = 12
"""Places of the other text at which a run is looked at: a phrase may stand in it a thousand times."""
LEAST_SHOWN = 8
"""Words of a passage below which it is shown only where there is no longer one."""
CONTEXT = 24
"""Words shown before and after a passage."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, folded, and where each begins and ends in it."""

    text: str
    folded: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece that stands in both texts: the first of its words in each, and how many."""

    first: int
    other_first: int
    length: int


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage as it is shown: what stands before it, itself, what stands after it."""

    before: str
    shared: str
    after: str


def split_words(text: str) -> Words:
    """The words of a text."""
    matches = list(_WORD.finditer(text))
    return Words(text, tuple(_fold(match[0]) for match in matches), tuple(match.span() for match in matches))


def make_runs(folded: Sequence[str]) -> frozenset[str]:
    """All runs of five words; a text of fewer has one of what there is."""
    if len(folded) < RUN:
        return frozenset({" ".join(folded)} if folded else ())
    return frozenset(" ".join(folded[place : place + RUN]) for place in range(len(folded) - RUN + 1))


def find_share(later: frozenset[str], earlier: frozenset[str]) -> int | None:
    """The share of the later text's runs that stand in the earlier too, in hundredths of a percent; None where the two
    are not said to be alike.
    """
    common = len(later & earlier)
    if common < LEAST_RUNS:
        return None
    share, of_earlier = 10_000 * common // len(later), 10_000 * common // len(earlier)
    return share if share >= LEAST_SHARE or of_earlier >= LEAST_SHARE_OF_EARLIER else None


def find_passages(one: Words, other: Words) -> list[Passage]:
    """The pieces of at least five words that stand in both, as they follow each other in the first; at each place the
    longest, and no word of the first twice.
    """
    starts = _index_runs(other.folded)
    passages: list[Passage] = []
    place = 0
    while place <= len(one.folded) - RUN:
        found = starts.get(one.folded[place : place + RUN], ())
        best = max(((_measure(one.folded, place, other.folded, start), -start) for start in found), default=None)
        if best is None:
            place += 1
            continue
        passages.append(Passage(place, -best[1], best[0]))
        place += best[0]
    return passages


def choose_passages(passages: Sequence[Passage], most: int) -> list[Passage]:
    """The longest ones, in the order of the text; set phrases are left out beside longer passages."""
    long = [passage for passage in passages if passage.length >= LEAST_SHOWN] or passages
    longest = sorted(long, key=lambda passage: (-passage.length, passage.first))[:most]
    return sorted(longest, key=lambda passage: passage.first)


def cut_excerpt(words: Words, first: int, length: int, *, context: int = CONTEXT) -> Excerpt:
    """A passage with the words around it; with no ``context`` nothing but what is shared."""
    begin, end = words.places[first][0], words.places[first + length - 1][1]
    start = words.places[max(0, first - context)][0]
    stop = words.places[min(len(words.places), first + length + context) - 1][1]
    return Excerpt(words.text[start:begin], words.text[begin:end], words.text[end:stop])


def _index_runs(folded: tuple[str, ...]) -> Mapping[tuple[str, ...], list[int]]:
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(folded) - RUN + 1):
        known = starts[folded[place : place + RUN]]
        if len(known) < MOST_PLACES:
            known.append(place)
    return starts


def _measure(one: Sequence[str], place: int, other: Sequence[str], start: int) -> int:
    length = RUN
    while place + length < len(one) and start + length < len(other) and one[place + length] == other[start + length]:
        length += 1
    return length


@lru_cache(maxsize=50_000)
def _fold(word: str) -> str:
    return fold_accents(word)
