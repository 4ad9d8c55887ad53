"""A Word document as a plain page: headings, paragraphs, tables, bold and italic. No pictures, no layout, no fields.

The page is put together from escaped texts, and then cleaned as if a stranger had written it.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import nh3
from lxml import etree

from question_bank.readers.opening import Package, parse_xml

MOST_LETTERS = 300_000
"""Some sixty printed pages; whoever wants more downloads the file."""
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TAGS = {"h2", "h3", "p", "strong", "em", "table", "tbody", "tr", "td", "br"}
_DEEPEST = 5


def make_page(content: bytes) -> tuple[str, bool]:
    """The HTML, and whether it is the whole document. Raises WrongFile, KeyError."""
    body = parse_xml(Package(content).read("word/document.xml")).find(f"{_W}body")
    pieces: list[str] = []
    letters, is_whole = 0, True
    for piece in _iterate_blocks(body, 0) if body is not None else ():
        letters += len(piece)
        if letters > MOST_LETTERS:
            is_whole = False
            break
        pieces.append(piece)
    return nh3.clean("".join(pieces), tags=_TAGS, attributes={}), is_whole


def _iterate_blocks(parent: etree._Element, depth: int) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            text = _write_runs(element)
            if text.strip():
                tag = _find_heading(element)
                yield f"<{tag}>{text}</{tag}>"
        elif element.tag == f"{_W}tbl" and depth < _DEEPEST:
            yield f"<table><tbody>{''.join(_iterate_rows(element, depth))}</tbody></table>"
        elif element.tag == f"{_W}sdt":
            inner = element.find(f"{_W}sdtContent")
            if inner is not None and depth < _DEEPEST:
                yield from _iterate_blocks(inner, depth + 1)


def _iterate_rows(table: etree._Element, depth: int) -> Iterator[str]:
    for row in table.iterchildren(f"{_W}tr"):
        cells = ("".join(_iterate_blocks(cell, depth + 1)) for cell in row.iterchildren(f"{_W}tc"))
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _write_runs(paragraph: etree._Element) -> str:
    pieces = []
    for run in paragraph.iter(f"{_W}r"):
        text = "".join(_read_run(run))
        if not text:
            continue
        written = escape(text).replace("\n", "<br>")
        if _is_on(run, "i"):
            written = f"<em>{written}</em>"
        pieces.append(f"<strong>{written}</strong>" if _is_on(run, "b") else written)
    return "".join(pieces)


def _read_run(run: etree._Element) -> Iterator[str]:
    for element in run:
        if element.tag == f"{_W}t":
            yield element.text or ""
        elif element.tag == f"{_W}tab":
            yield " "
        elif element.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"


def _is_on(run: etree._Element, name: str) -> bool:
    found = run.find(f"{_W}rPr/{_W}{name}")
    return found is not None and found.get(f"{_W}val", "1") not in ("0", "false", "none")


def _find_heading(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = "" if style is None else str(style.get(f"{_W}val", "")).lower()
    if name.startswith(("heading1", "title")):
        return "h2"
    return "h3" if name.startswith("heading") else "p"
