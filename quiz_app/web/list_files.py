"""Lists as files: read, put into words, written, signed, and only then handed out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import request
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.domain.people import Person
from quiz_app.exports.documents import OfficialDocument, list_lines
from quiz_app.exports.list_docx import DOCX, make_list_docx
from quiz_app.exports.list_pdf import PDF, make_list_pdf
from quiz_app.exports.list_sheets import XLSX, make_list_csv, make_list_workbook
from quiz_app.exports.sheets import CSV
from quiz_app.services.issued_lists import NewList, digest_content, issue_lists, new_list_code
from quiz_app.services.score_lists import OfficialData, make_lists
from quiz_app.web.addresses import find_site_url
from quiz_app.web.downloads import make_disposition
from quiz_app.web.identity import get_settings
from quiz_app.web.list_words import make_document, make_file_name, make_totals

MEDIA_TYPES = {FileFormat.XLSX: XLSX, FileFormat.CSV: CSV, FileFormat.PDF: PDF, FileFormat.DOCX: DOCX}
MOST_PRINTED_ROWS = 2000
"""More rows are no document to print: they come as a workbook, or as a zip of one document a unit."""


def answer_list(
    *,
    person: Person,
    as_lead: bool,
    kind: ListKind,
    file_format: FileFormat,
    round_id: int,
    unit_id: int | None,
    each_unit: bool,
    now: datetime,
) -> Response:
    """The file. Raises NotAllowed, NotFound, InvalidInput."""
    if each_unit and file_format is not FileFormat.XLSX:
        raise InvalidInput("A sheet for each unit is made as an Excel file only.")
    data = make_lists(
        person=person, as_lead=as_lead, kind=kind, round_id=round_id, unit_id=unit_id, each_unit=each_unit, now=now
    )
    if not data:
        raise InvalidInput("There is nobody to put on a list yet.")
    rows = sum(len(one.people) + len(one.units) for one in data)
    if file_format in (FileFormat.PDF, FileFormat.DOCX) and rows > MOST_PRINTED_ROWS:
        raise InvalidInput("So long a list is made as Excel or csv, or as a zip with one document for each unit.")
    content, new = write_lists(data, file_format=file_format, address=find_check_address())
    issue_lists(new, person=person, file_format=file_format, secret_key=get_settings().secret_key, now=now)
    response = Response(content, mimetype=MEDIA_TYPES[file_format])
    response.headers["Content-Disposition"] = make_disposition(make_file_name(data[0], str(file_format)))
    return response


def write_lists(data: Sequence[OfficialData], *, file_format: FileFormat, address: str) -> tuple[bytes, list[NewList]]:
    """The bytes of one file with these lists, and what is to be signed of each."""
    codes = [new_list_code() for _ in data]
    documents = [make_document(one, code=code, address=address) for one, code in zip(data, codes, strict=True)]
    content = _write(documents, file_format)
    digest = digest_content(content)
    return content, [
        NewList(code, one, list_lines(document, file_format), make_totals(one), digest)
        for code, one, document in zip(codes, data, documents, strict=True)
    ]


def find_check_address() -> str:
    """Where codes are checked, as it is read off paper."""
    return find_site_url("public.find_list")


def read_kind() -> ListKind:
    """The kind of list that the form asks for. Raises InvalidInput."""
    try:
        return ListKind(request.form.get("kind", ""))
    except ValueError:
        raise InvalidInput("Choose a list.") from None


def read_format() -> FileFormat:
    """The file format that the form asks for. Raises InvalidInput."""
    try:
        return FileFormat(request.form.get("format", ""))
    except ValueError:
        raise InvalidInput("Choose a file format.") from None


def _write(documents: Sequence[OfficialDocument], file_format: FileFormat) -> bytes:
    if file_format is FileFormat.XLSX:
        return make_list_workbook(documents)
    document = documents[0]
    if file_format is FileFormat.CSV:
        return make_list_csv(document)
    return make_list_pdf(document) if file_format is FileFormat.PDF else make_list_docx(document)
