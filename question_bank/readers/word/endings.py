"""Keys and solutions that stand at the end of a paper, brought to their questions by number."""

from __future__ import annotations

import dataclasses
from collections import Counter
from dataclasses import dataclass

from question_bank.readers.report import ImportProblem, Place, Severity
from question_bank.readers.report import mark_message as N_
from question_bank.readers.word.choosing import OutsideKeys
from question_bank.readers.word.key_tables import KeyEntry
from question_bank.readers.word.key_values import read_letters
from question_bank.readers.word.lines import Line, Note
from question_bank.readers.word.outline import Outline, Solution
from question_bank.readers.word.wording import Detail, find_detail, find_option, prepare


@dataclass(slots=True)
class AssignedKeys:
    """By position of the question: what tables say, and notes where that is not clear."""

    values: dict[int, list[str]] = dataclasses.field(default_factory=dict)
    notes: dict[int, list[Note]] = dataclasses.field(default_factory=dict)

    def take(self, position: int, solution: str) -> OutsideKeys:
        """All outside keys of one question."""
        return OutsideKeys(tuple(dict.fromkeys(self.values.get(position, []))), solution)


def assign_keys(outline: Outline, problems: list[ImportProblem]) -> AssignedKeys:
    """Bring the entries of key tables to the questions. Problems of no question are added to ``problems``."""
    assigned = AssignedKeys()
    entries = [_choose_paper(group, outline.paper_codes, problems) for group in outline.keys]
    entries = [group for group in entries if group]
    runs = _list_runs(outline)
    if len(runs) > 1 and len(entries) == len(runs):
        pairs = list(zip(entries, runs, strict=True))
    else:
        pairs = [(group, list(range(len(outline.blocks)))) for group in entries]
    for group, positions in pairs:
        _assign(group, positions, outline, assigned, problems)
    return assigned


def _list_runs(outline: Outline) -> list[list[int]]:
    """The questions in runs of rising numbers: a paper whose parts begin at 1 again has several."""
    runs: list[list[int]] = []
    for position, block in enumerate(outline.blocks):
        if not runs or block.number <= outline.blocks[runs[-1][-1]].number:
            runs.append([])
        runs[-1].append(position)
    return runs


def _assign(
    group: list[KeyEntry],
    positions: list[int],
    outline: Outline,
    assigned: AssignedKeys,
    problems: list[ImportProblem],
) -> None:
    counted = Counter(outline.blocks[position].number for position in positions)
    by_number = {outline.blocks[position].number: position for position in positions}
    for entry in group:
        position = by_number.get(entry.number)
        if position is None:
            message = N_("the table of keys names question %(number)s, which is not there")
            problems.append(ImportProblem(Place(), "key", message, {"number": entry.number}, Severity.WARNING))
        elif counted[entry.number] > 1:
            message = N_("the table of keys does not say which question %(number)s it means")
            note = Note("key", message, {"number": entry.number}, Severity.ERROR)
            for place in positions:
                if outline.blocks[place].number == entry.number and note not in assigned.notes.get(place, []):
                    assigned.notes.setdefault(place, []).append(note)
        else:
            assigned.values.setdefault(position, []).append(entry.value)


def _choose_paper(group: list[KeyEntry], codes: list[str], problems: list[ImportProblem]) -> list[KeyEntry]:
    """Of a table for several papers, the column of this one."""
    given = list(dict.fromkeys(entry.code for entry in group if entry.code))
    if not given:
        return group
    matching = [code for code in given if code in codes]
    if len(matching) == 1 or len(given) == 1:
        code = (matching or given)[0]
        return [entry for entry in group if entry.code in ("", code)]
    message = N_("the table of keys is for the papers %(papers)s; none or several of them are in this file")
    problems.append(ImportProblem(Place(), "key", message, {"papers": ", ".join(given)}))
    return [entry for entry in group if not entry.code]


def assign_solutions(outline: Outline, problems: list[ImportProblem]) -> dict[int, tuple[list[Line], str]]:
    """By position of the question: the lines of its solution, and the key that they begin with ("Chọn B")."""
    found: dict[int, tuple[list[Line], str]] = {}
    waiting: dict[int, list[int]] = {}
    for position, block in enumerate(outline.blocks):
        waiting.setdefault(block.number, []).append(position)
    for solution in outline.solutions:
        if not waiting.get(solution.number):
            message = N_("the solutions name question %(number)s, which is not there")
            values = {"number": solution.number}
            problems.append(ImportProblem(Place(), "explanation", message, values, Severity.WARNING))
            continue
        # Parts that number from 1 again have their solutions in the same order.
        found[waiting[solution.number].pop(0)] = _split_key(solution)
    return found


def _split_key(solution: Solution) -> tuple[list[Line], str]:
    key = ""
    lines: list[Line] = []
    for line in solution.lines:
        text = prepare(line.text)
        detail = find_detail(text)
        if detail and detail[0] is Detail.KEY and not key:
            key, rest = _cut_letters(line.cut(detail[1]))
            lines += [rest] if rest.text.strip() else []
        elif detail and detail[0] is Detail.EXPLANATION:
            lines.append(line.cut(detail[1]))
        elif not key and line is solution.lines[0] and _begins_with_key(text):
            key, rest = _cut_letters(line)
            lines += [rest] if rest.text.strip() else []
        else:
            lines.append(line)
    return [line for line in lines if line.text.strip() or line.table], key


def _begins_with_key(text: str) -> bool:
    return find_option(text) is not None or (len(text.strip()) <= 12 and read_letters(text) is not None)


def _cut_letters(line: Line) -> tuple[str, Line]:
    """A key at the beginning of a line, and what follows it."""
    text = prepare(line.text)
    words = text.split(".", 1)
    if len(words[0].strip()) <= 12:
        return words[0].strip(), line.cut(len(words[0]) + 1 if len(words) > 1 else len(text))
    option = find_option(text)
    return (option[0], line.cut(option[1])) if option else (text.strip()[:1], line.cut(1))
