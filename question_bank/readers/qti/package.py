"""Packages of QTI: which files of the zip hold questions, and where their pictures are."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from question_bank.readers.opening import Package, WrongFile, parse_xml
from question_bank.readers.qti.metadata import FileFacts, read_file_facts
from question_bank.readers.qti.names import simplify_names
from question_bank.readers.report import mark_message as N_

_MANIFEST = "imsmanifest.xml"
_FILE_PLACES = ("IMS-CC-FILEBASE", "$IMS-CC-FILEBASE$", "%24IMS-CC-FILEBASE%24")
"""What Canvas writes for the folder of the files of a course."""
_CANVAS_FOLDERS = ("web_resources",)
_SECOND_COPY = "non_cc_assessments/"


class Folder:
    """Finds files that a document names, beside it or in the package's folders. Without a package nothing is found."""

    def __init__(self, package: Package | None = None, document: str = "", root: str = "") -> None:
        self._package = package
        self._bases = (posixpath.dirname(document), root, *(posixpath.join(root, name) for name in _CANVAS_FOLDERS))

    def find(self, address: str) -> bytes | None:
        """The content, or None. Raises WrongFile for a damaged part."""
        if self._package is None or not address or "://" in address:
            return None
        for place in _FILE_PLACES:
            address = address.removeprefix(f"{place}/")
        for base in self._bases:
            name = posixpath.normpath(posixpath.join(base, address.lstrip("/")))
            if name in self._package.names:
                return self._package.read(name)
        return None


def open_package(content: bytes) -> Package | None:
    """The package, or None for what is no zip. Raises WrongFile for a damaged or dangerous one."""
    return Package(content) if content.startswith(b"PK") else None


@dataclass(frozen=True, slots=True)
class Document:
    """A file of the package that should hold questions. ``content`` is None where the package has no such file."""

    name: str
    content: bytes | None
    folder: Folder
    facts: FileFacts = FileFacts()


def list_documents(package: Package) -> Iterator[Document]:
    """The files that the manifest calls QTI; without a manifest, all XML files."""
    manifest = min((name for name in package.names if _is_manifest(name)), key=len, default=None)
    root = posixpath.dirname(manifest) if manifest else ""
    listed = list(_read_manifest(package, manifest)) if manifest else []
    if not listed:
        listed = [(name, FileFacts()) for name in package.names if _is_xml(name) and name != manifest]
    for name, facts in listed:
        content = package.read(name) if name in package.names else None
        yield Document(name, content, Folder(package, name, root), facts)


def _is_manifest(name: str) -> bool:
    return posixpath.basename(name).lower() == _MANIFEST


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".qti")) and not posixpath.basename(name).startswith(".")


def _read_manifest(package: Package, manifest: str) -> Iterator[tuple[str, FileFacts]]:
    root = parse_xml(package.read(manifest))
    simplify_names(root)
    folder = posixpath.dirname(manifest)
    seen: set[str] = set()
    for resource in root.iter("resource"):
        if not resource.get("type", "").lower().startswith("imsqti"):
            continue
        addresses = [resource.get("href"), *(file.get("href") for file in resource.iter("file"))]
        address = next((one for one in addresses if one and _is_xml(one)), None)
        if address is None:
            raise WrongFile(N_("the package’s list of files (imsmanifest.xml) names a question without a file"))
        name = _prefer_full_copy(package, folder, posixpath.normpath(posixpath.join(folder, unquote(address))))
        if name not in seen:
            seen.add(name)
            yield name, read_file_facts(resource)


def _prefer_full_copy(package: Package, folder: str, name: str) -> str:
    """Canvas puts a shortened copy of a quiz where other systems look, and the whole one into a folder of its own."""
    copy = posixpath.join(folder, _SECOND_COPY + posixpath.basename(posixpath.dirname(name)) + ".xml.qti")
    return copy if copy in package.names else name
