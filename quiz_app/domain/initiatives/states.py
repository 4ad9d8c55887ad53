"""The life of an entry, from the draft to the day of presenting. One table of transitions.

What is derived is no state: an entry is *assigned* when judges were given it, *judged* when enough of them have
confirmed, *ranked* when a final mark could be computed, and its prize is a row of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.errors import InvalidInput, Refusal

LONGEST_REASON = 2000
"""Characters. The remarks with which a department returns an entry can be a page."""


class EntryState(StrEnum):
    """Where an entry stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    """With the department that appraises it."""
    RETURNED = "returned"
    DECLINED = "declined"
    """By the department, for good."""
    FORWARDED = "forwarded"
    """With the contest: forwarded by the department, or handed in by a unit that has none above it."""
    REFUSED = "refused"
    """By the organisers: it does not fulfil the rules of the round."""
    ADMITTED = "admitted"
    """It is judged."""
    SHORTLISTED = "shortlisted"
    """It presents in round 2."""
    PRESENTED = "presented"
    WITHDRAWN = "withdrawn"

    @property
    def is_with_unit(self) -> bool:
        """Whether the unit may change it."""
        return self in (EntryState.DRAFT, EntryState.RETURNED)

    @property
    def is_handed_in(self) -> bool:
        """Whether it counts as handed in by the unit."""
        return self not in (EntryState.DRAFT, EntryState.RETURNED, EntryState.WITHDRAWN)

    @property
    def is_in_contest(self) -> bool:
        """Whether judges may see it."""
        return self in (EntryState.ADMITTED, EntryState.SHORTLISTED, EntryState.PRESENTED)


class EntryActor(StrEnum):
    """As what a person takes a step."""

    ENTRANT = "entrant"
    """Whoever wrote the entry, and the lead of its unit."""
    APPRAISER = "appraiser"
    """The lead of the department that the entry was handed in to."""
    ORGANISER = "organiser"


class EntryStep(StrEnum):
    """What can be done with an entry, as buttons and the audit trail name it."""

    SUBMIT = "submit"
    RETURN = "return"
    FORWARD = "forward"
    DECLINE = "decline"
    RECONSIDER = "reconsider"
    SEND_BACK = "send_back"
    ADMIT = "admit"
    REFUSE = "refuse"
    READMIT = "readmit"
    TAKE_OUT = "take_out"
    SHORTLIST = "shortlist"
    UNLIST = "unlist"
    PRESENT = "present"
    UNDO_PRESENT = "undo_present"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that somebody may take. Whatever takes something away from the entrant needs a reason."""

    step: EntryStep
    from_state: EntryState
    to_state: EntryState
    actor: EntryActor
    needs_reason: bool = False


_S, _E, _A = EntryState, EntryStep, EntryActor

TRANSITIONS: tuple[Transition, ...] = (
    # A unit below a department hands in to it; one without hands in to the contest.
    Transition(_E.SUBMIT, _S.DRAFT, _S.SUBMITTED, _A.ENTRANT),
    Transition(_E.SUBMIT, _S.DRAFT, _S.FORWARDED, _A.ENTRANT),
    Transition(_E.SUBMIT, _S.RETURNED, _S.SUBMITTED, _A.ENTRANT),
    Transition(_E.SUBMIT, _S.RETURNED, _S.FORWARDED, _A.ENTRANT),
    Transition(_E.RETURN, _S.SUBMITTED, _S.RETURNED, _A.APPRAISER, needs_reason=True),
    Transition(_E.FORWARD, _S.SUBMITTED, _S.FORWARDED, _A.APPRAISER),
    Transition(_E.DECLINE, _S.SUBMITTED, _S.DECLINED, _A.APPRAISER, needs_reason=True),
    Transition(_E.RECONSIDER, _S.DECLINED, _S.SUBMITTED, _A.APPRAISER, needs_reason=True),
    Transition(_E.SEND_BACK, _S.FORWARDED, _S.RETURNED, _A.ORGANISER, needs_reason=True),
    Transition(_E.ADMIT, _S.FORWARDED, _S.ADMITTED, _A.ORGANISER),
    Transition(_E.REFUSE, _S.FORWARDED, _S.REFUSED, _A.ORGANISER, needs_reason=True),
    Transition(_E.READMIT, _S.REFUSED, _S.FORWARDED, _A.ORGANISER, needs_reason=True),
    Transition(_E.TAKE_OUT, _S.ADMITTED, _S.FORWARDED, _A.ORGANISER, needs_reason=True),
    Transition(_E.SHORTLIST, _S.ADMITTED, _S.SHORTLISTED, _A.ORGANISER),
    Transition(_E.UNLIST, _S.SHORTLISTED, _S.ADMITTED, _A.ORGANISER, needs_reason=True),
    Transition(_E.PRESENT, _S.SHORTLISTED, _S.PRESENTED, _A.ORGANISER),
    Transition(_E.UNDO_PRESENT, _S.PRESENTED, _S.SHORTLISTED, _A.ORGANISER, needs_reason=True),
    Transition(_E.WITHDRAW, _S.DRAFT, _S.WITHDRAWN, _A.ENTRANT),
    Transition(_E.WITHDRAW, _S.RETURNED, _S.WITHDRAWN, _A.ENTRANT, needs_reason=True),
    Transition(_E.WITHDRAW, _S.SUBMITTED, _S.WITHDRAWN, _A.ENTRANT, needs_reason=True),
    Transition(_E.WITHDRAW, _S.FORWARDED, _S.WITHDRAWN, _A.ENTRANT, needs_reason=True),
    Transition(_E.WITHDRAW, _S.ADMITTED, _S.WITHDRAWN, _A.ENTRANT, needs_reason=True),
)
"""Every step that there is; the database holds the same pairs (``entry_steps``)."""

_BY_STEP: Mapping[tuple[EntryStep, EntryState, EntryState], Transition] = {
    (each.step, each.from_state, each.to_state): each for each in TRANSITIONS
}


class EntryStepRefused(Refusal):
    """From where the entry stands there is no such step: somebody else may have taken one meanwhile.

    ``state`` is where it stands now.
    """

    def __init__(self, state: EntryState) -> None:
        super().__init__(state)
        self.state = state


class EntryJudged(Refusal):
    """The entry has been judged: it can be neither withdrawn nor taken out."""


def list_steps(state: EntryState, actors: frozenset[EntryActor]) -> tuple[Transition, ...]:
    """The steps that lead on from a state for somebody who is all of these."""
    return tuple(each for each in TRANSITIONS if each.from_state is state and each.actor in actors)


def ensure_step(
    *,
    step: EntryStep,
    from_state: EntryState,
    to_state: EntryState,
    actors: frozenset[EntryActor],
    reason: str,
    is_judged: bool,
) -> Transition:
    """The transition, if this person may take it now. ``is_judged``: a judge has confirmed marks for the entry.

    Raises EntryStepRefused (no such step, or not for this person), EntryJudged, InvalidInput (a reason is missing or
    too long).
    """
    transition = _BY_STEP.get((step, from_state, to_state))
    if transition is None or transition.actor not in actors:
        raise EntryStepRefused(from_state)
    if is_judged and from_state is EntryState.ADMITTED and step in (EntryStep.WITHDRAW, EntryStep.TAKE_OUT):
        raise EntryJudged
    if transition.needs_reason and not reason:
        raise InvalidInput("Say why: the reason is kept with the entry, and those concerned read it.")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput("The reason may have at most 2,000 characters.")
    return transition
