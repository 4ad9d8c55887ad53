"""Lines of the paper that belong to no question: its head and foot, sections, and where keys and solutions begin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from question_bank.formatted_text import fold_text

_ALWAYS = re.compile(
    r"(?:trang|page)\s*\d+(?:\s*/\s*(?:trang\s*)?\d+)?(?:\W*mã đề.*)?"
    r"|\d+\s*/\s*\d+(?:\W*mã đề.*)?"
    r"|-\s*\d+\s*-"
    r"|mã đề(?:\s+thi)?\s*(?:số\s*)?[:.]?\s*[\w.…_]{1,12}(?:\W*(?:trang|page).*)?"
    r"|\W*(?:hết|the end)\W*"
    r"|[-_*=.…•~\s]+"
    r"|họ(?:\s+và|,)?\s+tên.{0,40}:.*|(?:số báo danh|sbd|phòng thi|chữ ký)[^:]{0,30}:?[\s.…_]*"
    r"|\W*(?:thí sinh|học sinh|người dự thi) không (?:được )?(?:sử dụng|mang|dùng) (?:bất kỳ |bất kì )?tài liệu.*"
    r"|\W*(?:cán bộ coi thi|giám thị|cán bộ coi kiểm tra) không giải thích.*"
)
"""What no stem is, wherever it stands."""
_BETWEEN = re.compile(
    r"(?:lớp|đơn vị|ngày sinh)[^:]{0,30}:[\s.…_]*"
    r"|\W*(?:đề|bài)(?:\s+\w+)?\s+(?:gồm|có)(?:\s+có)?\s+\d+\s+(?:câu|trang).*"
    r"|\W*thời gian(?:\s+làm\s+bài)?\s*:.*"
    r"|cộng h(?:òa|oà) xã hội chủ nghĩa việt nam|độc lập\s*-\s*tự do\s*-\s*hạnh phúc"
    r"|\W*(?:hãy\s+)?(?:chọn|khoanh tròn|khoanh|đánh dấu)\b.{0,60}\b(?:phương án|đáp án|câu trả lời|chữ cái)\b.{0,80}"
)
"""What a stem could be, but not what stands before the first question or after the options of another."""
_PAPER_CODE = re.compile(r"\bmã đề(?:\s+thi)?\s*(?:số\s*)?[:.]?\s*(?P<code>\d{1,6})")
_KEY_HEADING = re.compile(
    r"\W*(?:[ivx]+\s*[.)]\s*)?(?:phần\s+)?(?:bảng\s+)?(?:đáp án|answer keys?|answers|keys?)"
    r"(?P<more>\s+(?:đề|mã đề|trắc nghiệm|tham khảo|phần|môn|chính thức|bài|của|và|các|câu|kiểm tra|bộ|cho)\b.*)?\W*"
)
_SOLUTION_HEADING = re.compile(
    r"\W*(?:[ivx]+\s*[.)]\s*)?(?:phần\s+)?(?:bảng\s+)?"
    r"(?:hướng dẫn (?:giải|chi tiết|trả lời|chấm)|lời giải|giải thích|giải chi tiết"
    r"|đáp án (?:chi tiết|và (?:lời giải|hướng dẫn|giải thích)))"
    r"(?:\s+(?:chi tiết|đáp án|đề|môn|tham khảo|các câu).*)?\W*"
)
_SECTION = re.compile(
    r"(?P<name>(?:phần|nhóm|part|section|chương|chuyên đề|chủ đề)"
    r"\s+(?:[ivxlc]+|\d{1,2}|[a-e]|thứ\s+\w+|một|hai|ba|bốn|năm)"
    r"|[ivx]+(?=\s*[.)/]\s)|[a-d](?=\s*[.)/]\s*(?:phần|trắc nghiệm|tự luận|câu hỏi trắc)))\b"
    r"\s*(?:[.:)/-]\s*(?P<title>.*)|(?P<bare>\(.*)?)"
)
_TOPIC_LINE = re.compile(r"(?P<name>chuyên đề|chủ đề|lĩnh vực|topic)\s*:\s*(?P<title>.+)")
_STRUCTURAL = re.compile(
    r"trắc nghiệm|tự luận|lựa chọn|đúng\W*sai|trả lời ngắn|câu hỏi|điền|ghép|bắt buộc|tự chọn|điểm\b|thí sinh|multiple"
    r"|phần chung"
)
_PASSAGE = re.compile(
    r"\W*(?:hãy\s+)?(?:đọc|dựa vào|căn cứ|sử dụng|từ|cho|xem|quan sát)\b.{0,300}?"
    r"\bcâu(?:\s+hỏi)?\s+(?:từ\s+)?(?:câu\s+)?(?:số\s+)?"
    r"(?P<first>\d{1,4})\s*(?:đến|tới|-|và|,)\s*(?:câu\s+)?(?P<last>\d{1,4})\b.{0,80}"
)
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Section:
    """A heading between questions. ``title`` keeps its writing; ``is_topic``: it names what the questions are about."""

    name: str
    title: str
    is_topic: bool
    is_explicit: bool


def is_noise(text: str, *, is_between: bool) -> bool:
    """Whether a line (straight quotes) is one that papers have and no question needs."""
    if len(text) > _LONGEST:
        return False
    folded = fold_text(text)
    return bool(_ALWAYS.fullmatch(folded) or (is_between and _BETWEEN.fullmatch(folded)))


def find_paper_code(text: str) -> str | None:
    """The "Mã đề" of a paper."""
    found = _PAPER_CODE.search(fold_text(text[:_LONGEST]))
    return found["code"] if found else None


def is_key_heading(text: str) -> bool:
    """Whether a line announces the keys of all questions; "Đáp án:" alone belongs to one question."""
    folded = fold_text(text)
    if len(folded) > 100 or _KEY_HEADING.fullmatch(folded) is None:
        return False
    return "bảng" in folded or not text.rstrip().endswith(":") or text.strip().isupper()


def is_solution_heading(text: str) -> bool:
    """Whether a line announces the solutions of all questions."""
    folded = fold_text(text)
    if len(folded) > 100 or _SOLUTION_HEADING.fullmatch(folded) is None:
        return False
    return text.strip(" .:").isupper() or len(folded.split()) > 4 or "bảng" in folded


def find_section(text: str, *, stands_out: bool) -> Section | None:
    """A heading of a part or a topic. ``stands_out``: the line is bold or a heading, which a bare numeral needs."""
    stripped = text.strip()
    folded = fold_text(stripped)
    if len(folded) > 200:
        return None
    found = _TOPIC_LINE.fullmatch(folded)
    if found:
        return Section(found["name"], stripped[stripped.index(":") + 1 :].strip(), True, True)
    found = _SECTION.fullmatch(folded)
    if found is None:
        return None
    is_named = not re.fullmatch(r"[ivxa-e]+", found["name"])
    if not (is_named or stands_out or stripped.isupper()):
        return None
    # Titles are cut from the original by length: folding keeps neither case nor double spaces.
    single = " ".join(stripped.split())
    title = single[len(folded) - len(found["title"]) :].strip(" .:-") if found["title"] else ""
    is_explicit = found["name"].startswith(("chuyên đề", "chủ đề"))
    is_topic = bool(title) and (is_explicit or not _STRUCTURAL.search(title.lower()))
    return Section(single[: len(found["name"])], title, is_topic, is_explicit)


def find_passage(text: str) -> tuple[int, int] | None:
    """The questions that a shared text is for ("Đọc đoạn văn sau và trả lời câu 5 đến câu 7")."""
    found = _PASSAGE.match(fold_text(text)) if len(text) <= _LONGEST else None
    if found is None or not int(found["first"]) < int(found["last"]) < int(found["first"]) + 50:
        return None
    return int(found["first"]), int(found["last"])
