"""The Vietnamese catalogue: complete, with the same placeholders, and nothing in it that no text asks for."""

import ast
import re

import pytest

from quiz_app.translations.catalogue import ROOT, extract_catalogue, list_messages, read_catalogue

PLACEHOLDER = re.compile(r"%\((\w+)\)[\w.]*[sd]|\{(\w+)\}")

ASKING = frozenset({"gettext", "ngettext", "pgettext", "npgettext", "N_", "_"})
"""Functions whose argument is a text to translate."""


@pytest.fixture(scope="module")
def texts():
    """What code and templates ask for."""
    return extract_catalogue()


@pytest.fixture(scope="module")
def catalogue():
    """What is translated."""
    return read_catalogue()


def list_placeholders(text):
    """The names of the values that a text is filled with."""
    return {first or second for first, second in PLACEHOLDER.findall(text)}


def list_sources(message):
    """The English of a message: one text, or singular and plural."""
    return message.id if message.pluralizable else (message.id,)


def list_translations(message):
    """The Vietnamese of a message. Vietnamese has no plural, so there is one form."""
    return message.string if message.pluralizable else (message.string,)


def test_the_extraction_finds_texts_of_every_kind(texts):
    for known in (
        "Hand in",  # a template
        "The round is locked",  # code
        "The new password needs at least 8 characters.",  # a message id inside an error
        "the stem is empty",  # the item bank
        ("%(num)d minute", "%(num)d minutes"),  # singular and plural
    ):
        assert texts.get(known if isinstance(known, str) else known[0]) is not None, known


def test_every_text_is_translated(texts, catalogue):
    missing = []
    for message in list_messages(texts):
        known = catalogue.get(message.id, message.context)
        if known is None or not all(list_translations(known)) or known.fuzzy:
            missing.append(message.id)
    assert not missing, "run `python -m quiz_app.translations.catalogue` and translate these"


def test_no_text_stands_inside_an_f_string():
    """Where Python reads an f-string as one piece (up to 3.11), the extraction finds no text in it."""
    lost = []
    for path in sorted((ROOT / "quiz_app").rglob("*.py")):
        for string in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(string, ast.JoinedStr):
                calls = [each for each in ast.walk(string) if isinstance(each, ast.Call)]
                if any(isinstance(each.func, ast.Name) and each.func.id in ASKING for each in calls):
                    lost.append(f"{path.relative_to(ROOT)}:{string.lineno}")
    assert lost == []


def test_nothing_is_translated_that_is_no_longer_used(texts, catalogue):
    assert [message.id for message in list_messages(catalogue) if texts.get(message.id, message.context) is None] == []
    assert not catalogue.obsolete


def test_placeholders_are_those_of_the_english_text(catalogue):
    wrong = []
    for message in list_messages(catalogue):
        allowed = set().union(*(list_placeholders(text) for text in list_sources(message)))
        for translation in list_translations(message):
            if list_placeholders(translation) != allowed:
                wrong.append((message.id, translation))
    assert not wrong


def test_the_page_speaks_as_an_office_does(catalogue):
    """No exclamation marks, and the person is not addressed as a child or a friend."""
    for message in list_messages(catalogue):
        for text in list_translations(message):
            assert "!" not in text, text
            assert not re.search(r"\b(bạn|chúng tôi|vui lòng)\b", text, re.IGNORECASE), text


def test_the_catalogue_has_no_places_and_no_dates():
    text = (ROOT / "quiz_app/translations/vi/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    assert "#:" not in text
    assert "Date" not in text.partition("\n\n")[0]
