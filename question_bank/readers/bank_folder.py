"""Reads a bank kept as a folder of YAML files: ``bank.yaml`` names its topics, and each topic has a file of items."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from question_bank.formatted_text import from_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import OPTION_LABELS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import ChoiceKey
from question_bank.readers.located_yaml import ProblemList, Section, read_section
from question_bank.readers.report import ImportProblem, make_line
from question_bank.readers.report import mark_message as N_


@dataclass(frozen=True, slots=True)
class Topic:
    """A content area of the bank."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Bank:
    """A named bank, its topics in order, and its items."""

    code: str
    title: str
    topics: tuple[Topic, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class TopicFile:
    """The items of one file, and its problems."""

    items: tuple[Item, ...]
    problems: tuple[ImportProblem, ...]


@dataclass(frozen=True, slots=True)
class BankReport:
    """The bank that a folder holds, or the problems, by file, that keep it from being one."""

    bank: Bank | None
    problems: tuple[tuple[str, ImportProblem], ...]


def read_bank_folder(folder: Path) -> BankReport:
    """Read ``bank.yaml`` and the file of each topic. The bank is None when anything at all is wrong."""
    found = ProblemList()
    head = _read_head(folder, found)
    problems = [("bank.yaml", problem) for problem in found.list_by_line()]
    if head is None:
        return BankReport(None, tuple(problems))
    code, title, topics = head
    items: list[Item] = []
    for topic in topics:
        path = folder / f"{topic.code}.yaml"
        if not path.is_file():
            problems.append(
                ("bank.yaml", ImportProblem(make_line(1), topic.code, N_("the file of this topic is missing")))
            )
            continue
        report = read_topic_file(path.read_bytes(), topic.code)
        problems += [(path.name, problem) for problem in report.problems]
        items += report.items
    seen: set[str] = set()
    for item in items:
        if item.code in seen:
            problems.append(
                (f"{item.topic}.yaml", ImportProblem(make_line(1), item.code, N_("this code stands twice")))
            )
        seen.add(item.code)
    if problems:
        return BankReport(None, tuple(problems))
    return BankReport(Bank(code, title, topics, tuple(items)), ())


def _read_head(folder: Path, problems: ProblemList) -> tuple[str, str, tuple[Topic, ...]] | None:
    path = folder / "bank.yaml"
    if not path.is_file():
        problems.add(1, "file", N_("there is no bank.yaml in this folder"))
        return None
    section = read_section(path.read_bytes(), problems)
    if section is None:
        return None
    code, title = section.read_text("code", longest=60), section.read_text("title", longest=300)
    topics = []
    for entry in section.list_sections("topics", required=True):
        topics.append(Topic(entry.read_text("code", longest=60), entry.read_text("name", longest=300)))
        entry.refuse_unread()
    section.refuse_unread()
    return None if problems else (code, title, tuple(topics))


def read_topic_file(content: bytes, topic: str) -> TopicFile:
    """The items of one topic file, and every problem by line. An item with a problem is not among the items."""
    problems = ProblemList()
    section = read_section(content, problems)
    items: list[Item] = []
    if section is not None:
        stated = section.read_text("topic")
        if stated != topic:
            section.note(
                "topic",
                N_("the topic is “%(stated)s”, the file is of “%(topic)s”"),
                stated=stated,
                topic=topic,
            )
        for entry in section.list_sections("items", required=True):
            item = _read_item(entry, topic)
            if item is not None:
                items.append(item)
        section.refuse_unread()
    return TopicFile(tuple(items), problems.list_by_line())


def _read_item(entry: Section, topic: str) -> Item | None:
    code = entry.read_text("code", longest=60)
    level = entry.find_choice("level", Level, required=True)
    stem = entry.read_text("stem")
    texts = entry.list_texts("options", required=True)
    # One letter each: find() would take the empty text, and "AB", for A.
    pinned = [OPTION_LABELS.find(label) if len(label) == 1 else -1 for label in entry.list_texts("pinned")]
    key_label = entry.read_text("key", longest=1)
    explanation = entry.read_text("explanation")
    source = _read_source(entry)
    entry.refuse_unread()
    if any(not 0 <= position < len(texts) for position in pinned):
        entry.note("pinned", N_("a label names no option"))
        return None
    if level is None or source is None or not key_label:
        return None
    item = Item(
        code=code,
        kind=ItemKind.SINGLE_CHOICE,
        topic=topic,
        level=level,
        stem=from_plain(stem),
        options=tuple(Option(from_plain(text), position in pinned) for position, text in enumerate(texts)),
        key=ChoiceKey(frozenset({OPTION_LABELS.find(key_label)})),
        explanation=from_plain(explanation),
        source=source,
    )
    item_problems = find_item_problems(item)
    for problem in item_problems:
        entry.note(problem.field, problem.message)
    return None if item_problems else item


def _read_source(entry: Section) -> LegalSource | None:
    section = entry.find_section("source", required=True)
    if section is None:
        return None
    source = LegalSource(
        document=section.read_text("document", longest=500),
        article=section.find_text("article", longest=200),
        url=section.find_text("url", longest=1000),
        valid_from=section.find_date("valid_from"),
        valid_until=section.find_date("valid_until"),
    )
    section.refuse_unread()
    return source
