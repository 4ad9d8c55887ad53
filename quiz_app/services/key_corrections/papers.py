"""Scores many papers of a round as a finish scores one, remembering what each answer and each paper is worth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from question_bank.assembly import Slot
from question_bank.items import Item, ItemKind
from question_bank.keys import Key
from question_bank.responses import from_stored
from question_bank.scoring import PaperScore, score_paper
from quiz_app.domain.attempts import Response
from quiz_app.persistence.session import Work
from quiz_app.services.attempts.closing import mark_slot
from quiz_app.services.bank_cache import HeldBank

_NOT_COUNTED = -1
"""The mark of an essay, which nobody has marked."""


class PaperScorer:
    """Scores by the keys that the bank holds; ``proposed`` keys stand in for those that are not in force yet."""

    def __init__(self, bank: HeldBank, *, scale_hundredths: int, proposed: Mapping[int, Key] | None = None) -> None:
        self.bank = bank
        self._scale = scale_hundredths
        self._proposed = proposed or {}
        self._fractions: list[Fraction] = []
        # Marks are numbered in the order in which they are met: papers are then told apart without arithmetic.
        self._marks: dict[tuple[Any, ...], int] = {}
        self._scores: dict[tuple[int, ...], PaperScore] = {}

    def score(self, work: Work, paper: str, responses: str) -> PaperScore:
        """The score of a paper and its responses, both JSON as stored."""
        marks = []
        given = json.loads(responses)
        for number, slot in enumerate(json.loads(paper)):
            saved = given.get(str(number))
            choice = None if saved is None else saved[1]
            known = (slot[0], slot[1], tuple(choice) if type(choice) is list else choice)
            mark = self._marks.get(known)
            if mark is None:
                mark = self._mark(work, slot, choice)
                if not isinstance(choice, str):
                    # Texts are as many as people.
                    self._marks[known] = mark
            if mark != _NOT_COUNTED:
                marks.append(mark)
        marks.sort()
        signature = tuple(marks)
        score = self._scores.get(signature)
        if score is None:
            score = score_paper([self._fractions[mark] for mark in signature], scale_hundredths=self._scale)
            self._scores[signature] = score
        return score

    def _mark(self, work: Work, stored: list[Any], choice: Any) -> int:
        version_id, order, *form = stored
        item = self._get_item(work, version_id)
        if item.kind is ItemKind.ESSAY:
            return _NOT_COUNTED
        slot = Slot(version_id, tuple(map(int, order)), *form)
        fraction = mark_slot(item, slot, Response(0, from_stored(choice), 0))
        if fraction not in self._fractions:
            self._fractions.append(fraction)
        return self._fractions.index(fraction)

    def _get_item(self, work: Work, version_id: int) -> Item:
        item = self.bank.get_item(work, version_id)
        proposed = self._proposed.get(version_id)
        return item if proposed is None else replace(item, key=proposed)
