"""Writes QTI 3.0: a package with a manifest, a file for each item and the pictures."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO

from lxml import etree

from question_bank.formatted_text import list_pictures
from question_bank.items import Item, Level
from question_bank.pictures import Picture
from question_bank.readers.opening import MOST_PARTS
from question_bank.readers.report import mark_message as N_
from question_bank.writers import CannotWrite
from question_bank.writers.qti_item import make_item_document, name_item

_PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_DIFFICULTIES = {Level.RECOGNISE: "easy", Level.UNDERSTAND: "medium", Level.APPLY: "difficult"}
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same items give the same bytes."""


def write_qti(items: Iterable[Item], pictures: Mapping[str, Picture]) -> bytes:
    """The package. Raises CannotWrite for a draft, a missing picture, or more files than a package may hold."""
    items = list(items)
    named = dict(zip(_make_identifiers(items), items, strict=True))
    used = {digest: item for item in items for digest in list_pictures(*item.list_texts())}
    for digest, item in used.items():
        if digest not in pictures:
            raise CannotWrite(N_("a picture of the item is missing"), item, name_item(item))
    if len(items) + len(used) + 1 > MOST_PARTS:
        message = N_("a package holds 2,000 files at most, one for each item and picture; export fewer items at a time")
        raise CannotWrite(message, items[-1], name_item(items[-1]))
    addresses = {digest: f"images/{digest[:32]}.{_ENDINGS[pictures[digest].media_type]}" for digest in used}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        _add(package, "imsmanifest.xml", _make_manifest(named, addresses))
        for identifier, item in named.items():
            document = make_item_document(item, identifier, lambda digest: f"../{addresses[digest]}")
            _add(package, f"items/{identifier}.xml", document)
        for digest, address in addresses.items():
            _add(package, address, pictures[digest].content)
    return packed.getvalue()


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    package.writestr(entry, content)


def _make_identifiers(items: list[Item]) -> list[str]:
    """The item's code where it can be an identifier and a file name, else its number."""
    taken: set[str] = set()
    identifiers = []
    for number, item in enumerate(items, start=1):
        identifier = item.code if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}", item.code) else f"item-{number:04}"
        if identifier.lower() in taken:
            identifier = f"item-{number:04}"
        while identifier.lower() in taken:
            identifier += "-x"
        taken.add(identifier.lower())
        identifiers.append(identifier)
    return identifiers


def _make_manifest(named: Mapping[str, Item], addresses: Mapping[str, str]) -> bytes:
    names: dict[str | None, str] = {None: _PACKAGING, "lom": _LOM}
    root = etree.Element(f"{{{_PACKAGING}}}manifest", nsmap=names)  # type: ignore[arg-type]  # the stubs forget the default namespace
    root.set("identifier", "question-bank")
    metadata = _grow(root, "metadata")
    _grow(metadata, "schema").text = "QTI Package"
    _grow(metadata, "schemaversion").text = "3.0.0"
    _grow(root, "organizations")
    resources = _grow(root, "resources")
    for identifier, item in named.items():
        href = f"items/{identifier}.xml"
        resource = _grow(resources, "resource", identifier=identifier, type="imsqti_item_xmlv3p0", href=href)
        _describe(_grow(resource, "metadata"), item)
        _grow(resource, "file", href=href)
        for digest in list_pictures(*item.list_texts()):
            _grow(resource, "dependency", identifierref=f"picture-{digest[:32]}")
    for digest, address in addresses.items():
        picture = _grow(resources, "resource", identifier=f"picture-{digest[:32]}", type="webcontent", href=address)
        _grow(picture, "file", href=address)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def _describe(metadata: etree._Element, item: Item) -> None:
    """Topic and level for other systems."""
    lom = _grow(metadata, "lom", space=_LOM)
    difficulty = _grow(_grow(lom, "educational", space=_LOM), "difficulty", space=_LOM)
    _grow(difficulty, "source", space=_LOM).text = "LOMv1.0"
    _grow(difficulty, "value", space=_LOM).text = _DIFFICULTIES[item.level]
    if item.topic:
        path = _grow(_grow(lom, "classification", space=_LOM), "taxonPath", space=_LOM)
        entry = _grow(_grow(path, "taxon", space=_LOM), "entry", space=_LOM)
        try:
            _grow(entry, "string", space=_LOM).text = item.topic
        except ValueError as error:
            message = N_("a text holds characters that a file in XML cannot hold")
            raise CannotWrite(message, item, name_item(item)) from error


def _grow(parent: etree._Element, name: str, space: str = _PACKAGING, **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{space}}}{name}")
    for attribute, value in attributes.items():
        element.set(attribute, value)
    return element
