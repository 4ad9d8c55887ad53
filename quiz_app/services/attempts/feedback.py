"""Practice rounds: key and explanation of a question as soon as it is answered."""

from __future__ import annotations

from dataclasses import dataclass

from question_bank.assembly import Slot
from question_bank.formatted_text import FormattedText
from question_bank.items import Item, ItemKind, LegalSource
from quiz_app.domain.attempts import Response
from quiz_app.domain.contests import Round, is_practice
from quiz_app.services.attempts.closing import mark_slot
from quiz_app.services.attempts.key_views import KeyView, make_key_view


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether the saved choice is right, the key on this paper, why, and the legal source in one line.

    ``is_right`` is None for an essay, which nobody marks.
    """

    is_right: bool | None
    key: KeyView
    explanation: FormattedText
    source: str


def make_feedback(round_: Round, slot: Slot, response: Response | None, item: Item) -> Feedback | None:
    """The feedback on a saved choice; None without one, and in every round but a practice round."""
    if not is_practice(round_) or response is None or response.choice is None:
        return None
    return Feedback(
        is_right=None if item.kind is ItemKind.ESSAY else mark_slot(item, slot, response) == 1,
        key=make_key_view(item, slot),
        explanation=item.explanation,
        source=_write_source(item.source),
    )


def _write_source(source: LegalSource) -> str:
    return f"{source.document}, {source.article}" if source.article else source.document
