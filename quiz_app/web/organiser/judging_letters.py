"""Letters of the judging, which an organiser reads and sends."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.letters import LetterText
from quiz_app.services.judging import judging_letters
from quiz_app.services.judging.judging_letters import LettersPage
from quiz_app.web.addresses import find_site_url
from quiz_app.web.identity import get_current_person, get_now, get_settings
from quiz_app.web.judging_letter_words import write_entry_result, write_judge_reminder
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext


@bp.get("/initiatives/<int:round_id>/judging/letters")
def show_judging_letters(round_id: int) -> str:
    """Judges with open sheets by panel, and the words of the letters."""
    page = judging_letters.view_letters(
        organiser=get_current_person(), round_id=round_id, address=_find_results_address(round_id)
    )
    return render_template(
        "organiser/judging_letters.html",
        page=page,
        reminder=_write_reminder(page),
        result=None if page.sample is None else write_entry_result({"name": gettext("(name)"), **page.sample}),
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )


@bp.post("/initiatives/<int:round_id>/judging/letters/judges")
def remind_judges(round_id: int) -> Response:
    """Write to the judges with open sheets."""
    count = judging_letters.remind_judges(
        organiser=get_current_person(),
        round_id=round_id,
        address=find_site_url("judge.show_home"),
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )
    return _return(round_id, count)


@bp.post("/initiatives/<int:round_id>/judging/letters/results")
def tell_results(round_id: int) -> Response:
    """Write to those who wrote, and to the leads of their units."""
    count = judging_letters.tell_results(
        organiser=get_current_person(),
        round_id=round_id,
        address=_find_results_address(round_id),
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )
    return _return(round_id, count)


def _write_reminder(page: LettersPage) -> LetterText | None:
    """As the first judge of the list would read it, without the name."""
    if not page.late:
        return None
    round_, until = page.round, page.round.judging_closes_at
    own = sum(line.count for line in page.late if line.judge_id == page.late[0].judge_id)
    return write_judge_reminder(
        {
            "name": gettext("(name)"),
            "round": round_.title,
            "sheets": own,
            "until": until.isoformat() if until and page.stage == 1 else None,
            "zone": str(round_.zone),
            "address": find_site_url("judge.show_home"),
        }
    )


def _find_results_address(round_id: int) -> str:
    return find_site_url("public.show_initiative_results", round_id=round_id)


def _return(round_id: int, count: int) -> Response:
    flash(ngettext("%(num)d letter will be sent.", "%(num)d letters will be sent.", count))
    return redirect(url_for("organiser.show_judging_letters", round_id=round_id), code=303)
