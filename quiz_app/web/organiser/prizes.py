"""Prizes of an initiative round: proposed, changed, decided, published; their certificates; the order of units."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.initiatives.prizes import PrizeFor
from quiz_app.exports.sheets import SheetColumn, make_workbook
from quiz_app.services.judging import prize_certificates, prizes, results, unit_ranking
from quiz_app.web.directory_query import read_id
from quiz_app.web.downloads import make_disposition
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import read_text, send_workbook
from quiz_app.web.organiser import bp
from quiz_app.web.presenting_words import format_share
from quiz_app.web.prize_certificates import answer_certificate, write_certificate
from quiz_app.web.translate import gettext, ngettext


@bp.get("/initiatives/<int:round_id>/prizes")
def show_initiative_prizes(round_id: int) -> str:
    """The final order, the prizes, and the publication."""
    return _render(round_id, None)


@bp.post("/initiatives/<int:round_id>/prizes")
def change_initiative_prizes(round_id: int) -> Response | tuple[str, int]:
    """Propose, give, take, decide, undo, publish."""
    try:
        flash(_change(round_id))
    except InvalidInput as refusal:
        return _render(round_id, refusal), refusal.status
    return redirect(url_for("organiser.show_initiative_prizes", round_id=round_id), code=303)


@bp.get("/initiatives/prizes/<int:prize_id>/certificate.pdf")
def download_prize_certificate(prize_id: int) -> Response:
    """The certificate of one prize."""
    return answer_certificate(get_current_person(), prize_id)


@bp.get("/initiatives/<int:round_id>/prizes/certificates.zip")
def download_prize_certificates(round_id: int) -> Response:
    """The certificates of all prizes: some dozens of small files."""
    certificates = prize_certificates.list_certificates(organiser=get_current_person(), round_id=round_id)
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for number, certificate in enumerate(certificates, start=1):
            archive.writestr(f"{number:03d} {certificate.prize.code}.pdf", write_certificate(certificate))
    response = Response(buffer.getvalue(), mimetype="application/zip")
    name = gettext("certificates")
    response.headers["Content-Disposition"] = make_disposition(f"{name}.zip")
    return response


@bp.get("/initiatives/<int:round_id>/unit-ranking")
def show_combined_ranking(round_id: int) -> str:
    """Units by both parts of the contest."""
    page = unit_ranking.view_unit_ranking(organiser=get_current_person(), round_id=round_id)
    wanted = request.args.get("block", "")
    block = wanted if wanted in page.blocks else ""
    return render_template("organiser/combined_ranking.html", page=page, block=block)


@bp.get("/initiatives/<int:round_id>/unit-ranking.xlsx")
def download_combined_ranking(round_id: int) -> Response:
    """The same as a workbook."""
    page = unit_ranking.export_unit_ranking(organiser=get_current_person(), round_id=round_id, now=get_now())
    headings = [
        gettext("Place"), gettext("Unit"), gettext("Block"), gettext("Place in the block"),
        gettext("Knowledge rounds (points of 100)"),
        gettext("Initiatives (points of 100)"), gettext("Initiatives with a mark"), gettext("Together"),
    ]  # fmt: skip
    rows = [
        [
            str(each.place),
            each.result.name,
            each.result.block or "",
            str(each.block_place) if each.result.block else "",
            format_share(each.result.knowledge),
            format_share(each.result.initiative),
            str(each.result.entry_count),
            format_share(each.share),
        ]
        for each in page.units
    ]
    content = make_workbook(gettext("Ranking of units"), [SheetColumn(text) for text in headings], rows)
    return send_workbook(content, gettext("ranking of units %(code)s", code=page.round.code))


def _change(round_id: int) -> str:
    """Do what the form asks for; the sentence that says so. Raises what the services raise."""
    organiser, now, seen = get_current_person(), get_now(), request.form.get("seen", "")
    match request.form.get("action"):
        case "propose":
            count = prizes.propose(organiser=organiser, round_id=round_id, seen=seen, now=now)
            return ngettext("%(num)d prize was proposed.", "%(num)d prizes were proposed.", count)
        case "give":
            prizes.give_prize(
                organiser=organiser,
                round_id=round_id,
                seen=seen,
                prize_code=request.form.get("prize", ""),
                entry_id=read_id(request.form.get("entry", "")),
                unit_id=read_id(request.form.get("unit", "")),
                reason=read_text("reason"),
                now=now,
            )
            return gettext("The prize was given.")
        case "take":
            prizes.take_prize(
                organiser=organiser,
                round_id=round_id,
                seen=seen,
                prize_id=read_number("prize_id"),
                reason=read_text("reason"),
                now=now,
            )
            return gettext("The prize was taken away.")
        case "decide":
            count = prizes.decide_prizes(organiser=organiser, round_id=round_id, seen=seen, now=now)
            return ngettext("%(num)d prize was decided.", "%(num)d prizes were decided.", count)
        case "undo":
            prizes.undo_decision(organiser=organiser, round_id=round_id, reason=read_text("reason"), now=now)
            return gettext("The decision was taken back. Certificates that were printed hold no longer.")
        case "publish":
            results.publish_results(organiser=organiser, round_id=round_id, now=now)
            return gettext("The results are published.")
    raise InvalidInput("Choose one of the list.")


def _render(round_id: int, refusal: InvalidInput | None) -> str:
    page = prizes.view_prizes(organiser=get_current_person(), round_id=round_id)
    return render_template(
        "organiser/initiative_prizes.html",
        page=page,
        refusal=refusal,
        form=request.form if refusal else {},
        unit_prizes=[prize for prize in page.round.settings.prizes if prize.whom is PrizeFor.UNIT],
    )
