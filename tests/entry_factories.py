"""Builders for tests of the initiative round, as those in ``factories``."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField, FormSection
from quiz_app.domain.initiatives.rounds import Category, InitiativeRound, InitiativeSettings
from quiz_app.domain.judging.rubrics import Criterion, JudgingRules, Rubric
from quiz_app.domain.people import Person
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence.initiatives import entries as entries_store
from quiz_app.persistence.initiatives import rounds as initiative_rounds_store
from quiz_app.persistence.session import transaction
from quiz_app.services.initiatives import create_entry, save_draft, submit_entry
from tests.factories import CLOSING, MIDDLE, OPENING, VIETNAM, make_contest


def make_entry_form(**changes: Any) -> EntryForm:
    """Authors with shares, a text, a choice, and a file that may be missing."""
    columns = (
        FormColumn("name", "Họ và tên", is_required=True, is_name=True),
        FormColumn("share", "Tỷ lệ", FieldKind.NUMBER, is_required=True),
    )
    fields = (
        FormField("authors", "Tác giả", FieldKind.TABLE, is_required=True, is_identifying=True, columns=columns,
                  shares_column="share"),
        FormField("nature", "Bản chất", FieldKind.LONG_TEXT, is_required=True, most_words=200),
        FormField("area", "Lĩnh vực", FieldKind.CHOICE, choices=("Giáo dục", "Y tế")),
        FormField("papers", "Tệp kèm theo", FieldKind.FILE),
    )  # fmt: skip
    return replace(EntryForm("Đơn", (FormSection("Nội dung", fields),)), **changes)


COMPLETE_VALUES: dict[str, Any] = {
    "authors": [{"name": "Nguyễn Thị Hạnh", "share": "60"}, {"name": "Trần Văn Bình", "share": "40"}],
    "nature": "Số hóa hồ sơ một cửa, rút ngắn thời gian trả kết quả từ năm ngày còn hai ngày.",
}
"""What ``make_entry_form`` asks for."""


def make_judging_rules(**changes: Any) -> JudgingRules:
    """Two criteria of 60 and 40 points, two judges, blind."""
    rubric = Rubric("Phiếu chấm", (Criterion("novelty", "Tính mới", 6000), Criterion("effect", "Hiệu quả", 4000)))
    return replace(JudgingRules(rubric), **changes)


def add_initiative_round(code: str = "sang-kien", **changes: Any) -> InitiativeRound:
    """A stored round of entries, open from OPENING to CLOSING; ``changes`` are fields of the round or its settings."""
    settings_names = InitiativeSettings.__dataclass_fields__
    settings = InitiativeSettings(
        form=make_entry_form(), categories=(Category("cchc", "Cải cách hành chính"),), judging=make_judging_rules()
    )
    settings = replace(settings, **{name: value for name, value in changes.items() if name in settings_names})
    round_ = InitiativeRound(
        id=0, contest_id=0, code=code, title="Phần thi sáng kiến", opens_at=OPENING, unit_closes_at=None,
        closes_at=CLOSING, judging_closes_at=None, zone=VIETNAM, settings=settings, version=1,
    )  # fmt: skip
    round_ = replace(round_, **{name: value for name, value in changes.items() if name not in settings_names})
    with transaction() as work:
        contest_id = contests_store.add_contest(work, make_contest(f"cuoc-thi-{code}"), OPENING)
        round_id = initiative_rounds_store.add_round(work, round_, contest_id=contest_id, position=1)
    return replace(round_, id=round_id, contest_id=contest_id)


def add_draft(
    person: Person, round_: InitiativeRound, *, title: str = "Số hóa hồ sơ một cửa", now: datetime = MIDDLE
) -> int:
    """A complete draft of the person's unit; its id."""
    assert person.unit_id is not None
    entry_id = create_entry(
        person=person, round_id=round_.id, unit_id=person.unit_id, title=title, category="cchc", now=now
    )
    save_draft(
        person=person, entry_id=entry_id, sequence=1, title=title, category="cchc", values=COMPLETE_VALUES, now=now
    )
    return entry_id


def add_bare_draft(person: Person, unit_id: int) -> int:
    """A draft with nothing but a name, of a person for any unit, in a round of its own; its id."""
    round_ = add_initiative_round("trong")
    with transaction() as work:
        return entries_store.add_entry(
            work, round_id=round_.id, unit_id=unit_id, created_by_id=person.id, blind_code="TRONG1", title="Bản nháp",
            category="cchc", values={}, search_text="ban nhap", now=MIDDLE,
        )  # fmt: skip


def add_submitted(person: Person, round_: InitiativeRound, *, now: datetime = MIDDLE, **changes: Any) -> int:
    """An entry that was handed in; its id."""
    entry_id = add_draft(person, round_, now=now, **changes)
    submit_entry(person=person, entry_id=entry_id, now=now)
    return entry_id
