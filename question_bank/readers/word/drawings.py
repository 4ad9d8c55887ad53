"""Pictures, drawings and embedded objects in a run."""

from __future__ import annotations

import warnings
from io import BytesIO

from lxml import etree
from PIL import Image

from question_bank.pictures import MEDIA_TYPES, Picture, WrongPicture, read_picture
from question_bank.readers.report import Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.lines import PICTURE_SIGN, Note, Piece
from question_bank.readers.word.names import MC, WP, WPS, A, O, R, V, W
from question_bank.readers.word.parts import WordFile

_MOST_PIXELS = 120_000_000
"""Of all pictures of a file: what can be decoded in about two seconds."""
_OFFICE_DRAWINGS = (".wmf", ".emf", ".wmz", ".emz", ".pict")
_REFUSED = N_("the picture %(name)s is damaged or not PNG, JPEG, GIF or WebP")
_REASONS = {
    "a picture is larger than 2 MB": N_("the picture %(name)s is larger than 2 MB"),
    "a picture has more than 16 million pixels": N_("the picture %(name)s has more than 16 million pixels"),
}
_LINES = frozenset({"line", "straightConnector1", "bentConnector3", "lineInv"})


class Pictures:
    """The pictures of a file, each read once. ``taken`` has those that texts name, by digest."""

    def __init__(self, file: WordFile) -> None:
        """Nothing is read before it is asked for."""
        self._file = file
        self._known: dict[str, Picture | Note] = {}
        self._pixels = 0
        self.taken: dict[str, Picture] = {}

    def read_drawing(self, element: etree._Element) -> tuple[list[Piece], list[Note], list[etree._Element]]:
        """What a ``w:drawing``, ``w:pict`` or ``w:object`` shows: pictures, what was refused, and its text boxes."""
        ole = element.find(f".//{O}OLEObject")
        if ole is not None:
            return [], [_refuse_object(str(ole.get("ProgID", "?")))], []
        pieces: list[Piece] = []
        notes: list[Note] = []
        addresses = [(blip.get(f"{R}embed"), blip.get(f"{R}link")) for blip in element.iter(f"{A}blip")]
        addresses += [(data.get(f"{R}id"), None) for data in element.iter(f"{V}imagedata")]
        properties = next(element.iter(f"{WP}docPr"), None)
        description = "" if properties is None else str(properties.get("descr", ""))
        for embedded, linked in addresses:
            found = self._find(str(embedded or linked or ""))
            if isinstance(found, Note):
                notes.append(found)
            else:
                self.taken[found.digest] = found
                pieces.append(Piece(PICTURE_SIGN, picture=found.digest, description=" ".join(description.split())))
        boxes = _list_outermost_boxes(element)
        if not addresses and not boxes:
            notes += _name_drawing(element)
        return pieces, notes, boxes

    def _find(self, relation_id: str) -> Picture | Note:
        relation = self._file.relations.get(relation_id)
        if relation is None or relation.is_outside:
            return _make_error(N_("a picture is not in the file but linked to from it; insert it into the file"))
        if relation.target not in self._known:
            self._known[relation.target] = self._read(relation.target)
        return self._known[relation.target]

    def _read(self, target: str) -> Picture | Note:
        name = target.rpartition("/")[2]
        if name.lower().endswith(_OFFICE_DRAWINGS):
            return _make_error(N_("the picture %(name)s is a drawing of Office (WMF or EMF); save it as PNG"), name)
        try:
            content = self._file.package.read(target)
        except KeyError:
            return _make_error(N_("the picture %(name)s is missing from the file"), name)
        self._pixels += _count_pixels(content)
        if self._pixels > _MOST_PIXELS:
            return _make_error(N_("the picture %(name)s is one too many; all of them together are too large"), name)
        try:
            return read_picture(content)
        except WrongPicture as error:
            return _make_error(_REASONS.get(str(error), _REFUSED), name)


def _count_pixels(content: bytes) -> int:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                return image.width * image.height
    except Exception:
        return 0  # It is read again, and refused for what it is.


def choose_alternative(element: etree._Element) -> etree._Element | None:
    """Of an ``mc:AlternateContent`` the one form to read: the newer one, unless only the older one says something."""
    choice, fallback = element.find(f"{MC}Choice"), element.find(f"{MC}Fallback")
    if choice is None or (fallback is not None and not _has_content(choice) and _has_content(fallback)):
        return fallback
    return choice


def _has_content(element: etree._Element) -> bool:
    return next(element.iter(f"{W}txbxContent", f"{A}blip", f"{V}imagedata", f"{W}t"), None) is not None


def _list_outermost_boxes(element: etree._Element) -> list[etree._Element]:
    boxes = list(element.iter(f"{W}txbxContent"))
    return [box for box in boxes if not any(other is not box and other in box.iterancestors() for other in boxes)]


def _name_drawing(element: etree._Element) -> list[Note]:
    data = next(element.iter(f"{A}graphicData"), None)
    kind = "" if data is None else str(data.get("uri", "")).rpartition("/")[2]
    if kind in ("chart", "chartex", "diagram"):
        return [_make_error(N_("a chart or diagram (%(name)s) cannot be read; save it as a picture"), kind)]
    forms = [str(form.get("prst", "")) for form in element.iter(f"{A}prstGeom")]
    if next(element.iter(f"{WPS}wsp"), None) is None or all(form in _LINES for form in forms):
        return []
    return [Note("stem", N_("a drawn shape was left out"))]


def _refuse_object(program: str) -> Note:
    if program.startswith(("Equation", "MathType")):
        return _make_error(N_("a formula of %(name)s cannot be read; type it again with Word's own equations"), program)
    return _make_error(N_("an embedded object of %(name)s cannot be read"), program)


def _make_error(message: str, name: str = "") -> Note:
    return Note("pictures", message, {"name": name[:80]} if name else {}, Severity.ERROR)
