"""Forms of initiatives as files: those that ship, and every mistake named by line and field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from question_bank.readers.located_yaml import ProblemList, read_section
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind
from quiz_app.services.definitions import read_definition
from quiz_app.services.definitions.forms import FORMS_FOLDER, find_shipped_form, read_form

FIELD = "title: Đơn\nsections:\n  - title: Mục\n    fields:\n      - {%s}\n"
TEXT = "code: a, label: A, kind: text"
COLUMNS = "columns: [{code: x, label: X}, {code: n, label: N, kind: number}]"


def read(body: str | None) -> tuple[EntryForm | None, list[str]]:
    """The form of this body, and what is wrong with it, in English."""
    problems = ProblemList()
    section = read_section(b"form: mau", problems)
    assert section is not None
    form = read_form(section, "form", lambda name: None if body is None else body.encode())
    return form, [problem.message % problem.values for problem in problems.list_by_line()]


@pytest.mark.parametrize("name", sorted(path.stem for path in FORMS_FOLDER.glob("*.yaml")))
def test_forms_that_ship_are_whole(name: str) -> None:
    content = find_shipped_form(name)
    assert content is not None
    form, problems = read(content.decode())
    assert problems == []
    assert form is not None
    tables = [field for field in form.iterate_fields() if field.kind is FieldKind.TABLE]
    # Names of people are taken out of blind copies wherever they stand: a form of tables of people names them.
    assert all(any(column.is_name for column in table.columns) and table.is_identifying for table in tables)


def test_the_form_of_the_circular_asks_for_what_the_circular_asks_for() -> None:
    form, _ = read((find_shipped_form("sang-kien-tt18") or b"").decode())
    assert form is not None
    authors = form.find_field("tac-gia")
    assert authors is not None
    assert (authors.shares_column, authors.is_required) == ("ty-le", True)
    needed = [field.code for field in form.iterate_fields() if field.is_required]
    assert needed == ["tac-gia", "linh-vuc", "ngay-ap-dung", "ban-chat", "dieu-kien", "loi-ich-tac-gia"]


@pytest.mark.parametrize("name", ["../demonstration", "khong-co", "/etc/passwd", "sang-kien-tt18.yaml"])
def test_only_forms_of_the_folder_are_found(name: str) -> None:
    assert find_shipped_form(name) is None


def test_a_field_of_each_kind_is_read() -> None:
    body = FIELD % TEXT + "".join(
        f"      - {{code: {kind}, label: L, kind: {kind}{extra}}}\n"
        for kind, extra in [
            ("long_text", ", most_words: 10, required: yes, hint: H"), ("choice", ", choices: [A, B]"), ("date", ""),
            ("number", ""), ("table", f", {COLUMNS}, shares: n, identifying: yes"), ("file", ", most_files: 2"),
        ]
    )  # fmt: skip
    form, problems = read(body)
    assert problems == []
    assert form is not None
    assert {field.kind for field in form.iterate_fields()} == set(FieldKind)


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (None, "there is no form “mau”"),
        (FIELD % "code: a, label: A, kind: sound", "line 5, sections[1].fields[1].kind"),
        (FIELD % "code: a, kind: text", "line 5, sections[1].fields[1].label"),
        (FIELD % f"{TEXT}, colour: red", "line 5, sections[1].fields[1].colour"),
        (FIELD % f"{TEXT}, most_words: 0", "line 5, sections[1].fields[1].most_words"),
        (FIELD % "code: a.b, label: A, kind: text", "letters from a to z"),
        (FIELD % "code: á, label: A, kind: text", "letters from a to z"),
        (FIELD % f"{TEXT}, choices: [A]", "a choice, and nothing else, has choices"),
        (FIELD % "code: a, label: A, kind: choice", "a choice, and nothing else, has choices"),
        (FIELD % "code: a, label: A, kind: table", "a table, and nothing else, has columns"),
        (FIELD % f"{TEXT}, {COLUMNS}", "a table, and nothing else, has columns"),
        (FIELD % f"code: a, label: A, kind: table, {COLUMNS}, shares: x", "shares stand in a column of numbers"),
        (FIELD % f"code: a, label: A, kind: table, {COLUMNS}, shares: z", "shares stand in a column of numbers"),
        (FIELD % "code: a, label: A, kind: table, columns: [{code: x, label: X}, {code: x, label: Y}]", "stands twice"),
        (FIELD % "code: a, label: A, kind: table, columns: [{code: x, label: X, kind: file}]", "a column holds"),
        (FIELD % "code: a, label: A, kind: table, columns: [{code: x, label: X, kind: choice}]", "has choices"),
        (FIELD % TEXT + "      - {code: a, label: B, kind: date}\n", "the code “a” stands twice"),
        ("title: Đơn\nsections: []\n", "sections"),
        ("title: Đơn\nsections:\n  - {title: Mục, fields: []}\n", "fields"),
        ("title: [", "form “mau”"),
        ("- a\n", "form “mau”"),
        (FIELD % TEXT + "extra: 1\n", "line 6, extra"),
    ],
)
def test_a_mistake_is_named_and_there_is_no_form(body: str | None, part: str) -> None:
    form, problems = read(body)
    assert form is None
    assert any(part in problem for problem in problems), problems


CONTEST = """
contest: {code: c, title: C, organiser: Ban, time_zone: Asia/Ho_Chi_Minh, is_demonstration: no}
initiative_rounds:
  - {code: nop, title: N, opens_at: 07:00 15/09/2022, closes_at: 22:00 15/10/2022, form: sang-kien-tt18%s}
"""


@pytest.mark.parametrize(
    ("extra", "is_right"), [("", True), (", continues: dang-ky", False), (", continues: nop", False)]
)
def test_a_round_continues_an_earlier_one_only(extra: str, is_right: bool) -> None:
    report = read_definition((CONTEST % extra).encode(), now=datetime(2022, 9, 1, tzinfo=UTC))
    assert (not [each for each in report.problems if "continued" in each.message]) is is_right
