"""YAML in which every value knows its line, read by a schema instead of by YAML's own guesses.

YAML turns ``07:00`` into 420 and ``no`` into false. Here the text of a value is kept and the schema says what it is,
and each problem is reported with line and field, all of them at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import yaml

from question_bank.readers.report import ImportProblem, make_line
from question_bank.readers.report import mark_message as N_

Word = TypeVar("Word", bound=StrEnum)

MAXIMUM_FILE_BYTES = 5 * 1024 * 1024
MAXIMUM_DEPTH = 50
"""Files of ours nest five deep. The parser's time grows with the square of the depth, and its stack with the depth."""


class ProblemList:
    """The problems of one file, as they are met."""

    def __init__(self) -> None:
        self._problems: list[ImportProblem] = []

    def add(self, line: int, field: str, message: str, **values: Any) -> None:
        """Note a problem; ``values`` fill the placeholders of the message."""
        self._problems.append(ImportProblem(make_line(line), field, message, values))

    def __bool__(self) -> bool:
        return bool(self._problems)

    def list_by_line(self) -> tuple[ImportProblem, ...]:
        """All problems in the order of their lines."""
        return tuple(sorted(self._problems, key=lambda problem: problem.place.number))


class Section:
    """A mapping of the file while it is read: asks for fields by name and type, notes what is wrong."""

    def __init__(self, node: yaml.MappingNode, name: str, problems: ProblemList) -> None:
        self.name = name
        self.line = node.start_mark.line + 1
        self._problems = problems
        self._nodes: dict[str, yaml.Node] = {}
        self._unread: dict[str, int] = {}
        for key, value in node.value:
            word = str(key.value)
            if word in self._nodes:
                problems.add(key.start_mark.line + 1, self._path(word), N_("the field stands twice"))
            self._nodes[word] = value
            self._unread[word] = key.start_mark.line + 1

    def _path(self, field: str) -> str:
        return f"{self.name}.{field}" if self.name else field

    def note(self, field: str, message: str, **values: Any) -> None:
        """Note a problem with a field of this section, at the field's line."""
        node = self._nodes.get(field)
        line = node.start_mark.line + 1 if node is not None else self.line
        self._problems.add(line, self._path(field), message, **values)

    def has(self, field: str) -> bool:
        """Whether the field is there and not empty."""
        node = self._nodes.get(field)
        return node is not None and not _is_empty(node)

    def _take(self, field: str, *, required: bool) -> yaml.Node | None:
        self._unread.pop(field, None)
        node = self._nodes.get(field)
        if node is None or _is_empty(node):
            if required:
                self.note(field, N_("the field is missing"))
            return None
        return node

    def find_text(self, field: str, *, required: bool = False, longest: int = 4000) -> str | None:
        """The text in NFC without outer spaces, or None when it is absent."""
        node = self._take(field, required=required)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.note(field, N_("a text is expected here"))
            return None
        text = unicodedata.normalize("NFC", str(node.value)).strip()
        if not text:
            # Quotes with nothing between them say no more than an absent field.
            if required:
                self.note(field, N_("the field is missing"))
            return None
        if len(text) > longest:
            self.note(field, N_("the text is longer than %(longest)s characters"), longest=longest)
            return None
        return text

    def read_text(self, field: str, *, longest: int = 4000) -> str:
        """The text; its absence is a problem and gives an empty text, so that reading can go on."""
        return self.find_text(field, required=True, longest=longest) or ""

    def find_integer(self, field: str, *, smallest: int, largest: int, required: bool = False) -> int | None:
        """A whole number within bounds (inclusive), or None."""
        text = self.find_text(field, required=required)
        if text is None:
            return None
        try:
            number = int(text)
        except ValueError:
            self.note(field, N_("“%(text)s” is not a whole number"), text=text)
            return None
        if not smallest <= number <= largest:
            self.note(
                field,
                N_("%(number)s lies outside %(smallest)s to %(largest)s"),
                number=number,
                smallest=smallest,
                largest=largest,
            )
            return None
        return number

    def find_flag(self, field: str) -> bool | None:
        """``yes`` or ``no`` (also ``true`` and ``false``), or None."""
        text = self.find_text(field)
        if text is None:
            return None
        word = text.lower()
        if word not in ("yes", "no", "true", "false"):
            self.note(field, N_("“%(text)s” is neither yes nor no"), text=text)
            return None
        return word in ("yes", "true")

    def find_choice(self, field: str, words: type[Word], *, required: bool = False) -> Word | None:
        """One word of an enumeration, or None."""
        text = self.find_text(field, required=required)
        if text is None:
            return None
        try:
            return words(text)
        except ValueError:
            self.note(field, N_("“%(text)s” is not one of: %(words)s"), text=text, words=", ".join(words))
            return None

    def find_date(self, field: str, *, required: bool = False) -> date | None:
        """A date written dd/mm/yyyy, or None."""
        text = self.find_text(field, required=required)
        if text is None:
            return None
        try:
            return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            self.note(field, N_("“%(text)s” is not a date (dd/mm/yyyy)"), text=text)
            return None

    def list_texts(self, field: str, *, required: bool = False) -> list[str]:
        """A list of texts; empty when absent."""
        node = self._take(field, required=required)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            self.note(field, N_("a list is expected here"))
            return []
        texts = []
        for entry in node.value:
            if isinstance(entry, yaml.ScalarNode):
                texts.append(unicodedata.normalize("NFC", str(entry.value)).strip())
            else:
                self._problems.add(entry.start_mark.line + 1, self._path(field), N_("a text is expected here"))
        return texts

    def find_section(self, field: str, *, required: bool = False) -> Section | None:
        """The mapping under this field, or None."""
        node = self._take(field, required=required)
        if node is None:
            return None
        if not isinstance(node, yaml.MappingNode):
            self.note(field, N_("fields are expected here"))
            return None
        return Section(node, self._path(field), self._problems)

    def list_sections(self, field: str, *, required: bool = False) -> Iterator[Section]:
        """The mappings of the list under this field, numbered from 1 in their names."""
        node = self._take(field, required=required)
        if node is None:
            return
        if not isinstance(node, yaml.SequenceNode):
            self.note(field, N_("a list is expected here"))
            return
        for number, entry in enumerate(node.value, start=1):
            if isinstance(entry, yaml.MappingNode):
                yield Section(entry, f"{self._path(field)}[{number}]", self._problems)
            else:
                self._problems.add(entry.start_mark.line + 1, self._path(field), N_("fields are expected here"))

    def refuse_unread(self) -> None:
        """Note every field that nothing asked for: a misspelt setting must not pass in silence."""
        for field, line in self._unread.items():
            self._problems.add(line, self._path(field), N_("this field is not known"))


def read_section(content: bytes, problems: ProblemList) -> Section | None:
    """The top mapping of a YAML file; None, with a problem noted, when the file is no such thing.

    Aliases are refused: a few lines of them can stand for a billion values.
    """
    if len(content) > MAXIMUM_FILE_BYTES:
        problems.add(1, "file", N_("the file is larger than 5 MB"))
        return None
    try:
        text = content.decode("utf-8-sig")
        depth = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAXIMUM_DEPTH:
                message = N_("this is not valid YAML: %(reason)s")
                problems.add(_find_line(event.start_mark), "file", message, reason="it is nested too deeply")
                return None
            if isinstance(event, yaml.AliasEvent):
                problems.add(_find_line(event.start_mark), "file", N_("references (*name) are not allowed"))
                return None
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except UnicodeDecodeError:
        problems.add(1, "file", N_("the file is not a text in UTF-8"))
        return None
    except yaml.MarkedYAMLError as error:
        line = _find_line(error.problem_mark or error.context_mark)
        problems.add(line, "file", N_("this is not valid YAML: %(reason)s"), reason=error.problem or "")
        return None
    except yaml.YAMLError:
        problems.add(1, "file", N_("the file has a character that YAML does not allow"))
        return None
    if not isinstance(node, yaml.MappingNode):
        problems.add(1, "file", N_("fields are expected here"))
        return None
    return Section(node, "", problems)


def _find_line(mark: Any) -> int:
    return int(mark.line) + 1 if mark is not None else 1


def _is_empty(node: yaml.Node) -> bool:
    """Whether nothing is said: no value, YAML's words for none, or a list without entries."""
    if isinstance(node, yaml.SequenceNode):
        return not node.value
    return isinstance(node, yaml.ScalarNode) and not node.style and node.value in ("", "~", "null")
