"""Formatted text as Word paragraphs.

Emphasis is written with character styles (ItemMixB for bold, ItemMixBI for bold and italic …), not as direct
formatting, so that the reader can tell what belongs to the text from what somebody made bold to mark a key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

from question_bank.formatted_text import PICTURE_SCHEME, FormattedText, normalise_text

_LETTERS = {"strong": "B", "em": "I", "u": "U", "code": "C", "sub": "S", "sup": "P"}
_ROLES = {"p": "ItemParagraph", "pre": "ItemCode"}
_BULLETS = {"ul": "ItemBullet", "ol": "ItemNumbered"}
CONTINUATION = "ItemContinuation"
_BREAK = "ItemBreak"

WritePicture = Callable[[str, str], str]
"""From digest and description to the run that shows the picture."""


@dataclass(slots=True)
class _Paragraph:
    style: str
    runs: list[str] = field(default_factory=list)


def write_run(text: str, style: str = "") -> str:
    """A run of plain text. White space is written as single spaces: that is how a page shows it."""
    if not text:
        return ""
    words = " ".join(normalise_text(text).split())
    before, after = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() and words else "")
    properties = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(before + words + after, quote=False)}</w:t></w:r>'


def write_paragraph(runs: str, style: str = "") -> str:
    """A paragraph of ready runs."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}{runs}</w:p>"


def write_labelled(label: str, text: FormattedText, style: str, write_picture: WritePicture) -> str:
    """A label ("Câu 3.") and the text after it, in as many paragraphs as the text has lines."""
    writer = _TextWriter(write_picture)
    writer.feed(text)
    writer.close()
    first, *others = writer.finish()
    begin = write_run(label, "ItemLabel")
    if isinstance(first, _Paragraph) and first.style == CONTINUATION:
        parts = [write_paragraph(begin + write_run(" ") + "".join(first.runs), style)]
    else:
        parts = [write_paragraph(begin, style), _write_block(first)]
    return "".join([*parts, *(_write_block(block) for block in others)])


def write_plain_lines(label: str, text: str, style: str) -> str:
    """A label and plain text, line by line."""
    first, *others = normalise_text(text).split("\n") or [""]
    begin = write_paragraph(write_run(label, "ItemLabel") + write_run(" " + first), style)
    return begin + "".join(write_paragraph(write_run(line), CONTINUATION) for line in others)


def _write_block(block: _Paragraph | str) -> str:
    return block if isinstance(block, str) else write_paragraph("".join(block.runs), block.style)


class _TextWriter(HTMLParser):
    """Walks through the sanitised fragment; its blocks become paragraphs and tables."""

    def __init__(self, write_picture: WritePicture) -> None:
        super().__init__(convert_charrefs=True)
        self._write_picture = write_picture
        self._emphasis: list[str] = []
        self._lists: list[str] = []
        self._blocks: list[_Paragraph | str] = []
        self._current: _Paragraph | None = None
        self._tables: list[tuple[list[_Paragraph | str], list[list[str]]]] = []

    def finish(self) -> list[_Paragraph | str]:
        """Paragraphs and ready tables; at least one paragraph."""
        self._end()
        return self._blocks or [_Paragraph(CONTINUATION)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An opening tag."""
        if tag in _LETTERS:
            self._emphasis.append(tag)
        elif tag == "br":
            is_plain = self._need().style == CONTINUATION
            self._end()
            self._current = _Paragraph(CONTINUATION if is_plain else _BREAK)
        elif tag in _ROLES:
            self._end()
            self._current = _Paragraph(_ROLES[tag])
        elif tag in _BULLETS:
            self._end()
            self._lists.append(_BULLETS[tag])
        elif tag == "li":
            self._end()
            self._current = _Paragraph(self._lists[-1] if self._lists else CONTINUATION)
        elif tag == "img":
            named = dict(attrs)
            digest = (named.get("src") or "").removeprefix(f"{PICTURE_SCHEME}:")
            self._need().runs.append(self._write_picture(digest, named.get("alt") or ""))
        elif tag == "table":
            self._end()
            self._tables.append((self._blocks, []))
        elif tag == "tr" and self._tables:
            self._tables[-1][1].append([])
        elif tag in ("td", "th") and self._tables:
            self._end()
            self._blocks = []

    def handle_endtag(self, tag: str) -> None:
        """A closing tag."""
        if tag in _LETTERS and tag in self._emphasis:
            self._emphasis.remove(tag)
        elif tag in (*_ROLES, "li"):
            self._end()
        elif tag in _BULLETS and self._lists:
            self._end()
            self._lists.pop()
        elif tag in ("td", "th") and self._tables and self._tables[-1][1]:
            self._end()
            inner = "".join(_write_block(block) for block in self._blocks)
            self._blocks = []
            # A cell ends with a paragraph, or Word calls the file damaged.
            ends = inner.endswith("</w:p>")
            self._tables[-1][1][-1].append(f"<w:tc><w:tcPr/>{inner}{'' if ends else '<w:p/>'}</w:tc>")
        elif tag == "table" and self._tables:
            self._blocks, rows = self._tables.pop()
            self._blocks.append(_write_table(rows))

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not data.strip() and self._current is None:
            return
        letters = "".join(sorted(_LETTERS[tag] for tag in set(self._emphasis)))
        self._need().runs.append(write_run(data, f"ItemMix{letters}" if letters else ""))

    def _need(self) -> _Paragraph:
        if self._current is None:
            self._current = _Paragraph(CONTINUATION)
        return self._current

    def _end(self) -> None:
        if self._current is not None:
            self._blocks.append(self._current)
        self._current = None


def _write_table(rows: list[list[str]]) -> str:
    width = max((len(row) for row in rows), default=0)
    grid = "<w:gridCol/>" * width
    body = "".join(f"<w:tr>{''.join(row)}{'<w:tc><w:tcPr/><w:p/></w:tc>' * (width - len(row))}</w:tr>" for row in rows)
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="ItemTable"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>'
