"""The bank that ships: complete, sourced, evenly keyed, free of doubles and of tells."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from question_bank.assembly import ItemPool, PoolItem, assemble_paper
from question_bank.items import Item, ItemKind, Level
from question_bank.keys import ChoiceKey
from question_bank.readers.bank_folder import Bank, read_bank_folder
from quiz_app.services.definitions import read_definition

ROOT = Path(__file__).resolve().parents[2]
TOPICS = {
    "chi-dao-dieu-hanh",
    "the-che",
    "thu-tuc-hanh-chinh",
    "to-chuc-bo-may",
    "che-do-cong-vu",
    "tai-chinh-cong",
    "chinh-phu-so",
}
CONTEST_DAY = date(2022, 10, 1)
LABEL = re.compile(r"^\(?[A-Ha-h][.):]\s")


@pytest.fixture(scope="module")
def bank() -> Bank:
    report = read_bank_folder(ROOT / "question_bank/banks/cchc")
    assert report.problems == ()
    assert report.bank is not None
    return report.bank


def list_texts(item: Item) -> Iterator[str]:
    yield from (item.stem, item.explanation, item.source.document)
    yield from (option.text for option in item.options)


def find_words(item: Item) -> frozenset[str]:
    """The words of stem and key: what the item asks and what it wants to hear."""
    return frozenset(re.findall(r"\w+", f"{item.stem} {item.options[get_key(item)].text}".casefold()))


def compute_likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """Jaccard index: shared words by all words."""
    return len(first & second) / len(first | second)


def get_key(item: Item) -> int:
    """The position of the one right option."""
    assert isinstance(item.key, ChoiceKey)
    (position,) = item.key.right
    return position


def list_lengths(item: Item) -> tuple[int, list[int]]:
    """Length of the key, and lengths of the distractors."""
    lengths = [len(option.text) for option in item.options]
    return lengths.pop(get_key(item)), lengths


def test_the_bank_has_at_least_150_items_in_the_seven_areas_of_reform(bank: Bank) -> None:
    assert len(bank.items) >= 150
    assert {topic.code for topic in bank.topics} == {item.topic for item in bank.items} == TOPICS


def test_every_topic_has_enough_items_for_more_than_one_paper(bank: Bank) -> None:
    counts = Counter(item.topic for item in bank.items)
    assert min(counts.values()) >= 15, counts


def test_every_item_is_single_choice_with_four_options(bank: Bank) -> None:
    assert [item.code for item in bank.items if len(item.options) != 4] == []
    assert {item.kind for item in bank.items} == {ItemKind.SINGLE_CHOICE}


def test_every_item_is_explained_briefly(bank: Bank) -> None:
    assert [item.code for item in bank.items if not 20 <= len(item.explanation) <= 400] == []


def test_every_item_names_a_document_an_address_and_the_beginning_of_its_validity(bank: Bank) -> None:
    lacking = [
        item.code
        for item in bank.items
        if not item.source.document
        or not re.fullmatch(r"https?://[\w.-]+\.[a-z]{2,}\.?(:\d+)?(/\S*)?", item.source.url or "")
        or item.source.valid_from is None
    ]
    assert lacking == []


def test_periods_of_validity_lie_where_the_documents_do(bank: Bank) -> None:
    starts = [item.source.valid_from for item in bank.items if item.source.valid_from]
    assert min(starts) >= date(2000, 1, 1)
    assert max(starts) <= date(2027, 1, 1)


def test_keys_are_spread_evenly_over_the_labels_as_a_whole(bank: Bank) -> None:
    keys = Counter(get_key(item) for item in bank.items)
    for key in range(4):
        assert 0.22 <= keys[key] / len(bank.items) <= 0.28, keys


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_keys_are_spread_evenly_within_each_topic(bank: Bank, topic: str) -> None:
    keys = Counter(get_key(item) for item in bank.items if item.topic == topic)
    counts = [keys[key] for key in range(4)]
    assert max(counts) - min(counts) <= 3, counts


def test_the_longest_option_is_no_clue(bank: Bank) -> None:
    longest = sum(key > max(others) for key, others in map(list_lengths, bank.items))
    assert longest / len(bank.items) <= 0.30


def test_the_shortest_option_is_no_clue(bank: Bank) -> None:
    shortest = sum(key < min(others) for key, others in map(list_lengths, bank.items))
    assert shortest / len(bank.items) <= 0.40


def test_no_two_items_are_near_doubles(bank: Bank) -> None:
    words = [(item.code, find_words(item)) for item in bank.items]
    doubles = [(a, b) for (a, first), (b, second) in combinations(words, 2) if compute_likeness(first, second) >= 0.6]
    assert doubles == []


def test_the_measure_of_likeness_tells_doubles_from_different_items(bank: Bank) -> None:
    words = find_words(bank.items[0])
    assert compute_likeness(words, words) == 1
    assert compute_likeness(words, frozenset(list(words)[1:]) | {"khác"}) >= 0.6
    assert compute_likeness(words, frozenset({"khác"})) == 0


def test_texts_are_in_nfc_with_single_spaces_and_no_invisible_characters(bank: Bank) -> None:
    for item in bank.items:
        for text in list_texts(item):
            assert text == unicodedata.normalize("NFC", text), item.code
            assert text == " ".join(text.split()), item.code
            assert not any(unicodedata.category(letter) in ("Cc", "Cf", "Co") for letter in text), item.code


def test_options_do_not_carry_labels_of_their_own(bank: Bank) -> None:
    assert [item.code for item in bank.items if any(LABEL.match(option.text) for option in item.options)] == []


def test_options_that_speak_of_other_options_are_pinned(bank: Bank) -> None:
    speaking = re.compile(r"(tất cả|cả [a-h]\b|các phương án|đáp án (trên|khác))", re.IGNORECASE)
    loose = [
        item.code
        for item in bank.items
        for option in item.options
        if re.search(r"phương án|đáp án|^cả [A-H]\b", option.text, re.IGNORECASE)
        and speaking.search(option.text)
        and not option.is_pinned
    ]
    assert loose == []


def test_stems_are_questions_or_openings_to_complete(bank: Bank) -> None:
    assert [item.code for item in bank.items if not item.stem.endswith(("?", ":", "…", "..."))] == []


def test_every_level_has_its_share(bank: Bank) -> None:
    levels = Counter(item.level for item in bank.items)
    for level in Level:
        assert levels[level] / len(bank.items) >= 0.08, levels


def test_the_items_valid_during_the_contest_of_2022_fill_its_papers(bank: Bank) -> None:
    content = (ROOT / "contests/soc-trang-2022.yaml").read_bytes()
    definition = read_definition(content, now=datetime.now(UTC)).definition
    assert definition is not None
    pool = ItemPool(
        PoolItem(number, item.topic, item.level, len(item.options))
        for number, item in enumerate(bank.items)
        if item.source.is_valid_on(CONTEST_DAY)
    )
    # A draw from less than ten papers' worth would show the same items again and again.
    assert len(pool.items) >= 100
    for round_ in definition.rounds:
        assert pool.find_shortfalls(round_.settings.blueprint) == ()
        assert len(assemble_paper(pool, round_.settings.blueprint, seed=2022)) == 10


def test_the_whole_bank_fills_the_papers_of_the_demonstration(bank: Bank) -> None:
    content = (ROOT / "contests/demonstration.yaml").read_bytes()
    definition = read_definition(content, now=datetime(2026, 1, 1, tzinfo=UTC)).definition
    assert definition is not None
    pool = ItemPool(
        PoolItem(number, item.topic, item.level, len(item.options)) for number, item in enumerate(bank.items)
    )
    assert [pool.find_shortfalls(round_.settings.blueprint) for round_ in definition.rounds] == [(), ()]
