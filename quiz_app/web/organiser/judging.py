"""Judging as organisers run it: how far everybody is, single sheets, the lock, the ranking and the shortlist."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.judging.ranking import Placed
from quiz_app.services.judging import assigning, conflicts, overview, releasing, shortlisting
from quiz_app.services.judging.shortlisting import RankingPage
from quiz_app.services.judging.standings import Flag
from quiz_app.web.bank_query import read_page
from quiz_app.web.forms import read_number
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.judging_forms import read_ids, read_text
from quiz_app.web.moments import read_moment
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext

MOST_PLACES = 100


@bp.get("/initiatives/<int:round_id>/judging")
def show_judging(round_id: int) -> str:
    """How far the judging is."""
    page = overview.view_judging(organiser=get_current_person(), round_id=round_id, now=get_now())
    return render_template("organiser/judging.html", page=page, now=get_now())


@bp.get("/initiatives/<int:round_id>/judging/entries")
def show_matrix(round_id: int) -> str:
    """Entries with their totals, fifty a page, all or those with a flag."""
    wanted = request.args.get("flag", "")
    page = overview.view_matrix(
        organiser=get_current_person(),
        round_id=round_id,
        flag=Flag(wanted) if wanted in set(Flag) else None,
        number=read_page(request.args.get("page", "")),
    )
    return render_template("organiser/judging_entries.html", page=page, flags=list(Flag))


@bp.get("/judging/entries/<int:entry_id>")
def show_entry_sheets(entry_id: int) -> str:
    """One entry with its sheets."""
    page = overview.view_entry_sheets(organiser=get_current_person(), entry_id=entry_id, now=get_now())
    return render_template("organiser/judging_entry.html", page=page, now=get_now())


@bp.post("/judging/entries/<int:entry_id>/judges")
def assign_one(entry_id: int) -> Response:
    """Give the entry to one judge more."""
    assigning.assign_one(
        organiser=get_current_person(), entry_id=entry_id, judge_id=read_number("judge_id"), now=get_now()
    )
    flash(gettext("The initiative was given to the judge."))
    return redirect(url_for("organiser.show_entry_sheets", entry_id=entry_id), code=303)


@bp.post("/judging/files/<int:file_id>")
def release_entry_file(file_id: int) -> Response:
    """Give judges of a blind round the file itself, or withhold it again."""
    entry_id = releasing.release_file(
        organiser=get_current_person(),
        file_id=file_id,
        is_released=request.form.get("action") == "release",
        reason=read_text("reason"),
        now=get_now(),
    )
    flash(gettext("Saved."))
    return redirect(url_for("organiser.show_entry_sheets", entry_id=entry_id), code=303)


@bp.post("/judging/sheets/<int:judgement_id>")
def change_sheet(judgement_id: int) -> Response:
    """Take a sheet back, open it again, or let it count despite a conflict; each with a reason."""
    actions = {
        "take_back": (assigning.take_back, gettext("The initiative was taken back from the judge.")),
        "reopen": (shortlisting.reopen_sheet, gettext("The sheet was opened again.")),
        "count": (conflicts.count_despite_conflict, gettext("The marks count again.")),
    }
    action = request.form.get("action", "")
    if action not in actions:
        raise InvalidInput("Choose one of the list.")
    change, message = actions[action]
    entry_id = change(
        organiser=get_current_person(), judgement_id=judgement_id, reason=read_text("reason"), now=get_now()
    )
    flash(message)
    return redirect(url_for("organiser.show_entry_sheets", entry_id=entry_id), code=303)


@bp.post("/initiatives/<int:round_id>/judging/moments")
def set_judging_moments(round_id: int) -> Response:
    """Lock the marks, unlock them, or set another moment until which they are taken."""
    organiser, now = get_current_person(), get_now()
    match request.form.get("action"):
        case "lock":
            shortlisting.lock_marks(organiser=organiser, round_id=round_id, now=now)
            flash(gettext("The marks of round 1 are locked. The shortlist can be set now."))
        case "unlock":
            shortlisting.unlock_marks(organiser=organiser, round_id=round_id, reason=read_text("reason"), now=now)
            flash(gettext("The marks of round 1 are open again."))
        case "extend":
            page = overview.view_conflicts(organiser=organiser, round_id=round_id)
            closes_at = read_moment(
                request.form.get("closes_at", ""),
                page.round.zone,
                otherwise=N_("Give day and time of the new closing moment."),
            )
            shortlisting.set_judging_close(
                organiser=organiser, round_id=round_id, closes_at=closes_at, reason=read_text("reason"), now=now
            )
            flash(gettext("The moment until which marks are taken was changed."))
        case _:
            raise InvalidInput("Choose one of the list.")
    return redirect(url_for("organiser.show_judging", round_id=round_id), code=303)


@bp.get("/initiatives/<int:round_id>/judging/ranking")
def show_judging_ranking(round_id: int) -> str:
    """The order of each category, and the shortlist."""
    page = shortlisting.view_ranking(organiser=get_current_person(), round_id=round_id)
    return _render_ranking(page)


@bp.post("/initiatives/<int:round_id>/judging/ranking")
def set_shortlist(round_id: int) -> Response | tuple[str, int]:
    """Put the entries that are ticked on the shortlist, and no others."""
    organiser = get_current_person()
    entry_ids, reason = read_ids("entry"), read_text("reason")
    try:
        added, removed = shortlisting.set_shortlist(
            organiser=organiser,
            round_id=round_id,
            entry_ids=entry_ids,
            seen=request.form.get("seen", ""),
            reason=reason,
            now=get_now(),
        )
    except InvalidInput as refusal:
        page = shortlisting.view_ranking(organiser=organiser, round_id=round_id)
        shown = _render_ranking(page, refusal=refusal, reason=reason, chosen=frozenset(entry_ids))
        return shown, refusal.status
    flash(
        gettext(
            "The shortlist was set: %(added)s taken into round 2, %(removed)s taken out.", added=added, removed=removed
        )
    )
    return redirect(url_for("organiser.show_judging_ranking", round_id=round_id), code=303)


def _render_ranking(
    page: RankingPage,
    *,
    refusal: InvalidInput | None = None,
    reason: str = "",
    chosen: frozenset[int] | None = None,
) -> str:
    """Of each category the first hundred places, and what is ticked below them; all with ``?all=yes``."""

    def pick(lines: Sequence[Placed], ticked: frozenset[int]) -> list[Placed]:
        return [line for index, line in enumerate(lines) if index < MOST_PLACES or line.candidate.entry_id in ticked]

    return render_template(
        "organiser/judging_ranking.html",
        page=page,
        refusal=refusal,
        reason=reason,
        chosen=chosen,
        pick=pick,
        most=MOST_PLACES,
        shows_all=request.args.get("all") == "yes",
    )
