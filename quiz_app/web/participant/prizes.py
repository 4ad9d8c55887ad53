"""The certificates of prizes, for those whose entry was given one."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.web.identity import get_current_person
from quiz_app.web.participant import bp
from quiz_app.web.prize_certificates import answer_certificate


@bp.get("/my/initiatives/prizes/<int:prize_id>/certificate.pdf")
def download_prize_certificate(prize_id: int) -> Response:
    """The certificate, once results are published."""
    return answer_certificate(get_current_person(), prize_id)
