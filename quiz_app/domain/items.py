"""The life of an item: draft, reviewed by a second person, in use, retired. One table of transitions.

A new version is a draft again, whatever state the item was in: what nobody but its author has read is in no paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from quiz_app.domain.errors import Refusal
from quiz_app.domain.reasons import check_reason


class ItemState(StrEnum):
    """Where an item stands. Papers are drawn from items in use only."""

    DRAFT = "draft"
    REVIEWED = "reviewed"
    IN_USE = "in_use"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that a person may take. The way back and the way out need a reason; a review needs a second person."""

    from_state: ItemState
    to_state: ItemState
    needs_reason: bool = False
    needs_second_person: bool = False


TRANSITIONS: Mapping[tuple[ItemState, ItemState], Transition] = {
    (step.from_state, step.to_state): step
    for step in (
        Transition(ItemState.DRAFT, ItemState.REVIEWED, needs_second_person=True),
        Transition(ItemState.DRAFT, ItemState.RETIRED, needs_reason=True),
        Transition(ItemState.REVIEWED, ItemState.IN_USE),
        Transition(ItemState.REVIEWED, ItemState.DRAFT, needs_reason=True),
        Transition(ItemState.REVIEWED, ItemState.RETIRED, needs_reason=True),
        Transition(ItemState.IN_USE, ItemState.RETIRED, needs_reason=True),
        Transition(ItemState.IN_USE, ItemState.DRAFT, needs_reason=True),
        Transition(ItemState.RETIRED, ItemState.DRAFT, needs_reason=True),
    )
}
"""Every step that there is; the database holds the same (``item_state_changes``)."""


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list of items is narrowed to; what is empty narrows nothing."""

    words: str = ""
    topic: str = ""
    level: str = ""
    kind: str = ""
    state: str = ""
    source: str = ""


class ItemStepRefused(Refusal):
    """From the item's state there is no such step. ``item_code`` names the item."""

    def __init__(self, item_code: str) -> None:
        super().__init__(item_code)
        self.item_code = item_code


class SecondPersonNeeded(Refusal):
    """The author of a version cannot review it."""

    def __init__(self, item_code: str) -> None:
        super().__init__(item_code)
        self.item_code = item_code


class ItemChanged(Refusal):
    """Somebody else has changed the item since the page was opened."""

    def __init__(self, item_code: str) -> None:
        super().__init__(item_code)
        self.item_code = item_code


class ItemCodeTaken(Refusal):
    """Another item of the bank has this code."""

    def __init__(self, item_code: str) -> None:
        super().__init__(item_code)
        self.item_code = item_code


class BankCodeTaken(Refusal):
    """Another bank has this code."""

    def __init__(self, bank_code: str) -> None:
        super().__init__(bank_code)
        self.bank_code = bank_code


class TopicInUse(Refusal):
    """Items of the topic are in the bank, or the blueprint of a round names it."""

    def __init__(self, topic_name: str) -> None:
        super().__init__(topic_name)
        self.topic_name = topic_name


class PapersWouldLackItems(Refusal):
    """Without the item, a round that is open could no longer draw its papers."""

    def __init__(self, round_title: str) -> None:
        super().__init__(round_title)
        self.round_title = round_title


class ItemImportEnded(Refusal):
    """The import was confirmed or discarded already, or a day has passed."""


class ItemImportNotReady(Refusal):
    """Items of the import still have errors; ``count`` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


class RoundAlreadyOpen(Refusal):
    """The blueprint of a round is fixed once the round has opened."""


class RoundChanged(Refusal):
    """Somebody else has changed the round since the page was opened."""


def list_steps(state: ItemState) -> tuple[Transition, ...]:
    """The steps that lead on from a state."""
    return tuple(step for step in TRANSITIONS.values() if step.from_state is state)


def ensure_step(
    *, code: str, from_state: ItemState, to_state: ItemState, author_id: int | None, person_id: int, reason: str
) -> None:
    """Raise unless this person may take this step with the item.

    Raises ItemStepRefused, SecondPersonNeeded, InvalidInput (a reason is missing or too long).
    """
    step = TRANSITIONS.get((from_state, to_state))
    if step is None:
        raise ItemStepRefused(code)
    if step.needs_second_person and author_id == person_id:
        raise SecondPersonNeeded(code)
    check_reason(reason, is_required=step.needs_reason)
