"""Markdown to HTML, as much of it as questions use: paragraphs, lists, emphasis, code. The rest stays as it is written.

The result is foreign HTML like any other and goes through the sanitiser. Every pattern takes time in proportion to the
text.
"""

from __future__ import annotations

import html
import re

_BULLET = re.compile(r"\s{0,3}[-*+]\s+(.*)")
_NUMBER = re.compile(r"\s{0,3}\d{1,3}[.)]\s+(.*)")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_INLINE = (
    (re.compile(r"`([^`\n]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(?!\s)([^*\n]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)__(?!\s)([^_\n]+)__(?!\w)"), r"<strong>\1</strong>"),
    (re.compile(r"\*(?!\s)([^*\n]+)\*"), r"<em>\1</em>"),
    (re.compile(r"(?<!\w)_(?!\s)([^_\n]+)_(?!\w)"), r"<em>\1</em>"),
)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>-])")


def to_html(text: str) -> str:
    """The text as HTML. HTML inside stays, as Markdown has it."""
    out: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text.strip()):
        out.append(_make_block(block.split("\n")))
    # A single paragraph, as options are, needs no wrapping.
    return out[0][3:-4] if len(out) == 1 and out[0].startswith("<p>") and out[0].count("<p>") == 1 else "".join(out)


def _make_block(lines: list[str]) -> str:
    out: list[str] = []
    prose: list[str] = []
    listed: list[str] = []
    tag = ""

    def flush() -> None:
        if prose:
            out.append("<p>" + "\n".join(prose) + "</p>")
        if listed:
            out.append(f"<{tag}>" + "".join(f"<li>{entry}</li>" for entry in listed) + f"</{tag}>")
        prose.clear()
        listed.clear()

    for line in lines:
        found, kind = _BULLET.fullmatch(line), "ul"
        if not found:
            found, kind = _NUMBER.fullmatch(line), "ol"
        if found:
            if prose or kind != tag:
                flush()
            tag = kind
            listed.append(_mark_inline(found[1]))
            continue
        if listed:
            flush()
        heading = _HEADING.fullmatch(line)
        marked = _mark_inline(heading[1] if heading else line.strip())
        prose.append(f"<strong>{marked}</strong>" if heading else marked + ("<br>" if line.endswith("  ") else ""))
    flush()
    return "".join(out)


def _mark_inline(text: str) -> str:
    # A sign behind a backslash is no mark: it becomes a character reference until the end.
    text = _ESCAPED.sub(lambda found: f"&#{ord(found[1])};", text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text


def is_marked_up(text: str) -> bool:
    """Whether Markdown changes anything in the text."""
    return to_html(text) != html.escape(text.strip(), quote=False)
