"""Names of Word's XML (ISO/IEC 29500-1, transitional) in the form that lxml wants."""

from __future__ import annotations

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WPS = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
V = "{urn:schemas-microsoft-com:vml}"
O = "{urn:schemas-microsoft-com:office:office}"  # noqa: E741 (the prefix that the standard uses)
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"

VAL = f"{W}val"
_OFF = frozenset({"0", "false", "off"})


def get_value(element: etree._Element | None, name: str) -> str | None:
    """The ``w:val`` of a child, None where there is none."""
    child = None if element is None else element.find(name)
    return None if child is None else str(child.get(VAL, ""))


def is_on(element: etree._Element) -> bool:
    """Whether a switch such as ``w:b`` is on: written without a value it is."""
    return element.get(VAL, "1") not in _OFF


def read_number(text: str | None, default: int = 0) -> int:
    """A whole number of an attribute; what is none counts as the default."""
    try:
        return int(text) if text and len(text) < 10 else default
    except ValueError:
        return default
