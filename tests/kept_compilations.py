"""What every application compiles alike, compiled once a process: its addresses and its templates.

Each test has an application of its own. Of the 0.2 CPU-seconds that one costs, nine tenths go into the functions that
write the addresses of its 250 routes, and a page costs the compilation of its templates on top. Neither depends on the
application, its database or its settings, only on the texts that they are compiled from.
"""

from __future__ import annotations

from collections.abc import Callable
from types import CodeType
from typing import Any

from flask import current_app, has_app_context
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from werkzeug.routing.rules import Rule

_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}


def keep_builders() -> None:
    """Let every rule of a map take the function of an equal rule that was compiled before."""
    Rule._compile_builder = _find_builder  # type: ignore[method-assign]


def _find_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """The function is bound to its rule afterwards: it finds the rule's converters through it, not by itself."""
    if rule.defaults:
        # Their values are made part of the function by the converters.
        return _compile_builder(rule, append_unknown)
    key = (rule.rule, tuple(rule._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


class KeptTemplates(BytecodeCache):
    """Compiled templates by language and source: a fixed sentence is part of what is compiled."""

    def __init__(self) -> None:
        """Nothing is compiled yet."""
        self._codes: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """With the language in the key."""
        # Addresses are compiled in, unless files may change under way.
        debug = has_app_context() and current_app.debug
        language = getattr(environment, "language", None)
        bucket = Bucket(environment, f"{language} {debug} {filename or name}", self.get_source_checksum(source))
        bucket.code = self._codes.get((bucket.key, bucket.checksum))
        return bucket

    def set_bucket(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code

    def load_bytecode(self, bucket: Bucket) -> None:
        """Done with the bucket."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Done with the bucket."""


kept_templates = KeptTemplates()
