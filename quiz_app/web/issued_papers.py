"""Papers of initiative rounds as files: written under a code, signed, and only then handed out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from quiz_app.domain.certificates import format_code
from quiz_app.domain.errors import NotFound
from quiz_app.domain.issued_lists import FileFormat, IssuedPaper
from quiz_app.exports.documents import DocumentProof, OfficialDocument, list_lines
from quiz_app.exports.list_docx import DOCX, make_list_docx
from quiz_app.exports.list_pdf import PDF, make_list_pdf
from quiz_app.exports.list_sheets import XLSX, make_list_workbook
from quiz_app.services.issued_lists import new_list_code
from quiz_app.services.issued_papers import issue_paper
from quiz_app.web.addresses import find_site_url
from quiz_app.web.downloads import make_disposition
from quiz_app.web.identity import get_current_person, get_settings
from quiz_app.web.translate import gettext

_WRITERS: Mapping[FileFormat, tuple[str, Callable[[OfficialDocument], bytes]]] = {
    FileFormat.DOCX: (DOCX, make_list_docx),
    FileFormat.PDF: (PDF, make_list_pdf),
    FileFormat.XLSX: (XLSX, lambda document: make_list_workbook([document])),
}


def read_paper_format(text: str) -> FileFormat:
    """The format that an address names. Raises NotFound for what no paper is made as."""
    if text not in set(FileFormat) or FileFormat(text) not in _WRITERS:
        raise NotFound
    return FileFormat(text)


def answer_issued_paper(
    document: OfficialDocument,
    *,
    kind: IssuedPaper,
    file_format: FileFormat,
    round_id: int,
    state: Mapping[str, Any],
    is_demonstration: bool,
    name: str,
    now: datetime,
) -> Response:
    """The document under a new code, as a file called ``name``."""
    code = new_list_code()
    document = replace(document, proof=_make_proof(code))
    media_type, write = _WRITERS[file_format]
    content = write(document)
    issue_paper(
        code=code,
        kind=kind,
        file_format=file_format,
        round_id=round_id,
        lines=list_lines(document, file_format),
        content=content,
        state=state,
        is_demonstration=is_demonstration,
        person=get_current_person(),
        secret_key=get_settings().secret_key,
        now=now,
    )
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.{file_format}")
    return response


def _make_proof(code: str) -> DocumentProof:
    address, grouped = find_site_url("public.find_list"), format_code(code)
    return DocumentProof(
        code=grouped,
        code_label=gettext("Verification code"),
        check_label=gettext("Check it at"),
        address=address,
        url=f"{address}/{grouped}",
    )
