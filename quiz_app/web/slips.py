"""Slips as a page to print, as PDF, and as a workbook. They hold one-time codes, which are shown nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from werkzeug.wrappers import Response

from quiz_app.domain.activation import format_code
from quiz_app.domain.errors import InvalidInput
from quiz_app.exports.sheets import XLSX, SheetColumn, make_workbook
from quiz_app.exports.slips import SlipWords, make_slips_pdf
from quiz_app.services.accounts import Slip
from quiz_app.web.addresses import find_site_url
from quiz_app.web.downloads import make_disposition
from quiz_app.web.formatting import find_display_zone, find_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_day

FORMATS = ("page", "pdf", "xlsx")


def ensure_format(text: str) -> str:
    """The form that is asked for. Raises InvalidInput: before any code is made that nobody would see."""
    if text not in FORMATS:
        raise InvalidInput("Choose how the slips are to be made.")
    return text


def answer_slips(slips: Sequence[Slip], *, file_format: str, back: str) -> Response:
    """The slips in this form; ``back`` is where the page leads afterwards."""
    if file_format == "page":
        return Response(
            render_template(
                "account/slips.html",
                slips=[(slip, format_code(slip.code)) for slip in slips],
                address=find_address(),
                back=back,
            ),
            mimetype="text/html",
        )
    if file_format == "pdf":
        content, media_type = _make_pdf(slips), "application/pdf"
    else:
        content, media_type = _make_workbook(slips), XLSX
    name = gettext("slips %(unit)s", unit=slips[0].unit_name)
    response = Response(content, mimetype=media_type)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.{file_format}")
    return response


def find_address() -> str:
    """Where a code is used, as it is read off paper."""
    return find_site_url("account.activate")


def _make_pdf(slips: Sequence[Slip]) -> bytes:
    zone, address = find_display_zone(), find_address()
    words = [
        SlipWords(
            unit=slip.unit_name or gettext("Without a unit"),
            title=gettext("Online contest – first sign-in"),
            name=slip.name,
            login_label=gettext("Account"),
            login=slip.login,
            code_label=gettext("One-time code"),
            code=format_code(slip.code),
            steps=gettext("Open %(address)s, type account and code, and choose your own password.", address=address),
            expiry=gettext("Holds until %(day)s, for one use. Give it to nobody else.",
                           day=format_day(slip.expires_at, zone)),
        )
        for slip in slips
    ]  # fmt: skip
    return make_slips_pdf(
        words,
        language=find_language(),
        title=gettext("Slips with one-time codes"),
        page_label=gettext("page %(number)s of %(count)s", number="%(number)s", count="%(count)s"),
    )


def _make_workbook(slips: Sequence[Slip]) -> bytes:
    zone, address = find_display_zone(), find_address()
    headings = (
        gettext("Unit"), gettext("Full name"), gettext("Account"), gettext("One-time code"), gettext("Holds until"),
        gettext("Address"),
    )  # fmt: skip
    return make_workbook(
        gettext("Slips"),
        [SheetColumn(heading) for heading in headings],
        [
            (
                slip.unit_name, slip.name, slip.login, format_code(slip.code), format_day(slip.expires_at, zone),
                address,
            )
            for slip in slips
        ],
    )  # fmt: skip
