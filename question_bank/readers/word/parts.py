"""A .docx opened: its main part and what belongs to it, within the limits; what is no .docx is refused by name."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from lxml import etree

from question_bank.readers.opening import Package, WrongFile, is_ole, parse_xml, refuse_foreign
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.names import W

MOST_TAGS = 600_000
"""Of the main part: a paper of 500 questions has about 60,000. Each costs some 300 bytes once it is parsed."""
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", W.strip("{}").encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/", b"http://schemas.openxmlformats.org/officeDocument/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
)
_MACROS = N_("the file holds macros; save it as a Word document without macros (.docx)")
_OLD = N_("the file is of Word as it was before 2007 (.doc); open it in Word and save it as .docx")


@dataclass(frozen=True, slots=True)
class Relation:
    """What a relationship id stands for: a part of the package, or an address outside of it."""

    target: str
    kind: str
    is_outside: bool


class WordFile:
    """The parts of a Word document. Raises WrongFile for what is none."""

    def __init__(self, content: bytes, name: str) -> None:
        """Open and check; only the main part, styles, numbering and notes are parsed."""
        refuse_foreign(content)
        if is_ole(content):
            raise WrongFile(_OLD)
        if content.startswith(b"{\\rtf"):
            raise WrongFile(N_("the file is RTF text; open it in Word and save it as .docx"))
        self.package = Package(content)
        is_with_macros = b"macroEnabled" in self._read_types() or name.lower().endswith((".docm", ".dotm"))
        if is_with_macros or any("vbaproject" in part.lower() for part in self.package.names):
            raise WrongFile(_MACROS)
        self.main = self._find_main()
        self.relations = self._read_relations(self.main)
        self.document = self._parse(self.main)
        self.styles = self._find_related("styles")
        self.numbering = self._find_related("numbering")
        self.footnotes = self._find_related("footnotes")
        self.endnotes = self._find_related("endnotes")
        self.comments = self._find_related("comments")

    def _read_types(self) -> bytes:
        try:
            return self.package.read("[Content_Types].xml")
        except KeyError:
            raise WrongFile(N_("the file is damaged or of another kind than its name says")) from None

    def _find_main(self) -> str:
        for relation in self._read_relations("").values():
            if relation.kind.endswith("/officeDocument") and relation.target in self.package.names:
                return relation.target
        if "word/document.xml" in self.package.names:
            return "word/document.xml"
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))

    def _read_relations(self, part: str) -> dict[str, Relation]:
        folder, _, file = part.rpartition("/")
        name = posixpath.join(folder, "_rels", f"{file}.rels")
        if name not in self.package.names:
            return {}
        found = {}
        for element in parse_xml(self.package.read(name)):
            target, is_outside = str(element.get("Target", "")), element.get("TargetMode") == "External"
            if not is_outside:
                target = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"{folder}/{target}")
                target = target.lstrip("/")
            found[str(element.get("Id", ""))] = Relation(target, str(element.get("Type", "")), is_outside)
        return found

    def _find_related(self, kind: str) -> etree._Element | None:
        for relation in self.relations.values():
            if relation.kind.endswith(f"/{kind}") and not relation.is_outside and relation.target in self.package.names:
                return self._parse(relation.target)
        return None

    def _parse(self, name: str) -> etree._Element:
        content = self.package.read(name)
        if content.count(b"<") > MOST_TAGS:
            raise WrongFile(N_("the document is too long to be read in one piece; split it into several files"))
        for strict, usual in _STRICT:
            content = content.replace(strict, usual)
        return parse_xml(content)
