"""Translating, at the price of a look-up in a dictionary: a page asks for forty texts.

Flask-Babel finds the request, its locale and its catalogue anew for each text, which was a third of what the question
page cost. Here the language of the request is found once, and each text of a language is made once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask
from markupsafe import Markup

from quiz_app.web.language import get_language
from quiz_app.web.value_formats import format_number

_FOLDER = Path(__file__).resolve().parent.parent / "translations"
_WHOLE = re.compile(r"%\((\w+)\)d")
NO_COUNTS = frozenset({"number", "row", "file_row", "line", "version", "year", "id"})
"""Values with these names say which one, not how many: the year 2026 is not 2.026."""


class _Count(int):
    """A number in a text: ``%s`` writes it with its thousands apart, ``%02d`` as it is."""

    language: str

    def __str__(self) -> str:
        return format_number(int(self), self.language)


def register_translations(app: Flask) -> None:
    """Give templates the quick ``_``; texts are marked as safe and the values that fill them are escaped."""
    app.jinja_env.globals.update(_=translate, gettext=translate, ngettext=translate_number)
    app.jinja_env.filters["count_in_text"] = show_count


def gettext(message: str, **values: Any) -> str:
    """The text in the language of the request, filled with the values as they are."""
    language = get_language()
    text = load_catalogue(language).ugettext(message)
    return _show_counts(text) % _mark_counts(values, language) if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The text for this number, which fills ``%(num)d`` too."""
    language = get_language()
    text = load_catalogue(language).ungettext(singular, plural, num)
    return _show_counts(text) % _mark_counts({"num": num, **values}, language)


def show_count(value: Any) -> Any:
    """A value inside a text of a page: a whole number of thousands as the language writes it, all else as it is."""
    return format_number(value, get_language()) if type(value) is int and abs(value) >= 1000 else value


def translate(message: str, **values: Any) -> Markup:
    """The text for a page: safe as it stands, with the values escaped."""
    language = get_language()
    return (
        _find_pattern(language, message) % _mark_counts(values, language) if values else _find_text(language, message)
    )


def translate_number(singular: str, plural: str, num: int, **values: Any) -> Markup:
    """The text for a page and this number."""
    language = get_language()
    text = load_catalogue(language).ungettext(singular, plural, num)
    return Markup(_show_counts(text)) % _mark_counts({"num": num, **values}, language)  # noqa: S704 - our own


@lru_cache(maxsize=5000)
def _find_text(language: str, message: str) -> Markup:
    return Markup(load_catalogue(language).ugettext(message))  # noqa: S704 - from our own catalogue


@lru_cache(maxsize=5000)
def _find_pattern(language: str, message: str) -> Markup:
    return Markup(_show_counts(load_catalogue(language).ugettext(message)))  # noqa: S704 - from our own catalogue


@lru_cache(maxsize=8)
def load_catalogue(language: str) -> NullTranslations:
    """The catalogue of a language; English is the language of the message ids and has none."""
    return Translations.load(_FOLDER, [language])


@lru_cache(maxsize=5000)
def _show_counts(text: str) -> str:
    """The text with ``%(num)d`` as ``%(num)s``, which lets the number say how it is written."""
    return _WHOLE.sub(r"%(\1)s", str(text))


def _mark_counts(values: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The values with whole numbers written as the language has them, unless they are names of something."""
    marked = dict(values)
    for name, value in values.items():
        if type(value) is int and not -1000 < value < 1000 and name not in NO_COUNTS:
            marked[name] = _Count(value)
            marked[name].language = language
    return marked
