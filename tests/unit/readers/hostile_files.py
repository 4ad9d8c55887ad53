"""Files that nobody sends by accident, for every format. Run as a program: reads each in a process of its own.

Prints one line of JSON for each case: what it took, and what the report says.
"""

import io
import json
import os
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator

from question_bank.readers import read_items

SECONDS, MEGABYTES = 5, 300
SUFFIXES = (".docx", ".xlsx", ".xls", ".ods", ".csv", ".gift", ".txt", ".xml", ".zip", ".imscc", ".qti")
_DOCX_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
    'PartName="/word/document.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_XLSX_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_LINK = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
_WORKBOOK = (
    f'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


def link(target, kind):
    return _LINK.format(f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>').encode()


def package(suffix, main):
    """The parts of a package of that kind, whose main part has this content."""
    if suffix == ".docx":
        return {
            "[Content_Types].xml": _DOCX_TYPES.encode(),
            "_rels/.rels": link("word/document.xml", "officeDocument"),
            "word/document.xml": main,
        }
    if suffix == ".xlsx":
        return {
            "[Content_Types].xml": _XLSX_TYPES.encode(),
            "_rels/.rels": link("xl/workbook.xml", "officeDocument"),
            "xl/workbook.xml": _WORKBOOK.encode(),
            "xl/_rels/workbook.xml.rels": link("worksheets/sheet1.xml", "worksheet"),
            "xl/worksheets/sheet1.xml": main,
        }
    if suffix == ".ods":
        return {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": main}
    return {"imsmanifest.xml": _MANIFEST.encode(), "item.xml": main}


_MANIFEST = (
    '<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources><resource identifier="i" '
    'type="imsqti_item_xmlv2p1" href="item.xml"><file href="item.xml"/></resource></resources></manifest>'
)
SECRET = "EncryptedPackage".encode("utf-16-le")
PACKAGES = (".docx", ".xlsx", ".ods", ".zip")


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def repeat_deflated(block, times):
    """A deflated stream of the block many times over, made without holding it."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = press.compress(block) + press.flush(zlib.Z_FULL_FLUSH)
    return body * times + press.flush(zlib.Z_FINISH)


def raw_zip(entries):
    """A zip from (name, packed content, method, flags, size that the directory says)."""
    files, directory, place = [], [], 0
    for name, content, method, flags, size in entries:
        encoded = name.encode()
        head = struct.pack("<5H3I2H", 20, flags, method, 0, 0x21, 0, len(content), size, len(encoded), 0)
        directory.append(b"PK\x01\x02" + struct.pack("<H", 20) + head)
        directory.append(struct.pack("<3H2I", 0, 0, 0, 0, place) + encoded)
        files.append(b"PK\x03\x04" + head + encoded + content)
        place += len(files[-1])
    count, listed = min(len(entries), 65535), b"".join(directory)
    end = struct.pack("<4H2IH", 0, 0, count, count, len(listed), place, 0)
    return b"".join(files) + listed + b"PK\x05\x06" + end


def make_laughs(root: str) -> bytes:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{laughs}]><{root}>&a9;</{close(root)}>'.encode()


def close(root: str) -> str:
    return root.partition(" ")[0]


def fill(root: str, inside: bytes) -> bytes:
    return f"<{root}>".encode() + inside + f"</{close(root)}>".encode()


XML_ATTACKS: dict[str, Callable[[str], bytes]] = {
    "laughs": make_laughs,
    "outside": lambda root: b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + fill(root, b"&a;"),
    "deep": lambda root: fill(root, b"<p>" * 100_000 + b"</p>" * 100_000),
    "tiny": lambda root: fill(root, b"<p/>" * 1_000_001),
    "attributes": lambda root: f"<{root} ".encode() + b" ".join(b"a%d=''" % n for n in range(1_000_001)) + b"/>",
    "line": lambda root: fill(root, b"x" * 15_000_000),
    "cut": lambda root: f"<{root}><p>abc".encode(),
    "utf-7": lambda root: b'<?xml version="1.0" encoding="UTF-7"?>' + fill(root, b"+ADw-p/+AD4-"),
}
"""Contents for a main part, whatever its format: from the root element's tag."""


ROOTS = {
    ".docx": 'w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
    ".xlsx": 'worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"',
    ".ods": 'office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"',
    ".zip": 'assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1"',
}


def deep_html():
    return "&lt;div&gt;" * 100_000


def list_cases() -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    """Name, file name, and how the content is made."""
    for suffix in SUFFIXES:
        name = f"x{suffix}"
        yield f"empty{suffix}", name, lambda: b""
        yield f"program{suffix}", name, lambda: b"MZ" + b"\x90\0" * 5000
        yield f"elf{suffix}", name, lambda: b"\x7fELF" + b"\0" * 5000
        yield (
            f"password{suffix}",
            name,
            lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + SECRET + b"\0" * 2000,
        )
        yield f"pdf{suffix}", name, lambda: b"%PDF-1.7\n" + b"x" * 2000
        yield f"picture{suffix}", name, lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 2000
        yield f"page{suffix}", name, lambda: b"<!DOCTYPE html><html><body>x</body></html>"
        yield f"noise{suffix}", name, lambda: bytes((n * n * 7919) >> 3 & 255 for n in range(20_000))
        if suffix in (".csv", ".gift", ".txt", ".docx", ".xml"):
            yield from _list_long(suffix)
        yield f"ole{suffix}", name, lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 4000
        yield f"nothing-zipped{suffix}", name, lambda: zipped({})
        for other in PACKAGES:
            if other != suffix and (other, suffix) != (".zip", ".imscc"):
                yield f"{other[1:]}-as{suffix}", name, lambda other=other: zipped(package(other, b"<x/>"))
    yield from _list_packages()
    yield from _list_texts()


def _list_long(suffix):
    """As large as a file may be; other suffixes refuse a text at once, as .docx does."""
    name = f"x{suffix}"
    yield f"spaces-20{suffix}", name, lambda: b" " * (20 * 1024 * 1024)
    yield f"line-15{suffix}", name, lambda: b"x" * 15_000_000
    yield f"lines-15{suffix}", name, lambda: b"x\n" * 7_500_000
    yield f"lines-2{suffix}", name, lambda: b"x\n" * 1_090_000
    yield f"signs-15{suffix}", name, lambda: b"{=~<&" * 3_000_000


def _list_packages():
    spaces = repeat_deflated(b" " * 1024 * 1024, 1024)
    for suffix in PACKAGES:
        name, root = f"x{suffix}", ROOTS[suffix]
        for attack, attacks in XML_ATTACKS.items():
            yield f"xml-{attack}{suffix}", name, lambda s=suffix, a=attacks, r=root: zipped(package(s, a(r)))
        main = list(package(suffix, b""))[-1]
        rest = {part: content for part, content in package(suffix, b"").items() if part != main}
        stored = [(part, content, 0, 0, len(content)) for part, content in rest.items()]

        def lie(*entry, stored=stored):
            return raw_zip([*stored, entry])

        yield f"gigabyte{suffix}", name, lambda lie=lie, main=main: lie(main, spaces, 8, 0, 1024**3)
        yield f"gigabyte-lying{suffix}", name, lambda lie=lie, main=main: lie(main, spaces, 8, 0, 500_000)
        yield f"locked{suffix}", name, lambda lie=lie, main=main: lie(main, b"x" * 99, 0, 1, 99)
        yield (
            f"lzma{suffix}",
            name,
            lambda lie=lie, main=main: lie(main, b"\x09\x14\x05\0\x5d\xff\xff\xff\xff" * 9, 14, 0, 99),
        )
        yield f"climbing{suffix}", name, lambda lie=lie: lie("../../etc/x.xml", b"x", 0, 0, 1)
        yield f"rooted{suffix}", name, lambda lie=lie: lie("/etc/x.xml", b"x", 0, 0, 1)
        yield f"drive{suffix}", name, lambda lie=lie: lie("C:\\x.xml", b"x", 0, 0, 1)
        yield (
            f"macros{suffix}",
            name,
            lambda s=suffix: zipped({**package(s, b"<x/>"), "word/vbaProject.bin": b"x", "Basic/a.xml": b"x"}),
        )
        yield (
            f"nested{suffix}",
            name,
            lambda s=suffix: zipped(package(s, zipped({"a.zip": zipped({"b": b"0" * 10**6})}))),
        )
        yield f"crowd{suffix}", name, lambda s=suffix: raw_zip([(f"{n}", b"", 0, 0, 0) for n in range(2_001)])
        yield f"half{suffix}", name, lambda s=suffix: (w := zipped(package(s, b"<x/>")))[: len(w) // 2]


def _list_texts():
    roots = {"moodle": "quiz", "qti": "assessmentItem", "canvas": "questestinterop"}
    for kind, root in roots.items():
        for attack, attacks in XML_ATTACKS.items():
            yield f"{kind}-{attack}.xml", "x.xml", lambda a=attacks, r=root: a(r)[: 20 * 1024 * 1024]
    html = deep_html()
    question = '<quiz><question type="essay"><name><text>x</text></name><questiontext format="html"><text>{}</text>'
    moodle = question.format(html) + "</questiontext></question></quiz>"
    yield "moodle-html.xml", "x.xml", moodle.encode
    canvas = (
        '<questestinterop><item ident="i"><itemmetadata><qtimetadata><qtimetadatafield>'
        "<fieldlabel>question_type</fieldlabel>"
        "<fieldentry>essay_question</fieldentry></qtimetadatafield></qtimetadata></itemmetadata><presentation><material>"
        f'<mattext texttype="text/html">{html}</mattext></material></presentation></item></questestinterop>'
    )
    yield "canvas-html.xml", "x.xml", canvas.encode
    yield "gift-html.gift", "x.gift", lambda: ("[html]" + "<div>" * 100_000 + "{=a ~b}").encode()
    yield "gift-deep.gift", "x.gift", lambda: b"x {" * 1_000_000
    yield "gift-answers.gift", "x.gift", lambda: b"x {" + b"=a " * 3_000_000 + b"}"
    yield "gift-many.gift", "x.gift", lambda: b"x {}\n\n" * 500_000
    yield "aiken-many.txt", "x.txt", lambda: b"Q\nA. x\nB. y\nANSWER: A\n\n" * 200_000
    yield "aiken-options.txt", "x.txt", lambda: b"Q\n" + b"A. x\n" * 1_000_000 + b"ANSWER: A\n"
    yield "columns.csv", "x.csv", lambda: b"," * 15_000_000
    yield "quotes.csv", "x.csv", lambda: b'"' * 15_000_001
    yield "rows.csv", "x.csv", lambda: b"a,b\n" * 1_090_000


class EndlessSpaces(io.RawIOBase):
    """A stream of 1 GB of spaces that comes in pieces and is never in memory at once."""

    def __init__(self):
        super().__init__()
        self.left = 1024**3

    def readable(self):
        return True

    def read(self, size=-1):
        given = min(self.left, 65536 if size < 0 else min(size, 65536))
        self.left -= given
        return b" " * given


def _measure(name: str, make_stream: Callable[[], io.IOBase], file_name: str) -> dict:
    """Read in a child process, which is killed after twice the time."""
    stream = make_stream()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        # Of the processor: how long others keep it busy says nothing about a reader.
        resource.setrlimit(resource.RLIMIT_CPU, (3 * SECONDS, 3 * SECONDS))
        began = time.process_time()
        try:
            report = read_items(stream, file_name)
            said = {
                "items": sum(item.is_ready for item in report.items),
                "drafts": sum(not item.is_ready for item in report.items),
                "messages": [problem.describe()[:200] for problem in report.list_problems()[:3]],
            }
        except BaseException as error:
            said = {"raised": repr(error)[:300]}
        said["seconds"] = time.process_time() - began
        os.write(writing, json.dumps(said).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read()
    _, status, usage = os.wait4(child, 0)
    result = json.loads(said) if said else {"raised": f"killed by signal {os.WTERMSIG(status)}", "seconds": 99}
    # The child begins with what this process holds; what it may take is on top of an empty one's.
    return {"name": name, "file": file_name, "megabytes": usage.ru_maxrss / 1024, **result}


def main(wanted: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, file_name, make in list_cases():
        if not wanted or any(word in name for word in wanted):
            print(json.dumps(_measure(name, lambda make=make: io.BytesIO(make()), file_name)), flush=True)
    for suffix in SUFFIXES:
        if not wanted or any(word in f"gigabyte-stream{suffix}" for word in wanted):
            print(json.dumps(_measure(f"gigabyte-stream{suffix}", EndlessSpaces, f"x{suffix}")), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
