"""What a list of handed-in initiatives is asked for in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz_app.domain.initiatives.states import EntryState
from quiz_app.services.initiatives.appraising import Wanted, make_filter
from quiz_app.web.directory_query import read_id

LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class EntryQuery:
    """The filters of a list. What cannot be read is as if it were not there."""

    words: str
    state: EntryState | None
    category: str
    unit_id: int | None
    is_alike: bool
    after: int

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.words or self.state or self.category or self.unit_id or self.is_alike)

    def to_arguments(self, **changes: object) -> dict[str, str | int]:
        """The same filters, for the address of another page."""
        given = {
            "q": self.words,
            "state": self.state,
            "category": self.category,
            "unit": self.unit_id,
            "alike": 1 if self.is_alike else 0,
        } | changes
        return {name: value if isinstance(value, int) else str(value) for name, value in given.items() if value}

    def to_filter(self) -> Wanted:
        """As the service looks for it."""
        return make_filter(
            query=self.words,
            state=self.state,
            category=self.category,
            unit_id=self.unit_id,
            is_alike=self.is_alike,
            after=self.after,
        )


def read_entry_query(arguments: Mapping[str, str]) -> EntryQuery:
    """The filters of an address."""
    state, after = arguments.get("state", ""), read_id(arguments.get("after", ""))
    return EntryQuery(
        words=arguments.get("q", "").replace("\0", "").strip()[:200],
        state=EntryState(state) if state in set(EntryState) else None,
        category=arguments.get("category", "").replace("\0", "")[:60],
        unit_id=read_id(arguments.get("unit", "")),
        is_alike=arguments.get("alike", "") == "1",
        after=min(after or 0, LARGEST_NUMBER),
    )
