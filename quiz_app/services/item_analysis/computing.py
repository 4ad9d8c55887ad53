"""Computes the analysis of a round from its finished attempts."""

from __future__ import annotations

import dataclasses
import json
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from question_bank.formatted_text import to_plain
from question_bank.items import CHOICE_KINDS, OPTION_KINDS, Item, ItemKind
from question_bank.keys import ChoiceKey
from question_bank.scoring import mark_response
from question_bank.statistics import AnswerStatistics, Cell, analyse_answers, analyse_item, analyse_set
from quiz_app.domain.contests import Round
from quiz_app.domain.errors import NotFound
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import item_analyses as analyses_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.attempts.table import split_stored
from quiz_app.persistence.finished_papers import count_finished, list_newest, read_batches
from quiz_app.persistence.replica import reading_from_replica
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.bank_cache import HeldBank, hold_bank
from quiz_app.services.item_analysis.counting import ResponseCount, ResponseCounter, read_answer
from quiz_app.services.item_analysis.flags import find_flags
from quiz_app.services.item_analysis.values import ItemFigures, OptionFigures, SetFigures

TIMED_ATTEMPTS = 20_000
"""The newest attempts, from which the median times are taken: enough for a median, and no more to read."""
MOST_ANSWERS = 20
"""Different answers shown of an item without options."""

Batch = TypeVar("Batch")


def compute_analysis(*, round_id: int, now: datetime, report: Callable[[int, int], None] | None = None) -> int:
    """Compute the analysis anew and keep it; how many attempts it is from. Raises NotFound.

    ``report`` is told, batch after batch, how many attempts of how many were read.
    """
    with reading() as work:
        round_ = contests_store.find_round(work, round_id)
    if round_ is None:
        raise NotFound
    with reading_from_replica() as work:
        total, done, counter = count_finished(work, round_id), 0, ResponseCounter()
        for papers in _read_ahead(read_batches(work, round_id)):
            counter.add(papers)
            done += len(papers)
            if report:
                report(done, max(done, total))
        times = _measure_times(list_newest(work, round_id, most=TIMED_ATTEMPTS))
    counts = list(counter.list_counts())
    with reading() as work:
        bank_row = items_store.get_bank_row(work, round_.bank_id)
        bank = hold_bank(work, round_.bank_id, bank_row.version if bank_row else 0)
        items = {version_id: bank.get_item(work, version_id) for version_id in {one.version_id for one in counts}}
    figures: dict[str, Any] = {}
    for name, chosen in (("first", [one for one in counts if one.is_first]), ("all", counts)):
        figures[name] = _analyse(round_, bank, items, chosen, times)
    with transaction() as work:
        analyses_store.keep_analysis(work, round_id=round_id, figures=figures, now=now)
    return int(figures["all"]["set"]["count"])


def _read_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """The same batches; each is fetched while the one before is counted, so that database and Python do not take turns.

    Nothing else may use the connection meanwhile.
    """
    with ThreadPoolExecutor(1, "analysis") as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch


def _analyse(
    round_: Round, bank: HeldBank, items: dict[int, Item], counts: list[ResponseCount], times: dict[int, float]
) -> dict[str, Any]:
    cells: dict[int, list[Cell]] = defaultdict(list)
    totals: Counter[float] = Counter()
    slots: dict[int, Counter[float]] = defaultdict(Counter)
    marks: dict[tuple[int, str], float] = {}
    for one in counts:
        known = (one.version_id, one.answer)
        mark = marks.get(known)
        if mark is None:
            mark = marks[known] = _mark(items[one.version_id], one.answer)
        total = _find_total(one, round_)
        cells[one.version_id].append(Cell(mark, total, one.count, one.answer))
        slots[one.slot][mark] += one.count
        if one.slot == 0:
            totals[total] += one.count
    whole = analyse_set(totals, [slots[slot] for slot in sorted(slots)])
    distribution = Counter[int]()
    for total, count in totals.items():
        distribution[int(total + 1e-9)] += count
    set_figures = SetFigures(
        count=whole.count,
        slot_count=len(slots),
        mean=whole.mean,
        deviation=whole.deviation,
        alpha=whole.alpha,
        error=whole.error,
        distribution=tuple(distribution[mark] for mark in range(len(slots) + 1)),
    )
    figures = [
        _describe(bank, version_id, items[version_id], found, times.get(version_id))
        for version_id, found in cells.items()
    ]
    figures.sort(key=lambda item: item.code)
    return {"set": dataclasses.asdict(set_figures), "items": [dataclasses.asdict(item) for item in figures]}


def _find_total(one: ResponseCount, round_: Round) -> float:
    """The sum of the attempt's marks: exact where all marks are whole, else from the score on the round's scale."""
    scale, size = round_.settings.scale_hundredths, round_.settings.blueprint.size
    if one.correct_count * scale // size == one.score_hundredths:
        return float(one.correct_count)
    return one.score_hundredths * size / scale


def _mark(item: Item, answer: str) -> float:
    return float(mark_response(item, read_answer(answer)))


def _describe(
    bank: HeldBank, version_id: int, item: Item, cells: list[Cell], median_seconds: float | None
) -> ItemFigures:
    figures = analyse_item(cells)
    answers = analyse_answers(cells)
    options = _describe_options(item, answers, figures.count)
    flags, suspect = find_flags(item, figures, options)
    return ItemFigures(
        version_id=version_id,
        code=item.code,
        kind=item.kind,
        stem=item.stem,
        topic=bank.topic_names.get(item.topic, item.topic),
        count=figures.count,
        facility=figures.facility,
        deviation=figures.deviation,
        discrimination=figures.discrimination,
        efficiency=figures.efficiency,
        median_seconds=median_seconds,
        options=options,
        answers=() if item.kind in OPTION_KINDS else _list_answers(item, answers.values()),
        unanswered=answers[""].count if "" in answers else 0,
        flags=flags,
        suspect=suspect,
    )


def _describe_options(item: Item, answers: dict[str, AnswerStatistics], count: int) -> tuple[OptionFigures, ...]:
    """Counts per option, of the kinds whose key is a set of options; in multiple choice one answer counts for each.

    An item that was made void has no right option.
    """
    if item.kind not in CHOICE_KINDS:
        return ()
    right = item.key.right if isinstance(item.key, ChoiceKey) else frozenset()
    counts: Counter[int] = Counter()
    rests: Counter[int] = Counter()
    strength: dict[int, float] = defaultdict(float)
    for answer, found in answers.items():
        choice = read_answer(answer)
        for position in (choice,) if isinstance(choice, int) else choice if isinstance(choice, tuple) else ():
            if position is not None:
                counts[position] += found.count
                rests[position] += found.count
                strength[position] += found.count * found.mean_rest
    return tuple(
        OptionFigures(
            position=position,
            text=to_plain(option.text),
            is_right=position in right,
            count=counts[position],
            share=counts[position] / count if count else 0.0,
            mean_rest=strength[position] / rests[position] if rests[position] else None,
        )
        for position, option in enumerate(item.options)
    )


def _list_answers(item: Item, answers: Iterable[AnswerStatistics]) -> tuple[tuple[str, int, float], ...]:
    """The most frequent texts, and what each is worth."""
    if item.kind is ItemKind.ESSAY:
        return ()
    texts: Counter[str] = Counter()
    for found in answers:
        choice = read_answer(found.answer)
        if isinstance(choice, str):
            texts[choice] += found.count
    return tuple((text, count, float(mark_response(item, text))) for text, count in texts.most_common(MOST_ANSWERS))


def _measure_times(papers: list[tuple[str, str]]) -> dict[int, float]:
    """Median seconds by item version: from the save before (or the start) to the last save of the item's slot."""
    times: dict[int, list[int]] = defaultdict(list)
    for paper, responses in papers:
        answers, _ = split_stored(json.loads(responses))
        saved = sorted((ms, slot) for slot, (_, choice, ms) in answers.items() if choice is not None)
        versions = json.loads(paper)
        before = 0
        for ms, slot in saved:
            times[versions[int(slot)][0]].append(ms - before)
            before = ms
    return {version_id: statistics.median(found) / 1000 for version_id, found in times.items()}
