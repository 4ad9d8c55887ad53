"""Text with commas, semicolons or tabs between its columns."""

from __future__ import annotations

import csv
from io import StringIO

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import mark_message as N_
from quiz_app.services.tables.sheets import MOST_CELLS
from quiz_app.services.tables.values import Value, clean_text

_LONGEST_FIELD = 20_000


def read_delimited(content: bytes) -> list[list[Value]]:
    """The lines as cells. Raises WrongFile for what is not text or has a quotation that never ends."""
    text = _decode(content)
    first = text.lstrip("\ufeff").partition("\n")[0]
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[4], text.partition("\n")[2]
    else:
        sample = text[:8192]
        delimiter = max(";,\t", key=sample.count)
    csv.field_size_limit(_LONGEST_FIELD)
    rows: list[list[Value]] = []
    cells = 0
    try:
        for line in csv.reader(StringIO(text), delimiter=delimiter, strict=True):
            cells += len(line)
            if cells > MOST_CELLS:
                raise WrongFile(
                    N_("the table is too large, or a cell far from the table holds something; delete that cell")
                )
            rows.append([clean_text(cell) for cell in line])
    except csv.Error:
        raise WrongFile(N_("a quotation mark in the file is never closed; save it as .xlsx and upload that")) from None
    return rows


def _decode(content: bytes) -> str:
    """UTF-8, or UTF-16 as "Unicode text" of Excel is."""
    try:
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        if b"\0" not in content:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    raise WrongFile(N_("the file is not text in UTF-8; save it as .xlsx and upload that"))
