"""Comparing texts, finding near-identical items, and how much of a bank one person sees."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from question_bank.assembly import ItemPool, PoolItem, assemble_paper
from question_bank.blueprint import BlueprintCell, ExamBlueprint
from question_bank.differences import Piece, PieceKind, compare_texts
from question_bank.duplicates import ALIKE, find_like_pairs, find_likes, make_shingles
from question_bank.exposure import expect_seen, expect_seen_of_cell
from question_bank.formatted_text import FormattedText, from_plain
from question_bank.items import Item, ItemKind, Level, Option
from question_bank.keys import ChoiceKey

WORDS = re.findall(
    r"\w+", "cải cách hành chính công chức viên chức đơn vị thủ tục hồ sơ cơ quan quyết định nghị quyết năm"
)


def make_item(stem: str, *options: str) -> Item:
    texts = options or ("Bộ Nội vụ", "Bộ Tài chính")
    return Item(
        "", ItemKind.SINGLE_CHOICE, "t", Level.APPLY, from_plain(stem),
        tuple(Option(from_plain(text)) for text in texts), ChoiceKey(frozenset({0})),
    )  # fmt: skip


def test_a_changed_word_is_the_only_difference() -> None:
    assert compare_texts("giảm 10% biên chế", "giảm 15% biên chế") == (
        Piece(PieceKind.SAME, "giảm "),
        Piece(PieceKind.REMOVED, "10"),
        Piece(PieceKind.ADDED, "15"),
        Piece(PieceKind.SAME, "% biên chế"),
    )


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = compare_texts(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind is not PieceKind.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.kind is not PieceKind.REMOVED) == after


def test_a_very_long_text_is_compared_whole_and_at_once() -> None:
    assert len(compare_texts("a b " * 5000, "a c " * 5000)) == 2


def test_the_same_words_are_found_whatever_accents_order_and_signs() -> None:
    one = make_item("Cơ quan nào chủ trì cải cách hành chính?", "Bộ Nội vụ", "Bộ Tài chính", "Bộ Y tế")
    other = make_item("CO QUAN NAO chu tri cai cach hanh chinh", "Bộ Y tế.", "Bộ Nội vụ", "Bộ Tài chính")
    far = make_item("Thời hạn giải quyết hồ sơ là bao nhiêu ngày?", "Năm", "Bảy", "Mười")
    (pair,) = find_like_pairs([one, far, other])
    assert (pair.first, pair.second, pair.percent) == (0, 2, 100)
    assert [(each.first, each.second) for each in find_likes([other], [far, one])[1]] == [(0, 1)]


def test_the_same_question_with_other_options_is_found() -> None:
    stem = "Theo Nghị quyết số 76/NQ-CP, cơ quan nào chủ trì cải cách tổ chức bộ máy hành chính nhà nước?"
    assert find_like_pairs([make_item(stem, "Bộ Nội vụ", "Bộ Y tế"), make_item(stem, "Bộ Tài chính", "Bộ Tư pháp")])


def test_pictures_tell_items_apart() -> None:
    def draw(letter: str) -> Item:
        stem = FormattedText(f'Hình nào<img src="picture:{letter * 64}" alt="">')
        return replace(make_item("x", "A", "B"), stem=stem)

    assert not find_like_pairs([draw("a"), draw("b")])


def test_no_pair_is_missed_that_comparing_all_with_all_finds() -> None:
    generator = random.Random(5)
    base = [" ".join(generator.choices(WORDS, k=14)) for _ in range(40)]
    items = []
    for _ in range(160):
        words = generator.choice(base).split()
        for _ in range(generator.randint(0, 2)):
            words[generator.randrange(len(words))] = generator.choice(WORDS)
        items.append(make_item(" ".join(words), *generator.sample(["một", "hai", "ba", "bốn", "năm"], 4)))
    shingles = [make_shingles(item).whole for item in items]
    expected = {
        (low, high)
        for high in range(len(items))
        for low in range(high)
        if len(shingles[low] & shingles[high]) >= ALIKE * len(shingles[low] | shingles[high])
    }
    assert len(expected) > 10
    assert expected <= {(pair.first, pair.second) for pair in find_like_pairs(items)}
    half = items[:80], items[80:]
    across = {(low, high - 80) for low, high in expected if low < 80 <= high}
    assert across <= {(pair.first, pair.second) for pair in find_likes(*half)[1]}


def make_options_item(*words: str) -> Item:
    """An item of the stem "x" (two pairs of words) and options of one word (two pairs each)."""
    return make_item("x", *words)


@pytest.mark.parametrize("known_first", [True, False])
@pytest.mark.parametrize("extra", range(1, 8))
def test_two_that_share_no_more_than_they_must_are_found(extra: int, *, known_first: bool) -> None:
    """At the very bound: what one of them has alone is rarest and fills its list of rare pairs but for the last place.
    One place fewer, and the two would never be compared.
    """
    common = [f"c{number}" for number in range(3 * extra - 1)]
    one, other = make_options_item(*common), make_options_item(*common, *(f"r{number}" for number in range(extra)))
    # Every pair that both have is in two more items, so that those which only one has are rarer.
    crowd = [make_item("x", common[place], f"z{place}", f"y{place}") for place in range(len(common))]
    shared, all_ = (
        make_shingles(one).whole & make_shingles(other).whole,
        make_shingles(one).whole | make_shingles(other).whole,
    )
    assert len(shared) == ALIKE * len(all_)
    items = [one, other, *crowd] if known_first else [other, one, *crowd]
    assert (0, 1, 75) in {(pair.first, pair.second, pair.percent) for pair in find_like_pairs(items)}
    assert (0, 0, 75) in {(pair.first, pair.second, pair.percent) for pair in find_likes([one], [other, *crowd])[1]}
    assert (0, 0, 75) in {(pair.first, pair.second, pair.percent) for pair in find_likes([other], [one, *crowd])[1]}


def test_ten_thousand_of_one_kind_end_in_time() -> None:
    """A file of one question again and again, and one whose questions all have the same stem."""
    same = [make_item("Chọn câu đúng", "Bộ Nội vụ", "Bộ Y tế")] * 3000
    assert {(pair.first, pair.second) for pair in find_like_pairs(same)} >= {(0, place) for place in range(1, 10)}
    stems = [make_item("Chọn câu đúng trong các câu sau", f"a{n} b{n} c{n}", f"d{n} e{n} f{n}") for n in range(3000)]
    assert find_like_pairs(stems) == ()
    assert [pair.percent for pair in find_likes(stems[2999:], stems)[1]][:1] == [100]


CELLS = (
    BlueprintCell("a", Level.APPLY, 2),
    BlueprintCell("a", None, 3),
    BlueprintCell("b", Level.RECOGNISE, 1),
    BlueprintCell(None, None, 2),
)
STOCK = {("a", Level.APPLY): 7, ("a", Level.RECOGNISE): 9, ("b", Level.RECOGNISE): 5, ("c", Level.APPLY): 6}


def test_one_cell_follows_the_formula() -> None:
    blueprint = ExamBlueprint((BlueprintCell(None, None, 10),))
    stock = {("a", Level.APPLY): 60, ("b", Level.APPLY): 40}
    for attempts in (1, 2, 5):
        assert expect_seen(blueprint, stock, attempts).seen == pytest.approx(100 * (1 - 0.9**attempts))


@pytest.mark.parametrize("attempts", [1, 4])
def test_the_estimate_agrees_with_papers_that_were_drawn(attempts: int) -> None:
    blueprint = ExamBlueprint(CELLS)
    pool = ItemPool(
        PoolItem(100 * number + place, topic, level, 4)
        for number, ((topic, level), count) in enumerate(STOCK.items())
        for place in range(count)
    )
    seen: Counter[str] = Counter()
    rounds = 1500
    for turn in range(rounds):
        items = {
            slot.version_id
            for each in range(attempts)
            for slot in assemble_paper(pool, blueprint, seed=turn * 9 + each)
        }
        seen["all"] += len(items)
        seen["a"] += sum(item < 200 for item in items)
    assert expect_seen(blueprint, STOCK, attempts).seen == pytest.approx(seen["all"] / rounds, abs=0.12)
    cell = BlueprintCell("a", None, 3)
    assert expect_seen_of_cell(blueprint, STOCK, cell, attempts).seen == pytest.approx(seen["a"] / rounds, abs=0.12)


def test_nothing_is_divided_by_nothing() -> None:
    exposure = expect_seen(ExamBlueprint((BlueprintCell("x", None, 1),)), {}, 3)
    assert (exposure.total, exposure.seen, exposure.share) == (0, 0, 0.0)
