"""The words for every refusal: what happened, and what to do next, in the language of the request.

Each part of the engine has its own table; here stand the refusals that any part may answer with.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import errors
from quiz_app.web import (
    attempt_refusal_words,
    entry_refusal_words,
    item_refusal_words,
    judging_refusal_words,
    letter_refusal_words,
    people_refusal_words,
)
from quiz_app.web.translate import gettext

_Words = dict[type[errors.Refusal], Callable[[], str]]
_TITLES: _Words = {
    errors.NotFound: lambda: gettext("Page not found"),
    errors.NotAllowed: lambda: gettext("This page is not open to your account"),
    errors.SignInRequired: lambda: gettext("Please sign in"),
    errors.InvalidInput: lambda: gettext("The data sent cannot be used"),
    errors.StorageUnavailable: lambda: gettext("The system cannot save at the moment"),
}
_TITLES |= (
    attempt_refusal_words.TITLES
    | people_refusal_words.TITLES
    | item_refusal_words.TITLES
    | letter_refusal_words.TITLES
    | entry_refusal_words.TITLES
    | judging_refusal_words.TITLES
)
_PLAIN_WORDS: _Words = {
    errors.NotFound: lambda: gettext(
        "The address does not exist, or it does not belong to this account. Go back to the home page."
    ),
    errors.NotAllowed: lambda: gettext(
        "Your account does not have the right to see this page. If it should, please tell the organisers."
    ),
    errors.SignInRequired: lambda: gettext("Nobody is signed in, or the session has ended. Sign in to go on."),
    errors.StorageUnavailable: lambda: gettext(
        "The database does not answer at the moment. Wait a few seconds, then send again."
    ),
}
_EXPLANATIONS = (
    attempt_refusal_words.explain_attempt_refusal,
    people_refusal_words.explain_people_refusal,
    item_refusal_words.explain_item_refusal,
    letter_refusal_words.explain_letter_refusal,
    entry_refusal_words.explain_entry_refusal,
    judging_refusal_words.explain_judging_refusal,
)


def title_refusal(refusal: errors.Refusal) -> str:
    """What happened, in a few words: the heading of the page that says no."""
    find_title = _TITLES.get(type(refusal))
    return find_title() if find_title else gettext("This cannot be done")


def explain_refusal(refusal: errors.Refusal, zone: tzinfo) -> str:
    """What happened and what to do next, in plain words of the request's language; also the message of JSON answers."""
    if isinstance(refusal, errors.InvalidInput | errors.PasswordTooWeak):
        return gettext(refusal.reason)
    for explain in _EXPLANATIONS:
        text = explain(refusal, zone)
        if text is not None:
            return text
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else gettext("Nothing was changed. Go back to the home page and try again.")
