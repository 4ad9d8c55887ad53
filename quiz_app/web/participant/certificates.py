"""A participant's certificate of a round: issued on request, then downloaded as a PDF."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.certificates import CertificateNotEarned, format_code
from quiz_app.exports.certificates import CertificateWords, make_certificate_pdf
from quiz_app.services import certificates
from quiz_app.services.certificates import Certificate
from quiz_app.web.addresses import find_site_url
from quiz_app.web.formatting import find_language
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.participant import bp
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_points, format_score
from quiz_app.web.value_words import describe_instant, describe_official_date

FILE_NAME = "giay-chung-nhan.pdf"


@bp.post("/rounds/<int:round_id>/certificate")
def issue_certificate(round_id: int) -> Response | tuple[str, int]:
    """Issue the certificate where there is none yet, and go on to the file."""
    try:
        certificates.issue_certificate(person=get_current_person(), round_id=round_id, now=get_now())
    except CertificateNotEarned as refusal:
        return _answer_not_earned(refusal, round_id)
    return redirect(url_for("participant.download_certificate", round_id=round_id), code=303)


@bp.get("/rounds/<int:round_id>/certificate.pdf")
def download_certificate(round_id: int) -> Response | tuple[str, int]:
    """The person's own certificate: the address holds the round, and the session whose it is."""
    try:
        certificate = certificates.take_certificate(person=get_current_person(), round_id=round_id, now=get_now())
    except CertificateNotEarned as refusal:
        return _answer_not_earned(refusal, round_id)
    response = Response(make_certificate_pdf(make_words(certificate)), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def make_words(certificate: Certificate) -> CertificateWords:
    """Everything that stands on the paper, in the language of the request. Needs a request, for its own address."""
    language, zone = find_language(), certificate.round.zone
    code = format_code(certificate.code)
    dated = certificate.dated_at.astimezone(zone)
    return CertificateWords(
        language=language,
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        organiser=certificate.organiser,
        heading=gettext("CERTIFICATE"),
        certifies=gettext("This certifies that"),
        name=certificate.person_name,
        unit=gettext("Unit: %(name)s", name=certificate.unit_name) if certificate.unit_name else None,
        achievement=gettext("has passed “%(round)s” of", round=certificate.round.title),
        contest=certificate.contest_title,
        result=gettext(
            "Result: %(score)s/%(scale)s points, reached at %(moment)s",
            score=format_score(certificate.score_hundredths, language),
            scale=format_points(certificate.round.settings.scale_hundredths, language),
            moment=describe_instant(certificate.achieved_at, zone),
        ),
        notice=gettext("Demonstration contest: results have no value.") if certificate.is_demonstration else None,
        date_line=describe_official_date(dated),
        signed_by=gettext("THE ORGANISING COMMITTEE"),
        code_label=gettext("Verification code"),
        code=code,
        check_label=gettext("Check it at"),
        check_address=find_site_url("public.find_certificate"),
        check_url=find_site_url("public.show_certificate", code=code),
    )


def _answer_not_earned(refusal: CertificateNotEarned, round_id: int) -> tuple[str, int]:
    page = render_template("participant/certificate_refused.html", refusal=refusal, round_id=round_id)
    return page, refusal.status
