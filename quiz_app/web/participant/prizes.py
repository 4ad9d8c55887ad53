"""The certificates of prizes, for those whose entry was given one."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.services.judging import prize_certificates
from quiz_app.web.downloads import make_disposition
from quiz_app.web.identity import get_current_person
from quiz_app.web.participant import bp
from quiz_app.web.prize_certificates import write_certificate
from quiz_app.web.translate import gettext


@bp.get("/my/initiatives/prizes/<int:prize_id>/certificate.pdf")
def download_prize_certificate(prize_id: int) -> Response:
    """The certificate, once results are published."""
    certificate = prize_certificates.view_certificate(person=get_current_person(), prize_id=prize_id)
    response = Response(write_certificate(certificate), mimetype="application/pdf")
    name = gettext("certificate %(prize)s", prize=certificate.prize.title)
    response.headers["Content-Disposition"] = make_disposition(f"{name}.pdf")
    return response
