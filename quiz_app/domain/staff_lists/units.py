"""Which unit a cell of a staff list means: by code or by name, however it is spelt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from question_bank.readers.report import mark_message as N_
from quiz_app.domain.names import fold_text
from quiz_app.domain.staff_lists.cells import WrongCell

MOST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit as a list may name it. People are not put into a unit that is closed."""

    id: int
    code: str
    name: str
    is_closed: bool = False


class UnitFinder:
    """Finds units by code, then by name; what the same text means is worked out once."""

    def __init__(self, units: Iterable[UnitName]) -> None:
        self._by_code: dict[str, UnitName] = {}
        self._by_name: dict[str, list[UnitName]] = defaultdict(list)
        for unit in units:
            self._by_code[unit.code.strip().casefold()] = unit
            self._by_name[fold_text(unit.name)].append(unit)
        self._known: dict[str, UnitName | WrongCell] = {}

    def find(self, text: str) -> UnitName:
        """The unit. Raises WrongCell for one that is unknown (with the nearest names), closed, or not the only one."""
        found = self._known.get(text)
        if found is None:
            try:
                found = self._look_up(text)
            except WrongCell as wrong:
                found = wrong
            self._known[text] = found
        if isinstance(found, WrongCell):
            raise found
        return found

    def _look_up(self, text: str) -> UnitName:
        by_code = self._by_code.get(text.strip().casefold())
        named = [by_code] if by_code else self._by_name.get(fold_text(text), [])
        open_ones = [unit for unit in named if not unit.is_closed]
        if len(open_ones) == 1:
            return open_ones[0]
        if len(open_ones) > 1:
            codes = ", ".join(sorted(unit.code for unit in open_ones))
            raise WrongCell(N_("“%(text)s” is the name of several units: write one of the codes %(codes)s"),
                            text=text[:80], codes=codes)  # fmt: skip
        if named:
            raise WrongCell(N_("the unit “%(text)s” is closed"), text=text[:80])
        near = self._list_near(text)
        if near:
            raise WrongCell(N_("there is no unit “%(text)s”; near it: %(near)s"), text=text[:80], near="; ".join(near))
        raise WrongCell(N_("there is no unit “%(text)s”"), text=text[:80])

    def _list_near(self, text: str) -> list[str]:
        """Names and codes that look alike, the likest first."""
        names = {folded: units[0] for folded, units in self._by_name.items() if not units[0].is_closed}
        near = [names[folded] for folded in get_close_matches(fold_text(text), names, n=MOST_SUGGESTIONS, cutoff=0.6)]
        codes = get_close_matches(text.strip().casefold(), self._by_code, n=1, cutoff=0.75)
        near += [self._by_code[code] for code in codes if self._by_code[code] not in near]
        return [f"{unit.name} ({unit.code})" for unit in near[:MOST_SUGGESTIONS]]
