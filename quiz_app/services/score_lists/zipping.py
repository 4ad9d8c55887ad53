"""Asking for the lists of all units at once, as a zip or as one workbook with a sheet for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Person
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.session import transaction
from quiz_app.services.jobs import add_job


def request_all_units(
    *,
    person: Person,
    kind: ListKind,
    file_format: FileFormat,
    as_sheets: bool,
    round_id: int,
    address: str,
    now: datetime,
) -> int:
    """Have the lists made in the background; the id of the job. Raises NotAllowed, NotFound, InvalidInput.

    ``address`` is that of the page where codes are checked: a job has no request to take it from.
    """
    if kind not in (ListKind.SCORES, ListKind.REMINDER):
        raise InvalidInput("Only score lists and reminder lists are made for each unit.")
    if as_sheets and file_format is not FileFormat.XLSX:
        raise InvalidInput("A sheet for each unit is made as an Excel file only.")
    with transaction() as work:
        if contests_store.find_round(work, round_id) is None:
            raise NotFound
        arguments: dict[str, Any] = {
            "round_id": round_id,
            "kind": str(kind),
            "format": str(file_format),
            "address": address,
        }
        arguments |= {"shape": "sheets"} if as_sheets else {}
        return add_job(work, kind=JobKind.ZIP_SCORE_LISTS, arguments=arguments, person=person, now=now)
