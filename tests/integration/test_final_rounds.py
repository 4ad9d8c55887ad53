"""The day of presenting, prizes, papers, publication and what everybody reads then; and people who act at once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader

from quiz_app.cache import ProcessCache
from quiz_app.domain.certificates import format_code
from quiz_app.domain.errors import InvalidInput, NotAllowed, NotFound, Refusal
from quiz_app.domain.initiatives.prizes import Prize, PrizeFor
from quiz_app.domain.initiatives.rounds import RoundDecided
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.domain.judging.judgements import JudgingChanged, MarkingClosed
from quiz_app.domain.judging.presenting import Draw, DrawOver, NothingToDraw, TurnAction, TurnMoved, TurnPhase
from quiz_app.domain.judging.prizes import NotReadyForPrizes, PrizesChanged, PrizesUndecided
from quiz_app.domain.judging.rubrics import Criterion, PresentationRules, Rubric
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as rounds_store
from quiz_app.services.certificates import check_certificate
from quiz_app.services.initiatives import take_step
from quiz_app.services.judging import (
    gallery,
    panels,
    presentations,
    presenting_page,
    prize_certificates,
    prizes,
    results,
    shortlisting,
    unit_ranking,
)
from quiz_app.services.judging.marking import TypedSheet, confirm_sheet
from quiz_app.services.judging.prize_certificates import PrizeCheck
from quiz_app.services.judging.viewing import list_own_sheets
from tests.factories import MIDDLE, add_person, run_sql
from tests.integration.test_judging import LATER, Court
from tests.integration.threads import hold_after, run_together, wait_for
from tests.integration.visitor import Visitor
from tests.statements import count_statements

pytestmark = pytest.mark.usefixtures("app")
TALK = PresentationRules(
    Rubric("Thuyết trình", (Criterion("talk", "Nội dung thuyết trình", 5000),)), first_weight=60, second_weight=40
)
PRIZES = (
    Prize("nhat", "Giải Nhất", 1, value="5.000.000 đồng"),
    Prize("nhi", "Giải Nhì", 1),
    Prize("tre", "Giải trẻ", 1, condition="Dưới 30 tuổi"),
    Prize("tap-the", "Giải tập thể", 1, whom=PrizeFor.UNIT),
)
DAY = LATER + timedelta(days=1)
FIRST_MARKS = (("54", "36"), ("48", "32"), ("30", "20"))
"""90, 80 and 50 points of 100, from both judges."""


class Stage(Court):
    """Three entries judged by two judges each, two of them on the shortlist, and a panel for the presentations."""

    def __init__(self) -> None:
        super().__init__(
            judge_count=2,
            entry_count=3,
            shortlist_per_category=2,
            shows_marks_to_entrants=True,
            of_round={"presentation": TALK, "prizes": PRIZES, "knowledge_weight": 40, "initiative_weight": 60},
        )
        for entry_id, marks in zip(self.entries, FIRST_MARKS, strict=True):
            self.give(entry_id, *self.judges)
            for judge in self.judges:
                self.confirm(judge, entry_id, *marks)
        panels.add_panel(
            organiser=self.organiser, round_id=self.round.id, name="Hội đồng", stage=2, category="",
            member_ids=[judge.id for judge in self.judges], head_id=None, now=MIDDLE,
        )  # fmt: skip
        self.lock()
        self.shortlist(self.rank(), *self.entries[:2])

    def draw(self, *, seen: int = 0, reason: str = "") -> Draw:
        return presentations.draw_turns(
            organiser=self.organiser, round_id=self.round.id, seen=seen, reason=reason, now=DAY
        )

    def look(self) -> presenting_page.PresentationPage:
        return presenting_page.view_presentations(organiser=self.organiser, round_id=self.round.id)

    def press(self, entry_id: int, action: TurnAction, seen: TurnPhase, reason: str = "") -> TurnPhase:
        return presentations.turn_clock(
            organiser=self.organiser, round_id=self.round.id, entry_id=entry_id, action=action, seen=seen,
            reason=reason, now=DAY,
        )  # fmt: skip

    def present(self, entry_id: int, *marks: str) -> None:
        self.press(entry_id, TurnAction.START, TurnPhase.WAITING)
        self.press(entry_id, TurnAction.END, TurnPhase.TALK)
        for judge, given in zip(self.judges, marks, strict=True):
            self.mark_talk(judge, entry_id, given)

    def mark_talk(self, judge: Person, entry_id: int, given: str) -> None:
        ((sheet_id, sequence),) = run_sql(
            "SELECT id, sequence FROM judgements WHERE judge_id = :judge_id AND entry_id = :entry_id AND stage = 2",
            judge_id=judge.id, entry_id=entry_id,
        )  # fmt: skip
        confirm_sheet(
            judge=judge, judgement_id=sheet_id, now=DAY,
            typed=TypedSheet(sequence, {"talk": given}, {"talk": "Trình bày rõ"}, ""),
        )  # fmt: skip

    def close(self, seen_open: int = 0) -> None:
        presentations.lock_presentation_marks(
            organiser=self.organiser, round_id=self.round.id, seen_open=seen_open, now=DAY
        )

    def play(self) -> None:
        """The second entry of round 1 is the better speaker: 0.6 * 0.8 + 0.4 * 1 = 0.88 against 0.6 * 0.9 = 0.54."""
        self.draw()
        self.present(self.entries[0], "0", "0")
        self.present(self.entries[1], "50", "50")
        self.close()

    def read_prizes(self) -> prizes.PrizePage:
        return prizes.view_prizes(organiser=self.organiser, round_id=self.round.id)

    def propose(self) -> int:
        return prizes.propose(organiser=self.organiser, round_id=self.round.id, seen=self.read_prizes().seen, now=DAY)

    def give_prize(self, code: str, *, entry_id: int | None = None, unit_id: int | None = None, reason: str) -> None:
        prizes.give_prize(
            organiser=self.organiser, round_id=self.round.id, seen=self.read_prizes().seen, prize_code=code,
            entry_id=entry_id, unit_id=unit_id, reason=reason, now=DAY,
        )  # fmt: skip

    def decide(self) -> int:
        return prizes.decide_prizes(
            organiser=self.organiser, round_id=self.round.id, seen=self.read_prizes().seen, now=DAY
        )

    def publish(self) -> None:
        results.publish_results(organiser=self.organiser, round_id=self.round.id, now=DAY)

    def withdraw(self, entry_id: int) -> EntryState:
        ((writer_id,),) = run_sql("SELECT created_by_id FROM entries WHERE id = :entry_id", entry_id=entry_id)
        return take_step(
            person=next(each for each in self.writers if each.id == writer_id), entry_id=entry_id,
            step=EntryStep.WITHDRAW, seen_state=EntryState.ADMITTED, reason="Đăng ký nhầm", now=DAY,
        )  # fmt: skip

    def award(self) -> None:
        """To the publication."""
        self.play()
        self.propose()
        self.decide()
        self.publish()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def sign_in(app: Flask, person: Person) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in(person.login)
    return visitor


# --- the day of presenting ---


def test_the_order_is_drawn_once_and_again_only_with_a_reason_before_the_first_talk(stage: Stage) -> None:
    draw = stage.draw()
    assert sorted(draw.entry_ids) == sorted(stage.entries[:2])
    page = stage.look()
    assert [line.turn.entry_id for line in page.lines] == list(draw.entry_ids)
    assert [line.active_count for line in page.lines] == [2, 2], "everybody of the panel has the sheets"
    with pytest.raises(InvalidInput):
        stage.draw(seen=1)
    again = stage.draw(seen=1, reason="Một nhóm đến muộn")
    assert again.seed != draw.seed
    assert len(run_sql("SELECT seed FROM presentation_draws")) == 2
    ((details,),) = run_sql(
        "SELECT details FROM audit_entries WHERE action = 'presentations_drawn' ORDER BY id DESC LIMIT 1"
    )
    assert again.seed in details
    stage.press(again.entry_ids[0], TurnAction.START, TurnPhase.WAITING)
    with pytest.raises(DrawOver):
        stage.draw(seen=2, reason="Thử lại")


def test_of_two_who_draw_at_once_one_does(app: Flask, stage: Stage) -> None:
    outcomes = run_together(app, [stage.draw, stage.draw])
    assert len([each for each in outcomes if isinstance(each, JudgingChanged)]) == 1
    assert run_sql("SELECT COUNT(*) AS number FROM presentation_draws") == [(1,)]
    assert run_sql("SELECT place FROM presentations ORDER BY place") == [(1,), (2,)]


def test_without_a_shortlist_there_is_nothing_to_draw(stage: Stage) -> None:
    stage.shortlist(stage.rank(), reason="Hoãn vòng 2")
    with pytest.raises(NothingToDraw):
        stage.draw()
    with pytest.raises(NotAllowed):
        presenting_page.view_presentations(organiser=stage.judges[0], round_id=stage.round.id)


def test_the_clock_one_turn_at_a_time_and_begun_anew_with_a_reason(app: Flask, stage: Stage) -> None:
    first, second = stage.draw().entry_ids
    starts = [partial(stage.press, each, TurnAction.START, TurnPhase.WAITING) for each in (first, second)]
    outcomes = run_together(app, starts)
    assert len([each for each in outcomes if isinstance(each, TurnMoved)]) == 1
    started = first if outcomes[0] is TurnPhase.TALK else second
    assert stage.press(started, TurnAction.ASK, TurnPhase.TALK) is TurnPhase.QUESTIONS
    assert stage.press(started, TurnAction.END, TurnPhase.QUESTIONS) is TurnPhase.ENDED
    assert run_sql("SELECT state FROM entries WHERE id = :id", id=started) == [("presented",)]
    with pytest.raises(TurnMoved):
        stage.press(started, TurnAction.END, TurnPhase.QUESTIONS)
    with pytest.raises(InvalidInput):
        stage.press(started, TurnAction.RESET, TurnPhase.ENDED)
    assert stage.press(started, TurnAction.RESET, TurnPhase.ENDED, "Máy chiếu hỏng") is TurnPhase.WAITING
    assert run_sql("SELECT state FROM entries WHERE id = :id", id=started) == [("shortlisted",)]


def test_judges_find_the_talks_in_the_order_of_the_day_and_the_board_fills(stage: Stage) -> None:
    draw = stage.draw()
    stages, _ = list_own_sheets(judge=stage.judges[0], now=DAY)
    talks = next(each for each in stages if each.stage == 2)
    assert [item.line.entry_id for item in talks.items] == list(draw.entry_ids)
    stage.mark_talk(stage.judges[0], stage.entries[1], "45")
    board = presenting_page.view_board(organiser=stage.organiser, round_id=stage.round.id)
    # 0.6 * 0.8 + 0.4 * 0.9 = 0.84, after one of two sheets.
    ((line, points),) = [(line, line.place.points_hundredths) for line in board.ranking if line.place]
    assert (line.entry.id, points, line.confirmed_count) == (stage.entries[1], 8400, 1)


def test_round_2_is_locked_with_no_clock_running_and_no_sheet_unseen(stage: Stage) -> None:
    first, second = stage.draw().entry_ids
    stage.press(first, TurnAction.START, TurnPhase.WAITING)
    with pytest.raises(InvalidInput):
        stage.close(4)
    stage.press(first, TurnAction.END, TurnPhase.TALK)
    with pytest.raises(InvalidInput):
        stage.close(4)
    stage.mark_talk(stage.judges[0], first, "40")
    with pytest.raises(JudgingChanged):
        stage.close(4)
    stage.close(3)
    with pytest.raises(MarkingClosed):
        stage.mark_talk(stage.judges[1], first, "40")
    presentations.unlock_presentation_marks(
        organiser=stage.organiser, round_id=stage.round.id, reason="Giám khảo nhập nhầm", now=DAY
    )
    ((sheet_id,),) = run_sql("SELECT id FROM judgements WHERE stage = 2 AND state = 'confirmed'")
    shortlisting.reopen_sheet(organiser=stage.organiser, judgement_id=sheet_id, reason="Nhập nhầm", now=DAY)
    stage.mark_talk(stage.judges[0], first, "41")
    assert second in [line.turn.entry_id for line in stage.look().lines if line.turn.phase is TurnPhase.WAITING]


def test_a_confirmation_and_the_lock_at_once_end_in_one_of_two_states(app: Flask, stage: Stage) -> None:
    first, second = stage.draw().entry_ids
    for entry_id in (first, second):
        stage.press(entry_id, TurnAction.START, TurnPhase.WAITING)
        stage.press(entry_id, TurnAction.END, TurnPhase.TALK)
        stage.mark_talk(stage.judges[0], entry_id, "40")
    calls = [partial(stage.mark_talk, stage.judges[1], first, "45"), partial(stage.close, 2)]
    outcomes = [type(each) for each in run_together(app, calls)]
    assert outcomes in ([MarkingClosed, type(None)], [type(None), JudgingChanged])
    ((confirmed,),) = run_sql("SELECT COUNT(*) AS number FROM judgements WHERE stage = 2 AND state = 'confirmed'")
    assert confirmed == (2 if outcomes[0] is MarkingClosed else 3)


def test_the_board_costs_the_same_for_one_and_for_many(stage: Stage) -> None:
    stage.draw()
    with count_statements(db.engine) as few:
        presenting_page.view_board(organiser=stage.organiser, round_id=stage.round.id)
    run_sql("UPDATE entries SET state = 'shortlisted' WHERE state = 'admitted' RETURNING id")
    stage.draw(seen=1, reason="Bổ sung")
    with count_statements(db.engine) as more:
        presenting_page.view_board(organiser=stage.organiser, round_id=stage.round.id)
    assert len(few.work) == len(more.work) <= 4


# --- prizes ---


def test_prizes_from_the_order_changed_with_a_reason_and_decided(stage: Stage) -> None:
    with pytest.raises(NotReadyForPrizes):
        stage.propose()
    stage.play()
    assert stage.propose() == 3
    page = stage.read_prizes()
    assert page.is_proposal
    assert {(line.prize, line.entry_id or line.unit_id) for line in page.given} == {
        ("nhat", stage.entries[1]), ("nhi", stage.entries[0]), ("tap-the", stage.units[0]),
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        stage.give_prize("tre", entry_id=stage.entries[2], reason="")
    stage.give_prize("tre", entry_id=stage.entries[2], reason="Tác giả 27 tuổi")
    with pytest.raises(InvalidInput):
        stage.give_prize("tre", entry_id=stage.entries[2], reason="Tác giả 27 tuổi")
    taken = next(line for line in page.given if line.prize == "tap-the")
    prizes.take_prize(
        organiser=stage.organiser, round_id=stage.round.id, seen=stage.read_prizes().seen, prize_id=taken.id,
        reason="Không đủ chỉ tiêu", now=DAY,
    )  # fmt: skip
    assert not stage.read_prizes().is_proposal
    assert stage.decide() == 3
    assert len({code for (code,) in run_sql("SELECT code FROM prizes_given") if len(code) == 20}) == 3
    for attempt in (
        stage.propose,
        stage.decide,
        partial(stage.give_prize, "nhi", entry_id=stage.entries[2], reason="x"),
    ):
        with pytest.raises(PrizesChanged):
            attempt()
    with pytest.raises(JudgingChanged):
        presentations.unlock_presentation_marks(
            organiser=stage.organiser, round_id=stage.round.id, reason="Muộn", now=DAY
        )
    prizes.undo_decision(organiser=stage.organiser, round_id=stage.round.id, reason="Sai sót", now=DAY)
    assert run_sql("SELECT DISTINCT code FROM prizes_given") == [(None,)]


def test_a_round_without_presentations_keeps_its_marks_once_prizes_are_decided() -> None:
    court = Court(judge_count=2, entry_count=1, of_round={"prizes": PRIZES[:1]})
    court.give(court.entries[0], *court.judges)
    for judge in court.judges:
        court.confirm(judge, court.entries[0], "54", "36")
    court.lock()
    values = {"organiser": court.organiser, "round_id": court.round.id, "now": DAY}
    for change in (prizes.propose, prizes.decide_prizes):
        change(**values, seen=prizes.view_prizes(organiser=court.organiser, round_id=court.round.id).seen)
    with pytest.raises(JudgingChanged):
        shortlisting.unlock_marks(**values, reason="Chấm tiếp")
    prizes.undo_decision(**values, reason="Chấm tiếp")
    shortlisting.unlock_marks(**values, reason="Chấm tiếp")


def test_two_who_decide_at_once_give_one_set_of_codes(app: Flask, stage: Stage) -> None:
    stage.play()
    stage.propose()
    seen = stage.read_prizes().seen
    other = add_person("ban-to-chuc-2", roles=[Role.ORGANISER])
    decide = [
        partial(prizes.decide_prizes, organiser=each, round_id=stage.round.id, seen=seen, now=DAY)
        for each in (stage.organiser, other)
    ]
    outcomes = run_together(app, decide)
    assert sorted(isinstance(each, Refusal) for each in outcomes) == [False, True]
    assert run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'prizes_decided'") == [(1,)]
    proposals = [partial(stage.propose), partial(stage.decide)]
    assert all(isinstance(each, PrizesChanged) for each in run_together(app, proposals))


# --- publication ---


def test_nothing_is_public_before_the_publication_and_nothing_changes_after_it(app: Flask, stage: Stage) -> None:
    writer, place = stage.writers[1], f"/initiatives/{stage.round.id}/results"
    gallery.release_entries(
        organiser=stage.organiser,
        round_id=stage.round.id,
        shown_ids=stage.entries,
        entry_ids=stage.entries[:1],
        now=DAY,
    )
    stage.play()
    stage.propose()
    with pytest.raises(PrizesUndecided):
        stage.publish()
    stage.decide()
    code = run_sql("SELECT code FROM prizes_given WHERE prize = 'nhat'")[0][0]
    visitor = Visitor(app)
    for path in (place, f"/initiatives/{stage.round.id}/gallery", f"/initiatives/gallery/{stage.entries[0]}",
                 f"/certificates/{code}"):  # fmt: skip
        assert visitor.get(path).status_code == 404, path
    assert results.view_own_result(person=writer, entry_id=stage.entries[1]) is None
    with pytest.raises(NotFound):
        prize_certificates.view_certificate(
            person=writer, prize_id=run_sql("SELECT id FROM prizes_given WHERE prize = 'nhat'")[0][0]
        )

    stage.publish()
    assert place in visitor.get("/").text
    page = visitor.get(place).text
    assert "Sáng kiến 1" in page
    assert "Giải Nhất" in page
    assert "Sáng kiến 2" not in page, "who won nothing and did not present is not named"
    assert visitor.get(f"/initiatives/{stage.round.id}/gallery").status_code == 200
    assert visitor.get(f"/initiatives/gallery/{stage.entries[1]}").status_code == 404
    shown = visitor.get(f"/initiatives/gallery/{stage.entries[0]}").text
    assert "rút ngắn thời gian" in shown
    assert "Nguyễn Thị Hạnh" not in shown, "the authors are not released"
    for attempt in (stage.publish, stage.propose, stage.decide, stage.draw, stage.close):
        with pytest.raises(RoundDecided):
            attempt()
    with pytest.raises(RoundDecided):
        prizes.undo_decision(organiser=stage.organiser, round_id=stage.round.id, reason="x", now=DAY)


def decide_and_admit_one_more(stage: Stage) -> int:
    """Everything is decided and can be published; an initiative that came late can still be withdrawn: its id."""
    stage.play()
    stage.propose()
    stage.decide()
    return stage.add_entry(3)


def test_results_wait_for_a_step_that_was_begun_before(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = decide_and_admit_one_more(stage)
    published: list[Collection[int]] = []
    read_order = results.read_final_order

    def read_and_keep(*arguments: Any) -> results.FinalOrder:
        order = read_order(*arguments)
        published.append(order.entries.keys())
        return order

    monkeypatch.setattr(results, "read_final_order", read_and_keep)
    # By then the step has seen that nothing is published.
    is_checked = hold_after(monkeypatch, entries_store, "is_judged")
    calls: list[Callable[[], object]] = [partial(stage.withdraw, entry_id), wait_for(is_checked, stage.publish)]
    assert run_together(app, calls) == [EntryState.WITHDRAWN, None]
    assert [entry_id in entry_ids for entry_ids in published] == [False]


def test_a_step_that_waited_for_the_publication_is_refused(
    app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry_id = decide_and_admit_one_more(stage)
    is_published = hold_after(monkeypatch, rounds_store, "set_moments")
    calls: list[Callable[[], object]] = [stage.publish, wait_for(is_published, partial(stage.withdraw, entry_id))]
    _, outcome = run_together(app, calls)
    assert isinstance(outcome, RoundDecided)
    assert run_sql("SELECT state FROM entries WHERE id = :entry_id", entry_id=entry_id) == [("admitted",)]


def test_entrants_read_their_own_marks_without_names(app: Flask, stage: Stage) -> None:
    stage.award()
    own = results.view_own_result(person=stage.writers[1], entry_id=stage.entries[1])
    assert own is not None
    assert own.place is not None
    assert (own.place.place, own.place.points_hundredths) == (1, 8800)
    assert [prize.prize for prize in own.prizes] == ["nhat"]
    assert [stage_.final.hundredths for stage_ in own.stages] == [8000, 5000]
    with pytest.raises(NotFound):
        results.view_own_result(person=stage.writers[0], entry_id=stage.entries[1])
    page = sign_in(app, stage.writers[1]).get(f"/my/initiatives/{stage.entries[1]}").text
    assert "Trình bày rõ" in page
    assert not any(judge.name in page for judge in stage.judges)


def test_the_certificate_of_a_prize_and_its_check(app: Flask, stage: Stage) -> None:
    stage.award()
    ((prize_id, code),) = run_sql("SELECT id, code FROM prizes_given WHERE prize = 'nhat'")
    answer = sign_in(app, stage.writers[1]).get(f"/my/initiatives/prizes/{prize_id}/certificate.pdf")
    text = " ".join(PdfReader(BytesIO(answer.data)).pages[0].extract_text().split())
    for words in ("Nguyễn Thị Hạnh, Trần Văn Bình", "Giải Nhất", "Sáng kiến 1", code[:4]):
        assert words in text, words
    assert sign_in(app, stage.writers[0]).get(f"/my/initiatives/prizes/{prize_id}/certificate.pdf").status_code == 404
    check = check_certificate(text=code, address="10.0.0.1", cache=ProcessCache())
    assert isinstance(check, PrizeCheck)
    assert (check.prize.title, check.title) == ("Giải Nhất", "Sáng kiến 1")
    assert "Hạnh" not in "".join(check.masked_names)
    page = Visitor(app).get(f"/certificates/{code}")
    assert page.status_code == 200
    assert "Giải Nhất" in page.text
    assert "Hạnh" not in page.text


# --- papers and units ---


def test_papers_in_official_layout(app: Flask, stage: Stage) -> None:
    stage.play()
    organiser = sign_in(app, stage.organiser)
    base = f"/organiser/initiatives/{stage.round.id}/papers"
    assert organiser.get(f"{base}/decision.pdf").status_code == 409
    stage.propose()
    stage.decide()
    minutes = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(organiser.get(f"{base}/minutes.pdf").data)).pages
    )
    for words in ("Hội đồng", "Sáng kiến 1", "Giải Nhất", "88"):
        assert words in minutes, words
    word = Document(BytesIO(organiser.get(f"{base}/decision.docx").data))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert {"Giải Nhất", "Sáng kiến 1", "Nguyễn Thị Hạnh, Trần Văn Bình", "5.000.000 đồng"} <= set(cells)
    for kind in ("entries", "minutes", "decision"):
        for suffix in ("docx", "pdf", "xlsx"):
            assert organiser.get(f"{base}/{kind}.{suffix}").status_code == 200, (kind, suffix)
    assert organiser.get(f"{base}/nothing.pdf").status_code == 404


def test_units_by_both_parts_and_every_page_answers(app: Flask, stage: Stage) -> None:
    stage.award()
    page = unit_ranking.view_unit_ranking(organiser=stage.organiser, round_id=stage.round.id)
    # Nobody took part in a knowledge round: 0.6 * 90 and 0.6 * 80 points.
    assert [(each.result.unit_id, each.place, each.share) for each in page.units] == [
        (stage.units[0], 1, pytest.approx(0.54)), (stage.units[1], 2, pytest.approx(0.48)),
    ]  # fmt: skip
    organiser, judge = sign_in(app, stage.organiser), sign_in(app, stage.judges[0])
    ((sheet_id,),) = run_sql(
        "SELECT id FROM judgements WHERE stage = 2 AND judge_id = :judge_id LIMIT 1", judge_id=stage.judges[0].id
    )
    assert "Nội dung thuyết trình" in judge.get(f"/judge/sheets/{sheet_id}").text
    base = f"/organiser/initiatives/{stage.round.id}"
    for path in ("presentations", "presentations/board", "prizes", "prizes/certificates.zip", "unit-ranking",
                 "unit-ranking.xlsx", "papers", "gallery", "judging"):  # fmt: skip
        assert organiser.get(f"{base}/{path}").status_code == 200, path


def test_what_is_shortlisted_after_the_first_talk_presents_at_the_end(app: Flask, stage: Stage) -> None:
    append = partial(presentations.append_turns, organiser=stage.organiser, round_id=stage.round.id, now=DAY)
    order = list(stage.draw().entry_ids)
    with pytest.raises(JudgingChanged):
        append(reason="Đến muộn")
    stage.press(order[0], TurnAction.START, TurnPhase.WAITING)
    with pytest.raises(JudgingChanged):
        append(reason="Đến muộn")
    stage.shortlist(stage.rank(), *stage.entries, reason="Hội đồng bổ sung")
    with pytest.raises(InvalidInput):
        append(reason=" ")
    outcomes = run_together(app, [lambda: append(reason="Đến muộn")] * 2)
    assert sorted(type(each).__name__ for each in outcomes) == ["JudgingChanged", "list"]
    page = stage.look()
    assert [(line.entry.id, line.turn.place) for line in page.lines] == [
        *((entry_id, place) for place, entry_id in enumerate(order, start=1)), (stage.entries[2], 3),
    ]  # fmt: skip
    assert (page.unplaced, page.missing_sheets, len(page.draws), page.lines[0].turn.is_running) == ((), 0, 1, True)
    ((action,),) = run_sql("SELECT COUNT(*) AS number FROM audit_entries WHERE action = 'presentations_appended'")
    assert action == 1


def test_a_paper_is_checked_by_its_code_and_an_altered_copy_is_found(app: Flask, stage: Stage) -> None:
    stage.play()
    stage.propose()
    stage.decide()
    organiser, stranger = sign_in(app, stage.organiser), Visitor(app)
    stranger.client.set_cookie("language", "en")
    base = f"/organiser/initiatives/{stage.round.id}"
    content = organiser.get(f"{base}/papers/decision.xlsx").data
    ((code, kind),) = run_sql("SELECT code, kind FROM issued_lists")
    assert kind == "initiative_decision"

    def check() -> str:
        return stranger.get(f"/verify/{code}").text

    def compare(file: bytes) -> str:
        return stranger.post("/verify/file", {"file": (BytesIO(file), "quyet-dinh.xlsx")}).text

    assert "The list was issued here" in check()
    assert "Decision on the prizes" in check()
    assert "Newer results exist" not in check()
    assert "genuine and unchanged" in compare(content)
    workbook = load_workbook(BytesIO(content))
    sheet = workbook.worksheets[0]
    (cell,) = (cell for row in sheet.iter_rows() for cell in row if cell.value == "Giải Nhì")
    cell.value = "Giải Nhất"
    altered = BytesIO()
    workbook.save(altered)
    assert "The file was altered" in compare(altered.getvalue())
    minutes = PdfReader(BytesIO(organiser.get(f"{base}/papers/minutes.pdf").data))
    text = " ".join(page.extract_text() for page in minutes.pages)
    ((minutes_code,),) = run_sql("SELECT code FROM issued_lists WHERE kind = 'initiative_minutes'")
    assert format_code(minutes_code) in text
    assert organiser.get(f"{base}/judging/judges/{stage.judges[0].id}/sheet").status_code == 200
    assert run_sql("SELECT COUNT(*) AS number FROM issued_lists WHERE kind = 'judge_sheet'") == [(1,)]
    prizes.undo_decision(organiser=stage.organiser, round_id=stage.round.id, reason="Nhầm", now=DAY)
    assert "Newer results exist" in check()
