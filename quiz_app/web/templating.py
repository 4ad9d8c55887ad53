"""Templates are compiled once per language: a fixed sentence is part of the compiled page, not a look-up at each view.

``_("Save")`` in a template becomes its translation when the template is compiled. A sentence with values to fill in,
``{{ _("Attempt %(number)s", number=n) }}``, becomes the pieces between its values. Only plurals, and texts handed on as
values themselves, are still translated at each view (see ``translate``). An address without values is fixed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app, has_request_context, request, url_for
from flask.templating import Environment
from jinja2 import nodes
from jinja2.environment import Template, TemplateModule
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from quiz_app.web.language import get_language
from quiz_app.web.translate import NO_COUNTS, load_catalogue

_PLACE = re.compile(r"%\((\w+)\)s")


def write_escaped(value: Any) -> str:
    """What ``{{ value }}`` writes: as ``markupsafe.escape``, but text that is safe and numbers, most of what a page is
    made of, are not made safe once more.
    """
    kind = type(value)
    if kind is Markup:
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class PageTemplate(Template):
    """A template as this engine uses it. All templates have the same globals, and none is asynchronous."""

    @classmethod
    def _from_namespace(cls, environment: Any, namespace: Any, globals: Any) -> Template:  # noqa: A002 - Jinja's own name
        namespace["escape"] = write_escaped
        return super()._from_namespace(environment, namespace, globals)

    def _get_default_module(self, ctx: Any = None) -> TemplateModule:
        """The macros for who imports them. Jinja compares the globals of both templates at each view first."""
        return super()._get_default_module()


class LanguageEnvironment(Environment):
    """Hands out each template as compiled for the language of the request and the path that the site is under."""

    template_class = PageTemplate

    def __init__(self, app: Flask, **options: Any) -> None:
        super().__init__(app, **options)
        self.language: str | None = None
        self._kept: dict[tuple[str, str | None], LanguageEnvironment] = {}

    def _load_template(self, name: str, globals: Any) -> Template:  # noqa: A002 - Jinja's own name
        if self.language is not None:
            return super()._load_template(name, globals)
        language = get_language()
        key = (language, request.script_root if has_request_context() else None)
        environment = self._kept.get(key)
        if environment is None:
            environment = self.overlay(cache_size=400)
            environment.language = language
            self._kept[key] = environment
        return environment._load_template(name, globals)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        return tree if self.language is None else _FixedTexts(self.language).visit(tree)


class _FixedTexts(NodeTransformer):
    """Puts the translation in place of each ``_("text")``, and the address in place of each ``url_for("endpoint")``."""

    def __init__(self, language: str) -> None:
        self._catalogue = load_catalogue(language)

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - the visitor's naming
        """A sentence with values that is written as it is: the pieces between its values are fixed."""
        pieces: list[nodes.Expr] = []
        for child in node.nodes:
            pieces.extend(self._split(child) or [child])
        node.nodes = pieces
        return self.generic_visit(node)

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's naming
        """A sentence or an address without values."""
        self.generic_visit(node)
        address = _find_address(node)
        if address is not None:
            return nodes.Const(address, lineno=node.lineno)
        text = _find_text(node)
        return node if text is None or node.kwargs else self._make_fixed(text, node.lineno)

    def _split(self, node: nodes.Expr) -> list[nodes.Expr]:
        text = _find_text(node)
        if text is None or not isinstance(node, nodes.Call) or not node.kwargs:
            return []
        values = {each.key: each.value for each in node.kwargs}
        translated = self._catalogue.ugettext(text)
        parts = _PLACE.split(translated)
        if "%" in "".join(parts[::2]) or not values.keys() >= set(parts[1::2]):
            return []  # a text that needs more than putting values between pieces
        return list(_interleave(parts, values, node.lineno))

    def _make_fixed(self, text: str, line: int) -> nodes.Expr:
        return nodes.MarkSafe(nodes.Const(self._catalogue.ugettext(text)), lineno=line)


def _find_text(node: nodes.Expr) -> str | None:
    """The text of a call ``_("text")`` or ``_("text", name=value)``; None for anything else."""
    if not isinstance(node, nodes.Call) or len(node.args) != 1 or node.dyn_args or node.dyn_kwargs:
        return None
    is_translation = isinstance(node.node, nodes.Name) and node.node.name in ("_", "gettext")
    text = node.args[0]
    return text.value if is_translation and isinstance(text, nodes.Const) else None


def _find_address(node: nodes.Call) -> str | None:
    """The address of a call ``url_for("endpoint")`` or ``url_for("static", filename="name")``; None for anything else.

    None too outside of a request, and while somebody works on the static files, whose digests then change.
    """
    if not (isinstance(node.node, nodes.Name) and node.node.name == "url_for" and has_request_context()):
        return None
    values = {each.key: each.value.value for each in node.kwargs if isinstance(each.value, nodes.Const)}
    endpoint = node.args[0] if len(node.args) == 1 else None
    if not isinstance(endpoint, nodes.Const) or node.dyn_args or node.dyn_kwargs or current_app.debug:
        return None
    if len(values) < len(node.kwargs) or not values.keys() <= {"filename"}:
        return None
    return url_for(endpoint.value, **values)


def _with_thousands(name: str, value: nodes.Expr, line: int) -> nodes.Expr:
    """The value as ``translate`` would fill it in: a number that counts something with its thousands apart."""
    if name in NO_COUNTS or isinstance(value, nodes.Filter | nodes.Const):
        return value
    return nodes.Filter(value, "count_in_text", [], [], None, None, lineno=line)


def _interleave(parts: list[str], values: dict[str, nodes.Expr], line: int) -> Iterator[nodes.Expr]:
    """Texts and, at the odd places of ``parts``, the values named there."""
    for number, part in enumerate(parts):
        if number % 2:
            yield _with_thousands(part, values[part], line)
        elif part:
            yield nodes.MarkSafe(nodes.Const(part), lineno=line)
