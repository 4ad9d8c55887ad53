"""An official list before it is a file: what stands on it, and the lines of its spreadsheet forms.

Layout by Nghị định 30/2020/NĐ-CP, Phụ lục I: national title on the right, issuing body on the left, number and date,
title, the table, who answers for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.issued_lists import FileFormat
from quiz_app.domain.list_seals import ListLines

Cell = str | int | None

PAGE_MM = (210, 297)
MARGIN_TOP, MARGIN_BOTTOM, MARGIN_LEFT, MARGIN_RIGHT = 20, 20, 30, 15
"""Millimetres: within 20-25, 20-25, 30-35 and 15-20 of the decree."""


class CellKind(StrEnum):
    """What a column holds; a score is given in hundredths of a point."""

    ORDINAL = "ordinal"
    TEXT = "text"
    CENTRED = "centred"
    NUMBER = "number"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class DocumentColumn:
    """A column; ``width`` is its share of the page, in millimetres where all of them fill it."""

    heading: str
    kind: CellKind
    width: float


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: the title in capitals, and what is asked for below it."""

    title: str
    hint: str


@dataclass(frozen=True, slots=True)
class DocumentProof:
    """The code in groups, what stands before it, where it can be typed, and what the QR leads to."""

    code: str
    code_label: str
    check_label: str
    address: str
    url: str


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """Everything that stands on a list, in the language of the reader. ``preamble`` are paragraphs above the table, as
    minutes and decisions have them; one in capitals is a heading.
    """

    language: str
    national_title: str
    motto: str
    superior: str | None
    issuer: str
    number_line: str
    date_line: str
    title: str
    subtitle: tuple[str, ...]
    columns: tuple[DocumentColumn, ...]
    rows: Sequence[Sequence[Cell]]
    empty_text: str
    footer: tuple[str, ...]
    signatures: tuple[Signature, ...]
    proof: DocumentProof | None
    """None for a paper that is only signed by hand."""
    sheet_name: str
    preamble: tuple[str, ...] = ()

    @property
    def is_landscape(self) -> bool:
        """Whether the table needs the long side of the page."""
        return len(self.columns) > 7

    @property
    def width_mm(self) -> float:
        """The width between the margins."""
        return PAGE_MM[1 if self.is_landscape else 0] - MARGIN_LEFT - MARGIN_RIGHT

    @property
    def right_column(self) -> int:
        """The column of a sheet in which the right half begins."""
        total, passed = sum(column.width for column in self.columns), 0.0
        for place, column in enumerate(self.columns):
            if passed >= total * 0.42:
                return place
            passed += column.width
        return len(self.columns) - 1

    @property
    def proof_line(self) -> str:
        """The code and where to check it, on one line; "" without a proof."""
        proof = self.proof
        if proof is None:
            return ""
        return f"{proof.code_label}: {proof.code}. {proof.check_label}: {proof.address}"


def make_text(cell: Cell, kind: CellKind, language: str) -> str:
    """A cell as it is printed: scores with a comma in Vietnamese and one decimal at least (``8,5``, ``6,67``)."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if kind is not CellKind.SCORE:
        return str(cell)
    whole, rest = divmod(cell, 100)
    decimals = f"{rest:02d}".rstrip("0").ljust(1, "0")
    return f"{whole}{',' if language == 'vi' else '.'}{decimals}"


@dataclass(frozen=True, slots=True)
class SheetFrame:
    """What stands above and below the table in a sheet: ``(row, column, text, look)``, rows from 0."""

    above: tuple[tuple[int, int, str, str], ...]
    heading: int
    below: tuple[tuple[int, int, str, str], ...]


def make_frame(document: OfficialDocument, file_format: FileFormat) -> SheetFrame:
    """The frame of a workbook's sheet; of csv only what stands below, so that programs find the headings first."""
    above: list[tuple[int, int, str, str]] = []
    row = 0
    if file_format is not FileFormat.CSV:
        right = document.right_column
        above = [
            (0, 0, (document.superior or "").upper(), "half"), (0, right, document.national_title, "half_bold"),
            (1, 0, document.issuer.upper(), "half_bold"), (1, right, document.motto, "half_bold"),
            (2, 0, document.number_line, "half"), (2, right, document.date_line, "half_italic"),
            (4, 0, document.title, "title"),
        ]  # fmt: skip
        row = 5
        for text in document.subtitle:
            above.append((row, 0, text, "centred"))
            row += 1
        for text in document.preamble:
            above.append((row, 0, text, "plain"))
            row += 1
        row += 1
    heading = row
    row += 1 + len(document.rows)
    below: list[tuple[int, int, str, str]] = []
    if not document.rows:
        below.append((row, 0, document.empty_text, "plain"))
        row += 1
    row += 1
    for text in document.footer:
        below.append((row, 0, text, "plain"))
        row += 1
    row += 1
    if file_format is not FileFormat.CSV and document.signatures:
        places = (0, document.right_column) if len(document.signatures) > 1 else (document.right_column,)
        for place, signature in zip(places, document.signatures, strict=False):
            below += [(row, place, signature.title, "half_bold"), (row + 1, place, signature.hint, "half_italic")]
        below.sort(key=lambda entry: entry[:2])
        row += 7
    below.append((row, 0, document.proof_line, "plain"))
    return SheetFrame(tuple(entry for entry in above if entry[2]), heading, tuple(entry for entry in below if entry[2]))


def list_lines(document: OfficialDocument, file_format: FileFormat) -> ListLines:
    """The lines that are sealed: those of the sheet, in the file's order. A pdf or docx has those of the workbook."""
    frame = make_frame(document, file_format)
    kinds = [column.kind for column in document.columns]
    above = _gather(frame.above)
    rows = [
        [make_text(cell, kind, document.language) for cell, kind in zip(row, kinds, strict=True)]
        for row in document.rows
    ]
    headings = [column.heading for column in document.columns]
    return ListLines(
        lines=[*above, headings, *rows, *_gather(frame.below)],
        heading=len(above),
        row_count=len(rows),
        has_ordinal=kinds[0] is CellKind.ORDINAL,
    )


def _gather(entries: Sequence[tuple[int, int, str, str]]) -> list[list[str]]:
    by_row: dict[int, list[str]] = {}
    for row, column, text, _ in entries:
        line = by_row.setdefault(row, [])
        line += [""] * (column - len(line))
        line.append(text)
    return [by_row[row] for row in sorted(by_row)]
