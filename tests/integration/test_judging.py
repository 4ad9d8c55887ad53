"""Judging: panels, assignments, sheets, conflicts, the ranking and the shortlist; and people who act at once."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask

from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound, Refusal
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.judging.judgements import (
    JudgeInConflict,
    Judgement,
    JudgementState,
    JudgingChanged,
    MarkingClosed,
    SheetChanged,
    SheetConfirmed,
    SheetIncomplete,
    SheetNotYours,
)
from quiz_app.domain.people import Person, Role
from quiz_app.services.initiatives import take_step
from quiz_app.services.judging import (
    assigning,
    assignment_tables,
    conflicts,
    marking,
    overview,
    panels,
    shortlisting,
    viewing,
)
from quiz_app.services.judging.marking import TypedSheet
from quiz_app.services.judging.standings import Flag
from tests.entry_factories import add_initiative_round, add_submitted, make_judging_rules
from tests.factories import CLOSING, MIDDLE, MS, add_person, add_unit, run_sql
from tests.integration.threads import run_together

pytestmark = pytest.mark.usefixtures("app")
LATER = MIDDLE + timedelta(days=20)


class Court:
    """Two departments with a school each, whose teachers write; judges of a third; a round with a panel of them."""

    def __init__(
        self, *, judge_count: int = 3, entry_count: int = 2, of_round: dict[str, Any] | None = None, **changes: Any
    ) -> None:
        self.units = [self._add_branch(number) for number in (1, 2)]
        self.home = add_unit("SNV", kind="department")
        self.writers = [add_person(f"giao-vien-{number}", unit_id=unit) for number, unit in enumerate(self.units)]
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])
        self.judges = [
            add_person(f"giam-khao-{number}", unit_id=self.home, roles=[Role.JUDGE]) for number in range(judge_count)
        ]
        rules = make_judging_rules(**{"disagreement_hundredths": 2000, "shortlist_per_category": 1, **changes})
        self.round = add_initiative_round(
            judging=rules, judging_closes_at=CLOSING + timedelta(days=30), **(of_round or {})
        )
        self.entries = [self.add_entry(number) for number in range(entry_count)]
        self.panel = panels.add_panel(
            organiser=self.organiser, round_id=self.round.id, name="Tổ 1", stage=1, category="",
            member_ids=[judge.id for judge in self.judges], head_id=self.judges[0].id, now=MIDDLE,
        )  # fmt: skip

    @staticmethod
    def _add_branch(number: int) -> int:
        department = add_unit(f"SO{number}", kind="department", name=f"Sở Số {number}")
        return add_unit(f"TRUONG{number}", parent_id=department, name=f"Trường THPT Số {number}")

    def add_entry(self, number: int) -> int:
        """An entry that was admitted."""
        writer = self.writers[number % len(self.writers)]
        now = MIDDLE + timedelta(minutes=number)
        entry_id = add_submitted(writer, self.round, title=f"Sáng kiến {number}", now=now)
        run_sql("UPDATE entries SET state = 'admitted' WHERE id = :entry_id RETURNING id", entry_id=entry_id)
        return entry_id

    def assign(self, seed: int = 1) -> assigning.AssignmentOutcome:
        return assigning.assign_automatically(organiser=self.organiser, round_id=self.round.id, seed=seed, now=LATER)

    def give(self, entry_id: int, *judges: Person) -> None:
        for judge in judges:
            assigning.assign_one(organiser=self.organiser, entry_id=entry_id, judge_id=judge.id, now=LATER)

    def find_sheet(self, judge: Person, entry_id: int) -> int:
        ((sheet_id,),) = run_sql(
            "SELECT id FROM judgements WHERE judge_id = :judge_id AND entry_id = :entry_id",
            judge_id=judge.id, entry_id=entry_id,
        )  # fmt: skip
        return int(sheet_id)

    def confirm(self, judge: Person, entry_id: int, novelty: str, effect: str) -> Judgement:
        sheet_id = self.find_sheet(judge, entry_id)
        sequence = viewing.view_sheet(judge=judge, judgement_id=sheet_id, now=LATER).judgement.sequence
        return marking.confirm_sheet(
            judge=judge, judgement_id=sheet_id, typed=make_typed(sequence, novelty, effect), now=LATER
        )

    def lock(self) -> None:
        shortlisting.lock_marks(organiser=self.organiser, round_id=self.round.id, now=LATER)

    def rank(self) -> shortlisting.RankingPage:
        return shortlisting.view_ranking(organiser=self.organiser, round_id=self.round.id)

    def shortlist(self, page: shortlisting.RankingPage, *entry_ids: int, reason: str = "") -> tuple[int, int]:
        return shortlisting.set_shortlist(
            organiser=self.organiser, round_id=self.round.id, entry_ids=entry_ids, seen=page.seen, reason=reason,
            now=LATER,
        )  # fmt: skip


def make_typed(sequence: int, novelty: str, effect: str, remark: str = "Lý do", opinion: str = "") -> TypedSheet:
    return TypedSheet(sequence, {"novelty": novelty, "effect": effect}, {"novelty": remark, "effect": remark}, opinion)


@pytest.fixture
def court() -> Court:
    return Court()


def read_states() -> list[str]:
    return sorted(state for (state,) in run_sql("SELECT state FROM judgements"))


# --- assignment ---


def test_every_entry_gets_its_judges_and_a_second_press_gives_nothing_more(court: Court) -> None:
    outcome = court.assign()
    assert (outcome.given_count, outcome.unfilled) == (4, ())
    assert court.assign(seed=2).given_count == 0
    late = court.add_entry(2)
    assert court.assign().given_count == 2
    assert len(run_sql("SELECT 1 AS one FROM judgements WHERE entry_id = :entry_id", entry_id=late)) == 2
    loads = run_sql("SELECT COUNT(*) AS number FROM judgements GROUP BY judge_id")
    assert [number for (number,) in loads] == [2, 2, 2]


def test_judges_of_the_same_department_are_passed_over_and_what_is_short_is_named() -> None:
    court = Court(judge_count=1)
    insider = add_person("noi-bo", unit_id=court.units[0], roles=[Role.JUDGE])
    panels.change_panel(
        organiser=court.organiser, panel_id=court.panel, name="Tổ 1", category="cchc",
        member_ids=[court.judges[0].id, insider.id], head_id=None, now=MIDDLE,
    )  # fmt: skip
    outcome = court.assign()
    assert outcome.unfilled == ((1, 1),), "the insider may judge entry 2 alone"
    assert run_sql("SELECT entry_id FROM judgements WHERE judge_id = :judge_id", judge_id=insider.id) == [
        (court.entries[1],)
    ]
    with pytest.raises(JudgeInConflict) as refusal:
        court.give(court.entries[0], insider)
    assert (refusal.value.judge, refusal.value.number) == (insider.name, 1)


def test_a_judge_called_like_an_author_is_passed_over_and_can_be_chosen_by_hand() -> None:
    court = Court(judge_count=2)
    namesake = add_person("trung-ten", unit_id=court.home, roles=[Role.JUDGE], name="NGUYỄN  THỊ HẠNH")
    panels.change_panel(
        organiser=court.organiser, panel_id=court.panel, name="Tổ 1", category="",
        member_ids=[court.judges[0].id, namesake.id], head_id=None, now=MIDDLE,
    )  # fmt: skip
    assert court.assign().unfilled == ((1, 1), (2, 1))
    page = overview.view_entry_sheets(organiser=court.organiser, entry_id=court.entries[0], now=LATER)
    assert page.namesake_ids == {namesake.id}
    assert namesake.id in {judge.id for judge in page.free_judges}
    court.give(court.entries[0], namesake)


def test_without_a_panel_nothing_is_given_out(court: Court) -> None:
    panels.delete_panel(organiser=court.organiser, panel_id=court.panel, now=MIDDLE)
    with pytest.raises(InvalidInput):
        court.assign()


def test_a_panel_that_has_sheets_stays_and_a_name_is_there_once(court: Court) -> None:
    court.assign()
    with pytest.raises(InvalidInput):
        panels.delete_panel(organiser=court.organiser, panel_id=court.panel, now=MIDDLE)
    add = partial(
        panels.add_panel, organiser=court.organiser, round_id=court.round.id, stage=1, category="", now=MIDDLE
    )
    with pytest.raises(InvalidInput):
        add(name="Tổ 1", member_ids=[], head_id=None)
    with pytest.raises(InvalidInput):
        add(name="Tổ 2", member_ids=[court.organiser.id], head_id=None)
    with pytest.raises(InvalidInput):
        add(name="Tổ 2", member_ids=[court.judges[0].id], head_id=court.judges[1].id)
    (panel,) = panels.view_panels(organiser=court.organiser, round_id=court.round.id)[1]
    assert (len(panel.members), panel.head_id) == (3, court.judges[0].id)


def test_a_spreadsheet_is_all_or_nothing(court: Court) -> None:
    def preview(text: str) -> assignment_tables.TablePreview:
        content = ("Số sáng kiến,Tài khoản giám khảo\n" + text).encode()
        return assignment_tables.preview_table(
            organiser=court.organiser, round_id=court.round.id, content=content, file_name="phan-cong.csv"
        )

    add_person("noi-bo", unit_id=court.units[0], roles=[Role.JUDGE])
    wrong = preview("1,giam-khao-0\n9,giam-khao-0\n2,ai-do\n1,Giam-khao-0\n1,noi-bo\nhai,giam-khao-1\n")
    assert [(each.place.number, each.place.column) for each in wrong.problems] == [
        (3, "A"), (4, "B"), (5, "B"), (6, "B"), (7, "A"),
    ]  # fmt: skip
    right = preview("1,giam-khao-0\n#1,giam-khao-1\n2,giam-khao-2\n")
    assert (right.problems, right.new_count) == ((), 3)
    assert run_sql("SELECT 1 AS one FROM judgements") == [], "a preview stores nothing"
    assign = partial(assignment_tables.assign_pairs, organiser=court.organiser, round_id=court.round.id, now=LATER)
    with pytest.raises(JudgeInConflict):
        assign(pairs=[(2, "giam-khao-0"), (1, "noi-bo")])
    with pytest.raises(JudgingChanged):
        assign(pairs=[(2, "giam-khao-0"), (9, "giam-khao-0")])
    assert run_sql("SELECT 1 AS one FROM judgements") == []
    pairs = [(line.number, line.login) for line in right.lines]
    assert assign(pairs=pairs) == 3
    assert assign(pairs=pairs) == 0


def test_an_entry_is_taken_back_and_given_again(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    with pytest.raises(JudgingChanged):
        court.give(entry_id, judge)
    sheet_id = court.find_sheet(judge, entry_id)
    take = partial(assigning.take_back, organiser=court.organiser, judgement_id=sheet_id, now=LATER)
    with pytest.raises(InvalidInput):
        take(reason=" ")
    take(reason="Đổi giám khảo")
    with pytest.raises(NotFound):
        viewing.view_sheet(judge=judge, judgement_id=sheet_id, now=LATER)
    court.give(entry_id, judge)
    court.confirm(judge, entry_id, "30", "20")
    with pytest.raises(SheetConfirmed):
        take(reason="Đổi giám khảo")


# --- a sheet ---


def test_a_sheet_is_saved_confirmed_and_locked(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    sheet_id = court.find_sheet(judge, entry_id)
    save = partial(marking.save_sheet, judge=judge, judgement_id=sheet_id, now=LATER)
    confirm = partial(marking.confirm_sheet, judge=judge, judgement_id=sheet_id, now=LATER)
    first = save(typed=make_typed(1, "30,5", "99"))
    assert (first.sequence, first.total, [each.criterion for each in first.read.problems]) == (2, 3050, ["effect"])
    assert save(typed=make_typed(1, "30,5", "99")).sequence == 2, "a lost acknowledgement is asked for again"
    with pytest.raises(SheetChanged) as refusal:
        save(typed=make_typed(1, "10", "10"))
    assert refusal.value.sequence == 2
    with pytest.raises(SheetIncomplete):
        confirm(typed=make_typed(2, "30,5", ""))
    with pytest.raises(SheetIncomplete):
        confirm(typed=make_typed(2, "30,5", "41"))
    with pytest.raises(SheetChanged):
        confirm(typed=make_typed(1, "30,5", "20"))
    confirmed = confirm(typed=make_typed(2, "30,5", "20"))
    assert (confirmed.state, confirmed.total_hundredths, confirmed.confirmed_at) == (
        JudgementState.CONFIRMED, 5050, LATER,
    )  # fmt: skip
    assert confirm(typed=make_typed(2, "30,5", "20")) == confirmed, "a second click"
    with pytest.raises(SheetConfirmed):
        confirm(typed=make_typed(confirmed.sequence, "30", "20"))
    with pytest.raises(SheetConfirmed):
        save(typed=make_typed(confirmed.sequence, "30", "20"))


def test_only_the_own_sheets_can_be_found(court: Court) -> None:
    court.give(court.entries[0], court.judges[0])
    sheet_id = court.find_sheet(court.judges[0], court.entries[0])
    other = court.judges[1]
    typed = make_typed(1, "30", "20")
    for call in (
        partial(viewing.view_sheet, judge=other, judgement_id=sheet_id, now=LATER),
        partial(viewing.open_sheet_file, judge=other, judgement_id=sheet_id, file_id=1),
        partial(viewing.open_sheet_file, judge=court.judges[0], judgement_id=sheet_id, file_id=1),
        partial(marking.save_sheet, judge=other, judgement_id=sheet_id, typed=typed, now=LATER),
        partial(marking.confirm_sheet, judge=other, judgement_id=sheet_id, typed=typed, now=LATER),
        partial(marking.abstain, judge=other, judgement_id=sheet_id, reason="x", now=LATER),
        partial(conflicts.declare_entry_conflict, judge=other, judgement_id=sheet_id, reason="x", now=LATER),
    ):
        with pytest.raises(NotFound):
            call()
    for call in (
        partial(overview.view_judging, organiser=other, round_id=court.round.id, now=LATER),
        partial(shortlisting.view_ranking, organiser=other, round_id=court.round.id),
        partial(assigning.assign_automatically, organiser=other, round_id=court.round.id, seed=1, now=LATER),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_marks_are_taken_until_the_close_and_not_after_the_lock(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    sheet_id = court.find_sheet(judge, entry_id)
    close = court.round.judging_closes_at
    assert close is not None
    save = partial(marking.save_sheet, judge=judge, judgement_id=sheet_id)
    assert save(typed=make_typed(1, "30", "20"), now=close - MS).sequence == 2
    with pytest.raises(MarkingClosed) as refusal:
        save(typed=make_typed(2, "31", "20"), now=close)
    assert refusal.value.closed_at == close
    shortlisting.set_judging_close(
        organiser=court.organiser, round_id=court.round.id, closes_at=close + timedelta(days=1), reason="Bão", now=close
    )
    assert save(typed=make_typed(2, "31", "20"), now=close).sequence == 3
    court.lock()
    for call in (
        partial(save, typed=make_typed(3, "32", "20"), now=LATER),
        partial(marking.confirm_sheet, judge=judge, judgement_id=sheet_id, typed=make_typed(3, "31", "20"), now=LATER),
        partial(marking.abstain, judge=judge, judgement_id=sheet_id, reason="x", now=LATER),
        partial(conflicts.declare_entry_conflict, judge=judge, judgement_id=sheet_id, reason="x", now=LATER),
        court.assign,
    ):
        with pytest.raises(MarkingClosed):
            call()
    with pytest.raises(JudgingChanged):
        court.lock()
    shortlisting.unlock_marks(organiser=court.organiser, round_id=court.round.id, reason="Thiếu phiếu", now=LATER)
    court.confirm(judge, entry_id, "30", "20")


def test_abstaining_leaves_a_place_that_the_next_assignment_fills(court: Court) -> None:
    court.give(court.entries[0], *court.judges[:2])
    sheet_id = court.find_sheet(court.judges[0], court.entries[0])
    with pytest.raises(InvalidInput):
        marking.abstain(judge=court.judges[0], judgement_id=sheet_id, reason="  ", now=LATER)
    marking.abstain(judge=court.judges[0], judgement_id=sheet_id, reason="Khác chuyên môn", now=LATER)
    with pytest.raises(SheetNotYours):
        marking.save_sheet(judge=court.judges[0], judgement_id=sheet_id, typed=make_typed(2, "1", "1"), now=LATER)
    court.assign()
    judges = {judge for (judge,) in run_sql(
        "SELECT judge_id FROM judgements WHERE entry_id = :entry_id AND state = 'given'", entry_id=court.entries[0]
    )}  # fmt: skip
    assert judges == {court.judges[1].id, court.judges[2].id}


def test_a_confirmed_sheet_is_opened_again_with_a_reason(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    court.confirm(judge, entry_id, "30", "20")
    reopen = partial(
        shortlisting.reopen_sheet, organiser=court.organiser, judgement_id=court.find_sheet(judge, entry_id), now=LATER
    )
    with pytest.raises(InvalidInput):
        reopen(reason="")
    assert reopen(reason="Nhập nhầm") == entry_id
    with pytest.raises(SheetNotYours):
        reopen(reason="Nhập nhầm")
    assert court.confirm(judge, entry_id, "40", "20").total_hundredths == 6000
    ((details,),) = run_sql("SELECT details FROM audit_entries WHERE action = 'judgement_reopened'")
    assert '"total":5000' in details.replace(" ", "")


def test_others_marks_are_seen_only_where_the_round_says_so_and_only_afterwards() -> None:
    court = Court(shows_others_marks=True)
    court.give(court.entries[0], *court.judges[:2])
    court.confirm(court.judges[1], court.entries[0], "50", "30")
    view = partial(
        viewing.view_sheet, judge=court.judges[0],
        judgement_id=court.find_sheet(court.judges[0], court.entries[0]), now=LATER,
    )  # fmt: skip
    assert view().others is None
    court.confirm(court.judges[0], court.entries[0], "45", "30")
    others = view().others
    assert others is not None
    assert [(each.position, each.total) for each in others] == [(1, 8000)]


def test_a_blind_copy_names_nobody(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    text = "Cô NGUYEN THI HANH ở Trường THPT Số 1 (truong thpt so 1) làm; Người giao-vien-0 nộp."
    run_sql(
        "UPDATE entry_versions SET title = 'Của Trường THPT Số 1', content = replace(content, 'Số hóa', :text) "
        "WHERE entry_id = :entry_id RETURNING number",
        entry_id=entry_id, text=text,
    )  # fmt: skip
    court.give(entry_id, judge)
    page = viewing.view_sheet(judge=judge, judgement_id=court.find_sheet(judge, entry_id), now=LATER)
    assert page.copy.is_blind
    assert page.copy.title == "Của […]"
    shown = repr((page.copy, page.judgement.id))
    for name in ("Hạnh", "HANH", "Bình", "Số 1", "so 1", "giao-vien"):
        assert name not in shown, name
    assert "authors" not in page.copy.values
    (stage,), _ = viewing.list_own_sheets(judge=judge, now=LATER)
    assert [item.code for item in stage.items] == [page.copy.code]
    assert "Số 1" not in repr([(item.code, item.title) for item in stage.items])


# --- conflicts ---


def test_marks_of_a_judge_in_conflict_count_only_if_the_organiser_says_so(court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge, court.judges[1])
    court.confirm(judge, entry_id, "50", "30")
    sheet_id = court.find_sheet(judge, entry_id)
    with pytest.raises(InvalidInput):
        conflicts.declare_entry_conflict(judge=judge, judgement_id=sheet_id, reason="", now=LATER)
    conflicts.declare_entry_conflict(judge=judge, judgement_id=sheet_id, reason="Cùng viết bài", now=LATER)
    standing = overview.view_entry_sheets(organiser=court.organiser, entry_id=entry_id, now=LATER).standing
    assert standing is not None
    assert standing.final is None
    assert {Flag.CONFLICT, Flag.JUDGES_MISSING} <= set(standing.flags)
    assert court.assign().given_count >= 1
    assert len(run_sql("SELECT 1 AS one FROM judgements WHERE entry_id = :id", id=entry_id)) == 3
    conflicts.count_despite_conflict(
        organiser=court.organiser, judgement_id=sheet_id, reason="Không liên quan", now=LATER
    )
    with pytest.raises(SheetNotYours):
        conflicts.count_despite_conflict(organiser=court.organiser, judgement_id=sheet_id, reason="Lần 2", now=LATER)
    standing = overview.view_entry_sheets(organiser=court.organiser, entry_id=entry_id, now=LATER).standing
    assert standing is not None
    assert standing.final is not None
    assert standing.final.hundredths == 8000


def test_a_conflict_with_a_unit_takes_its_entries_away_and_keeps_new_ones_off(court: Court) -> None:
    judge = court.judges[0]
    court.give(court.entries[0], judge)
    court.give(court.entries[1], judge)
    outsider = add_person("khac", roles=[Role.JUDGE])
    with pytest.raises(NotFound):
        conflicts.declare_unit_conflict(
            judge=outsider, round_id=court.round.id, unit_id=court.units[0], reason="x", now=LATER
        )
    assert (
        conflicts.declare_unit_conflict(
            judge=judge, round_id=court.round.id, unit_id=court.units[0], reason="Vợ công tác tại đó", now=LATER
        )
        == 1
    )
    assert read_states() == ["conflict", "given"]
    third = court.add_entry(2)
    with pytest.raises(JudgeInConflict):
        court.give(third, judge)
    (own,) = conflicts.view_own_conflicts(judge=judge)
    assert [each.unit_name for each in own.conflicts] == ["Trường THPT Số 1"]
    conflicts.remove_conflict(
        organiser=court.organiser, round_id=court.round.id, conflict_id=own.conflicts[0].id, now=LATER
    )
    court.give(third, judge)


# --- disagreement ---


def test_a_further_judge_is_called_once_when_two_are_far_apart(court: Court) -> None:
    entry_id = court.entries[0]
    court.give(entry_id, *court.judges[:2])
    court.confirm(court.judges[0], entry_id, "50", "30")
    assert len(run_sql("SELECT 1 AS one FROM judgements WHERE entry_id = :id", id=entry_id)) == 2
    court.confirm(court.judges[1], entry_id, "30", "29,5")
    further = run_sql(
        "SELECT judge_id, is_further, state FROM judgements WHERE entry_id = :id ORDER BY id", id=entry_id
    )
    assert [tuple(row) for row in further][2:] == [(court.judges[2].id, True, "given")]
    matrix = overview.view_matrix(organiser=court.organiser, round_id=court.round.id, flag=Flag.DISAGREEMENT, number=1)
    assert [each.entry.id for each in matrix.standings] == [entry_id]
    court.confirm(court.judges[2], entry_id, "40", "30")
    assert len(run_sql("SELECT 1 AS one FROM judgements WHERE entry_id = :id", id=entry_id)) == 3
    flags = overview.view_judging(organiser=court.organiser, round_id=court.round.id, now=LATER).flags
    assert flags[Flag.TO_TALK_OVER] == 1


def test_exactly_at_the_limit_nobody_is_called_and_where_nobody_is_left_it_is_noted() -> None:
    court = Court(judge_count=2)
    for entry_id in court.entries:
        court.give(entry_id, *court.judges)
    court.confirm(court.judges[0], court.entries[0], "50", "30")
    court.confirm(court.judges[1], court.entries[0], "30", "30")
    assert run_sql("SELECT 1 AS one FROM audit_entries WHERE action = 'further_judge_called'") == []
    court.confirm(court.judges[0], court.entries[1], "50", "30")
    court.confirm(court.judges[1], court.entries[1], "30", "29,5")
    ((details,),) = run_sql("SELECT details FROM audit_entries WHERE action = 'further_judge_called'")
    assert '"judge":null' in details.replace(" ", "")
    assert len(read_states()) == 4


# --- ranking and shortlist ---


def make_ranked() -> Court:
    """Four entries: 80, 90, 45 (below the pass mark) and one with a single sheet."""
    court = Court(entry_count=4, pass_mark_hundredths=5000, tie_breaks=("effect",))
    for entry_id in court.entries[:3]:
        court.give(entry_id, *court.judges[:2])
    court.give(court.entries[3], court.judges[0])
    for entry_id, (novelty, effect) in zip(court.entries, [("50", "30"), ("55", "35"), ("25", "20")], strict=False):
        for judge in court.judges[:2]:
            court.confirm(judge, entry_id, novelty, effect)
    court.confirm(court.judges[0], court.entries[3], "60", "40")
    return court


def test_the_ranking_and_the_shortlist_that_follows_from_it() -> None:
    court = make_ranked()
    page = court.rank()
    places = [(each.candidate.entry_id, each.place) for each in page.ranking["cchc"]]
    assert places == [(court.entries[1], 1), (court.entries[0], 2), (court.entries[2], 3)]
    assert [each.entry.id for each in page.unranked] == [court.entries[3]]
    assert page.proposal == {court.entries[1]}
    with pytest.raises(JudgingChanged):
        court.shortlist(page, court.entries[1])
    court.lock()
    page = court.rank()
    with pytest.raises(InvalidInput):
        court.shortlist(page, court.entries[0], court.entries[1])
    with pytest.raises(InvalidInput):
        court.shortlist(page, court.entries[1], court.entries[2], reason="Dưới điểm sàn")
    with pytest.raises(NotFound):
        court.shortlist(page, court.entries[1], 12345, reason="Không có")
    assert court.shortlist(page, court.entries[1]) == (1, 0)
    page = court.rank()
    assert court.shortlist(page, court.entries[0], reason="Trùng tác giả") == (1, 1)
    states = dict(run_sql("SELECT id, state FROM entries"))
    assert (states[court.entries[0]], states[court.entries[1]]) == ("shortlisted", "admitted")
    with pytest.raises(InvalidInput):
        shortlisting.unlock_marks(organiser=court.organiser, round_id=court.round.id, reason="x", now=LATER)
    with pytest.raises(JudgingChanged):
        court.shortlist(page, court.entries[1])


def test_a_shortlist_that_fails_half_way_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    court = make_ranked()
    court.lock()
    page = court.rank()
    move, calls = shortlisting.move_entry, []

    def fail_second(*arguments: Any, **options: Any) -> EntryState:
        calls.append(1)
        if len(calls) == 2:
            raise EntryStepRefused(EntryState.WITHDRAWN)
        return move(*arguments, **options)

    monkeypatch.setattr(shortlisting, "move_entry", fail_second)
    with pytest.raises(EntryStepRefused):
        court.shortlist(page, *court.entries[:2], reason="Cả hai")
    assert {state for (state,) in run_sql("SELECT state FROM entries")} == {"admitted"}


# --- people who act at once ---


def test_two_confirmations_at_once_call_one_further_judge(app: Flask) -> None:
    court = Court(judge_count=4)
    entry_id = court.entries[0]
    court.give(entry_id, *court.judges[:2])
    outcomes = run_together(
        app,
        [
            partial(court.confirm, court.judges[0], entry_id, "60", "40"),
            partial(court.confirm, court.judges[1], entry_id, "10", "10"),
        ],
    )
    assert not [each for each in outcomes if isinstance(each, Refusal)]
    assert read_states() == ["confirmed", "confirmed", "given"]


def test_the_same_sheet_confirmed_twice_at_once_counts_once(app: Flask, court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    sheet_id = court.find_sheet(judge, entry_id)
    outcomes = run_together(
        app,
        [
            partial(
                marking.confirm_sheet, judge=judge, judgement_id=sheet_id, typed=make_typed(1, marks, "20"), now=LATER
            )
            for marks in ("30", "40")
        ],
    )
    assert len([each for each in outcomes if isinstance(each, SheetConfirmed | SheetChanged)]) == 1
    assert len(run_sql("SELECT 1 AS one FROM audit_entries WHERE action = 'judgement_confirmed'")) == 1


def test_a_confirmation_against_the_lock(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    court = Court(entry_count=1)
    court.give(court.entries[0], *court.judges)
    call, counts = marking.call_further_judge, []

    def call_slowly(*arguments: Any) -> None:
        time.sleep(0.3)
        call(*arguments)

    def lock() -> None:
        # While the first of them stands between its marks and its commit.
        time.sleep(0.15)
        court.lock()
        counts.append(read_states().count("confirmed"))

    monkeypatch.setattr(marking, "call_further_judge", call_slowly)
    confirm = [partial(court.confirm, judge, court.entries[0], "50", "30") for judge in court.judges]
    outcomes: list[Any] = run_together(app, [*confirm, lock])
    counted = [each for each in outcomes if isinstance(each, Judgement)]
    refused = [each for each in outcomes if isinstance(each, MarkingClosed)]
    assert len(counted) + len(refused) == 3
    assert read_states().count("confirmed") == len(counted)
    assert counts == [len(counted)], "nothing is confirmed any more once the lock has answered"


def test_assignment_against_a_declared_conflict(app: Flask) -> None:
    court = Court(entry_count=4)
    judge = court.judges[0]
    run_together(
        app,
        [
            court.assign,
            partial(
                conflicts.declare_unit_conflict, judge=judge, round_id=court.round.id, unit_id=court.units[0],
                reason="Người nhà", now=LATER,
            ),
        ],
    )  # fmt: skip
    bad = run_sql(
        "SELECT 1 AS one FROM judgements JOIN entries ON entries.id = judgements.entry_id "
        "WHERE judge_id = :judge_id AND unit_id = :unit_id AND judgements.state = 'given'",
        judge_id=judge.id, unit_id=court.units[0],
    )  # fmt: skip
    assert bad == []


def test_two_who_set_the_shortlist_at_once(app: Flask) -> None:
    court = make_ranked()
    court.lock()
    page = court.rank()
    outcomes = run_together(
        app,
        [
            partial(court.shortlist, page, court.entries[1]),
            partial(court.shortlist, page, court.entries[0], reason="Khác"),
        ],
    )
    assert len([each for each in outcomes if isinstance(each, JudgingChanged)]) == 1
    assert len(run_sql("SELECT 1 AS one FROM entries WHERE state = 'shortlisted'")) == 1


def test_a_withdrawal_against_a_confirmation(app: Flask, court: Court) -> None:
    judge, entry_id = court.judges[0], court.entries[0]
    court.give(entry_id, judge)
    withdraw = partial(
        take_step, person=court.writers[0], entry_id=entry_id, step=EntryStep.WITHDRAW,
        seen_state=EntryState.ADMITTED, reason="Rút", now=LATER,
    )  # fmt: skip
    outcomes: list[Any] = run_together(app, [withdraw, partial(court.confirm, judge, entry_id, "50", "30")])
    assert len([each for each in outcomes if isinstance(each, Refusal)]) == 1
    ((entry_state,),) = run_sql("SELECT state FROM entries WHERE id = :entry_id", entry_id=entry_id)
    assert (entry_state, read_states()) in [("withdrawn", ["given"]), ("admitted", ["confirmed"])]


def test_a_round_without_a_rubric_is_not_judged(court: Court) -> None:
    bare: InitiativeRound = add_initiative_round("dang-ky", judging=None)
    with pytest.raises(NotFound):
        overview.view_judging(organiser=court.organiser, round_id=1, now=LATER)
    with pytest.raises(Refusal) as refusal:
        overview.view_judging(organiser=court.organiser, round_id=bare.id, now=LATER)
    assert refusal.value.status == 404
