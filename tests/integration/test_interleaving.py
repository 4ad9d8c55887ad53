"""Two devices answer the same attempt over a network that loses, repeats and reorders: both end up with the same.

What each device does is what the contract asks of it: a choice is kept until an answer of the server names its sequence
number or a newer one of that slot. What the network does is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quiz_app.clock import read_now
from quiz_app.domain.people import Person
from quiz_app.services.attempts import finish_attempt, start_attempt
from tests.factories import add_person, find_right_choices, run_sql
from tests.integration.visitor import Visitor, add_open_round

EXAMPLES = 200
SLOTS = 10


@dataclass
class Scene:
    """A person signed in on two devices, in a round that may be taken again without end."""

    person: Person
    round_id: int
    visitors: tuple[Visitor, Visitor]
    tokens: tuple[str, str]


@dataclass
class Device:
    """What one device holds: its view of each slot and flag, what is not acknowledged yet, and packets on their way."""

    visitor: Visitor
    token: str
    path: str
    known: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    journal: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    packets: list[dict[str, tuple[int, int | None]]] = field(default_factory=list)

    def choose(self, name: str, choice: int | None, sequence: int) -> None:
        """The person chooses; ``f3`` is the flag of slot 3, ``p`` the prediction."""
        self.known[name] = self.journal[name] = (sequence, choice)
        self.packets.append(dict(self.journal))

    def deliver(self, position: int, *, is_lost: bool, is_repeated: bool, is_unanswered: bool) -> None:
        """The network does what it likes with one of the packets on their way."""
        if not self.packets:
            return
        packet = self.packets.pop(position % len(self.packets))
        if is_lost:
            return
        if is_repeated:
            self.packets.append(packet)
        answer = self.send(packet)
        if not is_unanswered:
            self.acknowledge(answer)

    def send(self, packet: dict[str, tuple[int, int | None]]) -> Any:
        """One request with these changes."""
        body: dict[str, Any] = {"responses": [], "flags": []}
        for name, (sequence, choice) in packet.items():
            if name == "p":
                body["prediction"] = {"value": choice, "sequence": sequence}
            elif name.startswith("f"):
                body["flags"].append({"slot": int(name[1:]), "flagged": choice == 1, "sequence": sequence})
            else:
                body["responses"].append({"slot": int(name), "choice": choice, "sequence": sequence})
        answer = self.visitor.post_json(self.path, body, token=self.token)
        assert answer.status_code == 200, answer.text
        return answer.json

    def acknowledge(self, answer: Any) -> None:
        """Take over what is newer, and let go of what is saved or overtaken."""
        for name, (sequence, choice) in read_stored(answer).items():
            if sequence >= self.known.get(name, (-1, None))[0]:
                self.known[name] = (sequence, choice)
            if name in self.journal and self.journal[name][0] <= sequence:
                del self.journal[name]

    def flush(self) -> None:
        """The network is back: everything not acknowledged goes out once more, and the answer arrives."""
        # An idle device, too, learns what the other one did with its next packet.
        self.acknowledge(self.send(self.journal or {"0": (0, None)}))
        assert not self.journal


def read_stored(answer: Any) -> dict[str, tuple[int, int | None]]:
    """What the server says it holds, by name."""
    found = {name: (parts[0], parts[1]) for name, parts in answer["responses"].items()}
    found |= {f"f{name}": (parts[0], parts[1]) for name, parts in answer["flags"].items()}
    return found | ({"p": tuple(answer["prediction"])} if "prediction" in answer else {})


@pytest.fixture
def scene(app: Flask) -> Scene:
    person = add_person("an")
    visitors = (Visitor(app, "an"), Visitor(app, "an", address="10.0.0.2"))
    return Scene(person, add_open_round().id, visitors, (visitors[0].read_token(), visitors[1].read_token()))


slots = st.integers(0, SLOTS - 1).map(str)
choices = st.tuples(slots, st.none() | st.integers(0, 3)) | st.tuples(slots.map("f{}".format), st.integers(0, 1))
choices |= st.tuples(st.just("p"), st.integers(0, 9))
actions = st.tuples(st.just("choose"), choices) | st.tuples(
    st.just("deliver"), st.tuples(st.integers(0, 9), st.booleans(), st.booleans(), st.booleans())
)
steps = st.lists(st.tuples(st.integers(0, 1), actions), min_size=1, max_size=25)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, last=st.integers(0, 1))
def test_the_newest_choice_wins_both_devices_agree_and_nothing_is_invented(
    scene: Scene, steps: list[Any], last: int
) -> None:
    attempt_id = start_attempt(person=scene.person, round_id=scene.round_id, now=read_now())
    path = f"/attempts/{attempt_id}/responses"
    devices = [Device(visitor, token, path) for visitor, token in zip(scene.visitors, scene.tokens, strict=True)]
    numbers = count(1)
    newest: dict[str, tuple[int, int | None]] = {}
    for which, (kind, values) in steps:
        device = devices[which]
        if kind == "choose":
            name, choice = values
            newest[name] = (next(numbers), choice)
            device.choose(name, choice, newest[name][0])
        else:
            position, is_lost, is_repeated, is_unanswered = values
            device.deliver(position, is_lost=is_lost, is_repeated=is_repeated, is_unanswered=is_unanswered)
    for which in (last, 1 - last, last):
        devices[which].flush()
    # Packets that were still on their way arrive after all, in whatever order.
    for device in devices:
        for packet in device.packets[::-1]:
            device.acknowledge(device.send(packet))

    # An idle device asks with an empty choice of sequence 0 for slot 0, which may be all that there is of it.
    expected = newest if "0" in newest else {**newest, "0": (0, None)}
    stored = read_stored(devices[0].send({"0": (0, None)}))
    assert {name: parts for name, parts in stored.items() if parts != (0, None)} == newest
    for device in devices:
        assert device.known.items() <= expected.items()
        assert {name: parts for name, parts in device.known.items() if parts != (0, None)} == newest

    finish_attempt(person=scene.person, attempt_id=attempt_id, now=read_now())
    keys = find_right_choices(attempt_id)
    right = sum(newest.get(str(slot), (0, None))[1] == key for slot, key in enumerate(keys))
    found = run_sql("SELECT correct_count, score_hundredths FROM attempts WHERE id = :id", id=attempt_id)
    assert found == [(right, right * 100)]
    assert run_sql("SELECT prediction FROM attempts WHERE id = :id", id=attempt_id) == [
        (newest.get("p", (0, None))[1],)
    ]
    assert run_sql("SELECT slot FROM late_responses") == []
