"""The columns of a spreadsheet of items: how ours are headed, and by which other headings they are known.

Headings are compared without accents, case, punctuation and what stands in brackets.
"""

from __future__ import annotations

import re

from question_bank.formatted_text import fold_accents
from question_bank.items import MAXIMUM_OPTIONS, OPTION_LABELS

CODE, KIND, TOPIC, LEVEL, STEM, KEY = "code", "kind", "topic", "level", "stem", "key"
EXPLANATION, SOURCE, ARTICLE, URL = "explanation", "source", "article", "url"
VALID_FROM, VALID_UNTIL = "valid_from", "valid_until"
PINNED, SCORING, MINDS_CASE, MINDS_ACCENTS, TOLERANCE = "pinned", "scoring", "minds_case", "minds_accents", "tolerance"
FORMAT, NUMBER, OPTION_LIST = "format", "number", "options"
"""``number`` counts the rows and is not read; ``options`` is one cell with all options, a line each."""

MOST_OPTION_COLUMNS = 12
"""More than an item may have, so that one with too many is shown as such."""


def name_option(position: int) -> str:
    """The field of an option."""
    return f"option {position}"


def name_row(position: int) -> str:
    """The field of a row of a matching item."""
    return f"row {position}"


OPTION_FIELDS = tuple(name_option(position) for position in range(MOST_OPTION_COLUMNS))
ROW_FIELDS = tuple(name_row(position) for position in range(MOST_OPTION_COLUMNS))

HEADINGS: dict[str, str] = {
    CODE: "Mã câu hỏi",
    KIND: "Loại câu hỏi",
    TOPIC: "Chuyên đề",
    LEVEL: "Mức độ",
    STEM: "Câu hỏi",
    **{name_option(position): f"Phương án {OPTION_LABELS[position]}" for position in range(MAXIMUM_OPTIONS)},
    KEY: "Đáp án đúng",
    EXPLANATION: "Giải thích",
    SOURCE: "Căn cứ",
    ARTICLE: "Điều, khoản",
    URL: "Đường dẫn",
    VALID_FROM: "Hiệu lực từ",
    VALID_UNTIL: "Hiệu lực đến",
    PINNED: "Không xáo trộn",
    SCORING: "Cách chấm",
    MINDS_CASE: "Phân biệt hoa thường",
    MINDS_ACCENTS: "Phân biệt dấu",
    TOLERANCE: "Sai số",
    **{name_row(position): f"Vế trái {position + 1}" for position in range(MAXIMUM_OPTIONS)},
    FORMAT: "Định dạng",
}
"""Of our own template, in order."""

_OTHER_HEADINGS = {
    NUMBER: "stt|tt|so tt|so thu tu|thu tu|no|number|#|cau so|so cau|cau|index|order",
    CODE: "ma|ma cau|ma so|ma so cau hoi|id|code|item code|question id|question code|ky hieu",
    KIND: "loai|loai cau|kieu|kieu cau hoi|dang|dang cau hoi|hinh thuc|kind|type|question type|item type|question kind",
    TOPIC: "chu de|linh vuc|phan|chuong|mang|mang kien thuc|noi dung chuyen de|nhom|nhom cau hoi|chuyen muc|bai|topic"
    "|category|subject|section|chapter",
    LEVEL: "muc|do kho|cap do|muc do nhan thuc|cap do nhan thuc|muc do kho|level|difficulty|cognitive level",
    STEM: "noi dung|noi dung cau hoi|noi dung cau hoi trac nghiem|cau hoi trac nghiem|phan dan|cau dan|de bai|stem"
    "|question|question text|question stem|text of the question|item",
    KEY: "dap an|dap an chinh xac|cau tra loi dung|phuong an dung|lua chon dung|tra loi dung|ket qua dung|dap so|key"
    "|answer|answer key|correct answer|correct answers|correct option|correct|right answer|correct choice",
    OPTION_LIST: "phuong an|phuong an tra loi|cac phuong an|cac phuong an tra loi|lua chon|cac lua chon"
    "|phuong an lua chon|cac dap an|cau tra loi|options|choices|answers|answer options|phuong an chon",
    EXPLANATION: "giai thich dap an|loi giai|huong dan giai|giai dap|explanation|answer explanation|feedback|rationale",
    SOURCE: "can cu phap ly|co so phap ly|nguon|van ban|van ban can cu|trich dan|tai lieu|tai lieu tham khao|source"
    "|legal source|legal basis|reference|document",
    ARTICLE: "dieu|dieu khoan diem|article|clause",
    URL: "lien ket|duong link|link|url|web",
    VALID_FROM: "hieu luc tu ngay|co hieu luc tu|tu ngay|valid from",
    VALID_UNTIL: "hieu luc den ngay|het hieu luc|den ngay|valid until|valid to",
    PINNED: "khong xao tron phuong an|khong tron|co dinh|phuong an co dinh|giu vi tri|pinned|fixed|do not shuffle",
    SCORING: "cham diem|cham tung phan|scoring|partial|partial credit",
    MINDS_CASE: "phan biet chu hoa|match case|case sensitive",
    MINDS_ACCENTS: "phan biet dau thanh|match accents|accent sensitive",
    TOLERANCE: "dung sai|tolerance",
    FORMAT: "dinh dang van ban|format|text format",
}
_OPTION = re.compile(
    r"(?:(?:cac )?(?:phuong an tra loi|phuong an chon|phuong an|lua chon|dap an|cau tra loi|tra loi|pa|da|y|ve phai"
    r"|cot phai|option|answer option|answer|choice|opt|right)) ?(?:so )?([a-l]|[1-9]|1[0-2])(?: text)?|([a-h])"
)
_ROW = re.compile(r"(?:ve trai|cot trai|hang|dong|ve|row|left|left side) ?(?:so )?([1-9]|1[0-2]|[a-l])")
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_PUNCTUATION = re.compile(r"[^\w#]+")


def _fold(heading: str) -> str:
    return _PUNCTUATION.sub(" ", fold_accents(heading)).strip()


_FIELDS = {other: field for field, others in _OTHER_HEADINGS.items() for other in others.split("|")}
_FIELDS |= {_fold(heading): field for field, heading in HEADINGS.items()}
_LONGEST_HEADING = 60


def find_field(heading: str) -> str | None:
    """The field that a heading names, or None. "Phương án (A)" and "Đáp án (A/B/C/D)" are both understood."""
    if len(heading) > _LONGEST_HEADING:
        return None
    for text in (_fold(_BRACKETS.sub(" ", heading)), _fold(heading)):
        found = _OPTION.fullmatch(text)
        if found is not None:
            return name_option(_parse_position(found[1] or found[2]))
        row = _ROW.fullmatch(text)
        if row is not None:
            return name_row(_parse_position(row[1]))
    for text in (_fold(_BRACKETS.sub(" ", heading)), _fold(heading)):
        if text in _FIELDS:
            return _FIELDS[text]
    return None


def _parse_position(label: str) -> int:
    return int(label) - 1 if label.isdecimal() else ord(label) - ord("a")
