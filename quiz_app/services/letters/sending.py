"""Sending what the queue holds. Any number of processes may do so at once: a letter is claimed by one of them.

A letter is noted as being sent, and that is committed, before the server hears of it. A process that dies then leaves
it so; after a while it is noted as uncertain, and no machine sends it again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from quiz_app import mailing
from quiz_app.domain.letters import (
    KEPT_FOR,
    LetterReason,
    LetterState,
    OutgoingLetter,
    find_next_try,
    mask_reply,
)
from quiz_app.mailing import CutOff, MailSession, MailSettings, PutOff, Refused, ServerTrouble
from quiz_app.persistence.letters import queue as queue_store
from quiz_app.persistence.session import reading, single_write, transaction

log = logging.getLogger(__name__)

LETTERS_PER_SESSION = 50
"""Servers end a connection that carries too many."""
RELEASED_FOR = timedelta(minutes=1)
"""How long a letter waits that the server did not hear of."""


@dataclass(slots=True)
class SendReport:
    """What was done; ``trouble`` is what the server said where it took nothing at all."""

    sent: int = 0
    put_off: int = 0
    failed: int = 0
    uncertain: int = 0
    trouble: str | None = None

    @property
    def total(self) -> int:
        """Letters that were tried."""
        return self.sent + self.put_off + self.failed + self.uncertain


def send_due(
    *, settings: MailSettings, read_now: Callable[[], datetime], is_stopped: Callable[[], bool] = lambda: False
) -> SendReport:
    """Send the letters that are due, at the pace of the settings, until there is none or the pace says to wait.

    The connection comes first: where the server cannot be reached, no letter is touched. Raises StorageUnavailable.
    """
    report = SendReport()
    settle_stale(now=read_now())
    while not is_stopped() and _is_any_due(read_now()):
        try:
            with mailing.open_session(settings) as session:
                is_going_on = _send_some(session, settings, read_now, is_stopped, report)
        except ServerTrouble as trouble:
            report.trouble = mask_reply(str(trouble))
            log.warning("the mail server takes no letters: %s", report.trouble)
            _note_server(report.trouble, read_now())
            break
        if not is_going_on:
            break
    return report


def settle_stale(*, now: datetime) -> int:
    """Note letters whose sender is gone as uncertain; how many."""
    with reading() as work:
        if not queue_store.has_stale(work, now=now):
            return 0
    with single_write() as work:
        return queue_store.settle_stale(work, now=now)


def _send_some(
    session: MailSession,
    settings: MailSettings,
    read_now: Callable[[], datetime],
    is_stopped: Callable[[], bool],
    report: SendReport,
) -> bool:
    """Send over one connection; whether there may be more for another one. Raises ServerTrouble."""
    for number in range(LETTERS_PER_SESSION):
        if is_stopped() or not _is_any_due(read_now()):
            return False
        with transaction() as work:
            letter_id = queue_store.claim_letter(work, per_minute=settings.per_minute, now=read_now())
        if letter_id is None:
            return False
        with reading() as work:
            letter, is_open = queue_store.read_claimed(work, letter_id)
        _send_one(session, letter, is_open, read_now, report)
        if number == 0:
            _note_server(None, read_now())
        if not session.is_usable:
            return True
    return True


def _send_one(
    session: MailSession, letter: OutgoingLetter, is_open: bool, read_now: Callable[[], datetime], report: SendReport
) -> None:
    if not is_open or read_now() - letter.made_at > KEPT_FOR:
        reason = LetterReason.TOO_OLD if is_open else LetterReason.ACCOUNT_CLOSED
        _end(letter, LetterState.CANCELLED, reason, None, None, read_now())
        return
    try:
        session.send(letter)
    except ServerTrouble:
        with single_write() as work:
            queue_store.release(work, letter, next_at=read_now() + RELEASED_FOR)
        raise
    except Refused as refusal:
        report.failed += 1
        _end(letter, LetterState.FAILED, LetterReason.REFUSED, str(refusal), None, read_now())
    except CutOff as cut:
        report.uncertain += 1
        _end(letter, LetterState.UNCERTAIN, LetterReason.CUT_OFF, str(cut), None, read_now())
    except PutOff as put_off:
        now = read_now()
        next_at = find_next_try(letter.tries, now)
        if next_at is None:
            report.failed += 1
            _end(letter, LetterState.FAILED, LetterReason.GAVE_UP, str(put_off), None, now)
        else:
            report.put_off += 1
            _end(letter, LetterState.QUEUED, LetterReason.PUT_OFF, str(put_off), next_at, now)
    else:
        report.sent += 1
        _end(letter, LetterState.SENT, None, None, None, read_now())


def _end(
    letter: OutgoingLetter,
    state: LetterState,
    reason: LetterReason | None,
    reply: str | None,
    next_at: datetime | None,
    now: datetime,
) -> None:
    masked = None if reply is None else mask_reply(reply)
    with single_write() as work:
        queue_store.end_sending(work, letter, state=state, reason=reason, reply=masked, next_at=next_at, now=now)
    if state is not LetterState.SENT:
        log.info("letter %d: %s (%s)", letter.id, state, masked)


def _is_any_due(now: datetime) -> bool:
    with reading() as work:
        return queue_store.is_any_due(work, now=now)


def _note_server(trouble: str | None, now: datetime) -> None:
    with reading() as work:
        heard = queue_store.find_heard(work)
    if heard is not None and heard.trouble is None and trouble is None:
        return
    with single_write() as work:
        queue_store.note_server(work, trouble=trouble, now=now)
