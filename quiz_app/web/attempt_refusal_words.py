"""The words for refusals of rounds and attempts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import errors, essays
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_words import describe_instant, describe_second

TITLES: dict[type[errors.Refusal], Callable[[], str]] = {
    errors.RoundNotOpen: lambda: gettext("The round has not opened yet"),
    errors.RoundClosed: lambda: gettext("The round is locked"),
    errors.PersonExcluded: lambda: gettext("Not among those who may take part"),
    errors.AttemptLimitReached: lambda: gettext("No attempt is left"),
    errors.PauseNotOver: lambda: gettext("It is not yet time for the next attempt"),
    errors.PaperNotAvailable: lambda: gettext("The paper cannot be drawn yet"),
    errors.AttemptClosed: lambda: gettext("This attempt has ended"),
    essays.EssayMarkChanged: lambda: gettext("The essay has been marked meanwhile"),
    errors.UnknownChoice: lambda: gettext("The choice does not fit the paper"),
}


def explain_attempt_refusal(refusal: errors.Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    match refusal:
        case errors.AttemptClosed() if refusal.kept_count:
            return ngettext(
                "The attempt had ended: %(num)d answer came after the end. It is not counted; it is kept on record. "
                "What was saved in time counts.",
                "The attempt had ended: %(num)d answers came after the end. They are not counted; they are kept on "
                "record. What was saved in time counts.",
                refusal.kept_count,
            )
        case errors.RoundNotOpen():
            return gettext(
                "The round opens at %(moment)s. Please come back then.",
                moment=describe_instant(refusal.opens_at, zone),
            )
        case errors.RoundClosed():
            return gettext(
                "The round was locked at %(moment)s; attempts can no longer be started.",
                moment=describe_instant(refusal.closes_at, zone),
            )
        case errors.AttemptLimitReached():
            return _describe_limit(refusal, zone)
        case errors.PauseNotOver():
            return gettext(
                "The next attempt is possible from %(moment)s.",
                moment=describe_second(refusal.next_at, zone),
            )
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


def _describe_limit(refusal: errors.AttemptLimitReached, zone: tzinfo) -> str:
    if refusal.next_at is not None:
        return ngettext(
            "The %(num)d attempt of this week is used. The next one is possible from %(moment)s.",
            "All %(num)d attempts of this week are used. The next one is possible from %(moment)s.",
            refusal.limit,
            moment=describe_instant(refusal.next_at, zone),
        )
    return ngettext(
        "The %(num)d attempt that is allowed is used. The best result stays as it is.",
        "All %(num)d attempts that are allowed are used. The best result stays as it is.",
        refusal.limit,
    )


_PLAIN_WORDS: dict[type[errors.Refusal], Callable[[], str]] = {
    essays.EssayMarkChanged: lambda: gettext(
        "Somebody else has marked it since this page was opened. Look at that mark first; nothing was saved now."
    ),
    errors.PersonExcluded: lambda: gettext(
        "By the rules of the contest the organising committee, the jury, the question board, the secretaries and the "
        "software staff do not take part. If this is a mistake, please tell the organisers."
    ),
    errors.PaperNotAvailable: lambda: gettext(
        "The item bank does not have enough questions for a paper. The organisers have been shown what is missing; "
        "please come back later."
    ),
    errors.AttemptClosed: lambda: gettext(
        "The attempt is finished or its time is over; answers are no longer taken. "
        "What was saved in time has been scored."
    ),
    errors.UnknownChoice: lambda: gettext(
        "The question or the choice is not on this paper. Open the attempt again and answer once more."
    ),
}
