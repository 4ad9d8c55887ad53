"""The lead of a unit: looks who is still to come, and takes lists."""

from __future__ import annotations

import re

from load_tests.people import thinking
from load_tests.people.participant import sign_in
from load_tests.people.steps import Ask, Life, Think, Unexpected, ask
from load_tests.people.world import Person, World

_UNIT = re.compile(r'<option value="(\d+)"')
_UNIT_SELECT = re.compile(r'name="unit_id".*?</select>', re.DOTALL)
FORMATS = ("xlsx", "pdf", "xlsx", "csv")


def lead_unit(person: Person, world: World) -> Life:
    """Goes on until the run ends."""
    yield from sign_in(person, world, "/unit/")
    yield from ask(Ask("unit: home", "/unit/"))
    number = 0
    while True:
        yield Think(thinking.DESK_WORK.draw(world.random))
        yield from ask(Ask("unit: participants", f"/unit/rounds/{world.round_id}/people"))
        yield Think(thinking.DESK_WORK.draw(world.random))
        page = (yield from ask(Ask("unit: lists", "/unit/lists"))).text
        select = _UNIT_SELECT.search(page)
        units = _UNIT.findall(select[0]) if select else []
        if not units:
            raise Unexpected("the lead of a unit sees no unit")
        file_format = FORMATS[number % len(FORMATS)]
        fields = {"round_id": str(world.round_id), "unit_id": units[0], "kind": "scores", "format": file_format}
        # Early in a round there may be nobody to put on a list yet.
        yield from ask(Ask(f"unit: list as {file_format}", "/unit/lists", form=fields), 200, 422)
        number += 1
