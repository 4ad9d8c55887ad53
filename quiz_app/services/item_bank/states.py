"""Steps of items: reviewed by a second person, put into use, retired, sent back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import ItemChanged, ItemState, ensure_step
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence.item_bank import changes, listing
from quiz_app.persistence.session import transaction
from quiz_app.services.item_bank.listing import ensure_may_organise
from quiz_app.services.item_bank.writing import ensure_papers, lock_bank, touch_bank

MOST_AT_ONCE = 200


def change_states(
    *,
    organiser: Person,
    bank_id: int,
    seen: Mapping[int, int],
    to_state: ItemState,
    reason: str,
    now: datetime,
) -> int:
    """Take a step with items of a bank, all of them or none; how many there were. ``seen`` gives the number of the
    version that the person saw, by item id.

    Raises NotFound, InvalidInput, ItemChanged, ItemStepRefused, SecondPersonNeeded, PapersWouldLackItems.
    """
    ensure_may_organise(organiser)
    if not 0 < len(seen) <= MOST_AT_ONCE:
        raise InvalidInput("Choose one to 200 items.")
    reason = " ".join(reason.split())
    with transaction() as work:
        bank = lock_bank(work, bank_id)
        # In the order of ids, so that two such steps never wait for each other.
        found = [listing.find_item(work, item_id, locks=True) for item_id in sorted(seen)]
        items = [each[1] for each in found if each is not None and each[0] == bank_id]
        if len(items) < len(seen):
            raise NotFound
        for each in items:
            if each.number != seen[each.item_id]:
                raise ItemChanged(each.item.code)
            ensure_step(
                code=each.item.code,
                from_state=ItemState(each.state),
                to_state=to_state,
                author_id=each.author_id,
                person_id=organiser.id,
                reason=reason,
            )
        leaving = {each.version_id for each in items if each.state == ItemState.IN_USE}
        if leaving:
            ensure_papers(work, bank, leaving, now)
        for each in items:
            changes.add_state_change(
                work,
                item_id=each.item_id,
                version_id=each.version_id,
                author_id=each.author_id,
                from_state=ItemState(each.state),
                to_state=to_state,
                reason=reason,
                made_by_id=organiser.id,
                now=now,
            )
        touch_bank(work, bank)
        audit.add_entries(
            work,
            now=now,
            actor_id=organiser.id,
            action="item_state_changed",
            subject_type="item",
            entries=[
                (
                    each.item_id,
                    {
                        "code": each.item.code,
                        "version": each.number,
                        "before": each.state,
                        "after": str(to_state),
                        "reason": reason,
                    },
                )
                for each in items
            ],
        )
    return len(items)
