"""Vietnamese names: found without accents, sorted by given name."""

from __future__ import annotations

import random
import unicodedata

from quiz_app.domain.names import clean_name, fold_text, make_name_key, make_search_text, split_query


def test_folding_takes_accents_and_signs_away() -> None:
    assert fold_text("Nguyễn  Đức HẠNH") == "nguyen duc hanh"
    assert fold_text(unicodedata.normalize("NFD", "Nguyễn Đức Hạnh")) == "nguyen duc hanh"
    assert fold_text("Trường THCS – số 1, (cơ sở 2)") == "truong thcs so 1 co so 2"
    assert fold_text("--- ") == ""


def test_search_text_holds_each_word_once_with_a_space_before_it() -> None:
    assert make_search_text("Nguyễn Thị Hạnh", "CB01", None, "0912345678") == " nguyen thi hanh cb01 0912345678"
    assert split_query("  HẠNH nguyen hạnh ") == ("hanh", "nguyen")
    assert len(split_query("a b c d e f g h")) == 6
    assert split_query("%_") == ()


def test_names_are_sorted_by_given_name_then_family_name_with_accents_in_order() -> None:
    names = [
        "Nguyễn Văn An", "Trần Thị An", "Lê Ân", "Phạm Bá", "Phạm Bà", "Vũ Ba", "Đỗ Văn Dũng", "Đỗ Văn Đức",
        "Nguyễn Thị Hạnh", "Nguyễn Văn Hạnh", "Lê Hoa", "Lê Hòa", "Lê Hoá", "Trần Ước", "Trần Ý",
    ]  # fmt: skip
    shuffled = names[:]
    random.Random(3).shuffle(shuffled)
    in_order = sorted(shuffled, key=make_name_key)
    assert in_order == [
        "Nguyễn Văn An", "Trần Thị An", "Lê Ân", "Phạm Bà", "Phạm Bá", "Vũ Ba", "Đỗ Văn Dũng", "Đỗ Văn Đức",
        "Nguyễn Thị Hạnh", "Nguyễn Văn Hạnh", "Lê Hoa", "Lê Hòa", "Lê Hoá", "Trần Ước", "Trần Ý",
    ]  # fmt: skip


def test_both_places_of_a_tone_are_the_same_name() -> None:
    assert make_name_key("Lê Hòa") == make_name_key("Lê Hoà")


def test_keys_are_digits_and_the_same_however_a_name_is_typed() -> None:
    key = make_name_key("Nguyễn Thị Hạnh")
    assert key.isdecimal()
    assert make_name_key(unicodedata.normalize("NFD", " nguyễn  thị hạnh ")) == key
    assert make_name_key("") == ""
    assert make_name_key("Иван 李") != make_name_key("Иван")


def test_a_clean_name_has_nothing_invisible() -> None:
    assert clean_name("Nguyễn\u200b  An\u00a0Bình\t") == "Nguyễn An Bình"
