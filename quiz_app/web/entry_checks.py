"""Pages on which handed-in initiatives are checked, alike for departments (``unit_lead``) and organisers.

Each audience has views of its own under the same names; what they read from forms and show stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from quiz_app.domain.errors import InvalidInput, NotFound, Refusal
from quiz_app.domain.initiatives.states import EntryActor, EntryState, EntryStep, EntryStepRefused
from quiz_app.services.initiatives.appraising import CheckList, StepsOutcome, take_check_step, take_check_steps
from quiz_app.services.initiatives.entry_checks import CheckPage, ComparisonPage
from quiz_app.web.directory_query import read_id
from quiz_app.web.entry_query import EntryQuery
from quiz_app.web.entry_words import describe_state, describe_step_taken
from quiz_app.web.formatting import describe_refusal
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.translate import gettext, ngettext

AREAS = {EntryActor.APPRAISER: "unit_lead", EntryActor.ORGANISER: "organiser"}
"""The blueprint whose views are shown to whom."""
View = Callable[[], CheckPage]


@dataclass(frozen=True, slots=True)
class SentStep:
    """What a form of these pages sent: the step, the state that its page showed, and the reason."""

    step: EntryStep
    seen_state: EntryState
    reason: str


def read_sent_step() -> SentStep:
    """The step of the form. Raises InvalidInput."""
    step, seen = request.form.get("step", ""), request.form.get("state", "")
    if step not in set(EntryStep) or seen not in set(EntryState):
        raise InvalidInput("Choose one of the list.")
    return SentStep(EntryStep(step), EntryState(seen), normalise_text(request.form.get("reason")) or "")


def read_entry_ids() -> list[int]:
    """The initiatives that were ticked. Raises InvalidInput for none at all, or what is no id."""
    ids = [read_id(text) for text in request.form.getlist("entry")]
    if not ids:
        raise InvalidInput("Tick at least one initiative.")
    if None in ids:
        raise InvalidInput("Choose one of the list.")
    return [each for each in ids if each is not None]


def render_list(actor: EntryActor, page: CheckList, query: EntryQuery) -> str:
    """A page of the list."""
    return render_template("entry_checks/list.html", area=AREAS[actor], page=page, query=query, now=get_now())


def render_entry(
    actor: EntryActor, page: CheckPage, *, refusal: Refusal | None = None, sent: SentStep | None = None
) -> str:
    """An initiative; after a refusal with what was typed, and with what somebody else did meanwhile."""
    zone = page.page.round.zone
    return render_template(
        "entry_checks/entry.html",
        area=AREAS[actor],
        check=page,
        page=page.page,
        refusal=refusal,
        is_overtaken=isinstance(refusal, EntryStepRefused),
        words=None if refusal is None else describe_refusal(refusal, zone),
        sent=sent,
        now=get_now(),
    )


def render_comparison(actor: EntryActor, page: ComparisonPage) -> str:
    """Two initiatives side by side."""
    return render_template("entry_checks/comparison.html", area=AREAS[actor], page=page)


def answer_step(actor: EntryActor, entry_id: int, view: View) -> Response | tuple[str, int]:
    """Take the step of the form; a refusal comes back on the page of the initiative, as that stands now."""
    sent = read_sent_step()
    try:
        state = take_check_step(
            person=get_current_person(),
            actor=actor,
            entry_id=entry_id,
            step=sent.step,
            seen_state=sent.seen_state,
            reason=sent.reason,
            now=get_now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        return render_entry(actor, view(), refusal=refusal, sent=sent), refusal.status
    flash(gettext("Done. The initiative now stands as: %(state)s.", state=describe_state(state)))
    return redirect(url_for(f"{AREAS[actor]}.show_handed_in_entry", entry_id=entry_id), code=303)


def answer_steps(actor: EntryActor, round_id: int) -> Response:
    """Take the step with all that were ticked, and say which of them did not take it."""
    sent, entry_ids = read_sent_step(), read_entry_ids()
    outcome = take_check_steps(
        person=get_current_person(),
        actor=actor,
        entry_ids=entry_ids,
        step=sent.step,
        seen_state=sent.seen_state,
        reason=sent.reason,
        now=get_now(),
    )
    _tell(outcome, sent.step)
    return redirect(url_for(f"{AREAS[actor]}.show_handed_in", round_id=round_id, state=sent.seen_state), code=303)


def _tell(outcome: StepsOutcome, step: EntryStep) -> None:
    if outcome.taken:
        done = ngettext("%(num)d initiative", "%(num)d initiatives", outcome.taken)
        flash(gettext("%(done)s: %(step)s.", done=done, step=describe_step_taken(step)))
    reasons: dict[str, int] = {}
    for refusal in outcome.refused.values():
        words = describe_refusal(refusal)
        reasons[words] = reasons.get(words, 0) + 1
    for words, number in reasons.items():
        left = ngettext(
            "%(num)d initiative was left as it stands.", "%(num)d initiatives were left as they stand.", number
        )
        flash(f"{left} {words}", "problem")
