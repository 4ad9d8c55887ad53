"""What a person is told about their results until they dismiss it."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.people import Person
from quiz_app.persistence import notices as notices_store
from quiz_app.persistence.notices import Notice
from quiz_app.persistence.session import reading, single_write


def list_notices(person: Person) -> list[Notice]:
    """What the person has not dismissed, the newest first."""
    with reading() as work:
        return notices_store.list_unseen(work, person.id)


def dismiss_notice(*, person: Person, notice_id: int, now: datetime) -> None:
    """The person has read it. One that is not theirs, or is gone, stays as it is."""
    with single_write() as work:
        notices_store.dismiss(work, notice_id=notice_id, account_id=person.id, now=now)
