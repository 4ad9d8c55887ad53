"""The words for refusals of judging, as ``refusal_words`` has them for the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain.errors import Refusal
from quiz_app.domain.judging import judgements, presenting, prizes
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_words import describe_instant

TITLES: dict[type[Refusal], Callable[[], str]] = {
    judgements.SheetIncomplete: lambda: gettext("The sheet cannot be confirmed yet"),
    judgements.SheetConfirmed: lambda: gettext("The sheet is confirmed"),
    judgements.SheetNotYours: lambda: gettext("There is nothing to mark here"),
    judgements.SheetChanged: lambda: gettext("The sheet has changed meanwhile"),
    judgements.MarkingClosed: lambda: gettext("Marks are no longer taken"),
    judgements.JudgeInConflict: lambda: gettext("A judge has a conflict of interest"),
    judgements.JudgingChanged: lambda: gettext("The judging has changed meanwhile"),
    judgements.NotJudged: lambda: gettext("This round is not judged"),
    presenting.TurnMoved: lambda: gettext("The clock stands elsewhere meanwhile"),
    presenting.DrawOver: lambda: gettext("The order stays"),
    presenting.NothingToDraw: lambda: gettext("There is nothing to draw"),
    prizes.PrizesChanged: lambda: gettext("The prizes have changed meanwhile"),
    prizes.NotReadyForPrizes: lambda: gettext("Marks can still change"),
    prizes.PrizesUndecided: lambda: gettext("The prizes are not decided"),
}


def explain_judging_refusal(refusal: Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    match refusal:
        case judgements.SheetIncomplete():
            return ngettext(
                "%(num)d mark or remark has to be mended first; what was typed is kept.",
                "%(num)d marks or remarks have to be mended first; what was typed is kept.",
                len(refusal.problems),
            )
        case judgements.MarkingClosed():
            return gettext(
                "They were taken until %(moment)s. Sheets that had been confirmed count; ask the organisers if one is "
                "missing.",
                moment=describe_instant(refusal.closed_at, zone),
            )
        case judgements.JudgeInConflict():
            return gettext(
                "%(judge)s may not judge initiative %(number)s. Choose another judge; nothing was given out.",
                judge=refusal.judge,
                number=refusal.number,
            )
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


_PLAIN_WORDS: dict[type[Refusal], Callable[[], str]] = {
    judgements.SheetConfirmed: lambda: gettext(
        "Its marks count and change no more. The organisers can open it again, with a reason; nothing was changed."
    ),
    judgements.SheetNotYours: lambda: gettext(
        "The initiative is not, or no longer, in this judge's hands. Open the list of sheets; nothing was changed."
    ),
    judgements.SheetChanged: lambda: gettext(
        "It was saved in another tab or on another device since this page was opened. Open it again; nothing was "
        "overwritten."
    ),
    judgements.JudgingChanged: lambda: gettext(
        "Marks, judges or the shortlist were changed since the page was opened. Look at the page again; nothing was "
        "changed now."
    ),
    judgements.NotJudged: lambda: gettext("Its initiatives are registered; they have no rubric and no judges."),
    presenting.TurnMoved: lambda: gettext(
        "Another turn is running, or somebody else has pressed a button since the page was opened. Look at the page "
        "again; nothing was changed."
    ),
    presenting.DrawOver: lambda: gettext("The first talk has begun: nobody draws again. Nothing was changed."),
    presenting.NothingToDraw: lambda: gettext("No initiative is on the shortlist. Set the shortlist first."),
    prizes.PrizesChanged: lambda: gettext(
        "Prizes were changed or decided, or marks changed, since the page was opened. Look at the page again; nothing "
        "was changed now."
    ),
    prizes.NotReadyForPrizes: lambda: gettext("Lock the marks of all rounds first; nothing was changed."),
    prizes.PrizesUndecided: lambda: gettext("Decide the prizes first; nothing was published."),
}
