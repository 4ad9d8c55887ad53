"""Giving entries to judges automatically: as many as each entry needs, nobody in conflict, everybody alike busy."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Need:
    """An entry that needs ``missing`` more judges; ``taken`` are those that have it or may not have it again."""

    entry_id: int
    missing: int
    taken: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is to judge what, in the order of the needs. ``unfilled`` says of how many judges each entry falls short,
    because no more of them are without a conflict.
    """

    given: tuple[tuple[int, int], ...]
    """(entry, judge)."""
    unfilled: Mapping[int, int]


def plan_assignments(
    needs: Sequence[Need], loads: Mapping[int, int], may_judge: Callable[[int, int], bool], *, seed: int
) -> Plan:
    """Give each entry its judges. ``loads`` are the judges with the entries that they have already; ``may_judge``
    takes (judge, entry).

    No judge's load could be lowered by handing entries on, from judge to judge, to one who has at least two fewer: the
    result is as even as conflicts allow, within 1 where there are none (Harvey, Ladner, Lovász, Tamir: Semi-matchings
    for bipartite graphs and load balancing, 2006). The same seed gives the same plan.
    """
    chance = random.Random(seed)  # noqa: S311 - so that the plan can be made again; nothing is secret here
    judges = sorted(loads)
    chance.shuffle(judges)
    order = list(needs)
    chance.shuffle(order)
    table = _Table(judges, dict(loads))
    unfilled: dict[int, int] = {}
    for need in order:
        able = [judge for judge in judges if judge not in need.taken and may_judge(judge, need.entry_id)]
        table.able[need.entry_id] = frozenset(able)
        # The sort is stable: equals come in the shuffled order.
        chosen = sorted(able, key=table.loads.__getitem__)[: need.missing]
        for judge in chosen:
            table.give(need.entry_id, judge)
        if len(chosen) < need.missing:
            unfilled[need.entry_id] = need.missing - len(chosen)
    while table.level():
        pass
    given = [(need.entry_id, judge) for need in needs for judge in sorted(table.judges_of.get(need.entry_id, ()))]
    return Plan(tuple(given), {need.entry_id: unfilled[need.entry_id] for need in needs if need.entry_id in unfilled})


def choose_least_busy(able: Iterable[int], loads: Mapping[int, int]) -> int | None:
    """The judge with the fewest entries, the smaller id among equals; None where nobody is able."""
    return min(able, key=lambda judge: (loads.get(judge, 0), judge), default=None)


class _Table:
    """Entries in judges' hands while a plan is made."""

    def __init__(self, judges: Sequence[int], loads: dict[int, int]) -> None:
        self.judges = judges
        self.loads = loads
        self.entries_of: dict[int, dict[int, None]] = {judge: {} for judge in judges}
        """Ordered sets, so that the same seed walks the same way."""
        self.judges_of: dict[int, set[int]] = {}
        self.able: dict[int, frozenset[int]] = {}

    def give(self, entry: int, judge: int) -> None:
        self.entries_of[judge][entry] = None
        self.judges_of.setdefault(entry, set()).add(judge)
        self.loads[judge] += 1

    def take(self, entry: int, judge: int) -> None:
        del self.entries_of[judge][entry]
        self.judges_of[entry].remove(judge)
        self.loads[judge] -= 1

    def level(self) -> bool:
        """Shorten the load of one judge by handing entries along a chain; whether there was such a chain."""
        for judge in sorted(self.judges, key=lambda each: -self.loads[each]):
            chain = self._find_chain(judge)
            if chain:
                for giver, entry, receiver in chain:
                    self.take(entry, giver)
                    self.give(entry, receiver)
                return True
        return False

    def _find_chain(self, start: int) -> list[tuple[int, int, int]]:
        """Hand-overs (giver, entry, receiver) from ``start`` to a judge with at least two entries fewer."""
        goal = self.loads[start] - 2
        if not any(load <= goal for load in self.loads.values()):
            return []
        came_from: dict[int, tuple[int, int]] = {}
        waiting = deque([start])
        unseen = [judge for judge in self.judges if judge != start]
        while waiting and unseen:
            giver = waiting.popleft()
            for entry in self.entries_of[giver]:
                holders, able = self.judges_of[entry], self.able[entry]
                found = [judge for judge in unseen if judge in able and judge not in holders]
                for judge in found:
                    came_from[judge] = (giver, entry)
                    if self.loads[judge] <= goal:
                        return _walk_back(came_from, start, judge)
                    waiting.append(judge)
                if found:
                    unseen = [judge for judge in unseen if judge not in came_from]
                    if not unseen:
                        break
        return []


def _walk_back(came_from: Mapping[int, tuple[int, int]], start: int, end: int) -> list[tuple[int, int, int]]:
    chain = []
    receiver = end
    while receiver != start:
        giver, entry = came_from[receiver]
        chain.append((giver, entry, receiver))
        receiver = giver
    return chain
