"""Vietnamese names: found without accents, and sorted as a Vietnamese list is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from question_bank.formatted_text import fold_accents

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")

# Each letter is one of its own in the alphabet (a ă â b … d đ e ê …), and the tone counts only where letters are equal,
# in the order of dictionaries and of official lists: none, huyền, hỏi, ngã, sắc, nặng.
_LETTERS = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_CODES = {letter: f"{place + 1:02d}" for place, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SHAPES = {"\u0306", "\u0302", "\u031b"}
"""Breve, circumflex and horn: they make another letter, and are no tone."""


def clean_name(text: str) -> str:
    """NFC, one space between words, nothing invisible: the same name is the same text, however it was typed."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if name.isprintable():
        return name
    return "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf"))


@lru_cache(maxsize=8192)
def fold_text(text: str) -> str:
    """The words of a text in small letters of a to z and digits, one space between them: ``Nguyễn Đức HẠNH`` is
    ``nguyen duc hanh``, which is what a search without accents compares. Any other sign parts words.
    """
    return _NOT_A_WORD.sub(" ", fold_accents(unicodedata.normalize("NFKC", text))).strip()


def make_search_text(*texts: str | None) -> str:
    """What a person is found by: every word folded, each with a space before it, so that ``% han%`` finds the beginning
    of a word.
    """
    words = dict.fromkeys(word for text in texts if text for word in fold_text(text).split())
    return "".join(f" {word}" for word in words)


def split_query(query: str) -> tuple[str, ...]:
    """The words that must all be found, at most six."""
    return tuple(dict.fromkeys(fold_text(query[:200]).split()))[:6]


def make_name_key(name: str) -> str:
    """A text of digits and full stops that sorts names as a Vietnamese list does: by given name, then by family and
    middle names; letters first, tones where all letters are equal.

    Digits sort alike under every collation, so both databases give the same order.
    """
    words = clean_name(name).casefold().split()
    if not words:
        return ""
    coded = [_code_word(word) for word in (words[-1], *words[:-1])]
    letters = "00".join(letters for letters, _ in coded)
    tones = "".join(tones for _, tones in coded)
    return f"{letters}0000{tones}"


@lru_cache(maxsize=8192)
def _code_word(word: str) -> tuple[str, str]:
    """The letters of a word in codes of two digits, and its tone: one digit, wherever in the word it is written (both
    Hoà and Hòa are in use).
    """
    letters: list[str] = []
    tone = "0"
    for letter in unicodedata.normalize("NFD", word):
        if letter in _TONES:
            tone = _TONES[letter]
        elif letter in _SHAPES and letters:
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + letter)
        elif letter.isalnum():
            letters.append(letter)
    return "".join(_CODES.get(letter, "99") for letter in letters), tone
