"""What is fixed when a template is compiled, and what is still found at each view."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask, render_template, url_for
from jinja2 import DictLoader
from markupsafe import Markup

from quiz_app.web.templating import LanguageEnvironment, write_escaped
from quiz_app.web.translate import register_translations

TEXTS = {"Attempt %(number)s": "Lượt thi %(number)s", "Save": "Lưu <b>", "%(part)s of 100%%": "%(part)s trên 100%%"}


PAGES: dict[str, str] = {}


class _Catalogue:
    def ugettext(self, message: str) -> str:
        return TEXTS.get(message, message)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Flask:
    class Site(Flask):
        jinja_environment = LanguageEnvironment  # type: ignore[assignment]

    monkeypatch.setattr("quiz_app.web.templating.load_catalogue", lambda language: _Catalogue())
    monkeypatch.setattr("quiz_app.web.translate.load_catalogue", lambda language: _Catalogue())
    site = Site(__name__)
    register_translations(site)
    site.jinja_env.globals["url_for"] = url_for
    site.jinja_env.loader = DictLoader(PAGES)
    site.add_url_rule("/my/<int:number>", "show_one", lambda number: "")
    site.add_url_rule("/my", "show_all", lambda: "")
    return site


def _render(app: Flask, source: str, *, base: str = "", **values: object) -> str:
    name = f"{hashlib.sha256(source.encode()).hexdigest()}.html"
    PAGES[name] = source
    with app.test_request_context(environ_overrides={"SCRIPT_NAME": base}):
        return render_template(name, **values)


def test_a_sentence_is_put_together_from_its_pieces_with_its_values_escaped(app: Flask) -> None:
    source = '<p>{{ _("Attempt %(number)s", number=number) }}</p>{{ _("Save") }}'
    assert _render(app, source, number="<3>") == "<p>Lượt thi &lt;3&gt;</p>Lưu <b>"
    assert _render(app, source, number=3) == "<p>Lượt thi 3</p>Lưu <b>"
    assert _render(app, source, number=Markup("<b>3</b>")) == "<p>Lượt thi <b>3</b></p>Lưu <b>"


def test_values_inside_a_sentence_are_translated_themselves(app: Flask) -> None:
    source = '{{ _("Attempt %(number)s", number=_("Save")) }}'
    assert _render(app, source) == "Lượt thi Lưu <b>"


def test_a_text_with_more_than_places_for_values_is_filled_in_as_before(app: Flask) -> None:
    assert _render(app, '{{ _("%(part)s of 100%%", part="<") }}') == "&lt; trên 100%"
    assert _render(app, '{% set text = _("Attempt %(number)s", number="<") %}{{ text }}') == "Lượt thi &lt;"


def test_an_address_without_values_is_fixed_for_the_path_that_the_site_is_under(app: Flask) -> None:
    source = '{{ url_for("show_all") }} {{ url_for("show_one", number=number) }}'
    for base in ("", "/thi", ""):
        assert _render(app, source, base=base, number=2) == f"{base}/my {base}/my/2"


@pytest.mark.parametrize("value", ["<a href='x'>", "an & b", 7, -1, True, None, 1.5, Markup("<b>x</b>"), 10**30])
def test_what_is_written_is_what_the_escaping_library_writes(value: object) -> None:
    assert write_escaped(value) == Markup.escape(value)


def test_text_of_a_kind_of_its_own_is_escaped() -> None:
    class Word(str):
        """As the words of enumerations are."""

    class Number(int):
        """Writes itself."""

        def __str__(self) -> str:
            return "<one>"

    assert write_escaped(Word("<")) == "&lt;"
    assert write_escaped(Number(1)) == "&lt;one&gt;"
