"""What a list of the people of a round is asked for in its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz_app.domain.participation import Participation
from quiz_app.web.directory_query import read_directory_query


@dataclass(frozen=True, slots=True)
class ParticipationQuery:
    """The filters of a list. What cannot be read is as if it were not there."""

    words: str
    unit_id: int | None
    state: Participation | None
    after: tuple[str, int] | None

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.words or self.unit_id or self.state)

    def to_arguments(self) -> dict[str, str | int]:
        """The same filters, for the address of another page."""
        given = {"q": self.words, "unit": self.unit_id, "state": self.state}
        return {name: value if isinstance(value, int) else str(value) for name, value in given.items() if value}


def read_participation_query(arguments: Mapping[str, str]) -> ParticipationQuery:
    """The filters of an address."""
    common = read_directory_query(arguments)
    state = arguments.get("state", "")
    return ParticipationQuery(
        words=common.words,
        unit_id=common.unit_id,
        state=Participation(state) if state in set(Participation) else None,
        after=common.after,
    )
