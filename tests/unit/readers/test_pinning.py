"""Options that speak of other options, told from those that only begin like them."""

import unicodedata

import pytest

from question_bank.readers.pinning import find_pinned
from tests.effort import takes_at_most

REFERRING = """
Cả A và B
Cả A và B.
cả a và b đều đúng
Cả A, B, C
Cả A, B và C đều đúng
Cả A; B; C đều sai
A và C đúng
A và B
A hoặc B
A, B đều đúng
a, b và c
Chỉ A và B
Chỉ có A và C đúng
Đáp án A và B
Cả đáp án A và đáp án B
Cả hai đáp án A và B
Cả hai phương án A, B đều đúng
Câu A và câu B đúng
A đúng, B sai
Cả (A) và (B)
Cả “A” và “B”
Tất cả các phương án trên
Tất cả các đáp án trên đều đúng
Tất cả đều đúng
Tất cả đều sai
Tất cả đáp án trên
Tất cả các câu trên đều đúng
Tất cả các ý trên
Tất cả những điều trên
Tất cả các nội dung nêu trên
Tất cả các phương án
Tất cả các cơ quan nêu trên
Tất cả
Cả ba đáp án trên đều đúng
Cả 3 phương án trên
Cả ba đều đúng
Cả hai
Cả ba phương án đều đúng
Các phương án trên đều đúng
Các đáp án trên đều sai
Ba câu trên đều đúng
Cả 3 ý trên đều đúng.
Không có phương án nào
Không có phương án nào đúng
Không phương án nào đúng
Không có đáp án đúng
Không có đáp án nào đúng
Không câu nào đúng
Không có câu trả lời nào đúng
Không có phương án nào trong các phương án trên
Không có cơ quan nào nêu trên
Không phải các phương án trên
Phương án khác
Đáp án khác
All of the above
All of the above.
None of the above
All the above answers are correct
Both A and B
both A and B are correct
A and B
Neither A nor B
None of these
""".strip().splitlines()

ORDINARY = """
Tất cả cán bộ, công chức
Tất cả các cơ quan hành chính nhà nước
Tất cả các ý kiến của cấp trên
Cả nước
Cả cán bộ và công chức
Cả nam và nữ
Không có thời hạn
Không có
Không quy định
Không có cơ quan nào
A
Bộ Nội vụ
Chỉ có Thủ tướng Chính phủ
Vitamin A và B
Nhóm máu A và B
Đúng
Sai
Hai phương án
Cả hai bên cùng ký
Cả năm
Công dân có hai đáp án đúng trên hệ thống
All civil servants
Both the ministry and the province
Above all
""".strip().splitlines()


@pytest.mark.parametrize("text", REFERRING)
def test_an_option_that_speaks_of_others_is_pinned(text):
    assert find_pinned(["Một", "Hai", "Ba", text]) == {3}


@pytest.mark.parametrize("text", ORDINARY)
def test_an_option_that_stands_for_itself_is_not(text):
    assert find_pinned(["Một", "Hai", "Ba", text]) == frozenset()


def test_letters_that_name_no_other_option_are_only_letters():
    assert find_pinned(["A và B", "O", "A và E", "B"]) == frozenset()


def test_markup_and_decomposed_accents_do_not_hide_it():
    decomposed = unicodedata.normalize("NFD", "Tất cả các phương án trên")
    assert find_pinned(["Một", "<strong>Cả A và C</strong>", "Ba", decomposed]) == {1, 3}


def test_long_or_crafted_text_costs_nothing():
    with takes_at_most(seconds=2):
        find_pinned(["cả " * 20_000, "không có " + "x " * 30, "a," * 59, "tất cả các " + "a " * 50] * 200)
