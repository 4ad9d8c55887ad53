"""The words for refusals of the initiative round, as ``refusal_words`` has them for the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from quiz_app.domain.errors import Refusal
from quiz_app.domain.initiatives import entries, file_rules, filling, rounds, states
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_formats import format_file_size
from quiz_app.web.value_words import describe_instant

TITLES: dict[type[Refusal], Callable[[], str]] = {
    entries.EntryChanged: lambda: gettext("The initiative has changed meanwhile"),
    entries.FileAlreadyThere: lambda: gettext("This file is attached already"),
    entries.TooManyFiles: lambda: gettext("No further file fits"),
    file_rules.FileInfected: lambda: gettext("The file is not given out"),
    file_rules.FileNotScanned: lambda: gettext("The file is still being checked"),
    file_rules.FileTooLarge: lambda: gettext("The file is too large"),
    file_rules.PartMisplaced: lambda: gettext("A part of the file is missing"),
    file_rules.UploadsBusy: lambda: gettext("Many files are arriving at this moment"),
    file_rules.WrongEntryFile: lambda: gettext("The file is not taken"),
    filling.EntryIncomplete: lambda: gettext("The initiative cannot be handed in yet"),
    rounds.HandInClosed: lambda: gettext("Initiatives are no longer taken"),
    rounds.HandInNotOpen: lambda: gettext("Initiatives are not taken yet"),
    rounds.RoundDecided: lambda: gettext("The results are published"),
    states.EntryJudged: lambda: gettext("The initiative has been judged"),
    states.EntryStepRefused: lambda: gettext("This step is not possible now"),
}


def explain_entry_refusal(refusal: Refusal, zone: tzinfo) -> str | None:
    """What happened and what to do next; None for a refusal of another part."""
    match refusal:
        case entries.FileAlreadyThere():
            return gettext(
                "The same content is attached already as “%(name)s”; it was not attached twice.", name=refusal.name
            )
        case entries.TooManyFiles(is_of_field=True):
            return ngettext(
                "This place of the form holds at most %(num)d file. Remove one first.",
                "This place of the form holds at most %(num)d files. Remove one first.",
                refusal.most,
            )
        case entries.TooManyFiles():
            return ngettext(
                "An initiative of this round holds at most %(num)d file. Remove one first.",
                "An initiative of this round holds at most %(num)d files. Remove one first.",
                refusal.most,
            )
        case file_rules.FileTooLarge():
            return gettext(
                "A file of this round may have at most %(most)s. Make it smaller or split it; nothing was attached.",
                most=format_file_size(refusal.most, get_language()),
            )
        case file_rules.WrongEntryFile():
            return gettext(
                "“%(name)s”: %(reason)s. Nothing was attached.",
                name=refusal.name,
                reason=gettext(refusal.reason, **refusal.values),
            )
        case filling.EntryIncomplete():
            return ngettext(
                "%(num)d place of the form has to be mended first; everything that was typed is kept.",
                "%(num)d places of the form have to be mended first; everything that was typed is kept.",
                len(refusal.problems),
            )
        case rounds.HandInClosed():
            return gettext(
                "They were taken until %(moment)s. The draft is kept; ask the organisers if there was a reason for the "
                "delay.",
                moment=describe_instant(refusal.closed_at, zone),
            )
        case rounds.HandInNotOpen():
            return gettext("They are taken from %(moment)s on.", moment=describe_instant(refusal.opens_at, zone))
    find_words = _PLAIN_WORDS.get(type(refusal))
    return find_words() if find_words else None


_PLAIN_WORDS: dict[type[Refusal], Callable[[], str]] = {
    entries.EntryChanged: lambda: gettext(
        "Another tab, or somebody else of the unit, has saved it since this page was opened. Open it again and put in "
        "what is missing; nothing was overwritten."
    ),
    file_rules.FileInfected: lambda: gettext(
        "The scanner found a virus in it. Whoever attached it has to replace it by a clean one."
    ),
    file_rules.FileNotScanned: lambda: gettext(
        "The scanner has not looked for viruses in it yet. Open it again in a few minutes."
    ),
    file_rules.PartMisplaced: lambda: gettext(
        "The upload was interrupted. Choose the file once more; nothing was attached."
    ),
    file_rules.UploadsBusy: lambda: gettext(
        "The server takes a few at a time, so that nobody else has to wait. Try again in a few seconds; nothing was "
        "attached."
    ),
    rounds.RoundDecided: lambda: gettext("Nothing of the round can be changed any more."),
    states.EntryJudged: lambda: gettext(
        "A judge has confirmed marks for it: it can be neither withdrawn nor taken out. Nothing was changed."
    ),
    states.EntryStepRefused: lambda: gettext(
        "Somebody else may have decided on it since the page was opened. Open it again; nothing was changed now."
    ),
}
