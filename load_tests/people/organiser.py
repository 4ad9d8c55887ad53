"""An organiser on the last evening: watches the live board, writes a question, takes the score list."""

from __future__ import annotations

import re

from load_tests.people import thinking
from load_tests.people.participant import sign_in
from load_tests.people.steps import Ask, Life, Think, Unexpected, ask
from load_tests.people.world import Person, World

_BANK = re.compile(r'href="/organiser/banks/(\d+)"')
_TOPIC = re.compile(r'<select[^>]* name="topic".*?<option value="([a-z][^"]*)"', re.DOTALL)


def organise(person: Person, world: World) -> Life:
    """Goes on until the run ends."""
    yield from sign_in(person, world, "/organiser/")
    found = _BANK.search((yield from ask(Ask("organiser: banks", "/organiser/banks"))).text)
    if not found:
        raise Unexpected("the organiser sees no bank")
    number, board = 0, f"/organiser/rounds/{world.round_id}"
    while True:
        for _ in range(3):
            yield Think(thinking.DESK_WORK.draw(world.random))
            yield from ask(Ask("organiser: live board", board))
        yield from ask(Ask("organiser: overview", f"{board}/overview"))
        yield Think(thinking.DESK_WORK.draw(world.random))
        yield from _write_item(person, int(found[1]), number)
        yield Think(thinking.DESK_WORK.draw(world.random))
        yield from ask(Ask("organiser: lists", f"{board}/lists"))
        fields = {"kind": "scores", "format": "xlsx" if number % 2 else "csv", "shape": "one", "unit_id": ""}
        yield from ask(Ask(f"organiser: list as {fields['format']}", f"{board}/lists", form=fields), 200, 422)
        number += 1


def _write_item(person: Person, bank_id: int, number: int) -> Life:
    """A draft: it is in no paper until somebody else has reviewed it, but the bank is another one from now on."""
    path = f"/organiser/banks/{bank_id}/items/new"
    page = (yield from ask(Ask("organiser: item form", f"{path}?kind=single_choice"))).text
    topic = _TOPIC.search(page)
    if not topic:
        raise Unexpected("the form of an item offers no topic")
    fields = {
        "kind": "single_choice", "code": "", "topic": topic[1], "level": "understand",
        "stem": f"Câu hỏi số {number} của {person.login} trong buổi tối cuối cùng?", "document": "Nghị quyết 76/NQ-CP",
        "option-0": "Phương án đúng", "option-1": "Phương án sai", "option-2": "Phương án khác", "right": "0",
        "then": "save",
    }  # fmt: skip
    yield from ask(Ask("organiser: write an item", path, form=fields), 303)
