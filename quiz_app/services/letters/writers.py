"""Which function writes the automatic letters of which kind.

A writer stands where words are (``web/letter_words.py``) and enters itself here:

    @writes(LetterKind.…)
    def write_receipt(facts: Mapping[str, Any]) -> LetterText: …

``facts`` are those that ``queue_letter`` was given, and ``name``, the recipient's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from quiz_app.domain.letters import LetterKind, LetterText

Writer = Callable[[Mapping[str, Any]], LetterText]
Filler = Callable[[LetterText, Mapping[str, Any]], LetterText]
"""Fills the text of a batch with the facts of one recipient, in the words and figures of a language."""

WRITERS: dict[LetterKind, Writer] = {}


def writes(kind: LetterKind) -> Callable[[Writer], Writer]:
    """Make the function the writer of this kind."""

    def enter(writer: Writer) -> Writer:
        WRITERS[kind] = writer
        return writer

    return enter
