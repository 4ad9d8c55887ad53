"""Certificates of prizes as PDF, with the code and the QR of the other certificates."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.domain.certificates import format_code
from quiz_app.domain.people import Person
from quiz_app.exports.certificates import CertificateWords, make_certificate_pdf
from quiz_app.services.judging import prize_certificates
from quiz_app.services.judging.prize_certificates import PrizeCertificate
from quiz_app.web.addresses import find_site_url
from quiz_app.web.downloads import make_disposition
from quiz_app.web.formatting import find_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_words import describe_official_date


def answer_certificate(person: Person, prize_id: int) -> Response:
    """The certificate of a prize as an answer. Raises NotFound."""
    certificate = prize_certificates.view_certificate(person=person, prize_id=prize_id)
    response = Response(write_certificate(certificate), mimetype="application/pdf")
    name = gettext("certificate %(prize)s", prize=certificate.prize.title)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.pdf")
    return response


def write_certificate(certificate: PrizeCertificate) -> bytes:
    """The file."""
    return make_certificate_pdf(make_words(certificate))


def make_words(certificate: PrizeCertificate) -> CertificateWords:
    """Everything that stands on the paper, in the language of the request. Needs a request, for its own address."""
    code = format_code(certificate.code)
    dated = certificate.decided_at.astimezone(certificate.round.zone)
    prize, title = certificate.prize, certificate.title
    return CertificateWords(
        language=find_language(),
        national_title=gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        motto=gettext("Independence - Freedom - Happiness"),
        organiser=certificate.contest.organiser,
        heading=gettext("CERTIFICATE"),
        certifies=gettext("This certifies that"),
        name=", ".join(certificate.names),
        unit=gettext("Unit: %(name)s", name=certificate.unit_name) if certificate.unit_name else None,
        achievement=gettext("was given %(prize)s of “%(round)s”", prize=prize.title, round=certificate.round.title),
        contest=certificate.contest.title,
        result=gettext("with the initiative “%(title)s”", title=title) if title else prize.value,
        notice=(
            gettext("Demonstration contest: results have no value.") if certificate.contest.is_demonstration else None
        ),
        date_line=describe_official_date(dated),
        signed_by=gettext("THE ORGANISING COMMITTEE"),
        code_label=gettext("Verification code"),
        code=code,
        check_label=gettext("Check it at"),
        check_address=find_site_url("public.find_certificate"),
        check_url=find_site_url("public.show_certificate", code=code),
    )
