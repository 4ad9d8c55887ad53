"""Asking for the lists of all units as one zip."""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.session import transaction
from quiz_app.services.jobs import add_job


def request_zip(
    *, person: Person, kind: ListKind, file_format: FileFormat, round_id: int, address: str, now: datetime
) -> int:
    """Have the lists made in the background; the id of the job. Raises NotAllowed, NotFound, InvalidInput.

    ``address`` is that of the page where codes are checked: a job has no request to take it from.
    """
    if kind not in (ListKind.SCORES, ListKind.REMINDER):
        raise InvalidInput("Only score lists and reminder lists are made for each unit.")
    with transaction() as work:
        if contests_store.find_round(work, round_id) is None:
            raise NotFound
        arguments = {"round_id": round_id, "kind": str(kind), "format": str(file_format), "address": address}
        return add_job(work, kind=JobKind.ZIP_SCORE_LISTS, arguments=arguments, person=person, now=now)
