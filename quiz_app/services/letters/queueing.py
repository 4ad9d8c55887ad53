"""Letters that the engine queues by itself: receipts and the like, within the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.letters import (
    LONGEST_FILLED_BODY,
    LONGEST_SUBJECT,
    LetterKind,
    LetterText,
    MailNotSet,
    OwnAddressMissing,
    is_usable_address,
)
from quiz_app.domain.people import Person
from quiz_app.domain.permissions import may_organise
from quiz_app.persistence.letters import queue as queue_store
from quiz_app.persistence.session import Work, transaction
from quiz_app.services.letters.writers import WRITERS


def queue_letter(
    work: Work, *, kind: LetterKind, about: str, account_id: int, facts: Mapping[str, Any], now: datetime
) -> bool:
    """Queue a letter to a person within the caller's transaction; whether there will be one.

    ``about`` names the occasion (``entry:123:submitted``, 200 characters at most): of a kind and an occasion a person
    gets one letter, however often this is called. There is none for a closed account or one without an address.
    """
    to = queue_store.find_addressee(work, account_id)
    if to is None or to.address is None or not is_usable_address(to.address):
        return False
    text = WRITERS[kind]({"name": to.name, **facts})
    text = LetterText(" ".join(text.subject.split())[:LONGEST_SUBJECT], text.body[:LONGEST_FILLED_BODY])
    return queue_store.add_letter(
        work,
        kind=kind,
        about=about,
        account_id=account_id,
        unit_id=to.unit_id,
        address=to.address,
        text=text,
        facts=facts,
        now=now,
    )


def queue_trial(*, organiser: Person, is_mail_set: bool, now: datetime) -> None:
    """Queue a letter from an organiser to themselves. Raises NotAllowed, MailNotSet, OwnAddressMissing."""
    if not may_organise(organiser):
        raise NotAllowed
    if not is_mail_set:
        raise MailNotSet
    with transaction() as work:
        # One a minute is enough to try it out.
        about = f"trial:{now:%Y-%m-%dT%H:%M}"
        to = queue_store.find_addressee(work, organiser.id)
        if to is None or to.address is None or not is_usable_address(to.address):
            raise OwnAddressMissing
        queue_letter(work, kind=LetterKind.TRIAL, about=about, account_id=organiser.id, facts={}, now=now)
