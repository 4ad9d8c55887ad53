"""Files that judges of a blind round are given as they are: those of which an organiser, who has looked at them, says
that they name nobody. Without that a judge reads the text alone, and of a picture, a scan or a film nothing.
"""

from __future__ import annotations

from datetime import datetime

from quiz_app.domain.errors import NotFound
from quiz_app.domain.initiatives.rounds import RoundDecided
from quiz_app.domain.judging.judgements import JudgingChanged
from quiz_app.domain.people import Person
from quiz_app.domain.reasons import check_reason
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import transaction
from quiz_app.services.judging.access import open_round


def release_file(*, organiser: Person, file_id: int, is_released: bool, reason: str, now: datetime) -> int:
    """Release a file to judges, or withhold it again, with the reason; the id of the entry.

    Raises NotAllowed, NotFound (also for what was not handed in), NotJudged, RoundDecided, InvalidInput,
    JudgingChanged (somebody else was quicker).
    """
    reason = check_reason(reason)
    with transaction() as work:
        file = files_store.find_file(work, file_id)
        entry = None if file is None else entries_store.find_entry(work, file.entry_id)
        if file is None or entry is None:
            raise NotFound
        round_, _ = open_round(work, organiser, entry.round_id, locks=True)
        if not files_store.is_handed_in(work, file_id):
            raise NotFound
        if round_.published_at is not None:
            raise RoundDecided
        if not files_store.set_released(work, file_id, now if is_released else None):
            raise JudgingChanged
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="entry_file_released" if is_released else "entry_file_withheld",
            subject=("entry", entry.id),
            details={"name": file.name, "digest": file.digest, "reason": reason},
        )
        return entry.id
