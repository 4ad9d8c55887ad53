"""Reads all that an answer holds, whatever it is packed in."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile, is_zipfile

from pypdf import PdfReader


def read_parts(content: bytes) -> Iterator[bytes]:
    """All that can be read in an answer: its bytes, the parts of an archive and theirs, the pages of a PDF."""
    yield content
    if is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from read_parts(archive.read(name))
    elif content.startswith(b"%PDF"):
        reader = PdfReader(BytesIO(content))
        yield " ".join(page.extract_text() for page in reader.pages).encode()
        yield str(reader.metadata).encode()
