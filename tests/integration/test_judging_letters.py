"""Letters of the judging: to late judges by panel, and on the publication to those who wrote and their units."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask

from quiz_app.domain.errors import NotAllowed
from quiz_app.domain.judging.judgements import JudgingChanged, MarkingClosed
from quiz_app.domain.letters import MailNotSet, NobodyToWriteTo
from quiz_app.domain.people import Role
from quiz_app.services.judging import judging_letters
from tests.factories import add_person, run_sql
from tests.integration.test_final_rounds import DAY, Stage
from tests.integration.test_judging import LATER, Court
from tests.integration.visitor import Visitor

ADDRESS = "https://thi.example.org/judge/"


def read_letters() -> list[tuple[str, str, str]]:
    return [tuple(row) for row in run_sql("SELECT address, subject, body FROM letters ORDER BY address")]


def give_addresses() -> None:
    run_sql("UPDATE accounts SET email = login || '@example.org' WHERE login <> 'giam-khao-1' RETURNING id")


@pytest.mark.usefixtures("app")
def test_judges_with_open_sheets_are_written_to_once_a_day() -> None:
    court = Court()
    give_addresses()
    ask = {"organiser": court.organiser, "round_id": court.round.id, "address": ADDRESS}
    remind = partial(judging_letters.remind_judges, **ask, is_mail_set=True)
    with pytest.raises(NobodyToWriteTo):
        remind(now=LATER)
    court.give(court.entries[0], *court.judges)
    court.give(court.entries[1], court.judges[0], court.judges[2])
    court.confirm(court.judges[2], court.entries[0], "50", "30")
    court.confirm(court.judges[2], court.entries[1], "50", "30")
    page = judging_letters.view_letters(**ask)
    assert [(line.judge_name, line.panel_name, line.count, line.address) for line in page.late] == [
        (court.judges[0].name, "Tổ 1", 2, "giam-khao-0@example.org"), (court.judges[1].name, "Tổ 1", 1, None),
    ]  # fmt: skip
    with pytest.raises(MailNotSet):
        remind(now=LATER, is_mail_set=False)
    with pytest.raises(NotAllowed):
        remind(now=LATER, organiser=court.judges[0])
    assert read_letters() == []
    assert remind(now=LATER) == 1
    ((address, _, body),) = read_letters()
    assert address == "giam-khao-0@example.org"
    assert "2 " in body
    assert ADDRESS in body
    with pytest.raises(NobodyToWriteTo):
        remind(now=LATER + timedelta(minutes=5))
    assert remind(now=LATER + timedelta(days=1)) == 1
    court.lock()
    with pytest.raises(MarkingClosed):
        remind(now=LATER + timedelta(days=2))


def test_results_are_told_once_to_those_who_wrote_and_to_their_units(app: Flask) -> None:
    stage = Stage()
    add_person("phu-trach", unit_id=stage.units[1], led_unit_id=stage.units[1], roles=[Role.UNIT_LEAD])
    give_addresses()
    tell = partial(
        judging_letters.tell_results, organiser=stage.organiser, round_id=stage.round.id, address=ADDRESS,
        is_mail_set=True, now=DAY,
    )  # fmt: skip
    with pytest.raises(JudgingChanged):
        tell()
    stage.award()
    page = judging_letters.view_letters(organiser=stage.organiser, round_id=stage.round.id, address=ADDRESS)
    assert (page.writer_count, page.late) == (3, ())
    assert tell() == 3
    letters = {address: body for address, _, body in read_letters()}
    assert sorted(letters) == ["giao-vien-0@example.org", "giao-vien-1@example.org", "phu-trach@example.org"]
    assert "Sáng kiến 0" in letters["giao-vien-0@example.org"]
    assert "Sáng kiến 1" not in letters["giao-vien-0@example.org"]
    for address in ("giao-vien-1@example.org", "phu-trach@example.org"):
        assert "Sáng kiến 1: Giải Nhất" in letters[address]
    with pytest.raises(NobodyToWriteTo):
        tell()
    staff = Visitor(app, stage.organiser.login)
    text = staff.get(f"/organiser/initiatives/{stage.round.id}/judging/letters").text
    assert "Sáng kiến 0" in text
    assert "/letters/results" not in text, "without a mail server nothing can be sent"
