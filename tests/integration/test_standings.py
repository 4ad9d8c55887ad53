"""What pages keep of the judging: never behind what is stored, and no dearer to renew for many initiatives."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from quiz_app.extensions import db
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.session import reading
from quiz_app.services.judging import assigning, conflicts, marking, overview, prizes, shortlisting, standings
from tests.factories import run_sql
from tests.integration.test_judging import LATER, Court, make_typed
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app")


def read_both(court: Court) -> tuple[standings.Kept, list[standings.Standing]]:
    with reading() as work:
        round_ = rounds_store.find_round(work, court.round.id)
        assert round_ is not None
        assert round_.settings.judging is not None
        kept = standings.read_kept_standings(work, round_, round_.settings.judging)
        return kept, standings.read_standings(work, round_, round_.settings.judging)


def test_what_is_kept_is_what_is_stored_after_every_kind_of_change() -> None:
    court = Court(entry_count=3)
    first, second, third = court.entries
    one, two, three = court.judges

    def find(entry_id: int) -> int:
        return court.find_sheet(one, entry_id)

    def reopen() -> None:
        shortlisting.reopen_sheet(organiser=court.organiser, judgement_id=find(first), reason="Nhầm", now=LATER)

    def take_back() -> None:
        assigning.take_back(organiser=court.organiser, judgement_id=find(third), reason="Đổi", now=LATER)

    def abstain() -> None:
        marking.abstain(judge=one, judgement_id=find(second), reason="Bận", now=LATER)

    def save() -> None:
        marking.save_sheet(
            judge=two, judgement_id=court.find_sheet(two, second), typed=make_typed(1, "1", "1"), now=LATER
        )

    def declare() -> None:
        conflicts.enter_unit_conflict(
            organiser=court.organiser, round_id=court.round.id, judge_id=two.id, unit_id=court.units[0],
            reason="Người nhà", now=LATER,
        )  # fmt: skip

    def admit() -> None:
        court.add_entry(3)

    def withdraw() -> None:
        run_sql(
            "UPDATE entries SET state = 'withdrawn', changed_at = changed_at + 1 WHERE id = :i RETURNING id", i=third
        )

    steps: list[Callable[[], object]] = [
        lambda: court.give(first, one, two), lambda: court.give(second, one, two), lambda: court.give(third, one),
        lambda: court.confirm(one, first, "50", "30"), lambda: court.confirm(two, first, "40", "31"), reopen,
        lambda: court.confirm(one, first, "20", "20"), take_back, lambda: court.give(third, one, three), abstain, save,
        declare, admit, withdraw,
    ]  # fmt: skip
    read_both(court)
    for number, step in enumerate(steps):
        step()
        kept, stored = read_both(court)
        assert kept.standings == stored, f"after step {number}"
        assert kept.ranking == standings.rank_standings(stored, kept.rules)
    again, _ = read_both(court)
    assert again is kept, "nothing has changed: nothing is read again"


def test_a_unit_that_is_renamed_is_seen_within_a_minute() -> None:
    court = Court(entry_count=1)
    kept, _ = read_both(court)
    run_sql("UPDATE units SET name = 'Trường Mới' WHERE id = :id RETURNING id", id=court.units[0])
    kept.kept_until = 0.0
    renewed, _ = read_both(court)
    assert renewed.standings[0].entry.unit_name == "Trường Mới"


def test_the_order_of_prizes_follows_a_mark_at_once() -> None:
    court = Court(entry_count=2, judges_per_entry=1)
    for entry_id, mark in zip(court.entries, ("50", "40"), strict=True):
        court.give(entry_id, court.judges[0])
        court.confirm(court.judges[0], entry_id, mark, "30")
    view = {"organiser": court.organiser, "round_id": court.round.id}
    assert [place.entry_id for place in prizes.view_prizes(**view).places] == court.entries
    shortlisting.reopen_sheet(
        organiser=court.organiser, judgement_id=court.find_sheet(court.judges[0], court.entries[0]), reason="Nhầm",
        now=LATER,
    )  # fmt: skip
    court.confirm(court.judges[0], court.entries[0], "30", "30")
    assert [place.entry_id for place in prizes.view_prizes(**view).places] == court.entries[::-1]


def test_pages_cost_the_same_statements_for_few_and_for_many() -> None:
    court = Court(entry_count=1, judges_per_entry=1)
    who = {"organiser": court.organiser, "round_id": court.round.id}

    def mark() -> None:
        run_sql("UPDATE judgements SET sequence = sequence + 1 WHERE entry_id = :id RETURNING id", id=court.entries[0])

    def count() -> list[int]:
        court.assign()
        found = []
        for prepare in (standings.forget_standings, mark):
            for page in (partial(overview.view_judging, now=LATER), shortlisting.view_ranking, prizes.view_prizes):
                prepare()
                with count_statements(db.engine) as statements:
                    page(**who)
                found.append(len(statements.work))
        return found

    few = count()
    for number in range(1, 12):
        court.add_entry(number)
    assert count() == few
    assert few[3:] == few[:3], "after a mark a page asks as often as after a start, and reads less"
