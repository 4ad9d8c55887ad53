"""One item with everything that is known of it."""

from __future__ import annotations

from dataclasses import dataclass

from quiz_app.domain.errors import NotFound
from quiz_app.domain.items import ItemState, Transition, list_steps
from quiz_app.domain.people import Person
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.item_bank import changes, listing
from quiz_app.persistence.item_bank.changes import StateChange, StoredVersion
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.key_corrections import KeyCorrection
from quiz_app.persistence.session import reading
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank


@dataclass(frozen=True, slots=True)
class ItemPage:
    """An item, its versions (the newest first), the steps it took, and those that this person may take now."""

    bank: BankHead
    current: BankItem
    versions: tuple[StoredVersion, ...]
    changes: tuple[StateChange, ...]
    corrections: tuple[KeyCorrection, ...]
    """Of the keys of all versions; of each version the newest, which is in force, first."""
    steps: tuple[Transition, ...]
    needs_second_person: bool
    """Whether a step waits for somebody who is not the author, which this person is."""

    @property
    def state(self) -> ItemState:
        """Where the item stands."""
        return ItemState(self.current.state)

    @property
    def correction(self) -> KeyCorrection | None:
        """The correction in force of the newest version."""
        return next(iter(self.list_corrections(self.current.version_id)), None)

    def list_corrections(self, version_id: int) -> list[KeyCorrection]:
        """The corrections of a version, the newest first."""
        return [each for each in self.corrections if each.version_id == version_id]


def get_item_page(*, organiser: Person, item_id: int) -> ItemPage:
    """The item with its history. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        found = listing.find_item(work, item_id)
        if found is None:
            raise NotFound
        bank_id, current = found
        bank = get_bank(work, bank_id)
        versions = changes.list_versions(work, item_id)
        taken = changes.list_state_changes(work, item_id)
        corrections = corrections_store.list_item_corrections(work, item_id)
    is_author = current.author_id == organiser.id
    steps = list_steps(ItemState(current.state))
    return ItemPage(
        bank=bank,
        current=current,
        versions=tuple(versions),
        changes=tuple(taken),
        corrections=tuple(corrections),
        steps=tuple(step for step in steps if not (step.needs_second_person and is_author)),
        needs_second_person=any(step.needs_second_person and is_author for step in steps),
    )
