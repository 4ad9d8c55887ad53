"""Items of a bank that are nearly the same, in pairs."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from question_bank.duplicates import LikePair, find_like_pairs
from quiz_app.domain.items import ItemState
from quiz_app.domain.people import Person
from quiz_app.persistence.item_bank import listing
from quiz_app.persistence.item_bank.listing import BankItem
from quiz_app.persistence.session import reading
from quiz_app.services.item_bank.listing import BankHead, ensure_may_organise, get_bank

PAGE = 20
"""Pairs on a page."""


@dataclass(frozen=True, slots=True)
class LikePage:
    """A page of pairs, the most alike first."""

    bank: BankHead
    pairs: tuple[tuple[BankItem, BankItem, int], ...]
    count: int
    number: int
    page_count: int


_found: dict[int, tuple[int, tuple[LikePair, ...]]] = {}
"""Of each bank, the version that was searched and what was found: nothing differs until the version does."""
_searching = threading.Lock()


def view_duplicates(*, organiser: Person, bank_id: int, number: int) -> LikePage:
    """Pairs of items of a bank that are nearly the same; retired items are left out. Raises NotFound."""
    ensure_may_organise(organiser)
    with reading() as work:
        bank = get_bank(work, bank_id)
        items = [each for each in listing.list_all_items(work, bank_id) if each.state != ItemState.RETIRED]
    with _searching:
        known = _found.get(bank_id)
        if known is None or known[0] != bank.version:
            known = _found[bank_id] = (bank.version, find_like_pairs([each.item for each in items]))
    pairs = known[1]
    page_count = max(1, -(-len(pairs) // PAGE))
    number = min(max(1, number), page_count)
    shown = pairs[(number - 1) * PAGE : number * PAGE]
    # A version that rose between the two reads is searched at the next view.
    shown = tuple(pair for pair in shown if max(pair.first, pair.second) < len(items))
    return LikePage(
        bank,
        tuple((items[pair.first], items[pair.second], pair.percent) for pair in shown),
        len(pairs),
        number,
        page_count,
    )
