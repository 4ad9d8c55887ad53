"""What changed between two versions of an initiative."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from quiz_app.domain.initiatives.entries import EntryFile, EntryVersion, ScanState
from quiz_app.services.initiatives.comparing import PieceKind, compare_texts, compare_versions, list_changed_fields
from tests.effort import takes_at_most
from tests.entry_factories import COMPLETE_VALUES, make_entry_form

NOW = datetime(2022, 10, 1, tzinfo=UTC)
FORM = make_entry_form()
CATEGORIES = {"cchc": "Cải cách hành chính", "nv": "Nhiệm vụ"}


def make_file(name: str, digest: str = "a") -> EntryFile:
    return EntryFile(1, 1, "papers", name, "pdf", 10, digest * 64, ScanState.CLEAN, NOW)


def make_version(number: int, *, files: tuple[EntryFile, ...] = (), title: str = "Tên", category: str = "cchc",
                 **values: Any) -> EntryVersion:  # fmt: skip
    whole = COMPLETE_VALUES | values
    return EntryVersion(1, number, title, category, whole, files, NOW, "An", f"R{number}", "0" * 64)


def join(pieces: Any, *kinds: PieceKind) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def test_words_put_in_and_taken_out() -> None:
    pieces = compare_texts("rút ngắn từ năm ngày còn hai ngày", "rút ngắn từ năm ngày còn một ngày rưỡi")
    assert [(str(piece.kind), piece.text) for piece in pieces] == [
        ("same", "rút ngắn từ năm ngày còn "), ("removed", "hai"), ("added", "một"), ("same", " ngày"),
        ("added", " rưỡi"),
    ]  # fmt: skip


@given(st.text(" ab\n", max_size=60), st.text(" ab\n", max_size=60))
def test_the_pieces_are_both_texts(before: str, after: str) -> None:
    pieces = compare_texts(before, after)
    assert join(pieces, PieceKind.SAME, PieceKind.REMOVED).split() == before.split()
    assert join(pieces, PieceKind.SAME, PieceKind.ADDED) == after


def test_only_what_differs_is_listed() -> None:
    older = make_version(1, area="Y tế", files=(make_file("a.pdf"), make_file("b.pdf", "b")))
    newer = make_version(2, title="Tên mới", category="nv", area="Giáo dục",
                         files=(make_file("a.pdf"), make_file("b.pdf", "c")))  # fmt: skip
    change = compare_versions(FORM, CATEGORIES, older, newer)
    assert [(field.code, field.name) for field in change.fields] == [
        (None, "title"), (None, "category"), ("area", "Lĩnh vực"),
    ]  # fmt: skip
    assert join(change.fields[1].pieces, PieceKind.ADDED).split() == ["Nhiệm", "vụ"]
    assert [(str(each.kind), each.file.digest[0]) for each in change.files] == [("removed", "b"), ("added", "c")]
    assert compare_versions(FORM, CATEGORIES, older, older).is_empty


def test_a_table_is_compared_line_by_line() -> None:
    rows = [{"name": "Nguyễn Thị Hạnh", "share": "50"}, {"name": "Trần Văn Bình", "share": "50"}]
    change = compare_versions(FORM, CATEGORIES, make_version(1), make_version(2, authors=rows))
    assert [each.text for each in change.fields[0].pieces if each.kind is PieceKind.REMOVED] == ["60", "40"]


def test_what_was_sent_is_compared_as_it_would_be_stored() -> None:
    sent = COMPLETE_VALUES | {"nature": " " + COMPLETE_VALUES["nature"], "area": "Y tế"}
    assert [field.code for field in list_changed_fields(FORM, COMPLETE_VALUES, sent)] == ["area"]


def test_two_long_texts_are_compared_within_a_second() -> None:
    words = [f"từ{number}" for number in range(10_000)]
    other = [word if place % 9 else "khác" for place, word in enumerate(words)]
    with takes_at_most(seconds=2):
        for count in (5_000, 10_000):
            assert compare_texts(" ".join(words[:count]), " ".join(other[:count]))
