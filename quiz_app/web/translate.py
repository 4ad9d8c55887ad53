"""Translating, at the price of a look-up in a dictionary: a page asks for forty texts.

Flask-Babel finds the request, its locale and its catalogue anew for each text, which was a third of what the question
page cost. Here the language of the request is found once, and each text of a language is made once.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask
from markupsafe import Markup

from quiz_app.web.language import get_language

_FOLDER = Path(__file__).resolve().parent.parent / "translations"


def register_translations(app: Flask) -> None:
    """Give templates the quick ``_``; texts are marked as safe and the values that fill them are escaped."""
    app.jinja_env.globals.update(_=translate, gettext=translate, ngettext=translate_number)


def gettext(message: str, **values: Any) -> str:
    """The text in the language of the request, filled with the values as they are."""
    text = load_catalogue(get_language()).ugettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, num: int, **values: Any) -> str:
    """The text for this number, which fills ``%(num)d`` too."""
    return load_catalogue(get_language()).ungettext(singular, plural, num) % {"num": num, **values}


def translate(message: str, **values: Any) -> Markup:
    """The text for a page: safe as it stands, with the values escaped."""
    text = _find_text(get_language(), message)
    return text % values if values else text


def translate_number(singular: str, plural: str, num: int, **values: Any) -> Markup:
    """The text for a page and this number."""
    text = load_catalogue(get_language()).ungettext(singular, plural, num)
    return Markup(text) % {"num": num, **values}  # noqa: S704 - from our own catalogue


@lru_cache(maxsize=5000)
def _find_text(language: str, message: str) -> Markup:
    return Markup(load_catalogue(language).ugettext(message))  # noqa: S704 - from our own catalogue


@lru_cache(maxsize=8)
def load_catalogue(language: str) -> NullTranslations:
    """The catalogue of a language; English is the language of the message ids and has none."""
    return Translations.load(_FOLDER, [language])
