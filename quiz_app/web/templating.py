"""Templates are compiled once per language: a fixed sentence is part of the compiled page, not a look-up at each view.

``_("Save")`` in a template becomes its translation when the template is compiled; a text with values to fill in, and a
plural, is still translated at each view (see ``translate``).
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import nodes
from jinja2.environment import Template
from jinja2.visitor import NodeTransformer

from quiz_app.web.language import get_language
from quiz_app.web.translate import load_catalogue


class LanguageEnvironment(Environment):
    """Hands out each template as compiled for the language of the request."""

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.language: str | None = None
        self._of_language: dict[str, LanguageEnvironment] = {}

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 - Jinja's own name
        if self.language is not None:
            return super()._load_template(name, globals)
        language = get_language()
        environment = self._of_language.get(language)
        if environment is None:
            environment = self.overlay(cache_size=400)
            environment.language = language
            self._of_language[language] = environment
        return environment._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return tree if self.language is None else _FixedTexts(self.language).visit(tree)


class _FixedTexts(NodeTransformer):
    """Puts the translation in place of each ``_("text")`` that has no values to fill in."""

    def __init__(self, language: str) -> None:
        self._catalogue = load_catalogue(language)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's naming
        self.generic_visit(node)
        is_translation = isinstance(node.node, nodes.Name) and node.node.name in ("_", "gettext")
        if not is_translation or len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        text = node.args[0]
        if not isinstance(text, nodes.Const):
            return node
        return nodes.MarkSafe(nodes.Const(self._catalogue.ugettext(text.value)), lineno=node.lineno)
