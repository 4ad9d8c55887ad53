"""The words for refusals about questions, banks and their keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain import errors, items
from quiz_app.web.translate import gettext, ngettext

TITLES: dict[type[errors.Refusal], Callable[[], str]] = {
    errors.KeyChanged: lambda: gettext("The key has changed since the preview"),
    errors.FinalResultsConcerned: lambda: gettext("An administrator has to do this"),
    items.ItemStepRefused: lambda: gettext("This step is not possible"),
    items.SecondPersonNeeded: lambda: gettext("A second person has to review it"),
    items.ItemChanged: lambda: gettext("The question has changed meanwhile"),
    items.ItemCodeTaken: lambda: gettext("The code is taken"),
    items.BankCodeTaken: lambda: gettext("The code is taken"),
    items.TopicInUse: lambda: gettext("The topic is in use"),
    items.PapersWouldLackItems: lambda: gettext("An open round needs this question"),
    items.ItemImportEnded: lambda: gettext("The import is no longer waiting"),
    items.ItemImportNotReady: lambda: gettext("Some questions still have errors"),
    items.RoundAlreadyOpen: lambda: gettext("The round has opened already"),
    items.RoundChanged: lambda: gettext("The round has changed meanwhile"),
}


def explain_item_refusal(refusal: errors.Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    match refusal:
        case errors.FinalResultsConcerned():
            return gettext(
                "The results of %(rounds)s are final. Ask an administrator to put the key right; nothing was changed.",
                rounds=", ".join(f"“{title}”" for title in refusal.titles),
            )
        case items.ItemStepRefused():
            return gettext(
                "Question %(code)s is not in a state from which this step leads on; nothing was changed.",
                code=refusal.item_code,
            )
        case items.SecondPersonNeeded():
            return gettext(
                "You wrote the newest version of question %(code)s: somebody else has to review it. Nothing was "
                "changed.",
                code=refusal.item_code,
            )
        case items.ItemChanged():
            return gettext(
                "Somebody else has stored another version of question %(code)s. Open it again, and put in what you "
                "wrote.",
                code=refusal.item_code,
            )
        case items.ItemCodeTaken():
            return gettext(
                "Another question of this bank has the code “%(code)s”. Choose another, or leave the field empty.",
                code=refusal.item_code,
            )
        case items.BankCodeTaken():
            return gettext(
                "Another bank has the code “%(code)s”. Choose another, or leave the field empty. Nothing was stored.",
                code=refusal.bank_code,
            )
        case items.TopicInUse():
            return gettext(
                "Questions of the topic “%(name)s” are in the bank, or the blueprint of a round names it. Give the "
                "questions another topic first. Nothing was changed.",
                name=refusal.topic_name,
            )
        case items.PapersWouldLackItems():
            return gettext(
                "The round “%(title)s” is open, and without this question its papers could no longer be drawn. Put "
                "another one of the same topic and level into use first. Nothing was changed.",
                title=refusal.round_title,
            )
        case items.ItemImportNotReady():
            return ngettext(
                "%(num)d question has errors: mend it or leave it out. Nothing was stored.",
                "%(num)d questions have errors: mend them or leave them out. Nothing was stored.",
                refusal.count,
            )
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


_PLAIN_WORDS: dict[type[errors.Refusal], Callable[[], str]] = {
    items.ItemImportEnded: lambda: gettext(
        "It was confirmed or discarded already, or a day has passed. Nothing was changed; upload the file again."
    ),
    items.RoundAlreadyOpen: lambda: gettext(
        "Once a round has opened, its blueprint is fixed, so that everybody sits papers of the same make."
    ),
    items.RoundChanged: lambda: gettext(
        "Somebody else has changed the round since you opened this page. Nothing was stored; look at it again."
    ),
    errors.KeyChanged: lambda: gettext(
        "Somebody else has put the key of this question right in the meantime. Look at it, then make a new preview; "
        "nothing was changed now."
    ),
}
