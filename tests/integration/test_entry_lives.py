"""The life of an entry: written, handed in, appraised, admitted; who may do what, and two who act at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound, Refusal
from quiz_app.domain.initiatives.entries import EntryChanged, EntryVersion
from quiz_app.domain.initiatives.filling import EntryIncomplete
from quiz_app.domain.initiatives.rounds import HandInClosed, HandInNotOpen, InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep, EntryStepRefused
from quiz_app.domain.people import Person, Role
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.persistence.session import transaction
from quiz_app.services.initiatives import (
    SavedDraft,
    create_entry,
    save_draft,
    submit_entry,
    take_step,
    view_entry,
)
from tests.entry_factories import COMPLETE_VALUES, add_draft, add_initiative_round, add_submitted
from tests.factories import CLOSING, MIDDLE, MS, OPENING, add_person, add_unit, run_sql
from tests.integration.threads import hold_after, run_together, wait_for

pytestmark = pytest.mark.usefixtures("app")


class Cast:
    """A department with a school, a lead of each, a teacher, somebody of another school, and an organiser."""

    def __init__(self) -> None:
        self.department = add_unit("SGD", kind="department")
        self.school = add_unit("THPT", parent_id=self.department)
        self.other_school = add_unit("THCS", parent_id=self.department)
        self.teacher = add_person("giao-vien", unit_id=self.school)
        self.colleague = add_person("dong-nghiep", unit_id=self.school)
        self.head = add_person("hieu-truong", unit_id=self.school, roles=[Role.UNIT_LEAD], led_unit_id=self.school)
        self.appraiser = add_person("so", unit_id=self.department, roles=[Role.UNIT_LEAD], led_unit_id=self.department)
        self.stranger = add_person(
            "truong-khac", unit_id=self.other_school, roles=[Role.UNIT_LEAD], led_unit_id=self.other_school
        )
        self.organiser = add_person("ban-to-chuc", roles=[Role.ORGANISER])


@pytest.fixture
def cast() -> Cast:
    return Cast()


def step(person: Person, entry_id: int, word: EntryStep, seen: EntryState, reason: str = "") -> EntryState:
    return take_step(person=person, entry_id=entry_id, step=word, seen_state=seen, reason=reason, now=MIDDLE)


def test_from_the_draft_to_the_contest(cast: Cast) -> None:
    round_ = add_initiative_round()
    entry_id = add_draft(cast.teacher, round_)
    version = submit_entry(person=cast.head, entry_id=entry_id, now=MIDDLE)
    assert (version.number, len(version.digest)) == (1, 64)
    page = view_entry(person=cast.appraiser, entry_id=entry_id)
    assert (page.entry.state, page.entry.number, page.entry.department_id) == (
        EntryState.SUBMITTED, 1, cast.department,
    )  # fmt: skip
    assert step(cast.appraiser, entry_id, EntryStep.RETURN, EntryState.SUBMITTED, "Bổ sung số liệu") is (
        EntryState.RETURNED
    )
    changed = COMPLETE_VALUES | {"nature": "Bản đã bổ sung số liệu."}
    entry = view_entry(person=cast.teacher, entry_id=entry_id).entry
    save_draft(
        person=cast.teacher, entry_id=entry_id, sequence=entry.sequence, title=entry.title, category="cchc",
        values=changed, now=MIDDLE,
    )  # fmt: skip
    again = submit_entry(person=cast.teacher, entry_id=entry_id, now=MIDDLE)
    assert (again.number, again.receipt_code != version.receipt_code) == (2, True)
    assert step(cast.appraiser, entry_id, EntryStep.FORWARD, EntryState.SUBMITTED) is EntryState.FORWARDED
    assert step(cast.organiser, entry_id, EntryStep.ADMIT, EntryState.FORWARDED) is EntryState.ADMITTED
    page = view_entry(person=cast.organiser, entry_id=entry_id)
    assert [each.values["nature"] for each in page.versions] == [COMPLETE_VALUES["nature"], changed["nature"]]
    assert [str(each.step) for each in page.history] == ["submit", "return", "submit", "forward", "admit"]


def test_a_unit_without_a_department_hands_in_to_the_contest(cast: Cast) -> None:
    entry_id = add_submitted(cast.appraiser, add_initiative_round())
    page = view_entry(person=cast.appraiser, entry_id=entry_id)
    assert (page.entry.state, page.entry.department_id) == (EntryState.FORWARDED, None)
    with pytest.raises(EntryStepRefused):
        step(cast.appraiser, entry_id, EntryStep.ADMIT, EntryState.FORWARDED)


def test_what_is_missing_is_named_and_nothing_is_handed_in(cast: Cast) -> None:
    round_ = add_initiative_round()
    entry_id = create_entry(
        person=cast.teacher, round_id=round_.id, unit_id=cast.school, title="Tên", category="cchc", now=MIDDLE
    )
    shares = [{"name": "An", "share": "60"}, {"name": "Bình", "share": "39"}]
    save_draft(
        person=cast.teacher, entry_id=entry_id, sequence=1, title="Tên", category="cchc",
        values={"authors": shares}, now=MIDDLE,
    )  # fmt: skip
    with pytest.raises(EntryIncomplete) as refusal:
        submit_entry(person=cast.teacher, entry_id=entry_id, now=MIDDLE)
    problems = {(each.field, each.column): each.values for each in refusal.value.problems}
    assert set(problems) == {("authors", "share"), ("nature", None)}
    assert str(problems["authors", "share"]["total"]) == "99"
    assert run_sql("SELECT version, number, state FROM entries") == [(0, None, "draft")]
    assert run_sql("SELECT 1 AS one FROM entry_versions") == []


def test_only_those_who_have_to_do_with_an_entry_see_it(cast: Cast) -> None:
    round_ = add_initiative_round()
    entry_id = add_draft(cast.teacher, round_)
    for person in (cast.colleague, cast.stranger, cast.appraiser, cast.organiser):
        with pytest.raises(NotFound):
            view_entry(person=person, entry_id=entry_id)
    submit_entry(person=cast.teacher, entry_id=entry_id, now=MIDDLE)
    for person in (cast.colleague, cast.stranger):
        with pytest.raises(NotFound):
            view_entry(person=person, entry_id=entry_id)
        with pytest.raises(NotFound):
            step(person, entry_id, EntryStep.FORWARD, EntryState.SUBMITTED)
    with pytest.raises(EntryStepRefused):
        step(cast.head, entry_id, EntryStep.FORWARD, EntryState.SUBMITTED)
    with pytest.raises(NotAllowed):
        create_entry(
            person=cast.stranger, round_id=round_.id, unit_id=cast.school, title="T", category="cchc", now=MIDDLE
        )


def test_a_stale_tab_does_not_overwrite(cast: Cast) -> None:
    entry_id = add_draft(cast.teacher, add_initiative_round())
    with pytest.raises(EntryChanged) as refusal:
        save_draft(
            person=cast.head, entry_id=entry_id, sequence=1, title="Tên khác", category="cchc", values={}, now=MIDDLE
        )
    assert refusal.value.sequence == 2
    assert view_entry(person=cast.teacher, entry_id=entry_id).entry.values == COMPLETE_VALUES


def test_moments_to_the_millisecond_with_grace_and_a_late_door(cast: Cast) -> None:
    unit_close = OPENING + timedelta(days=16)
    round_ = add_initiative_round(unit_closes_at=unit_close, grace_minutes=10)
    with pytest.raises(HandInNotOpen):
        add_draft(cast.teacher, round_, now=OPENING - MS)
    drafts = [add_draft(cast.teacher, round_, title=f"Tên {number}", now=OPENING) for number in range(3)]
    grace = unit_close + timedelta(minutes=10)
    submit_entry(person=cast.teacher, entry_id=drafts[0], now=unit_close - MS)
    submit_entry(person=cast.teacher, entry_id=drafts[1], now=grace - MS)
    with pytest.raises(HandInClosed):
        submit_entry(person=cast.teacher, entry_id=drafts[2], now=grace)
    with transaction() as work:
        rounds_store.add_late_door(
            work, round_id=round_.id, unit_id=cast.department, until=grace + timedelta(hours=1), reason="Mất điện",
            made_by_id=cast.organiser.id, now=grace,
        )  # fmt: skip
    submit_entry(person=cast.teacher, entry_id=drafts[2], now=grace + timedelta(minutes=59))
    assert run_sql("SELECT is_late FROM entries ORDER BY number") == [(0,), (1,), (0,)]
    # The department itself forwards until the contest closes.
    with pytest.raises(HandInClosed):
        take_step(
            person=cast.appraiser, entry_id=drafts[0], step=EntryStep.FORWARD, seen_state=EntryState.SUBMITTED,
            reason="", now=CLOSING + timedelta(minutes=10),
        )  # fmt: skip


def test_two_who_decide_at_once(app: Flask, cast: Cast) -> None:
    entry_id = add_submitted(cast.teacher, add_initiative_round())
    outcomes = run_together(
        app,
        [
            lambda: step(cast.appraiser, entry_id, EntryStep.FORWARD, EntryState.SUBMITTED),
            lambda: step(cast.appraiser, entry_id, EntryStep.DECLINE, EntryState.SUBMITTED, "Trùng sáng kiến cũ"),
        ],
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, EntryStepRefused)]
    assert len(refused) == 1
    assert len(run_sql("SELECT 1 AS one FROM entry_steps WHERE from_state = 'submitted'")) == 1


def test_two_who_write_at_once_the_second_reads_that_it_was_changed(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = add_draft(cast.teacher, add_initiative_round())
    sequence = view_entry(person=cast.teacher, entry_id=entry_id).entry.sequence
    is_written = hold_after(monkeypatch, entries_store, "save_draft")

    def save(person: Person, title: str) -> SavedDraft:
        return save_draft(
            person=person, entry_id=entry_id, sequence=sequence, title=title, category="cchc",
            values=COMPLETE_VALUES, now=MIDDLE,
        )  # fmt: skip

    # The second one waits for an entry whose last writer is about to be somebody else.
    first, second = run_together(
        app,
        [
            partial(save, cast.head, "Tên của hiệu trưởng"),
            wait_for(is_written, partial(save, cast.teacher, "Tên của giáo viên")),
        ],
    )
    assert isinstance(first, SavedDraft)
    assert isinstance(second, EntryChanged)
    assert (second.sequence, second.by) == (first.sequence, cast.head.name)
    assert view_entry(person=cast.teacher, entry_id=entry_id).entry.title == "Tên của hiệu trưởng"


def test_a_draft_that_is_withdrawn_while_it_is_handed_in_stays_handed_in(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = add_draft(cast.teacher, add_initiative_round())
    # By then the hand-in holds the entry, and has not taken its number from the round.
    is_begun = hold_after(monkeypatch, files_store, "list_files")
    calls: list[Callable[[], object]] = [
        partial(submit_entry, person=cast.teacher, entry_id=entry_id, now=MIDDLE),
        wait_for(is_begun, partial(step, cast.head, entry_id, EntryStep.WITHDRAW, EntryState.DRAFT)),
    ]
    version, refusal = run_together(app, calls)
    assert isinstance(version, EntryVersion)
    assert isinstance(refusal, EntryStepRefused)
    assert run_sql("SELECT state, number FROM entries") == [("submitted", 1)]


def test_a_double_click_gives_one_version_and_one_receipt(app: Flask, cast: Cast) -> None:
    entry_id = add_draft(cast.teacher, add_initiative_round())
    click = partial(submit_entry, person=cast.teacher, entry_id=entry_id, now=MIDDLE)
    outcomes = run_together(app, [click] * 4)
    assert len({version.receipt_code for version in outcomes if isinstance(version, EntryVersion)}) == 1
    assert not [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert run_sql("SELECT COUNT(*) AS number FROM entry_versions") == [(1,)]


def test_numbers_have_no_gaps_when_many_hand_in_at_once(app: Flask, cast: Cast) -> None:
    round_: InitiativeRound = add_initiative_round()
    drafts = [add_draft(cast.teacher, round_, title=f"Tên {number}") for number in range(6)]
    run_together(
        app, [partial(submit_entry, person=cast.teacher, entry_id=entry_id, now=MIDDLE) for entry_id in drafts]
    )
    assert [number for (number,) in run_sql("SELECT number FROM entries ORDER BY number")] == [1, 2, 3, 4, 5, 6]


def test_withdrawn_until_it_is_judged(cast: Cast) -> None:
    round_ = add_initiative_round()
    entry_id = add_submitted(cast.teacher, round_)
    with pytest.raises(InvalidInput):
        step(cast.teacher, entry_id, EntryStep.WITHDRAW, EntryState.SUBMITTED)
    assert step(cast.teacher, entry_id, EntryStep.WITHDRAW, EntryState.SUBMITTED, "Đăng ký nhầm") is (
        EntryState.WITHDRAWN
    )
    with pytest.raises(EntryStepRefused):
        step(cast.organiser, entry_id, EntryStep.ADMIT, EntryState.WITHDRAWN)
