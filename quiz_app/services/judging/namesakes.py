"""Judges who are called as an author is: perhaps the same person, who then must not judge the entry.

A name is no proof. So automatic assignment passes them over, and by hand they can be chosen, with the fact beside them.
"""

from __future__ import annotations

from collections.abc import Iterable

from quiz_app.domain.initiatives.filling import find_names
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.names import fold_text
from quiz_app.persistence.judging import judged_entries as judged_store
from quiz_app.persistence.judging.panels import Judge
from quiz_app.persistence.session import Work


def list_namesakes(
    work: Work, round_: InitiativeRound, judges: Iterable[Judge], *, entry_id: int | None = None
) -> frozenset[tuple[int, int]]:
    """(judge, entry) where the judge's name is that of an author, accents and case aside; of one entry or of all."""
    by_name: dict[str, list[int]] = {}
    for judge in judges:
        by_name.setdefault(fold_text(judge.name), []).append(judge.id)
    form = round_.settings.form
    return frozenset(
        (judge_id, entry)
        for entry, values in judged_store.iterate_contents(work, round_id=round_.id, entry_id=entry_id)
        for name in find_names(form, values)
        for judge_id in by_name.get(fold_text(name), ())
    )
