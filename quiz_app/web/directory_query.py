"""What a list of people is asked for in its address: words, unit, state, role, and after whom the page begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from quiz_app.domain.directory import AccountState
from quiz_app.domain.people import Role


@dataclass(frozen=True, slots=True)
class DirectoryQuery:
    """The filters of a list. What cannot be read is as if it were not there."""

    words: str
    unit_id: int | None
    state: AccountState | None
    role: Role | None
    after: tuple[str, int] | None

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.words or self.unit_id or self.state or self.role)

    def to_arguments(self) -> dict[str, str | int]:
        """The same filters, for the address of another page."""
        given = {"q": self.words, "unit": self.unit_id, "state": self.state, "role": self.role}
        return {name: value if isinstance(value, int) else str(value) for name, value in given.items() if value}


def read_directory_query(arguments: Mapping[str, str]) -> DirectoryQuery:
    """The filters of an address."""
    state, role = arguments.get("state", ""), arguments.get("role", "")
    return DirectoryQuery(
        words=arguments.get("q", "").replace("\0", "").strip()[:200],
        unit_id=read_id(arguments.get("unit", "")),
        state=AccountState(state) if state in set(AccountState) else None,
        role=Role(role) if role in set(Role) else None,
        after=_read_place(arguments.get("after", "")),
    )


def format_place(place: tuple[str, int] | None) -> str | None:
    """The place after which a page begins, for its address."""
    return None if place is None else f"{place[0]}.{place[1]}"


def _read_place(text: str) -> tuple[str, int] | None:
    key, _, number = text.partition(".")
    account_id = read_id(number)
    return (key, account_id) if key.isdecimal() and key.isascii() and account_id is not None else None


def read_id(text: str) -> int | None:
    """A number that can be the id of a row; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 19 and int(text) < 2**63 else None
