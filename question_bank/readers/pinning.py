"""Options that speak of the other options ("Cả A và B", "Không có phương án nào đúng") and so must keep their place.

Shuffled, such an option says something else or nothing: "A" is no longer the option that its author meant, and "trên"
no longer has everything above it. They are known by the wording of the whole option: "Tất cả cán bộ, công chức" begins
like one and is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from question_bank.formatted_text import fold_text, to_plain
from question_bank.items import OPTION_LABELS

_LABEL = r"""(?:(?:đáp án|phương án|lựa chọn|câu|ý|mục|option|answer)\s+)?["'(\[]?[a-h]["')\].]?"""
_COUNT = r"(?:hai|ba|bốn|năm|sáu|bảy|[2-8])"
_NOUN = (
    r"(?:đáp án|phương án(?:\s+trả lời)?|câu trả lời|lựa chọn|câu|ý(?:\s+kiến)?|mục|nội dung|trường hợp|điều|điểm"
    r"|đáp số|yếu tố|khẳng định|nhận định|phát biểu|mệnh đề|biện pháp)"
)
_ABOVE = (
    r"(?:(?:nêu|kể|đã nêu|đã kể|nói|ở|bên|được nêu|được nêu ở)\s+)?trên(?:\s+đây)?|còn lại|đã nêu|trước(?:\s+đó)?|này"
)
_VERDICT = (
    r"(?:(?:là|đều|cùng|đều là|mới|thì)\s+)*(?:đáp án\s+|phương án\s+)?"
    r"(?:không\s+|chưa\s+)?(?:đúng|sai|chính xác|phù hợp|hợp lý|thỏa mãn|thoả mãn|được)(?:\s+cả)?"
)
_JOIN = r"\s*(?:,\s*và|,\s*hoặc|,|;|&|\+|/|-|\bvà\b|\bhoặc\b|\bhay\b|\bvới\b|\blẫn\b|\bhoặc là\b|\band\b|\bor\b)\s*"
_ENGLISH_NOUN = r"(?:\s+(?:answers?|options?|choices?|statements?))?"
_ENGLISH_VERDICT = r"(?:\s+(?:is|are)(?:\s+(?:all|both))?(?:\s+not)?\s+(?:correct|right|true|wrong|incorrect|false))?"

_BY_LABEL = re.compile(
    rf"(?:(?:chỉ(?:\s+có)?|có|cả|gồm|bao gồm|both|only|không phải|cả\s+{_COUNT}(?:\s+{_NOUN})?|các\s+{_NOUN}|hoặc)\s+)?"
    rf"{_LABEL}(?:{_JOIN}{_LABEL})+(?:\s+{_VERDICT}|{_ENGLISH_VERDICT})?"
)
_BY_ONE_LABEL = re.compile(
    rf"(?:chỉ(?:\s+có)?|only)\s+{_LABEL}(?:\s+{_VERDICT}|{_ENGLISH_VERDICT})?"
    rf"|(?:(?:đáp án|phương án|câu|ý)\s+)?[a-h]\s+(?:{_VERDICT})"
    rf"(?:\s*[,;]?\s*(?:và|còn|nhưng)?\s*[a-h]\s+(?:{_VERDICT}))*"
    rf"|neither\s+{_LABEL}\s+nor\s+{_LABEL}{_ENGLISH_VERDICT}"
)
_LABELS = re.compile(r"(?<!\w)[a-h](?!\w)")
_OTHERS = re.compile(
    "|".join(
        (
            # All of them.
            rf"(?:cả|tất cả|toàn bộ)(?:\s+{_COUNT})?(?:\s+(?:các|những))?(?:\s+{_NOUN})?"
            rf"(?:\s+(?:{_ABOVE}))?(?:\s+{_VERDICT})?",
            rf"(?:các|những|{_COUNT})\s+{_NOUN}\s+(?:{_ABOVE})(?:\s+{_VERDICT})?",
            rf"(?:các|những|{_COUNT})\s+{_NOUN}\s+đều\s+{_VERDICT}",
            rf"(?:cả|tất cả|toàn bộ)(?:\s+{_COUNT}|\s+các|\s+những)+(?:\s+\w+){{1,4}}?(?<!\bcấp)"
            rf"\s+(?:{_ABOVE})(?:\s+{_VERDICT})?",
            # None of them.
            rf"(?:không|chẳng|chưa)\s+(?:có\s+)?{_NOUN}\s+nào(?:\s+(?:trong|của)\s+(?:số\s+)?(?:các|những|{_COUNT})\s+{_NOUN})?"
            rf"(?:\s+(?:{_ABOVE}))?(?:\s+{_VERDICT})?",
            rf"(?:không|chưa)\s+có\s+{_NOUN}\s+{_VERDICT}(?:\s+nào)?",
            rf"(?:không|chưa)\s+(?:có\s+)?\w+(?:\s+\w+){{0,3}}\s+nào\s+(?:{_ABOVE})(?:\s+{_VERDICT})?",
            rf"(?:không phải|không thuộc)\s+(?:tất cả\s+)?(?:các|những)\s+{_NOUN}(?:\s+(?:{_ABOVE}))?",
            rf"(?:một\s+)?{_NOUN}\s+khác(?:\s+với\s+các\s+{_NOUN}\s+trên)?",
            # English.
            rf"(?:all|none|both|neither|any|either)\s+(?:of\s+)?(?:the\s+)?(?:above|these|them|following)"
            rf"{_ENGLISH_NOUN}{_ENGLISH_VERDICT}",
            rf"(?:all|none|both)\s+(?:of\s+)?(?:the\s+)?(?:above\s+)?(?:answers?|options?|choices?|statements?){_ENGLISH_VERDICT}",
            r"(?:all|none|both)\s+(?:is|are)\s+(?:correct|right|true|wrong|incorrect|false)",
        )
    )
)
_LONGEST = 120
"""Characters of the longest option that is looked at: such wordings are short, and long texts cost time."""
_MEANS_A_YEAR = "cả năm"


def find_pinned(texts: Sequence[str]) -> frozenset[int]:
    """The positions of the options, plain or formatted, that speak of other options of the same item."""
    return frozenset(position for position in range(len(texts)) if _speaks_of_others(texts, position))


def _speaks_of_others(texts: Sequence[str], position: int) -> bool:
    if len(texts[position]) > 4 * _LONGEST:
        return False
    text = fold_text(to_plain(texts[position])).rstrip(" .;:,!?…").replace("“", '"').replace("”", '"')
    if not text or len(text) > _LONGEST or text == _MEANS_A_YEAR:
        return False
    if _OTHERS.fullmatch(text):
        return True
    if not (_BY_LABEL.fullmatch(text) or _BY_ONE_LABEL.fullmatch(text)):
        return False
    # "A và E" with four options, or in option A itself, are letters with another meaning (blood groups, vitamins).
    named = {OPTION_LABELS.lower().index(label) for label in _LABELS.findall(text)}
    return position not in named and all(label < len(texts) for label in named)
