"""Items that are nearly the same: the same words in stem and options, whatever the accents, the order of the options
and the signs between.

Two items are compared by the pairs of neighbouring words in their texts (shingles), by the share of these that both
have (Jaccard). Only items that share one of their rarest pairs are compared at all (prefix filtering: Chaudhuri,
Ganti and Kaushik, "A Primitive Operator for Similarity Joins", 2006), so that 10,000 items take seconds and not hours,
and none is missed.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from question_bank.formatted_text import fold_accents, list_pictures, to_plain
from question_bank.items import Item

ALIKE = 0.75
"""Share of pairs of words in stem and options from which two items are nearly the same."""
STEM_ALIKE = 0.9
REST_ALIKE = 0.45
"""The same question with other options: a stem alike from the one, the whole from the other."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class LikePair:
    """Two items by their places in the sequence that was searched, and how alike they are in percent."""

    first: int
    second: int
    percent: int


@dataclass(frozen=True, slots=True)
class ItemShingles:
    """What an item is compared by."""

    stem: frozenset[str]
    whole: frozenset[str]
    pictures: frozenset[str]


def make_shingles(item: Item) -> ItemShingles:
    """The pairs of words of an item; options and rows each for themselves, so that their order does not matter."""
    stem = _pair_words(str(item.stem), "")
    # With the pair of its first and last word an option of one word has something to be compared by.
    others = (*(option.text for option in item.options), *item.rows)
    whole = stem.union(*(_pair_words(text, "|") for text in others))
    return ItemShingles(stem, whole, frozenset(list_pictures(*item.list_texts())))


def find_like_pairs(items: Sequence[Item]) -> tuple[LikePair, ...]:
    """All pairs of items that are nearly the same, the most alike first."""
    shingles = [make_shingles(item) for item in items]
    candidates = _join([each.whole for each in shingles], ALIKE) | _join([each.stem for each in shingles], STEM_ALIKE)
    return _judge(shingles, shingles, candidates)


def find_like_between(items: Sequence[Item], known: Sequence[Item]) -> tuple[LikePair, ...]:
    """Pairs of a new item (first) and a known one (second) that are nearly the same, the most alike first."""
    shingles, others = [make_shingles(item) for item in items], [make_shingles(item) for item in known]
    both = [*shingles, *others]
    count = len(shingles)
    # Known items are not compared with each other: they are found only from the new ones.
    candidates = _join([each.whole for each in both], ALIKE, count) | _join(
        [each.stem for each in both], STEM_ALIKE, count
    )
    return _judge(shingles, others, {(low, high - count) for low, high in candidates if low < count <= high})


def _judge(
    firsts: Sequence[ItemShingles], seconds: Sequence[ItemShingles], candidates: Iterable[tuple[int, int]]
) -> tuple[LikePair, ...]:
    found = []
    for first, second in candidates:
        one, other = firsts[first], seconds[second]
        if one.pictures != other.pictures:
            # The same words about another picture are another question.
            continue
        whole = _share(one.whole, other.whole)
        if whole >= ALIKE or (whole >= REST_ALIKE and _share(one.stem, other.stem) >= STEM_ALIKE):
            found.append(LikePair(first, second, int(100 * whole)))
    return tuple(sorted(found, key=lambda pair: (-pair.percent, pair.first, pair.second)))


def _join(sets: Sequence[frozenset[str]], least: float, new_count: int | None = None) -> set[tuple[int, int]]:
    """The pairs of places whose sets may share so much; with ``new_count``, one of the two is below it."""
    frequency = Counter(shingle for each in sets for shingle in each)
    ranks = {shingle: rank for rank, shingle in enumerate(sorted(frequency, key=frequency.__getitem__))}
    by_rank: Mapping[int, list[int]] = defaultdict(list)
    pairs: set[tuple[int, int]] = set()
    for place in range(len(sets)):
        each = sets[place]
        ordered = sorted([ranks[shingle] for shingle in each])
        # Two sets that share the part t share one of the first n - ceil(t n) + 1 members in any common order.
        for rank in ordered[: len(each) - math.ceil(least * len(each)) + 1]:
            for other in by_rank[rank]:
                size = len(sets[other])
                if least * size <= len(each) and least * len(each) <= size:
                    pairs.add((other, place))
            if new_count is None or place < new_count:
                by_rank[rank].append(place)
    return pairs


def _pair_words(text: str, mark: str) -> frozenset[str]:
    words = [_fold_word(word) for word in _WORD.findall(to_plain(text))]
    pairs = {f"{mark}{one} {two}" for one, two in zip(words, words[1:], strict=False)}
    if words:
        pairs.add(f"{mark}^{words[0]}")
        pairs.add(f"{mark}{words[-1]}$")
    return frozenset(pairs | {f"{mark}{digest}" for digest in list_pictures(text)})


@lru_cache(maxsize=50_000)
def _fold_word(word: str) -> str:
    """Few words make up a bank, and folding is what takes the time."""
    return fold_accents(word)


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    if not one and not other:
        return 1.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)
