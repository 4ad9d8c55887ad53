"""The words for refusals about letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import errors, letters
from quiz_app.web.translate import gettext

TITLES: dict[type[errors.Refusal], Callable[[], str]] = {
    letters.BatchEnded: lambda: gettext("These letters are no draft any more"),
    letters.LetterDecided: lambda: gettext("The letter has changed meanwhile"),
    letters.MailNotSet: lambda: gettext("No mail server is set"),
    letters.NobodyToWriteTo: lambda: gettext("There is nobody to write to"),
    letters.OwnAddressMissing: lambda: gettext("Your account has no e-mail address"),
}


def explain_letter_refusal(refusal: errors.Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


_PLAIN_WORDS: dict[type[errors.Refusal], Callable[[], str]] = {
    letters.BatchEnded: lambda: gettext(
        "They were sent or thrown away since the page was opened. Open the list of letters; nothing was changed now."
    ),
    letters.LetterDecided: lambda: gettext(
        "It was sent, cancelled or decided on since the page was opened. Look at it again; nothing was changed now."
    ),
    letters.MailNotSet: lambda: gettext(
        "Letters can be copied or printed. The operator of the system turns sending on with the settings SMTP_HOST and "
        "MAIL_FROM; nothing was sent now."
    ),
    letters.NobodyToWriteTo: lambda: gettext(
        "Nobody is left who needs this letter and has an e-mail address, or everyone has had it today. Nothing was "
        "sent."
    ),
    letters.OwnAddressMissing: lambda: gettext(
        "Enter your own e-mail address first, in the menu at your name; the trial letter goes there."
    ),
}
