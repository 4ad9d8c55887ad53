"""Items that are nearly the same: the same words in stem and options, whatever the accents, the order of the options
and the signs between.

Two items are compared by the pairs of neighbouring words in their texts (shingles), by the share of these that both
have (Jaccard). Only items that share one of their rarest pairs are compared at all (prefix filtering: Chaudhuri,
Ganti and Kaushik, "A Primitive Operator for Similarity Joins", 2006), so that 10,000 items take seconds and not hours,
and none is missed; but for an item that shares what is rarest in it with hundreds of others, which is compared with
some of them only.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from question_bank.formatted_text import fold_accents, list_pictures, to_plain
from question_bank.items import Item

ALIKE = 0.75
"""Share of pairs of words in stem and options from which two items are nearly the same."""
STEM_ALIKE = 0.9
REST_ALIKE = 0.45
"""The same question with other options: a stem alike from the one, the whole from the other."""
MOST_COMPARED = {ALIKE: 400, STEM_ALIKE: 50}
"""Earlier items that one item is compared with at most, of those that share a rare pair of their texts or of their
stems: "Choose the right answer" may stand above ten thousand questions."""
MOST_ALIKE = 20
"""Earlier items that one item is said to be like."""

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
    return find_likes(items, ())[0]


def find_likes(items: Sequence[Item], known: Sequence[Item]) -> tuple[tuple[LikePair, ...], tuple[LikePair, ...]]:
    """The pairs among the items, and those of an item (first) and a known one (second), each the most alike first.

    Known items are not compared with each other.
    """
    count = len(items)
    numbers: dict[str, int] = {}
    both = [_number(make_shingles(item), numbers) for item in (*items, *known)]
    found = _join(both, [each.whole for each in both], ALIKE, count)
    found |= _join(both, [each.stem for each in both], STEM_ALIKE, count)
    ordered = sorted(found, key=lambda pair: (-pair.percent, pair.first, pair.second))
    within = tuple(pair for pair in ordered if pair.second < count)
    across = tuple(LikePair(pair.first, pair.second - count, pair.percent) for pair in ordered if pair.second >= count)
    return within, across


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The shingles of an item as numbers, which are compared in a third of the time."""

    stem: frozenset[int]
    whole: frozenset[int]
    pictures: frozenset[str]


def _number(shingles: ItemShingles, numbers: dict[str, int]) -> _Numbered:
    whole = {shingle: numbers.setdefault(shingle, len(numbers)) for shingle in shingles.whole}
    return _Numbered(
        frozenset([whole[shingle] for shingle in shingles.stem]), frozenset(whole.values()), shingles.pictures
    )


def _join(items: Sequence[_Numbered], sets: Sequence[frozenset[int]], least: float, new_count: int) -> set[LikePair]:
    """The pairs that are nearly the same among those whose sets may share so much; the lower one of a pair is below
    ``new_count``.
    """
    frequency = Counter(shingle for each in sets for shingle in each)
    ranks = {shingle: rank for rank, shingle in enumerate(sorted(frequency, key=frequency.__getitem__))}
    by_rank: Mapping[int, list[int]] = defaultdict(list)
    pairs: set[LikePair] = set()
    for place, each in enumerate(sets):
        ordered = sorted([ranks[shingle] for shingle in each])
        # Two sets that share the part t share one of the first n - ceil(t n) + 1 members in any common order.
        prefix = ordered[: len(each) - math.ceil(least * len(each)) + 1]
        alike = 0
        for other in _list_others(prefix, by_rank, sets, len(each), least):
            percent = _compare(items[other], items[place])
            if percent is not None:
                pairs.add(LikePair(other, place, percent))
                alike += 1
                if alike == MOST_ALIKE:
                    break
        if place < new_count:
            for rank in prefix:
                by_rank[rank].append(place)
    return pairs


def _list_others(
    prefix: Sequence[int], by_rank: Mapping[int, list[int]], sets: Sequence[frozenset[int]], size: int, least: float
) -> Iterator[int]:
    """The earlier sets of a fitting size that have one of these members, those with the rarest first."""
    most = MOST_COMPARED[least]
    seen: set[int] = set()
    for rank in prefix:
        for other in by_rank.get(rank, ()):
            if other in seen:
                continue
            seen.add(other)
            if len(seen) > most:
                return
            if least * len(sets[other]) <= size and least * size <= len(sets[other]):
                yield other


def _compare(one: _Numbered, other: _Numbered) -> int | None:
    """How alike two items are in percent; None if they are not nearly the same."""
    if one.pictures != other.pictures:
        # The same words about another picture are another question.
        return None
    whole = _share(one.whole, other.whole)
    if whole >= ALIKE or (whole >= REST_ALIKE and _share(one.stem, other.stem) >= STEM_ALIKE):
        return int(100 * whole)
    return None


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


def _share(one: frozenset[int], other: frozenset[int]) -> float:
    if not one and not other:
        return 1.0
    common = len(one & other)
    return common / (len(one) + len(other) - common)
