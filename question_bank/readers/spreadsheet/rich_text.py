"""Texts of which parts are bold, raised and so on, as runs; and as the HTML that stands for them."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

TAGS = ("strong", "em", "u", "sub", "sup")
"""In the order in which they enclose each other."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text under the same tags."""

    text: str
    tags: frozenset[str] = frozenset()


def to_markup(runs: Iterable[Run]) -> str:
    """The runs as HTML, without space at either end; neighbours under the same tags are one."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if merged and (merged[-1].tags == run.tags):
            merged[-1] = Run(merged[-1].text + run.text, run.tags)
        else:
            merged.append(run)
    return "".join(_write(run) for run in _strip(merged))


def _strip(runs: Sequence[Run]) -> list[Run]:
    kept = list(runs)
    while kept and not kept[0].text.strip():
        kept.pop(0)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        kept[0] = Run(kept[0].text.lstrip(), kept[0].tags)
        kept[-1] = Run(kept[-1].text.rstrip(), kept[-1].tags)
    return kept


def _write(run: Run) -> str:
    tags = [tag for tag in TAGS if tag in run.tags]
    opening = "".join(f"<{tag}>" for tag in tags)
    closing = "".join(f"</{tag}>" for tag in reversed(tags))
    text = run.text.replace("\r\n", "\n").replace("\r", "\n")
    return opening + html.escape(text, quote=False).replace("\n", "<br>") + closing
