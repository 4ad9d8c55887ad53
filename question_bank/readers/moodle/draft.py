"""An item in the making: its texts are converted here, and everything doubtful is written down with its place."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote

from question_bank.formatted_text import FormattedText, from_html, from_plain, is_blank
from question_bank.pictures import WrongPicture
from question_bank.readers.moodle import markdown
from question_bank.readers.moodle.raw import RawQuestion, RawText, TextFormat
from question_bank.readers.opening import WrongFile
from question_bank.readers.picture_shelf import PictureShelf
from question_bank.readers.report import ImportProblem, Place, Severity
from question_bank.readers.report import mark_message as N_

LONGEST_NAME = 60
MOST_MARKED_UP = 80_000
_HTML = re.compile(
    r"</?(?:a|abbr|address|article|b|big|blockquote|br|caption|center|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em"
    r"|figure|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|math|object|ol|p|pre|q|s|samp|script|section|small|span|strike"
    r"|strong|style|sub|sup|svg|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video|audio)\b[^<>]{0,2000}>"
    r"|<img\b|<!--|&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"\$\$[^$]|\\\(|\\\[")
_STORED = "@@PLUGINFILE@@/"
_NOTHING = from_plain("")


class Refused(Exception):
    """A question that becomes no item. The message names it: it has %(name)s."""

    def __init__(self, field: str, message: str, *, is_harmless: bool = False, **values: Any) -> None:
        super().__init__(message)
        self.field, self.message, self.values = field, message, values
        self.severity = Severity.WARNING if is_harmless else Severity.ERROR


class TextBudget:
    """How many texts with markup a file may still have: to sanitise one takes a hundred times as long as to read it."""

    def __init__(self, most: int = MOST_MARKED_UP) -> None:
        self._left = most

    def spend(self) -> None:
        """Count a text. Raises WrongFile for the one too many."""
        self._left -= 1
        if self._left < 0:
            raise WrongFile(N_("the file has too many texts; split it"))


class Draft:
    """The problems of one question, and the conversion of its texts."""

    def __init__(self, raw: RawQuestion, shelf: PictureShelf, budget: TextBudget) -> None:
        self.raw = raw
        self._budget = budget
        self.problems: list[ImportProblem] = []
        self._shelf = shelf
        self._said: set[tuple[str, str]] = set()

    def warn(self, field: str, message: str, **values: Any) -> None:
        """Something was guessed, changed or left out; said once."""
        self._note(Severity.WARNING, field, message, values)

    def fail(self, field: str, message: str, **values: Any) -> None:
        """The item cannot be stored as it is."""
        self._note(Severity.ERROR, field, message, values)

    def convert(self, raw: RawText, field: str) -> FormattedText:
        """The text in our form, with its pictures."""
        text = raw.text.strip()
        if not text:
            return _NOTHING
        if _FORMULA.search(text):
            self.warn(field, N_("a formula was kept as text"))
        if raw.format is TextFormat.PLAIN:
            return from_plain(text)
        if raw.format is TextFormat.MARKDOWN:
            if markdown.is_marked_up(text):
                self.warn(field, N_("the text was converted from Markdown; check how it looks"))
            text = markdown.to_html(text)
        elif raw.format is TextFormat.AUTO:
            if not _HTML.search(text):
                return from_plain(text)
            text = text.replace("\n", "<br>")
        if "<" in text or "&" in text:
            self._budget.spend()
        return from_html(text, lambda address: self._find_picture(address, raw, field))

    def _find_picture(self, address: str, raw: RawText, field: str) -> str | None:
        try:
            if address[:5].lower() == "data:":
                return self._shelf.take_data_address(address)
            name = unquote(address.removeprefix(_STORED).partition("?")[0])
            if address.startswith(_STORED) and name in raw.files:
                return self._shelf.take_base64(raw.files[name])
        except WrongPicture as error:
            self.warn(field, str(error))
            return None
        self.warn(field, N_("the picture “%(name)s” is not in the file and was left out"), name=address[:LONGEST_NAME])
        return None

    def _note(self, severity: Severity, field: str, message: str, values: dict[str, Any]) -> None:
        said = (field, message + repr(sorted(values.items())))
        if said not in self._said:
            self._said.add(said)
            self.problems.append(ImportProblem(self.raw.place, field, message, values, severity))


def make_name(title: str, stem: str, place: Place) -> str:
    """What to call a question in a message: its title, the beginning of its text, or its number."""
    name = " ".join((title.strip() or html.unescape(re.sub(r"<[^<>]*>", " ", stem[:1000]))).split())
    return (name[: LONGEST_NAME - 1] + "…" if len(name) > LONGEST_NAME else name) or f"#{place.number}"


def join_feedback(general: FormattedText, parts: Sequence[tuple[str, FormattedText]]) -> FormattedText:
    """An explanation: the general one, then a paragraph for each option that has feedback, under its label."""
    paragraphs = []
    for label, text in parts:
        head = f"{from_plain(label)}. "
        inner = re.fullmatch(r"<p>((?:(?!</?p>).)*)</p>", text, re.DOTALL)
        is_block = re.search(r"<(?:p|ul|ol|table|pre)>", inner[1] if inner else text)
        body = inner[1] if inner else text
        paragraphs.append(f"<p>{head}</p>{body}" if is_block else f"<p>{head}{body}</p>")
    if not paragraphs:
        return general
    first = f"<p>{general}</p>" if not is_blank(general) and "<" not in general else general
    return from_html(first + "".join(paragraphs))
