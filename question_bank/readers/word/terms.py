"""Words for levels and kinds of items, as they stand in brackets or below a question."""

from __future__ import annotations

from question_bank.items import ItemKind, Level

_LEVELS = {
    Level.RECOGNISE: ("nb", "nhận biết", "biết", "nhớ", "ghi nhớ", "recognise"),
    Level.UNDERSTAND: ("th", "thông hiểu", "hiểu", "understand"),
    Level.APPLY: ("vd", "vận dụng", "vdt", "vận dụng thấp", "apply"),
}
_GUESSED_LEVELS = {
    Level.RECOGNISE: ("dễ", "easy", "mức 1", "1"),
    Level.UNDERSTAND: ("trung bình", "tb", "medium", "mức 2", "2"),
    Level.APPLY: ("vdc", "vận dụng cao", "khó", "hard", "mức 3", "mức 4", "3", "4"),
}
_KINDS = {
    ItemKind.MULTIPLE_CHOICE: (
        "chọn nhiều phương án",
        "nhiều lựa chọn",
        "nhiều đáp án",
        "chọn nhiều đáp án",
        "chọn nhiều",
    ),
    ItemKind.SINGLE_CHOICE: ("chọn một phương án", "một lựa chọn", "một đáp án", "chọn một"),
    ItemKind.TRUE_FALSE: ("đúng/sai", "đúng sai", "đúng - sai", "đ/s", "đúng hay sai", "true/false"),
    ItemKind.MATCHING: ("ghép đôi", "ghép cặp", "ghép nối", "nối", "nối cột", "matching"),
    ItemKind.ORDERING: ("sắp xếp", "sắp thứ tự", "sắp xếp thứ tự", "ordering"),
    ItemKind.SHORT_ANSWER: ("trả lời ngắn", "điền khuyết", "điền từ", "điền vào chỗ trống", "short answer"),
    ItemKind.NUMERICAL: ("trả lời số", "điền số", "trả lời bằng số", "numerical"),
    ItemKind.ESSAY: ("tự luận", "essay"),
}


def find_level(text: str, *, is_named: bool) -> tuple[Level, bool] | None:
    """The level that folded words mean, and whether that is a guess. Bare figures count only where a level is named."""
    words = text.strip(" .;:")
    for is_guess, table in ((False, _LEVELS), (True, _GUESSED_LEVELS)):
        for level, names in table.items():
            if words in names and (is_named or not words.isdigit()):
                return level, is_guess
    return None


def find_kind(text: str) -> ItemKind | None:
    """The kind that folded words name."""
    words = text.strip(" .;:")
    return next((kind for kind, names in _KINDS.items() if words in names), None)
