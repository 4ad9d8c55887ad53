"""Counts what was answered: some thousand groups come out of millions of responses.

Papers and responses are taken apart as text, piece by piece, and each piece that was met before is known: for 300,000
attempts this is a third of the work of reading their JSON, here or in the database.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from question_bank.responses import Choice, from_stored, to_item_choice
from quiz_app.persistence.attempts.table import split_stored
from quiz_app.persistence.finished_papers import FinishedPaper

# A slot's response where all are choices of one option: its choice is a number, or null when it was cleared.
_PLAIN_RESPONSE = re.compile(r'"(\w+)": ?\[-?\d+, ?(\d+|null), ?-?\d+\]')
_SLOTS = tuple(map(str, range(100)))
_ESSAY = '"…"'
"""Stands for any essay: what it says is nobody's to count."""
MOST_KNOWN = 100_000
"""Pieces that are remembered; typed texts may be as many as people."""

_Pair = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """So many attempts (first ones or later ones) had this answer to this item version in this slot, and this result.

    ``answer`` is JSON in positions of the item, whatever order the paper gave its options; empty without an answer.
    """

    is_first: bool
    slot: int
    version_id: int
    answer: str
    correct_count: int
    score_hundredths: int
    count: int


class _Cells(dict[_Pair, int]):
    """The number of the cell (item version and answer) that a piece of paper and a choice, both JSON, mean."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, str], int] = {}

    def __missing__(self, pair: _Pair) -> int:
        if len(self) >= MOST_KNOWN:
            self.clear()
        version_id, order, *form = json.loads(f"[{pair[0]}]")
        answer = _to_answer(pair[1], order, form[0] if form else "c")
        number = self[pair] = self._numbers.setdefault((version_id, answer), len(self._numbers))
        return number

    def list_cells(self) -> list[tuple[int, str]]:
        """Item version and answer of each number."""
        return list(self._numbers)


class ResponseCounter:
    """Takes batch after batch."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self._cells = _Cells()
        self._groups: dict[tuple[bool, int, int], Counter[tuple[int, int]]] = {}

    def add(self, papers: Iterable[FinishedPaper]) -> None:
        """Count the responses of these attempts."""
        find_cell, groups = self._cells.__getitem__, self._groups
        for _, _, ordinal, correct_count, score_hundredths, paper, responses in papers:
            # [[id,"0132"],[id,"201","m03"]] without its outer brackets.
            pieces = paper[2:-2].split("],[")
            if not pieces[0]:
                continue
            choices = _read_choices(responses, len(pieces), is_plain=paper.count('"') == 2 * len(pieces))
            group = groups.get((ordinal == 1, correct_count, score_hundredths))
            if group is None:
                group = groups[(ordinal == 1, correct_count, score_hundredths)] = Counter()
            group.update(enumerate(map(find_cell, zip(pieces, choices, strict=True))))

    def list_counts(self) -> Iterator[ResponseCount]:
        """What was counted so far."""
        cells = self._cells.list_cells()
        for (is_first, correct_count, score_hundredths), group in self._groups.items():
            for (slot, cell), number in group.items():
                version_id, answer = cells[cell]
                yield ResponseCount(is_first, slot, version_id, answer, correct_count, score_hundredths, number)


def read_answer(answer: str) -> Choice | None:
    """The choice, in positions of the item, of an answer as it is counted."""
    return from_stored(json.loads(answer)) if answer else None


def _read_choices(responses: str, size: int, *, is_plain: bool) -> Sequence[str | None]:
    """The choice of each slot as JSON. ``is_plain``: in every slot one option is chosen, so no text is among them."""
    found: dict[str, str]
    if is_plain:
        # {"0": [sequence, choice, ms], "1": …} as PostgreSQL writes it, keys in order: here with every slot answered,
        # and no flag ("f3") or prediction ("p") in between.
        parts = responses.split(", ")
        if len(parts) == 3 * size and '"f' not in responses and '"p' not in responses:
            return parts[1::3]
        matches = _PLAIN_RESPONSE.findall(responses)
        if len(matches) == responses.count("[") and size <= len(_SLOTS):
            found = dict(matches)
            return [found.get(name) for name in _SLOTS[:size]]
    answers, _ = split_stored(json.loads(responses))
    found = {slot: json.dumps(choice, ensure_ascii=False) for slot, (_, choice, _) in answers.items()}
    return [found.get(str(slot)) for slot in range(size)]


def _to_answer(choice: str | None, order: str, form: str) -> str:
    if choice is None or choice == "null":
        return ""
    if form.startswith("e"):
        return _ESSAY
    own = to_item_choice(from_stored(json.loads(choice)) or 0, tuple(map(int, order)))
    if form.startswith("m") and isinstance(own, tuple):
        # Which options, not in which order the paper showed them.
        own = tuple(sorted(own, key=str))
    return json.dumps(own, ensure_ascii=False)
