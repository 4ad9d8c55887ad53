"""What has been found in a spreadsheet while it is read: items, problems of no item, codes and pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from question_bank.readers.opening import MOST_QUESTIONS, TOO_MANY_QUESTIONS, WrongFile
from question_bank.readers.report import ImportProblem, Place, ReadItem, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.columns import CODE
from question_bank.readers.spreadsheet.picture_store import PictureStore

MOST_PASSED_OVER = 1000


@dataclass(slots=True)
class Findings:
    """What has been found so far. ``codes`` leads from a code to the place that has it first."""

    items: list[ReadItem] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)
    codes: dict[str, Place] = field(default_factory=dict)
    passed_over: int = 0
    store: PictureStore = field(default_factory=PictureStore)
    picture_names: dict[str, str] = field(default_factory=dict)

    def pass_over(self, place: Place, message: str, text: str) -> None:
        """A row that is no question. After the first thousand they are only counted."""
        self.passed_over += 1
        if self.passed_over <= MOST_PASSED_OVER:
            self.warn(place, "row", message, text=text[:80])

    def warn(self, place: Place, name: str, message: str, **values: Any) -> None:
        """Something of the file and no item."""
        self.problems.append(ImportProblem(place, name, message, values, Severity.WARNING))

    def refuse(self, place: Place, name: str, message: str, **values: Any) -> None:
        """Something of the file that could not be read."""
        self.problems.append(ImportProblem(place, name, message, values))

    def add_item(self, read: ReadItem, code_place: Place) -> None:
        """Take an item. Raises WrongFile when there are too many."""
        if len(self.items) >= MOST_QUESTIONS:
            raise WrongFile(TOO_MANY_QUESTIONS)
        code = read.item.code
        if code and code in self.codes:
            message = N_("the code “%(code)s” stands twice, first in row %(row)s")
            values = {"code": code, "row": self.codes[code].number}
            problem = ImportProblem(code_place, CODE, message, values)
            read = ReadItem(read.item, read.place, (*read.problems, problem))
        elif code:
            self.codes[code] = code_place
        self.items.append(read)
