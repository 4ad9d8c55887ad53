"""Letters in words: what stands in them, where they stand, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quiz_app.domain import letters as rules
from quiz_app.domain.contests import Round
from quiz_app.domain.initiatives.states import EntryStep
from quiz_app.domain.letters import Decision, LetterKind, LetterReason, LetterState, LetterText, list_markers
from quiz_app.domain.participation import Participation
from quiz_app.services.letters import writes
from quiz_app.web.entry_words import describe_step_taken
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_points, format_score
from quiz_app.web.value_words import describe_instant, describe_second

KINDS: Mapping[LetterKind, Callable[[], str]] = {
    LetterKind.REMINDER: lambda: gettext("Reminder to take part"),
    LetterKind.TRIAL: lambda: gettext("Trial letter"),
    LetterKind.ENTRY_RECEIPT: lambda: gettext("Receipt of an initiative"),
    LetterKind.ENTRY_STEP: lambda: gettext("News of an initiative"),
    LetterKind.ENTRY_REMINDER: lambda: gettext("Reminder to hand in initiatives"),
    LetterKind.JUDGE_REMINDER: lambda: gettext("Reminder to a judge"),
    LetterKind.ENTRY_RESULT: lambda: gettext("Results of initiatives"),
}
_STATES: Mapping[LetterState, Callable[[], str]] = {
    LetterState.DRAFT: lambda: gettext("draft"),
    LetterState.QUEUED: lambda: gettext("waiting to be sent"),
    LetterState.SENDING: lambda: gettext("on its way"),
    LetterState.SENT: lambda: gettext("sent"),
    LetterState.FAILED: lambda: gettext("not delivered"),
    LetterState.UNCERTAIN: lambda: gettext("uncertain"),
    LetterState.CANCELLED: lambda: gettext("not sent"),
}
BADGES: Mapping[LetterState, tuple[str, str]] = {
    LetterState.DRAFT: ("plain", "empty"),
    LetterState.QUEUED: ("plain", "clock"),
    LetterState.SENDING: ("plain", "clock"),
    LetterState.SENT: ("good", "check"),
    LetterState.FAILED: ("owed", "warning"),
    LetterState.UNCERTAIN: ("owed", "warning"),
    LetterState.CANCELLED: ("plain", "cross"),
}
"""How a state looks: the colour of its badge and the shape before its word."""
_REASONS: Mapping[LetterReason, Callable[[], str]] = {
    LetterReason.REMOVED: lambda: gettext("taken out before sending"),
    LetterReason.NO_ADDRESS: lambda: gettext("no e-mail address that can be used"),
    LetterReason.NOT_NEEDED: lambda: gettext("needs no reminder any more"),
    LetterReason.ALREADY_REMINDED: lambda: gettext("has had this reminder today"),
    LetterReason.ACCOUNT_CLOSED: lambda: gettext("the account is closed"),
    LetterReason.DISCARDED: lambda: gettext("the draft was thrown away"),
    LetterReason.BY_PERSON: lambda: gettext("decided by a person"),
    LetterReason.REFUSED: lambda: gettext("the mail server refused it"),
    LetterReason.PUT_OFF: lambda: gettext("the mail server put it off; it is tried again"),
    LetterReason.GAVE_UP: lambda: gettext("put off too often by the mail server"),
    LetterReason.CUT_OFF: lambda: gettext("the connection broke before the answer; it may have arrived"),
    LetterReason.TOO_OLD: lambda: gettext("waited longer than three days"),
}
_DECISIONS: Mapping[Decision, Callable[[], str]] = {
    Decision.AGAIN: lambda: gettext("Send again"),
    Decision.CANCEL: lambda: gettext("Do not send"),
    Decision.ARRIVED: lambda: gettext("It has arrived"),
}


_NO_BRACES = str.maketrans("{}", "()")


def describe_kind(kind: LetterKind) -> str:
    """What the letter is about, as a heading."""
    return KINDS[kind]()


def describe_state(state: LetterState) -> str:
    """Where the letter stands, in two or three words."""
    return _STATES[state]()


def describe_reason(reason: LetterReason) -> str:
    """Why it stands there, as the end of a sentence."""
    return _REASONS[reason]()


def describe_decision(decision: Decision) -> str:
    """What can be decided, as a button says it."""
    return _DECISIONS[decision]()


def describe_audience(participation: Participation) -> str:
    """Whom a batch is for, as a heading."""
    if participation is Participation.BELOW:
        return gettext("Reminder to those below the cut score")
    return gettext("Reminder to those who have not begun")


def describe_markers() -> list[tuple[str, str]]:
    """The places of a text that are filled for each recipient, and what with."""
    markers = list_markers(get_language())
    return [
        (markers["name"], gettext("full name")),
        (markers["unit"], gettext("unit")),
        (markers["score"], gettext("highest score reached")),
        (markers["close"], gettext("the close of the round as it holds when the letter goes out")),
    ]


def write_reminder(*, round_: Round, participation: Participation, address: str, sender: str) -> LetterText:
    """The text that a draft begins with, its places not filled yet."""
    markers = list_markers(get_language())
    # A brace would begin a place that is to be filled.
    title, sender = round_.title.translate(_NO_BRACES), sender.translate(_NO_BRACES)
    lines = [gettext("Dear %(name)s,", name=markers["name"]), ""]
    if participation is Participation.BELOW:
        cut = format_points(round_.settings.cut_score_hundredths, get_language())
        lines += [
            gettext(
                "Your best result in “%(round)s” is below %(cut)s points so far. Please take it again before "
                "%(moment)s.",
                round=title, cut=cut, moment=markers["close"],
            ),
            gettext("Your highest score so far: %(score)s.", score=markers["score"]),
        ]  # fmt: skip
    else:
        lines.append(
            gettext(
                "You have not begun “%(round)s” yet. Please take part before %(moment)s.",
                round=title, moment=markers["close"],
            )
        )  # fmt: skip
    lines += ["", gettext("Address: %(address)s", address=address), "", sender]
    subject = gettext("Reminder: %(round)s", round=title)
    return LetterText(subject[: rules.LONGEST_SUBJECT], "\n".join(lines))


def fill_reminder(text: LetterText, facts: Mapping[str, Any]) -> LetterText:
    """The text for one recipient."""
    score, close = facts.get("score_hundredths"), facts.get("close")
    return rules.fill_text(
        text,
        {
            "name": str(facts.get("name") or "–"),
            "unit": str(facts.get("unit") or "–"),
            "score": "–" if score is None else format_score(score, get_language()),
            "close": "–" if close is None else describe_instant(datetime.fromisoformat(close), ZoneInfo(facts["zone"])),
        },
    )


@writes(LetterKind.TRIAL)
def write_trial(facts: Mapping[str, Any]) -> LetterText:
    """The letter by which an organiser sees that mail goes out."""
    return LetterText(
        gettext("Trial letter of the contest system"),
        gettext(
            "Dear %(name)s,\n\nThis letter was sent by the contest system because you asked for it. Whoever can read "
            "it knows that reminders and receipts go out.",
            name=str(facts["name"]),
        ),
    )


@writes(LetterKind.ENTRY_RECEIPT)
def write_entry_receipt(facts: Mapping[str, Any]) -> LetterText:
    """The letter that acknowledges an initiative that was handed in."""
    zone = ZoneInfo(facts["zone"])
    moment = describe_second(datetime.fromisoformat(facts["at"]), zone)
    return LetterText(
        gettext("Receipt %(code)s: “%(title)s”", code=facts["receipt"], title=facts["title"]),
        gettext(
            "Dear %(name)s,\n\nThe initiative “%(title)s” of %(unit)s was handed in at %(moment)s.\n\n"
            "Part of the contest: %(round)s\nNumber: %(number)s, version %(version)s\nReceipt: %(receipt)s\n"
            "Digest (SHA-256): %(digest)s\n\n"
            "Keep this letter. Where it stands can be seen under “My initiatives” at any time.",
            name=facts["name"],
            title=facts["title"],
            unit=facts["unit"],
            round=facts["round"],
            number=facts["number"],
            version=facts["version"],
            receipt=facts["receipt"],
            digest=facts["digest"],
            moment=moment,
        ),
    )


@writes(LetterKind.ENTRY_REMINDER)
def write_entry_reminder(facts: Mapping[str, Any]) -> LetterText:
    """The letter to the lead of a unit that still owes initiatives."""
    until = describe_instant(datetime.fromisoformat(facts["until"]), ZoneInfo(facts["zone"]))
    return LetterText(
        gettext("Reminder: %(round)s", round=facts["round"]),
        gettext(
            "Dear %(name)s,\n\n%(unit)s still owes initiatives in “%(round)s”: %(missing)s. Please hand them in by "
            "%(until)s.\n\nAddress: %(address)s",
            name=facts["name"],
            unit=facts["unit"],
            round=facts["round"],
            missing=facts["missing"],
            until=until,
            address=facts["address"],
        ),
    )


@writes(LetterKind.ENTRY_STEP)
def write_entry_step(facts: Mapping[str, Any]) -> LetterText:
    """The letter that tells a writer what was decided on an initiative, with the reason."""
    step = describe_step_taken(EntryStep(facts["step"]))
    words = {"name": facts["name"], "title": facts["title"], "round": facts["round"], "step": step}
    lines = [gettext("Dear %(name)s,\n\nThe initiative “%(title)s” (%(round)s): %(step)s.", **words)]
    if facts["reason"]:
        lines.append(gettext("Reason: %(reason)s", reason=facts["reason"]))
    lines.append(gettext("What to do next stands under “My initiatives”."))
    return LetterText(gettext("%(step)s: “%(title)s”", **words), "\n\n".join(lines))
