"""From a question in Moodle's terms to an item, and from all of them to the report."""

from __future__ import annotations

from typing import Any

from question_bank.formatted_text import FormattedText, is_blank, to_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import Item, ItemKind, LegalSource
from question_bank.readers.moodle.choices import Parts, build_choice, build_true_false
from question_bank.readers.moodle.draft import Draft, Refused, TextBudget, join_feedback, make_name
from question_bank.readers.moodle.kinds import (
    build_essay,
    build_matching,
    build_numerical,
    build_ordering,
    build_short_answer,
)
from question_bank.readers.moodle.raw import RawKind, RawQuestion, RawText
from question_bank.readers.moodle.tags import Facts, read_tags
from question_bank.readers.picture_shelf import PictureShelf
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Place, ReadItem
from question_bank.readers.report import mark_message as N_


class Collector:
    """Gathers the items of a file and the problems that belong to none."""

    def __init__(self, defaults: ItemDefaults) -> None:
        self._defaults = defaults
        self._shelf, self._budget = PictureShelf(), TextBudget()
        self._items: list[ReadItem] = []
        self._problems: list[ImportProblem] = []

    def add(self, raw: RawQuestion) -> None:
        """Make the item of a question, or say why there is none. Raises WrongFile for a file that takes too long."""
        try:
            self._items.append(_build_item(Draft(raw, self._shelf, self._budget), self._defaults))
        except Refused as refused:
            self.refuse(refused, raw.place, raw.name, raw.stem.text)

    def refuse(self, refused: Refused, place: Place, title: str, stem: str) -> None:
        """A question that is left out, by name."""
        values = {"name": make_name(title, stem, place), **refused.values}
        self._problems.append(ImportProblem(place, refused.field, refused.message, values, refused.severity))

    def note(self, problem: ImportProblem) -> None:
        """A problem of the file."""
        self._problems.append(problem)

    def make_report(self) -> ImportReport:
        """Everything found. A file without any question is a problem too."""
        if not self._items and not self._problems:
            self._problems.append(ImportProblem(Place(), "file", N_("there is no question in the file")))
        return ImportReport(tuple(self._items), tuple(self._problems), self._shelf.pictures)


def make_failed_report(message: str) -> ImportReport:
    """The report on a file that cannot be read at all."""
    return ImportReport(problems=(ImportProblem(Place(), "file", message),))


def _build_item(draft: Draft, defaults: ItemDefaults) -> ReadItem:
    raw = draft.raw
    facts = read_tags(raw.tags)
    for field, message in raw.warnings:
        draft.warn(field, message)
    stem = draft.convert(raw.stem, "stem")
    parts = _build_parts(draft, facts)
    topic = _read_text_note(raw, "topic")
    item = Item(
        code=_read_text_note(raw, "code") or raw.code,
        kind=parts.kind,
        topic=(topic if topic is not None else raw.topic) or defaults.topic,
        level=facts.level or defaults.level,
        stem=stem,
        options=parts.options,
        key=parts.key,
        explanation=_explain(draft, parts),
        source=_read_source(raw, facts),
        rows=parts.rows,
    )
    _warn_of_losses(draft, facts, stem)
    for problem in find_item_problems(item):
        draft.fail(problem.field, problem.message)
    return ReadItem(item, raw.place, tuple(draft.problems))


def _build_parts(draft: Draft, facts: Facts) -> Parts:
    match draft.raw.kind:
        case RawKind.CHOICE:
            return build_choice(draft, facts)
        case RawKind.TRUE_FALSE:
            return build_true_false(draft)
        case RawKind.SHORT_ANSWER:
            return build_short_answer(draft, facts)
        case RawKind.MATCHING:
            return build_matching(draft, facts)
        case RawKind.NUMERICAL:
            return build_numerical(draft)
        case RawKind.ORDERING:
            return build_ordering(draft, facts)
        case RawKind.ESSAY:
            return build_essay(draft)


def _explain(draft: Draft, parts: Parts) -> FormattedText:
    noted = _read_text_note(draft.raw, "explanation")
    general = draft.convert(draft.raw.explanation if noted is None else RawText(noted), "explanation")
    given = []
    for label, answer in zip(parts.labels, draft.raw.answers, strict=False):
        feedback = draft.convert(answer.feedback, "explanation")
        if not is_blank(feedback):
            given.append((label, feedback))
    if given:
        draft.warn("explanation", N_("the feedback on single answers was put into the explanation"))
    return join_feedback(general, given)


def _read_source(raw: RawQuestion, facts: Facts) -> LegalSource:
    return LegalSource(
        document=_read_text_note(raw, "document") or "",
        article=_read_text_note(raw, "article"),
        url=_read_text_note(raw, "url"),
        valid_from=facts.valid_from,
        valid_until=facts.valid_until,
    )


def _read_text_note(raw: RawQuestion, name: str) -> str | None:
    value: Any = raw.notes.get(name)
    return value if isinstance(value, str) else None


def _warn_of_losses(draft: Draft, facts: Facts, stem: FormattedText) -> None:
    raw = draft.raw
    if facts.unknown:
        draft.warn("tags", N_("these tags were left out: %(tags)s"), tags=", ".join(facts.unknown)[:200])
    if facts.kind is ItemKind.TRUE_FALSE and raw.kind is not RawKind.TRUE_FALSE:
        draft.warn("tags", N_("these tags were left out: %(tags)s"), tags=f"kind:{facts.kind}")
    if raw.left_out:
        names = ", ".join(dict.fromkeys(raw.left_out))
        draft.warn(
            "settings",
            N_("these settings of the file have no place in an item and were left out: %(names)s"),
            names=names,
        )
    # Moodle itself names a question by the beginning of its text: such a name is no loss.
    title = " ".join(raw.name.split()).rstrip(".… ")
    if (
        title
        and title != " ".join((_read_text_note(raw, "code") or raw.code).split())
        and not " ".join(to_plain(stem).split()).startswith(title)
    ):
        draft.warn("title", N_("the title “%(title)s” was left out"), title=title[:60])
