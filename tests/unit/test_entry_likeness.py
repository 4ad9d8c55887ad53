"""When two texts are alike: shares, passages, signatures."""

from __future__ import annotations

import random

import pytest

from quiz_app.domain.initiatives.likeness import (
    LEAST_RUNS,
    Passage,
    choose_passages,
    cut_excerpt,
    find_passages,
    find_share,
    make_runs,
    split_words,
)
from quiz_app.services.initiatives.signatures import find_likely, make_signature

SYLLABLES = [f"{first}{last}" for first in "bcdghklmnpqrstvx" for last in ("a", "i", "o", "ung", "anh", "ien", "oc")]


def make_text(seed: int, count: int) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(SYLLABLES) for _ in range(count))


def measure(later: str, earlier: str) -> int | None:
    return find_share(make_runs(split_words(later).folded), make_runs(split_words(earlier).folded))


def test_accents_case_and_signs_make_no_difference() -> None:
    text = make_text(1, 100) + " Số hóa HỒ SƠ một cửa, rút ngắn (thời gian)"
    assert measure(text, text.upper().replace("Ố", "O").replace(",", " –")) == 10_000


def test_unrelated_texts_and_set_phrases_are_not_alike() -> None:
    phrase = " Kính gửi Hội đồng sáng kiến, tôi xin cam đoan mọi thông tin là đúng sự thật "
    assert measure(make_text(1, 500) + phrase, make_text(2, 500) + phrase) is None
    assert measure("", "") is None
    assert measure("một hai ba", "một hai ba") is None


def test_a_short_one_whole_in_a_long_one_is_told_either_way() -> None:
    short, long = make_text(1, 200), make_text(2, 4000)
    share = measure(long + " " + short, short)
    assert share is not None
    assert share < 1_000
    assert measure(short, long + " " + short) == 10_000


@pytest.mark.parametrize(("copied", "is_told"), [(100, False), (200, True)])
def test_the_bound_of_the_later_text(copied: int, is_told: bool) -> None:
    source = make_text(1, 2000)
    later = " ".join(source.split()[:copied]) + " " + make_text(2, 1000 - copied)
    assert (measure(later, source) is not None) is is_told


def test_fewer_common_runs_than_the_least_say_nothing() -> None:
    words = make_text(1, LEAST_RUNS + 4)
    assert measure(words, words) == 10_000
    fewer = " ".join(words.split()[:-1])
    assert measure(fewer, fewer) is None


def test_passages_are_the_longest_common_pieces_in_order() -> None:
    one, two = make_text(1, 40), make_text(2, 30)
    own = split_words(f"{make_text(3, 20)} {one} {make_text(4, 7)} {two}")
    other = split_words(f"{two} {make_text(5, 9)} {one}")
    assert find_passages(own, other) == [Passage(20, 39, 40), Passage(67, 0, 30)]
    assert choose_passages(find_passages(own, other), 1) == [Passage(20, 39, 40)]
    short, long = Passage(0, 0, 7), Passage(9, 9, 8)
    assert choose_passages([short, long], 5) == [long]
    assert choose_passages([short], 5) == [short]


def test_a_text_that_repeats_itself_is_compared_in_time() -> None:
    words = split_words("một hai ba bốn năm " * 4000)
    passages = find_passages(words, words)
    assert sum(passage.length for passage in passages) <= len(words.folded)


def test_an_excerpt_is_cut_at_words_and_keeps_the_text_as_it_was() -> None:
    words = split_words("Mở đầu. <b>Số hóa</b> hồ sơ, “một cửa”! Hết")
    excerpt = cut_excerpt(words, 3, 3, context=1)
    assert (excerpt.before, excerpt.shared, excerpt.after) == ("b>", "Số hóa</b", "> hồ")
    whole = cut_excerpt(words, 0, len(words.folded))
    assert (whole.before, whole.after) == ("", "")


def test_signatures_find_what_is_alike_among_hundreds() -> None:
    source = make_text(0, 1500)
    texts = [make_text(seed, 1500) for seed in range(1, 300)]
    near = " ".join(source.split()[:750]) + " " + make_text(999, 750)
    part = " ".join(source.split()[300:600])
    signatures = [make_signature(make_runs(split_words(text).folded)) for text in (*texts, near, part)]
    found = find_likely(make_signature(make_runs(split_words(source).folded)), signatures, most=10)
    assert {299, 300} <= set(found)
    assert len(found) <= 10


def test_signatures_of_another_scheme_and_empty_ones_are_left_out() -> None:
    signature = make_signature(make_runs(split_words(make_text(1, 100)).folded))
    other_scheme = bytes([99]) + signature[1:]
    empty = make_signature(make_runs(()))
    assert find_likely(signature, [other_scheme, empty, signature], most=5) == [2]
    assert find_likely(empty, [signature], most=5) == []


def test_the_values_are_those_that_are_stored() -> None:
    """A library that computes other values asks for another SCHEME: stored signatures would not fit new ones."""
    assert make_signature(["một hai ba bốn năm"])[:13].hex() == "0101000000c693d1eadc04c7dc"
