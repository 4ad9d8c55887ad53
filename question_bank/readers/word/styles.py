"""How a run looks: document defaults, paragraph style, character style and the run's own settings, in this order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from question_bank.readers.word.lines import Look
from question_bank.readers.word.names import VAL, W, get_value, is_on

_DARK = 0x50
"""A colour none of whose parts is above this is as good as black on paper."""
_LIGHT = 0xF0
_SIMPLE_UNDERLINE_OFF = frozenset({"none", "0"})


@dataclass(frozen=True, slots=True)
class RunLook:
    """A look, with what is needed only while reading: the font, and whether the text is hidden or struck through."""

    look: Look = Look()
    font: str = ""
    is_hidden: bool = False
    is_struck: bool = False


class Styles:
    """The styles of a document, resolved on demand and remembered."""

    def __init__(self, root: etree._Element | None) -> None:
        """``root`` is the styles part; a document may have none."""
        self._styles: dict[str, etree._Element] = {}
        self._names: dict[str, str] = {}
        self._defaults: etree._Element | None = None
        self._resolved: dict[tuple[str, str], RunLook] = {}
        self._default_style = ""
        if root is None:
            return
        self._defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        for style in root.iterfind(f"{W}style"):
            key = str(style.get(f"{W}styleId", ""))
            self._styles[key] = style
            self._names[key] = (get_value(style, f"{W}name") or key).lower()
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self._default_style = key

    def get_name(self, key: str) -> str:
        """The name of a style in lower case ("heading 1"), whatever language its id is in."""
        return self._names.get(key, key.lower())

    def find_number(self, key: str) -> etree._Element | None:
        """The numbering that a paragraph style brings along (``w:numPr``)."""
        for style in reversed(self._list_chain(key)):
            found = style.find(f"{W}pPr/{W}numPr")
            if found is not None:
                return found
        return None

    def resolve(self, paragraph_style: str, properties: etree._Element | None) -> RunLook:
        """How a run with these properties looks in a paragraph of that style."""
        character_style = get_value(properties, f"{W}rStyle") or ""
        known = (paragraph_style or self._default_style, character_style)
        base = self._resolved.get(known)
        if base is None:
            base = apply_properties(RunLook(), self._defaults)
            for key in known:
                for style in self._list_chain(key):
                    base = apply_properties(base, style.find(f"{W}rPr"))
            base = _apply_own_style(base, character_style)
            self._resolved[known] = base
        return base if properties is None or not len(properties) else apply_properties(base, properties)

    def _list_chain(self, key: str) -> list[etree._Element]:
        """The style and those that it is based on, the most basic first."""
        chain: list[etree._Element] = []
        while key in self._styles and len(chain) < 20:
            chain.append(self._styles[key])
            key = get_value(self._styles[key], f"{W}basedOn") or ""
        return chain[::-1]


def _apply_own_style(base: RunLook, key: str) -> RunLook:
    """Styles of our own writer: ItemLabel for labels, ItemMix and letters for emphasis that belongs to the text."""
    if key == "ItemLabel":
        return replace(base, look=replace(base.look, is_label=True))
    if key.startswith("ItemMix"):
        return replace(base, look=replace(base.look, is_meant=True, is_code="C" in key.removeprefix("ItemMix")))
    return base


def apply_properties(base: RunLook, properties: etree._Element | None) -> RunLook:
    """The look after these run properties have been set over it."""
    if properties is None:
        return base
    look: dict[str, object] = {}
    font, is_hidden, is_struck = base.font, base.is_hidden, base.is_struck
    for child in properties:
        tag = child.tag
        if tag == f"{W}b":
            look["bold"] = is_on(child)
        elif tag == f"{W}i":
            look["italic"] = is_on(child)
        elif tag == f"{W}u":
            look["underline"] = child.get(VAL, "single") not in _SIMPLE_UNDERLINE_OFF
        elif tag == f"{W}color":
            look["colour"] = _read_colour(str(child.get(VAL, "")))
        elif tag == f"{W}highlight":
            value = str(child.get(VAL, ""))
            look["highlight"] = "" if value in ("none", "white") else value
        elif tag == f"{W}shd":
            look["highlight"] = read_fill(child) or str(look.get("highlight", base.look.highlight))
        elif tag == f"{W}vertAlign":
            look["script"] = {"subscript": "sub", "superscript": "sup"}.get(str(child.get(VAL)), "")
        elif tag == f"{W}rFonts":
            font = str(child.get(f"{W}ascii") or child.get(f"{W}hAnsi") or font)
        elif tag in (f"{W}vanish", f"{W}webHidden"):
            is_hidden = is_on(child) and tag == f"{W}vanish"
        elif tag in (f"{W}strike", f"{W}dstrike"):
            is_struck = is_on(child)
    changed = replace(base.look, **look) if look else base.look  # type: ignore[arg-type]
    return RunLook(changed, font, is_hidden, is_struck)


def read_fill(shading: etree._Element | None) -> str:
    """The colour behind text or a cell; empty where it is none or as good as white."""
    fill = "" if shading is None else str(shading.get(f"{W}fill", "")).upper()
    parts = _split_colour(fill)
    return "" if parts is None or min(parts) >= _LIGHT else fill


def _read_colour(value: str) -> str:
    parts = _split_colour(value)
    return "" if parts is None or max(parts) <= _DARK else value.upper()


def _split_colour(value: str) -> tuple[int, int, int] | None:
    try:
        return (int(value[:2], 16), int(value[2:4], 16), int(value[4:6], 16)) if len(value) == 6 else None
    except ValueError:
        return None
