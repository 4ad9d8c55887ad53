"""The words in cells for kinds, levels, yes and no, right and wrong, in Vietnamese and English."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from question_bank.formatted_text import fold_accents
from question_bank.items import ItemKind, Level

KIND_WORDS = {
    ItemKind.SINGLE_CHOICE: "Một lựa chọn",
    ItemKind.MULTIPLE_CHOICE: "Nhiều lựa chọn",
    ItemKind.TRUE_FALSE: "Đúng/Sai",
    ItemKind.MATCHING: "Ghép đôi",
    ItemKind.ORDERING: "Sắp xếp",
    ItemKind.SHORT_ANSWER: "Trả lời ngắn",
    ItemKind.NUMERICAL: "Số",
    ItemKind.ESSAY: "Tự luận",
}
LEVEL_WORDS = {Level.RECOGNISE: "Nhận biết", Level.UNDERSTAND: "Thông hiểu", Level.APPLY: "Vận dụng"}
YES, NO = "Có", "Không"
PARTIAL, ALL_OR_NOTHING = "Từng phần", "Toàn bộ"
TEXT_FORMAT, HTML_FORMAT = "Văn bản", "HTML"
"""As our own template writes them."""

_KINDS = {
    ItemKind.SINGLE_CHOICE: "mot lua chon|mot dap an|1 dap an|1 lua chon|mot phuong an|mot dap an dung|1 dap an dung"
    "|chon mot|trac nghiem|trac nghiem mot lua chon|trac nghiem 1 lua chon|trac nghiem 1 dap an|single choice|single"
    "|single answer|single_choice|one answer|mcq|don chon",
    ItemKind.MULTIPLE_CHOICE: "nhieu lua chon|nhieu dap an|nhieu phuong an|nhieu dap an dung|chon nhieu|da lua chon"
    "|trac nghiem nhieu lua chon|trac nghiem nhieu dap an|multiple choice|multiple|multiple answers|multiple_choice"
    "|multiple response|multiple select|checkbox|checkboxes|multi select",
    ItemKind.TRUE_FALSE: "dung/sai|dung sai|dung - sai|dung hoac sai|true/false|true false|true_false|true or false|t/f"
    "|d/s|dung, sai|truefalse",
    ItemKind.MATCHING: "ghep doi|ghep noi|noi|noi cot|ghep cot|ghep|noi cau|matching|match|noi hai cot",
    ItemKind.ORDERING: "sap xep|sap xep thu tu|thu tu|ordering|order|reorder|sequence|ranking",
    ItemKind.SHORT_ANSWER: "tra loi ngan|dien tu|dien khuyet|dien vao cho trong|dien dap an|short answer|short_answer"
    "|fill in the blank|fill-in-the-blank|text|text entry",
    ItemKind.NUMERICAL: "so|dap an so|cau hoi so|tinh toan|numerical|number|numeric|dien so",
    ItemKind.ESSAY: "tu luan|essay|cau hoi tu luan|open ended|open-ended|viet|long answer|paragraph",
}
_LEVELS = {
    Level.RECOGNISE: "nhan biet|nb|biet|recognise|recognize|remember|recognition|muc 1 nhan biet",
    Level.UNDERSTAND: "thong hieu|th|hieu|understand|comprehension",
    Level.APPLY: "van dung|vd|apply|application",
}
_LIKE_LEVELS = {
    Level.RECOGNISE: "de|rat de|easy|very easy|muc 1|1|low|thap|m1",
    Level.UNDERSTAND: "trung binh|tb|vua|medium|normal|muc 2|2|average|m2",
    Level.APPLY: "kho|rat kho|hard|difficult|very hard|van dung cao|vdc|van dung thap|muc 3|3|muc 4|4|high|cao|m3|m4"
    "|analyse|analyze|evaluate|create",
}
_YES_NO = {True: "co|yes|y|true|x|1|dung|c", False: "khong|no|n|false|0|sai|k|-"}
_TRUTHS = {
    True: "dung|true|t|d|yes|co|chinh xac|right|correct",
    False: "sai|false|f|s|no|khong|khong chinh xac|wrong|incorrect",
}
_WAYS_OF_SCORING = {
    True: "tung phan|mot phan|theo phan|partial|partially|co|yes|true|x|1|cham tung phan",
    False: "toan bo|tat ca|khong|no|false|all or nothing|all|0|dung het|dung tat ca|-",
}


Word = TypeVar("Word")


def _index(words: dict[Word, str]) -> dict[str, Word]:
    return {alias: word for word, aliases in words.items() for alias in aliases.split("|")}


_KIND_BY_WORD = _index(_KINDS)
_LEVEL_BY_WORD = _index(_LEVELS)
_LIKE_LEVEL_BY_WORD = _index(_LIKE_LEVELS)
_FLAG_BY_WORD = _index(_YES_NO)
_TRUTH_BY_WORD = _index(_TRUTHS)
_PARTIAL_BY_WORD = _index(_WAYS_OF_SCORING)


@lru_cache(maxsize=1024)
def _fold(text: str) -> str:
    return fold_accents(text).strip(" .:;")


def find_kind(text: str) -> ItemKind | None:
    """The kind that a cell names."""
    return _KIND_BY_WORD.get(_fold(text))


def find_level(text: str) -> tuple[Level | None, bool]:
    """The level that a cell names, and whether in its own words: "khó" is near enough to one to be taken for it."""
    word = _fold(text)
    level = _LEVEL_BY_WORD.get(word)
    return (level, True) if level is not None else (_LIKE_LEVEL_BY_WORD.get(word), False)


def find_flag(text: str) -> bool | None:
    """Yes or no."""
    return _FLAG_BY_WORD.get(_fold(text))


def find_partial(text: str) -> bool | None:
    """Whether each part of a response counts for itself."""
    return _PARTIAL_BY_WORD.get(_fold(text))


def find_truth(text: str) -> bool | None:
    """Whether a cell says that the statement of a true/false item is right."""
    return _TRUTH_BY_WORD.get(_fold(text))


def is_html_format(text: str) -> bool | None:
    """Whether a cell says that the texts of its row are HTML; None for a word that is not known."""
    word = _fold(text)
    return True if word == "html" else False if word in ("van ban", "text", "plain", "plain text") else None
