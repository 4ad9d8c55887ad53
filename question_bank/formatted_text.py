"""Formatted text: what stems, options and explanations are made of.

One form everywhere: a fragment of HTML with a few tags for emphasis, lines, lists, tables and pictures, exactly as the
sanitiser (ammonia, through nh3) writes it. It is made from plain text or from foreign HTML here and nowhere else, so
that whatever is stored can be put on a page as it is. A picture is named by the digest of its content:
``<img src="picture:3f…" alt="…">``.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import NewType

import nh3

FormattedText = NewType("FormattedText", str)
"""HTML that the sanitiser wrote. Only this module makes it."""

PICTURE_SCHEME = "picture"
_TAGS = {
    "br", "code", "em", "img", "li", "ol", "p", "pre", "strong", "sub", "sup",
    "table", "tbody", "td", "th", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {"img": {"src", "alt"}}
_DROPPED_WITH_CONTENT = {"script", "style", "title", "noscript", "template", "iframe", "object"}
_RENAMED = {"b": "strong", "i": "em", "strike": "u"}
_OLD_TAG = re.compile(r"<(/?)(b|i|strike)(?=[\s>])[^<>]*>", re.IGNORECASE)
_BLOCK_END = re.compile(r"<br>|</(?:p|li|tr|pre|table|ul|ol)>")
_CELL_END = re.compile(r"</t[dh]>")
_PICTURE = re.compile(r'<img src="picture:([0-9a-f]{64})"(?: alt="([^"]*)")?>')
_TAG = re.compile(r"<[^<>]*>")
_LEVEL = re.compile(r"<(/?)(?!(?:br|img|hr|p|li|td|th|tr|input|meta|link|col|wbr|source)\b)([a-zA-Z]\w{0,20})")
_CROWDED_TAG = re.compile(r"<[a-zA-Z](?:[^\s<>]*[\s/]){1000}")
_MONSTROUS_LENGTH = 1_000_000
_LONGEST_KEPT = 4000
"""Characters of a text whose cleaned form is kept for a moment: a reader cleans a text and then asks if it is clean."""
DEEPEST_MARKUP = 200
MOST_SIGNS = 6000
"""Elements inside each other; tags and references of one text. The sanitiser takes minutes where there are 100,000;
what people write has twenty of the former, and LONGEST_TEXT leaves no room for more of the latter."""

_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Categories of characters that no text keeps: control, format, halves of characters, private, unassigned."""

FindPicture = Callable[[str], str | None]
"""From the address in foreign HTML to the digest of a stored picture; None drops the picture."""


def from_plain(text: str) -> FormattedText:
    """Plain text as formatted text: nothing in it is markup, line ends stay line ends."""
    text = normalise_text(text).strip()
    if sum(map(text.count, "<>&\n")) > MOST_SIGNS:
        # Too long in any case (each sign takes four characters or more), and so kept too long; but cleaned in no time.
        text = re.sub(r"[<>&\n]", "    ", text)
    return _clean(html.escape(text, quote=False).replace("\n", "<br>"), None)


def from_html(markup: str, find_picture: FindPicture | None = None) -> FormattedText:
    """Foreign HTML reduced to what is allowed; the text of unknown tags stays, scripts and styles go entirely.

    Markup that nobody writes (nested hundreds deep, thousands of tags) loses all its tags.
    """
    text = normalise_text(markup)
    if not _has_markup(text):
        return _clean(text, None)
    if _is_monstrous(text):
        return from_plain(html.unescape(_TAG.sub(" ", text[:_MONSTROUS_LENGTH])))
    text = _OLD_TAG.sub(lambda found: f"<{found[1]}{_RENAMED[found[2].lower()]}>", text)
    cleaned = _clean(text, find_picture)
    # Characters written as references (&nbsp; &#x202e;) show only now. Composing them could join a letter to the end of
    # a tag, so what was changed is cleaned again.
    settled = normalise_text(cleaned.replace("&nbsp;", " "))
    return cleaned if settled == cleaned else _clean(settled, None)


def to_plain(text: FormattedText | str) -> str:
    """The words alone: a line for each block, cells apart by tabs, a picture as its description in brackets."""
    if not _has_markup(text):
        return "\n".join(line.strip() for line in text.split("\n")).strip() if "\n" in text else text.strip()
    plain = _PICTURE.sub(lambda found: f"[{found[2]}]" if found[2] else "[…]", text)
    plain = _CELL_END.sub("\t", _BLOCK_END.sub("\n", plain))
    lines = html.unescape(_TAG.sub("", plain)).split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def is_clean(text: str) -> bool:
    """Whether the text is exactly as the sanitiser would write it."""
    return _clean(text, None) == text


def is_blank(text: FormattedText | str) -> bool:
    """Whether there is neither a word nor a picture in it."""
    return not to_plain(text)


def list_pictures(*texts: FormattedText | str) -> tuple[str, ...]:
    """The digests of the pictures in texts, in order, each once."""
    return tuple(dict.fromkeys(found[1] for text in texts for found in _PICTURE.finditer(text)))


def make_picture_tag(digest: str, description: str = "") -> FormattedText:
    """The picture as formatted text."""
    return _clean(f'<img src="{PICTURE_SCHEME}:{digest}" alt="{html.escape(description)}">', None)


def normalise_text(text: str) -> str:
    """NFC, one kind of line end, no-break spaces as spaces, and no control or direction-changing characters."""
    if _is_ordinary(text) and unicodedata.is_normalized("NFC", text):
        return text
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    # Each character is judged once, however long the text: a file may hold 20 MB of it.
    removed = {ord(c): None for c in set(text) - {"\n", "\t"} if unicodedata.category(c) in _REMOVED}
    return text.translate(removed) if removed else text


def fold_text(text: str) -> str:
    """Plain text for comparison: NFC, lower case, one space between words."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def fold_accents(text: str) -> str:
    """The folded text without accents ("Cải cách" as "cai cach"), for searches by people who type none."""
    return strip_accents(fold_text(text))


def strip_accents(text: str) -> str:
    """The same letters without accents, đ as d; case stays."""
    decomposed = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _is_ordinary(text: str) -> bool:
    """Whether it has nothing but letters, signs, spaces, tabs and line ends: told at once, and true of nearly all."""
    return text.isprintable() or text.replace("\n", "").replace("\t", "").isprintable()


def _has_markup(text: str) -> bool:
    return "<" in text or "&" in text or ">" in text


def _is_monstrous(markup: str) -> bool:
    if len(markup) < len("<a>") * DEEPEST_MARKUP:
        return False
    if markup.count("<") + markup.count("&") > MOST_SIGNS or _CROWDED_TAG.search(markup):
        return True
    opened: Counter[str] = Counter()
    depth = 0
    for found in _LEVEL.finditer(markup):
        name = found[2].lower()
        if found[1] and not opened[name]:
            continue
        step = -1 if found[1] else 1
        opened[name] += step
        depth += step
        if depth > DEEPEST_MARKUP:
            return True
    return False


def _clean(markup: str, find_picture: FindPicture | None) -> FormattedText:
    if not _has_markup(markup) and _is_ordinary(markup):
        return FormattedText(markup)
    if find_picture is not None and "<img" in markup.lower():
        return _clean_with(_make_cleaner(find_picture), markup)
    # To make a cleaner takes longer than to clean a line: the common one is kept.
    return _clean_short(markup) if len(markup) <= _LONGEST_KEPT else _clean_with(_OWN_CLEANER, markup)


@lru_cache(maxsize=64)
def _clean_short(markup: str) -> FormattedText:
    return _clean_with(_OWN_CLEANER, markup)


def _clean_with(cleaner: nh3.Cleaner, markup: str) -> FormattedText:
    return FormattedText(_drop_homeless_pictures(cleaner.clean(markup)))


def _make_cleaner(find_picture: FindPicture | None) -> nh3.Cleaner:
    def check_attribute(tag: str, attribute: str, value: str) -> str | None:
        if attribute != "src":
            return value
        digest: str | None = value.removeprefix(f"{PICTURE_SCHEME}:")
        if find_picture is not None:
            digest = find_picture(value)
        return f"{PICTURE_SCHEME}:{digest}" if digest and re.fullmatch("[0-9a-f]{64}", digest) else None

    return nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags=_DROPPED_WITH_CONTENT,
        attributes=_ATTRIBUTES,
        attribute_filter=check_attribute,
        url_schemes={PICTURE_SCHEME} if find_picture is None else {PICTURE_SCHEME, "http", "https", "data", "file"},
        link_rel=None,
        strip_comments=True,
    )


_OWN_CLEANER = _make_cleaner(None)


def _drop_homeless_pictures(markup: str) -> str:
    """A picture whose address was refused leaves its description; in the others the address comes first."""
    if "<img" not in markup:
        return markup
    markup = re.sub(r'<img alt="([^"]*)" src="([^"]*)">', r'<img src="\2" alt="\1">', markup)
    return re.sub(
        r"<img(?![^>]*src=)(?:[^>]*alt=\"([^\"]*)\")?[^>]*>", lambda found: f"[{found[1]}]" if found[1] else "", markup
    )
