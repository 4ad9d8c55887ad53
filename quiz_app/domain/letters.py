"""Letters that the engine sends by e-mail: what one may hold, where it stands, and when it is tried again.

A letter is delivered at most once as far as mail allows: it is noted as being sent before the server hears of it. Where
the connection breaks after the whole letter was handed over and before the server's answer, nobody can know whether it
arrived (RFC 5321, 4.5.5); such a letter is ``uncertain`` and goes out again only when a person says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.errors import InvalidInput, Refusal

LONGEST_SUBJECT = 150
LONGEST_BODY = 4_000
"""Of the text that a person writes; what fills its places comes on top."""
LONGEST_FILLED_BODY = 8_000
MOST_RECIPIENTS = 2_000
"""In one batch: more than any unit has."""
PUT_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""How long to wait after each refusal for the time being; after the last one the letter has failed. Servers that take
a letter only at the second try (greylisting) ask for some minutes."""
STALE_AFTER = timedelta(minutes=10)
"""A letter that has been on its way for so long belongs to a process that is gone: no answer is waited for so long."""


KEPT_FOR = timedelta(days=3)
"""A letter that could not be sent for so long is not sent any more: a mail server that is set up, or mended, weeks
later must not send out what no longer holds."""


class LetterKind(StrEnum):
    """What a letter is about. A kind has a title (``web/letter_words.py``); one that the engine queues by itself has a
    writer too (``services/letters/writers.py``); a test finds any that has not.
    """

    REMINDER = "reminder"
    """Written and approved by a person, in a batch."""
    TRIAL = "trial"
    """From an organiser to themselves, to see that the mail server works."""
    ENTRY_RECEIPT = "entry_receipt"
    """To whoever wrote an initiative, and whoever handed it in."""
    ENTRY_REMINDER = "entry_reminder"
    """To the leads of units that still owe initiatives, when a person has asked for it."""
    ENTRY_STEP = "entry_step"
    """To whoever wrote an initiative: it came back, was declined, admitted, or presents."""
    JUDGE_REMINDER = "judge_reminder"
    """To judges with open sheets, when a person has asked for it."""
    ENTRY_RESULT = "entry_result"
    """To whoever wrote judged initiatives, and the leads of their units, once results are published."""


class LetterState(StrEnum):
    """Where a letter stands."""

    DRAFT = "draft"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


class LetterReason(StrEnum):
    """Why a letter stands where it stands, where the state alone does not say it."""

    REMOVED = "removed"
    NO_ADDRESS = "no_address"
    NOT_NEEDED = "not_needed"
    ALREADY_REMINDED = "already_reminded"
    ACCOUNT_CLOSED = "account_closed"
    DISCARDED = "discarded"
    BY_PERSON = "by_person"
    REFUSED = "refused"
    PUT_OFF = "put_off"
    GAVE_UP = "gave_up"
    CUT_OFF = "cut_off"
    TOO_OLD = "too_old"


class Decision(StrEnum):
    """What a person may decide on a letter that did not go out, or whose fate is not known."""

    AGAIN = "again"
    CANCEL = "cancel"
    ARRIVED = "arrived"


DECISIONS: Mapping[LetterState, tuple[Decision, ...]] = {
    LetterState.QUEUED: (Decision.CANCEL,),
    LetterState.FAILED: (Decision.AGAIN, Decision.CANCEL),
    LetterState.UNCERTAIN: (Decision.ARRIVED, Decision.AGAIN, Decision.CANCEL),
}
"""What may be decided in which state; in the others nothing."""


class BatchState(StrEnum):
    """Where a batch of letters stands."""

    DRAFT = "draft"
    APPROVED = "approved"
    DISCARDED = "discarded"


class BatchEnded(Refusal):
    """The batch was sent or thrown away already."""


class NobodyToWriteTo(Refusal):
    """No recipient is left who has an address and still needs the letter."""


class MailNotSet(Refusal):
    """No mail server is set, so that nothing can be sent."""


class LetterDecided(Refusal):
    """The letter is no longer where the decision found it."""


class OwnAddressMissing(Refusal):
    """The person's own account has no e-mail address."""


@dataclass(frozen=True, slots=True)
class LetterText:
    """Subject and body, as they are sent."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """A letter as the mail server is given it. ``made_at`` and ``id`` name it, the same at every try; ``tries`` and
    ``claimed_at`` name the try.
    """

    id: int
    name: str
    address: str
    text: LetterText
    reply_to: str | None
    made_at: datetime
    tries: int
    claimed_at: datetime


_MARKER = re.compile(r"\{([^{}\n]{1,40})\}")
_ADDRESS = re.compile(r"[^\s<>@,;:\"'()]+@[^\s<>@,;:\"'()]+")
_MARKERS: Mapping[str, tuple[str, str]] = {
    "name": ("họ tên", "name"),
    "unit": ("đơn vị", "unit"),
    "score": ("điểm", "score"),
    "close": ("hạn", "deadline"),
}


def list_markers(language: str) -> dict[str, str]:
    """The places of a batch's text that are filled for each recipient, by what fills them: ``{họ tên}``."""
    place = 0 if language == "vi" else 1
    return {fact: "{" + words[place] + "}" for fact, words in _MARKERS.items()}


def clean_text(subject: str, body: str) -> LetterText:
    """What a person has written, with one spelling and without control characters. Raises InvalidInput.

    A subject has no line break: whatever is typed, it stays one line of the letter's head.
    """
    subject = " ".join(_drop_controls(subject, keeps_lines=False).split())
    body = _drop_controls(body.replace("\r\n", "\n").replace("\r", "\n"), keeps_lines=True).strip()
    if not 1 <= len(subject) <= LONGEST_SUBJECT:
        raise InvalidInput(N_("The subject has 1 to 150 characters. Nothing was changed."))
    if not 1 <= len(body) <= LONGEST_BODY:
        raise InvalidInput(N_("The text has 1 to 4,000 characters. Nothing was changed."))
    known = {word for words in _MARKERS.values() for word in words}
    for found in _MARKER.findall(subject + body):
        if _fold_marker(found) not in known:
            raise InvalidInput(N_("The text has a place in braces that nothing can fill. Use those that are listed."))
    return LetterText(subject, body)


def fill_text(text: LetterText, facts: Mapping[str, str]) -> LetterText:
    """The text for one recipient; ``facts`` by the names of ``list_markers``, as they are to be read."""
    words = {word: facts.get(fact, "–") for fact, both in _MARKERS.items() for word in both}

    def fill(part: str) -> str:
        return _MARKER.sub(lambda match: words.get(_fold_marker(match[1]), match[0]), part)

    subject = " ".join(fill(text.subject).split())[:LONGEST_SUBJECT]
    return LetterText(subject, fill(text.body)[:LONGEST_FILLED_BODY])


def find_next_try(tries: int, now: datetime) -> datetime | None:
    """When a letter that was put off for the ``tries``-th time is tried again; None where that was the last time."""
    return now + PUT_OFF[tries - 1] if 1 <= tries <= len(PUT_OFF) else None


def mask_address(address: str) -> str:
    """An address as a trail may hold it: ``n…@tinh.gov.vn``."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def mask_reply(reply: str) -> str:
    """What a server has answered, on one line, without anybody's address."""
    line = " ".join(_drop_controls(reply, keeps_lines=False).split())
    return _ADDRESS.sub(lambda match: mask_address(match[0]), line)[:300]


def is_usable_address(address: str) -> bool:
    """Whether every mail server takes the address: ASCII, one sign @, nothing that could end a line of the head."""
    name, _, domain = address.rpartition("@")
    if not (name and domain) or "@" in name:
        return False
    return address.isascii() and len(address) <= 200 and not re.search(r"[\s<>(),;:\\\"\x00-\x1f\x7f]", address)


def _fold_marker(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _drop_controls(text: str, *, keeps_lines: bool) -> str:
    kept = "\n\t" if keeps_lines else ""
    text = unicodedata.normalize("NFC", text)
    # Line separators of Unicode are line breaks to some readers of mail.
    return "".join(
        letter if letter in kept or unicodedata.category(letter) not in ("Cc", "Zl", "Zp", "Cs") else " "
        for letter in text
    )


def make_facts(name: str, unit: str | None, score_hundredths: int | None) -> dict[str, Any]:
    """What is known of a recipient, as a letter's row keeps it."""
    return {"name": name, "unit": unit, "score_hundredths": score_hundredths}


def add_close(facts: Mapping[str, Any], closes_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The same with the close of the round as it holds now: it may have been moved since the draft was written."""
    return {**facts, "close": closes_at.isoformat(), "zone": zone.key}
