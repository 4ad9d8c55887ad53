"""What the writers of GIFT and Moodle XML share: an item in Moodle's terms.

What Moodle has no way to say goes into tags and notes; ``readers.moodle.tags`` documents both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from question_bank.formatted_text import FormattedText, from_plain, to_plain
from question_bank.items import OPTION_KINDS, OPTION_LABELS, Item, ItemKind
from question_bank.keys import ChoiceKey, EssayKey, Key, MatchingKey, NumberKey, OrderingKey, TextKey
from question_bank.pictures import Picture
from question_bank.readers.moodle.categories import find_topic, make_category
from question_bank.readers.moodle.tags import ALL_OR_NOTHING
from question_bank.readers.pinning import find_pinned
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite

LONGEST_NAME = 60
_PICTURE = re.compile(r'src="picture:([0-9a-f]{64})"')
_SIMPLE_CODE = re.compile(r"[^\[\]\\\s]+(?: [^\[\]\\\s]+)*")
_KEYS: Mapping[ItemKind, type[Key]] = {
    ItemKind.SINGLE_CHOICE: ChoiceKey,
    ItemKind.MULTIPLE_CHOICE: ChoiceKey,
    ItemKind.TRUE_FALSE: ChoiceKey,
    ItemKind.MATCHING: MatchingKey,
    ItemKind.ORDERING: OrderingKey,
    ItemKind.SHORT_ANSWER: TextKey,
    ItemKind.NUMERICAL: NumberKey,
    ItemKind.ESSAY: EssayKey,
}


def name_item(item: Item) -> str:
    """What the question is called in Moodle: the item's code, or the beginning of its stem."""
    return (" ".join(item.code.split()) or " ".join(to_plain(item.stem).split()))[:LONGEST_NAME].strip() or "?"


def get_key(item: Item) -> Key:
    """The item's key. Raises CannotWrite for a draft, whose key is missing or of another kind."""
    key = item.key
    if key is None or not isinstance(key, _KEYS[item.kind]):
        raise CannotWrite(N_("an item without a key cannot be written"), item, name_item(item))
    return key


def list_percents(item: Item) -> list[str]:
    """What each option of a choice is worth, in percent, as Moodle writes it.

    Where the whole right set is wanted, each wrong option costs everything: as near as Moodle itself comes to it.
    """
    key = get_key(item)
    if not isinstance(key, ChoiceKey) or not key.right:
        raise CannotWrite(N_("an item without a key cannot be written"), item, name_item(item))
    is_multiple = item.kind is ItemKind.MULTIPLE_CHOICE
    right = f"{100 / len(key.right):.5f}".rstrip("0").rstrip(".") if is_multiple else "100"
    wrong = ("-" + right if key.is_partial else "-100") if is_multiple else "0"
    return [right if position in key.right else wrong for position in range(len(item.options))]


def list_pairs(item: Item) -> list[tuple[FormattedText, str]]:
    """The rows of a matching item with the plain text of their options; then the options of no row."""
    key = get_key(item)
    assert isinstance(key, MatchingKey)  # noqa: S101
    names = [to_plain(option.text) for option in item.options]
    pairs = [(row, names[position]) for row, position in zip(item.rows, key.options, strict=True)]
    return pairs + [
        (FormattedText(""), names[position]) for position in range(len(names)) if position not in key.options
    ]


def list_tags(item: Item, *more: str) -> list[str]:
    """The short facts that Moodle has no setting for."""
    key = item.key
    tags = [f"level:{item.level}", *more]
    if item.kind in OPTION_KINDS and item.kind is not ItemKind.TRUE_FALSE:
        pinned = [position for position, option in enumerate(item.options) if option.is_pinned]
        if pinned or find_pinned([option.text for option in item.options]):
            tags.append("pinned:" + ("".join(OPTION_LABELS[position] for position in pinned) or "none"))
    is_whole = isinstance(key, MatchingKey) or (isinstance(key, ChoiceKey) and item.kind is ItemKind.MULTIPLE_CHOICE)
    if is_whole and isinstance(key, MatchingKey | ChoiceKey) and not key.is_partial:
        tags.append(f"scoring:{ALL_OR_NOTHING}")
    if isinstance(key, TextKey) and not key.minds_accents:
        tags.append("accents:ignored")
    if item.source.valid_from:
        tags.append(f"valid_from:{item.source.valid_from.isoformat()}")
    if item.source.valid_until:
        tags.append(f"valid_until:{item.source.valid_until.isoformat()}")
    return tags


def make_notes(item: Item, write: Callable[[FormattedText], str]) -> dict[str, Any]:
    """What is too long for a tag, and what the format would not say exactly. ``write`` writes a formatted text."""
    source, key = item.source, item.key
    notes: dict[str, Any] = {"document": source.document} if source.document else {}
    notes |= {name: value for name, value in (("article", source.article), ("url", source.url)) if value is not None}
    if item.topic != find_topic(make_category(item.topic)):
        notes["topic"] = item.topic
    if item.code and not _SIMPLE_CODE.fullmatch(item.code):
        notes["code"] = item.code
    if isinstance(key, TextKey) and not all(is_exact(answer.text) for answer in key.answers):
        notes["answers"] = [answer.text for answer in key.answers]
    if isinstance(key, MatchingKey):
        names = list(dict.fromkeys(name for _, name in list_pairs(item)))
        read = [from_plain(name) for name in names]
        positions = [names.index(to_plain(item.options[position].text)) for position in key.options]
        if read != [option.text for option in item.options] or positions != list(key.options):
            notes["options"] = [write(option.text) for option in item.options]
            notes["key"] = list(key.options)
    return notes


def is_exact(text: str) -> bool:
    """Whether a plain text comes back as it is: without spaces at its ends, and the like."""
    return to_plain(from_plain(text)) == text


def to_one_line(text: str) -> str:
    """HTML on one line: line ends, and spaces at the ends, as character references."""
    body = text.strip()
    head, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :] if body else ""
    marked = ["".join(f"&#{ord(c)};" for c in part) for part in (head, tail)]
    return marked[0] + body.replace("\n", "&#10;") + marked[1]


def replace_pictures(text: str, item: Item, pictures: Mapping[str, Picture], address: Callable[[Picture], str]) -> str:
    """HTML in which each picture has the address that ``address`` makes. Raises CannotWrite for a missing one."""

    def replace(found: re.Match[str]) -> str:
        picture = pictures.get(found[1])
        if picture is None:
            raise CannotWrite(N_("a picture of the item is missing"), item, name_item(item))
        return f'src="{address(picture)}"'

    return _PICTURE.sub(replace, text)
