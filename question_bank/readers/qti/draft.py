"""An item in the making: its place, its problems, and the conversion of its texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from question_bank.formatted_text import FormattedText, from_html, from_plain
from question_bank.pictures import WrongPicture
from question_bank.readers.picture_shelf import PictureShelf
from question_bank.readers.qti.package import Folder
from question_bank.readers.report import ImportProblem, Place, Severity
from question_bank.readers.report import mark_message as N_

_LONGEST_NAME = 60
_BLOCKS = "address|article|aside|blockquote|center|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|main|section"
_BLOCK_START = re.compile(rf"<(?:{_BLOCKS})\b[^<>]*>", re.IGNORECASE)
_BLOCK_END = re.compile(rf"</(?:{_BLOCKS})\s*>", re.IGNORECASE)
_KEPT_BLOCK = r"</?(?:p|ul|ol|li|table|tbody|tr|td|th|pre)\b[^<>]*>"
_NEEDLESS_BREAK = re.compile(
    rf"(?P<before>{_KEPT_BLOCK}|\A)(?:\s|<br\s*/?>)+(?={_KEPT_BLOCK}|\Z)|(?:\s|<br\s*/?>)+\Z", re.IGNORECASE
)
_FORMULA = re.compile(r"\$\$[^$]|\\\(|\\\[|equation_image", re.IGNORECASE)


class Refused(Exception):
    """A question that becomes no item. The message names the question: it has %(name)s."""

    def __init__(self, message: str, *, field: str = "kind", is_harmless: bool = False, **values: Any) -> None:
        super().__init__(message)
        self.message, self.field, self.values = message, field, values
        self.severity = Severity.WARNING if is_harmless else Severity.ERROR


class Draft:
    """Collects what is doubtful about one question, each thing once."""

    def __init__(self, place: Place, folder: Folder, shelf: PictureShelf) -> None:
        self.place = place
        self.problems: list[ImportProblem] = []
        self._folder, self._shelf = folder, shelf

    def warn(self, field: str, message: str, **values: Any) -> None:
        """Something was guessed, changed or left out."""
        self._note(Severity.WARNING, field, message, values)

    def fail(self, field: str, message: str, **values: Any) -> None:
        """The item cannot be stored as it is."""
        self._note(Severity.ERROR, field, message, values)

    def warn_of_lost(self, names: list[str]) -> None:
        """Settings that items have nothing for."""
        if names:
            message = N_("these settings of the file have no place in an item and were left out: %(names)s")
            self.warn("settings", message, names=", ".join(dict.fromkeys(names))[:200])

    def convert(self, markup: str, field: str, *, is_exact: bool = False) -> FormattedText:
        """HTML in our form, with its pictures. ``is_exact``: our own writer wrote it, nothing is to be tidied."""
        if is_exact:
            return from_html(markup, lambda address: self._find_picture(address, field))
        if _FORMULA.search(markup):
            self.warn(field, N_("a formula was kept as text"))
        return from_html(_tidy(markup), lambda address: self._find_picture(address, field))

    def convert_plain(self, text: str) -> FormattedText:
        """Plain text in our form."""
        return from_plain(text)

    def _find_picture(self, address: str, field: str) -> str | None:
        try:
            if address[:5].lower() == "data:":
                return self._shelf.take_data_address(address)
            content = self._folder.find(unquote(address.partition("?")[0]))
            if content is not None:
                return self._shelf.take(content)
        except WrongPicture as error:
            self.warn(field, str(error))
            return None
        message = N_("the picture “%(name)s” is not in the file and was left out")
        self.warn(field, message, name=address[:_LONGEST_NAME])
        return None

    def _note(self, severity: Severity, field: str, message: str, values: Mapping[str, Any]) -> None:
        problem = ImportProblem(self.place, field, message, values, severity)
        if problem not in self.problems:
            self.problems.append(problem)


def _tidy(markup: str) -> str:
    """Blocks that our form does not have (div, h1) become lines of their own; the layout of the file's source goes."""
    if "<pre" not in markup.lower():
        markup = re.sub(r"\s+", " ", markup)
    markup = _BLOCK_END.sub("<br>", _BLOCK_START.sub("", markup)).strip()
    return _NEEDLESS_BREAK.sub(lambda found: found["before"] or "", markup)


def make_name(title: str, text: str, place: Place) -> str:
    """What to call a question in a message: its title, the beginning of its text, or its number."""
    name = " ".join(title.split()) or " ".join(re.sub(r"<[^<>]*>", " ", text[:2000]).split())
    return (name[: _LONGEST_NAME - 1] + "…" if len(name) > _LONGEST_NAME else name) or f"#{place.number}"
