"""The receipt of an initiative on paper, in the layout of the official lists."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from quiz_app.domain.initiatives.entries import EntryVersion
from quiz_app.exports.documents import CellKind, DocumentColumn, DocumentProof, OfficialDocument
from quiz_app.exports.list_pdf import PDF, make_list_pdf
from quiz_app.services.initiatives import EntryPage
from quiz_app.web.addresses import find_site_url
from quiz_app.web.entry_words import describe_category
from quiz_app.web.formatting import find_language
from quiz_app.web.participant import bp
from quiz_app.web.participant.entries import get_page
from quiz_app.web.participant.entry_steps import find_version
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_file_size
from quiz_app.web.value_words import describe_official_date, describe_second

DIGEST_GROUP = 8


@bp.get("/my/initiatives/<int:entry_id>/receipt.pdf")
def download_entry_receipt(entry_id: int) -> Response:
    """The receipt of a version as a PDF, by default of the latest."""
    page = get_page(entry_id)
    version = find_version(page, request.args.get("version", type=int))
    response = Response(make_list_pdf(make_receipt_document(page, version)), mimetype=PDF)
    name = f"bien-nhan-{version.receipt_code}.pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def make_receipt_document(page: EntryPage, version: EntryVersion) -> OfficialDocument:
    """Everything that stands on the receipt, in the language of the request."""
    round_, entry, language = page.round, page.entry, find_language()
    receiver = entry.department_name or gettext("the organising committee")
    which = gettext("version %(number)s", number=version.number)
    rows = [
        (gettext("Receipt"), version.receipt_code),
        (gettext("Number"), f"{entry.number}, {which}"),
        (gettext("Name of the initiative"), version.title),
        (gettext("Category"), describe_category(version.category, round_)),
        (gettext("Unit"), entry.unit_name),
        (gettext("Handed in to"), receiver),
        (gettext("Time of the hand-in"), describe_second(version.submitted_at, round_.zone)),
        (gettext("Handed in by"), version.submitted_by),
        (gettext("Digest of the whole initiative (SHA-256)"), split_digest(version.digest)),
    ]
    for file in version.files:
        size = format_file_size(file.size, language)
        rows.append((f"{file.name} ({size})", split_digest(file.digest)))
    code, dated = version.receipt_code, version.submitted_at.astimezone(round_.zone)
    return OfficialDocument(
        language=language,
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        superior=None,
        issuer=receiver,
        number_line="",
        date_line=describe_official_date(dated),
        title=gettext("RECEIPT OF AN INITIATIVE"),
        subtitle=(round_.title,),
        columns=(
            DocumentColumn(gettext("Content"), CellKind.TEXT, 60),
            DocumentColumn(gettext("Value"), CellKind.TEXT, 105),
        ),
        rows=[row for row in rows if row[1]],
        empty_text="",
        footer=(gettext("The engine made this receipt when the initiative was handed in; it needs no signature."),),
        signatures=(),
        proof=DocumentProof(
            code=code,
            code_label=gettext("Receipt"),
            check_label=gettext("Check it at"),
            address=find_site_url("public.find_list"),
            url=find_site_url("public.show_entry_receipt", code=code),
        ),
        sheet_name=code,
    )


def split_digest(digest: str) -> str:
    """The digest in groups that can be compared by eye, and between which a line can break."""
    return " ".join(digest[start : start + DIGEST_GROUP] for start in range(0, len(digest), DIGEST_GROUP))
