"""Papers of initiative rounds under a code and a signature; their check is that of lists (``issued_lists``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quiz_app.domain.issued_lists import FileFormat, IssuedList, IssuedPaper
from quiz_app.domain.list_seals import ListLines, seal_lines
from quiz_app.domain.people import Person
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.issued_lists import digest_content
from quiz_app.services.judging.paper_states import read_paper_state
from quiz_app.services.list_signatures import sign_lists


def find_paper_state(*, round_id: int, kind: IssuedPaper, about: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How far the round is, to be read before what stands on the paper: what changes in between makes it look older."""
    about = about or {}
    with reading() as work:
        return {**about, "results": read_paper_state(work, round_id, kind, about)}


def issue_paper(
    *,
    code: str,
    kind: IssuedPaper,
    file_format: FileFormat,
    round_id: int,
    lines: ListLines,
    content: bytes,
    state: Mapping[str, Any],
    is_demonstration: bool,
    person: Person,
    secret_key: str,
    now: datetime,
) -> None:
    """Sign and keep a paper: its file may then leave the server. That it was made stands in the trail already."""
    issued = IssuedList(
        code=code,
        kind=kind,
        file_format=file_format,
        round_id=None,
        unit_id=None,
        made_at=now,
        made_by_id=person.id,
        seal=seal_lines(code, lines),
        columns=tuple(lines.lines[lines.heading]),
        totals={"is_demonstration": is_demonstration},
        state=state,
        file_digest=digest_content(content),
        initiative_round_id=round_id,
    )
    with transaction() as work:
        sign_lists(work, [issued], secret_key=secret_key, now=now)
