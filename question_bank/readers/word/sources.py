"""Where the fact of a question stands, as it is written below it."""

from __future__ import annotations

import re
from datetime import date

from question_bank.items import LegalSource
from question_bank.readers.word.question_parts import Question
from question_bank.readers.word.wording import Detail

_ARTICLE_FIRST = re.compile(
    r"(?P<article>(?:điểm\s+\w+\s*,?\s*)?(?:khoản\s+[\w.]+\s*,?\s*)?Điều\s+\d+\w*)\s*[,;-]?\s+(?:của\s+)?"
    r"(?P<document>(?:Luật|Bộ luật|Nghị định|Nghị quyết|Thông tư|Quyết định|Hiến pháp|Pháp lệnh|Chỉ thị|Kế hoạch)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
_URL = re.compile(r"https?://\S+")
_DATE = r"(\d{1,2})/(\d{1,2})/(\d{4})"
_FROM, _UNTIL = re.compile(rf"từ\s+(?:ngày\s+)?{_DATE}"), re.compile(rf"đến\s+(?:hết\s+)?(?:ngày\s+)?{_DATE}")


def read_source(question: Question) -> LegalSource:
    """The source. "Điều 5 Nghị định 30/2020/NĐ-CP" on one line is taken apart; our own writer has a line for each."""
    documents = question.list_details(Detail.SOURCE)
    articles, urls = question.list_details(Detail.ARTICLE), question.list_details(Detail.URL)
    document = " ".join(" ".join(detail.value for detail in documents).split())
    article = articles[0].value if articles else None
    url = urls[0].value if urls else None
    is_own = any(line.role == "detail" for detail in documents for line in detail.lines)
    if not is_own:
        found = _ARTICLE_FIRST.fullmatch(document.rstrip("."))
        if found and article is None:
            article, document = found["article"], found["document"]
        address = _URL.search(document)
        if address and url is None:
            url = address[0].rstrip(".,;)")
    valid = " ".join(detail.value for detail in question.list_details(Detail.VALIDITY)).lower()
    return LegalSource(document, article, url, _read_date(_FROM, valid), _read_date(_UNTIL, valid))


def _read_date(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.search(text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
