"""What goes onto paper from an initiative round: the list of entries, the minutes of the panel, the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quiz_app.domain.contests import Contest
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.judging.combining import FinalPlace
from quiz_app.domain.judging.prizes import PrizesUndecided
from quiz_app.domain.judging.rubrics import JudgingRules
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.judging import panels as panels_store
from quiz_app.persistence.judging import presentations as presentations_store
from quiz_app.persistence.judging.judged_entries import JudgedLine
from quiz_app.persistence.judging.panels import Panel
from quiz_app.persistence.judging.prizes import PrizeLine
from quiz_app.persistence.session import reading, single_write
from quiz_app.services.judging.access import open_round
from quiz_app.services.judging.prize_certificates import list_authors
from quiz_app.services.judging.prizes import PrizePage, make_prize_page
from quiz_app.services.judging.results import find_contest, read_final_order, read_kept_order


class PaperKind(StrEnum):
    """What a paper is."""

    ENTRIES = "entries"
    """The judged entries by number."""
    MINUTES = "minutes"
    """Minutes of the judges' meeting: how it was judged, and the order."""
    DECISION = "decision"
    """The decision that gives the prizes, with their list."""


class PaperFormat(StrEnum):
    """What a paper is handed out as."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class PaperData:
    """Everything that the papers say. ``prizes`` in the order of the prizes, with the authors of each."""

    contest: Contest
    round: InitiativeRound
    rules: JudgingRules
    made_at: datetime
    panels: tuple[Panel, ...]
    entries: Mapping[int, JudgedLine]
    places: tuple[FinalPlace, ...]
    prizes: tuple[tuple[PrizeLine, tuple[str, ...]], ...]
    confirmed_count: int
    page: PrizePage


def view_papers(*, organiser: Person, round_id: int) -> PrizePage:
    """What there is to print. Raises NotAllowed, NotFound, NotJudged."""
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        return make_prize_page(work, round_, rules, order=read_kept_order(work, round_, rules))


def read_paper(*, organiser: Person, round_id: int, kind: PaperKind, now: datetime) -> PaperData:
    """What a paper says, which is written down. A decision has decided prizes.

    Raises NotAllowed, NotFound, NotJudged, PrizesUndecided.
    """
    with reading() as work:
        round_, rules = open_round(work, organiser, round_id)
        page = make_prize_page(work, round_, rules, order=read_final_order(work, round_, rules))
        if kind is PaperKind.DECISION and not page.is_decided:
            raise PrizesUndecided
        form = round_.settings.form
        data = PaperData(
            contest=find_contest(work, round_),
            round=round_,
            rules=rules,
            made_at=now,
            panels=tuple(panels_store.list_panels(work, round_id)),
            entries=page.entries,
            places=page.places,
            prizes=tuple(
                (line, list_authors(form, line.values, line.created_by or "") if line.entry_id else ())
                for prize in round_.settings.prizes
                for line in page.list_given(prize.code)
            ),
            confirmed_count=presentations_store.count_confirmed(work, round_id),
            page=page,
        )
    with single_write() as work:
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="initiative_paper_made",
            subject=("initiative_round", round_id),
            details={"kind": str(kind)},
        )
    return data
