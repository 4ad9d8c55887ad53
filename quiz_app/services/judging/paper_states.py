"""How far an initiative round was when a paper of it was made; a later check tells whether that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quiz_app.domain.issued_lists import IssuedPaper, ListKind
from quiz_app.domain.judging.judgements import FIRST_STAGE, SECOND_STAGE
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging import judgements as judgements_store
from quiz_app.persistence.judging import prizes as prizes_store
from quiz_app.persistence.session import Work


def read_paper_state(
    work: Work, round_id: int, kind: IssuedPaper | ListKind, about: Mapping[str, Any]
) -> list[Any] | None:
    """Numbers and texts that JSON keeps; None for what is right as of its own moment alone.

    ``about`` names the judge and the stage of a score sheet.
    """
    if kind is IssuedPaper.JUDGE_SHEET:
        found = judgements_store.map_confirmed_marks(
            work, round_id=round_id, judge_id=about["judge"], stage=about["stage"]
        )
        return sorted([entry_id, total] for entry_id, (_, total) in found.items())
    if kind is IssuedPaper.APPRAISAL:
        return None
    prizes = [[each.id, each.code] for each in prizes_store.list_prizes(work, round_id)]
    stages = (FIRST_STAGE, SECOND_STAGE)
    return [*(list(judged_store.find_fingerprint(work, round_id, stage)) for stage in stages), prizes]
