"""The words and signs by which people who write tests mark questions, options, keys and the rest.

Sources: the habits that Azota publishes for Word files, test papers of Vietnamese schools and offices, and our own
writer. Patterns are matched against text with straight quotes and plain dashes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from question_bank.formatted_text import fold_text
from question_bank.readers.legacy_fonts import straighten_quotes

LETTERS = "ABCDEFGHIJKL"
"""Labels that are known as labels; more than eight options are read, and refused by the rules of items."""
LONGEST_LINE = 3000
"""Characters of a line in which labels are looked for anywhere but at its beginning."""


class Detail(StrEnum):
    """What stands below a question besides its options."""

    KEY = "key"
    EXPLANATION = "explanation"
    GUIDANCE = "guidance"
    SOURCE = "source"
    ARTICLE = "article"
    URL = "url"
    VALIDITY = "validity"
    LEVEL = "level"
    TOPIC = "topic"
    CODE = "code"
    KIND = "kind"
    MARKING = "marking"
    COMPARING = "comparing"
    PINNED = "pinned"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Start:
    """The beginning of a question: its number, where its text begins, and how sure this is."""

    number: int
    end: int
    is_by_word: bool
    sign: str


_BY_WORD = re.compile(
    r"\s*[*#]*\s*(?:câu(?:\s+hỏi)?|bài(?:\s+tập)?|question|item)\s*(?:số\s*)?(?P<number>\d{1,4})(?!\w)"
    r"\s*(?P<sign>[.:)\]/]|-(?=\s))?",
    re.IGNORECASE,
)
_BY_NUMBER = re.compile(r"\s*(?P<number>\d{1,4})\s*(?P<sign>[.)](?!\d)|[:/](?=\s))\s*(?=\S)")
_OPTION = re.compile(
    r"\s*(?P<star>\*)?\s*(?:\((?P<round>[A-La-l])\)"
    r"|(?P<letter>[A-La-l])\s*(?P<star2>\*)?\s*(?:[.):](?!\w\.)|/(?=\s)|-(?=\s)))"
    r"\s*(?P<star3>\*(?!\*))?"
)
_INLINE_OPTION = re.compile(
    r"(?:^|(?<=\s))(?P<star>\*)?(?:\((?P<round>[A-La-l])\)|(?P<letter>[A-La-l])\s?\*?[.)/:])(?=\s|\S)"
)
_ROW = re.compile(r"\s*(?:\((?P<round>\d{1,2})\)|(?P<number>\d{1,2})\s*[.):])\s*")
_TAG = re.compile(r"\s*[(\[]\s*(?P<body>[^()\[\]]{1,40})\s*[)\]]\s*[.:]?")
_POINTS = re.compile(r"\d+(?:[.,]\d+)?\s*(?:điểm|đ|points?)(?:/câu)?|\d+[.,]\d+")

_DETAILS = {
    Detail.KEY: r"(?:đáp án|phương án|câu trả lời)(?:\s+(?:đúng|chính xác))?(?:\s+nhất)?(?:\s+là)?|đ/?a|answer|key"
    r"|ans|correct(?:\s+answer)?|trả lời",
    Detail.GUIDANCE: r"(?:hướng dẫn|gợi ý)\s+(?:chấm|trả lời)|thang điểm|đáp án gợi ý",
    Detail.EXPLANATION: r"giải thích(?:\s+(?:đáp án|chi tiết))?|lời giải(?:\s+chi tiết)?|hướng dẫn(?:\s+giải)?|hdg"
    r"|gợi ý|explanation|feedback|phản hồi|ghi chú",
    Detail.SOURCE: r"căn cứ(?:\s+pháp\s+lý)?|nguồn(?:\s+trích(?:\s+dẫn)?)?|trích(?:\s+dẫn)?(?:\s+từ)?|cơ sở pháp lý"
    r"|tài liệu tham khảo|source|reference",
    Detail.ARTICLE: r"điều khoản",
    Detail.URL: r"đường dẫn|url|link",
    Detail.VALIDITY: r"hiệu lực",
    Detail.LEVEL: r"(?:mức|cấp)\s+độ(?:\s+(?:nhận thức|câu hỏi|tư duy))?|level",
    Detail.TOPIC: r"chuyên đề|chủ đề|lĩnh vực|topic",
    Detail.CODE: r"mã\s+câu(?:\s+hỏi)?|code",
    Detail.KIND: r"(?:loại|dạng)\s+câu(?:\s+hỏi)?|kind|type",
    Detail.MARKING: r"cách chấm",
    Detail.COMPARING: r"so sánh",
    Detail.PINNED: r"giữ vị trí|không đảo",
    Detail.ORDER: r"thứ tự trong ngân hàng",
}
_DETAIL = re.compile(
    r"\s*[-+*#=>\[(]*\s*(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _DETAILS.items()) + r")"
    r"\s*(?:\(\s*(?P<percent>\d{1,3})\s*%\s*\))?(?:\s*:|\s*-(?=\s)|\s*$|(?=\s*\.\s*$))\s*",
    re.IGNORECASE,
)
_BARE_KEY = re.compile(
    r"\s*(?:=>|->|⇒|→)?\s*(?i:chọn(?:\s+(?:đáp án|phương án|câu|ý))?|(?:đáp án|phương án)(?:\s+đúng)?(?:\s+là)?|đ/?a)"
    r"\s+(?=[A-L](?:\s*[.,;)&]|\s*$|\s+(?:và|,)))|\s*(?:=>|->|⇒|→)\s*(?=[A-L]\s*[.)]?\s*$)",
)
_KEY_AT_END = re.compile(
    r"(?<=[\s.;,])[(\[]?\s*(?:đáp án(?:\s+đúng)?(?:\s+là)?|đ/?a|answer|key)\s*:"
    r"\s*(?P<value>[A-La-l](?:\s*[,;&]?\s*[A-L])*)\s*[)\]]?\s*\.?\s*$",
    re.IGNORECASE,
)


def prepare(text: str) -> str:
    """The text as the patterns want it, of the same length."""
    return straighten_quotes(text)


def find_start(text: str) -> Start | None:
    """The beginning of a question at the beginning of a line."""
    found = _BY_WORD.match(text)
    if found:
        return Start(int(found["number"]), found.end(), True, found["sign"] or "")
    found = _BY_NUMBER.match(text)
    return Start(int(found["number"]), found.end(), False, found["sign"]) if found else None


def find_option(text: str) -> tuple[str, int, bool] | None:
    """The label at the beginning of a line as it is written, where its text begins, and whether a star marks it."""
    found = _OPTION.match(text)
    if found is None:
        return None
    is_starred = bool(found["star"] or found["star2"] or found["star3"])
    return found["round"] or found["letter"], found.end(), is_starred


def list_inline_options(text: str) -> list[tuple[str, int]]:
    """Labels within a line with the places where they begin (a star before them included)."""
    if len(text) > LONGEST_LINE:
        return []
    return [(found["round"] or found["letter"], found.start()) for found in _INLINE_OPTION.finditer(text)]


def find_row(text: str) -> tuple[int, int] | None:
    """The number of a row ("1)", "(1)") at the beginning of a line, and where its text begins."""
    found = _ROW.match(text)
    return (int(found["round"] or found["number"]), found.end()) if found else None


def find_tag(text: str, start: int) -> tuple[str, int] | None:
    """The words in brackets at this place, folded, and where they end."""
    found = _TAG.match(text, start)
    return (fold_text(found["body"]), found.end()) if found else None


def is_points(text: str) -> bool:
    """Whether words in brackets say what a question is worth ("0,25 điểm")."""
    return _POINTS.fullmatch(text) is not None


def find_detail(text: str) -> tuple[Detail, int, int] | None:
    """What a line gives besides options, where its value begins, and the percent that an accepted answer is worth."""
    found = _BARE_KEY.match(text)
    if found:
        return Detail.KEY, found.end(), 100
    found = _DETAIL.match(text)
    if found is None or not found.lastgroup:
        return None
    kind = next(kind for kind in Detail if found[str(kind)] is not None)
    return kind, found.end(), int(found["percent"] or 100)


def find_key_at_end(text: str) -> tuple[int, str] | None:
    """A key at the end of another line ("… Đáp án: B"): where it begins, and its value."""
    found = _KEY_AT_END.search(text[-80:])
    return (found.start() + max(len(text) - 80, 0), found["value"]) if found else None
