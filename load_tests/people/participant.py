"""A participant: signs in, sits an attempt as the page and its script do, looks at the result, takes it again."""

from __future__ import annotations

import json
import random
import re
import time

from load_tests.bench.operations import QUESTIONS
from load_tests.faults.journal import Cell
from load_tests.people import thinking
from load_tests.people.steps import Ask, Asking, Life, Think, Unexpected, ask
from load_tests.people.world import Person, World

CHANGES_MIND, DOUBLE_CLICKS = 0.1, 0.02
"""Shares of answers."""
SLOW_PHONES, LEAVES, RELOADS, LOOKS_AT_BOARD, TAKES_AGAIN = 0.1, 0.04, 0.2, 0.4, 0.5
"""Shares of attempts: on a slow phone; left for a while and gone on with; whose result is reloaded; and so on."""
READING_SECONDS, SPREAD_SECONDS, CROWD_SPREAD_SECONDS = 5.0, 5.0, 25.0
"""After the end of the time the page shows how much was received, and goes to the result by itself: where the attempt
ends with the round, later (``ending.js``).
"""
SHORTEST_HURRY = 1.0
"""Seconds before the end within which nobody begins another answer."""
NEAR_END_SECONDS = 6.0
"""Around the close an answer may already be too late: the server's clock decides."""
_SLOTS = re.compile(r"data-slot=")


class Closed(Exception):  # noqa: N818 - it says what happened
    """The round was closed, or the attempt's time was over."""


def sign_in(person: Person, world: World, home: str = "/my") -> Life:
    """The form of the page, with the time that typing takes."""
    yield from ask(Ask("sign-in page", "/sign-in"))
    yield Think(thinking.TYPING.draw(world.random))
    fields = {"login": person.login, "password": world.password}
    answer = yield from ask(Ask("sign in", "/sign-in", form=fields), 302)
    if not answer.location.endswith(home):
        raise Unexpected(f"the sign-in leads to {answer.location}")
    # The token belongs to the session before; the next page brings that of the new one.
    person.browser.token = ""


def take_part(person: Person, world: World) -> Life:
    """One attempt from where the person stands: not known yet, at home, or in an attempt already."""
    generator = random.Random(f"{person.login}-{world.seconds:.3f}")  # noqa: S311 - choices of a test
    try:
        if person.attempt_id and person.browser.token:
            # The page is open already, and the person is somewhere between two answers.
            count = QUESTIONS
            yield from _think(generator.random() * thinking.ANSWER.draw(generator), person, generator)
        elif person.attempt_id:
            count = yield from _open_paper(person)
        else:
            if not person.cookie and not person.browser.cookies:
                yield from sign_in(person, world)
            yield from ask(Ask("home", "/my"))
            yield Think(_cap(thinking.RULES.draw(generator), world))
            count = yield from _start(person, world, generator)
        yield from _answer_all(person, world, generator, count)
        yield from ask(Ask("finish", f"/attempts/{person.attempt_id}/finish", form={}), 303)
    except Closed:
        yield from _meet_the_end(person, world, generator)
        return
    yield from _look_back(person, world, generator)
    person.attempt_id = person.answered = 0
    if generator.random() < TAKES_AGAIN:
        world.resting.append(person)


def _start(person: Person, world: World, generator: random.Random) -> Asking:  # type: ignore[misc]
    if world.find_time_left() < NEAR_END_SECONDS:
        raise Closed
    yield from ask(Ask("start page", f"/rounds/{world.round_id}/start"))
    yield Think(_cap(thinking.RULES.draw(generator), world))
    if world.find_time_left() < NEAR_END_SECONDS:
        raise Closed
    answer = yield from ask(Ask("start", f"/rounds/{world.round_id}/attempts", form={}), 303, 409)
    if answer.status == 409:
        # Asked for in time, and told to come back until it was not.
        raise Closed if world.find_time_left() < NEAR_END_SECONDS else Unexpected(f"start: 409 {answer.text[:300]}")
    world.starts.append(world.seconds)
    person.attempt_id, person.answered = int(answer.location.rpartition("/")[2]), 0
    person.has_hurried = False
    person.ends_at = time.time() + min(float(world.plan["limit_seconds"]), world.find_time_left())
    return (yield from _open_paper(person))


def _open_paper(person: Person) -> Asking:  # type: ignore[misc]
    answer = yield from ask(Ask("question page", f"/attempts/{person.attempt_id}"), 200, 302)
    if answer.status == 302:
        raise Closed
    return len(_SLOTS.findall(answer.text))


def _answer_all(person: Person, world: World, generator: random.Random, count: int) -> Life:
    is_slow = generator.random() < SLOW_PHONES
    leaves_at = generator.randrange(count) if generator.random() < LEAVES else -1
    while person.answered < count:
        yield from _think(thinking.ANSWER.draw(generator), person, generator)
        slot = person.answered
        choice = generator.randrange(2)
        if generator.random() < CHANGES_MIND:
            yield from _save(person, world, generator, slot, 1 - choice, is_slow=is_slow, is_final=False)
            yield from _think(thinking.CHANGE_OF_MIND.draw(generator), person, generator)
        yield from _save(person, world, generator, slot, choice, is_slow=is_slow, is_final=True)
        person.answered += 1
        if slot == leaves_at:
            yield from _think(thinking.AWAY.draw(generator), person, generator)
            yield from _open_paper(person)
    yield from _think(thinking.CHANGE_OF_MIND.draw(generator), person, generator)


def _save(
    person: Person, world: World, generator: random.Random, slot: int, choice: int, *, is_slow: bool, is_final: bool
) -> Life:
    """Acknowledged, or Closed. An answer that was acknowledged as final is never sent another time."""
    attempt_id, sequence, begun = person.attempt_id, int(time.time() * 1000), time.monotonic()
    world.journal.note_sent(attempt_id, slot, sequence, choice)
    step = Ask(
        "save",
        f"/attempts/{attempt_id}/responses",
        value={"responses": [{"slot": slot, "choice": choice, "sequence": sequence}]},
        copies=2 if generator.random() < DOUBLE_CLICKS else 1,
        reading_seconds=generator.uniform(0.5, 2.0) if is_slow else 0.0,
    )
    answer = yield from ask(step, 200, 410)
    if answer.status != 200:
        is_closed = "attempt_closed" in answer.text and person.ends_at - time.time() < NEAR_END_SECONDS
        raise Closed if is_closed else Unexpected(f"save: {answer.status} {answer.text[:300]}")
    kept = json.loads(answer.text)["responses"][str(slot)][:2]
    if kept != [sequence, choice]:
        raise Unexpected(f"slot {slot} of {attempt_id}: acknowledged {kept}")
    if is_final:
        world.journal.note_acknowledged(Cell(attempt_id, slot, sequence, choice), time.monotonic() - begun)


def press_on(person: Person, world: World) -> Life:
    """Save after save without a pause, on an attempt that is open. Of each slot the last one acknowledged counts."""
    if not person.browser.token:
        yield from _open_paper(person)
    last: dict[int, Cell] = {}
    number, sequence = 0, int(time.time() * 1000)
    path = f"/attempts/{person.attempt_id}/responses"
    try:
        while True:
            slot, choice = number % QUESTIONS, number // QUESTIONS % 2
            number, sequence = number + 1, sequence + 1
            world.journal.note_sent(person.attempt_id, slot, sequence, choice)
            value = {"responses": [{"slot": slot, "choice": choice, "sequence": sequence}]}
            answer = yield from ask(Ask("save", path, value=value))
            if json.loads(answer.text)["responses"][str(slot)][:2] != [sequence, choice]:
                raise Unexpected(f"slot {slot} of {person.attempt_id}: {answer.text[:200]}")
            last[slot] = Cell(person.attempt_id, slot, sequence, choice)
    finally:
        # The run ends in the middle of a life.
        for cell in last.values():
            world.journal.note_acknowledged(cell, 0.0)


def _meet_the_end(person: Person, world: World, generator: random.Random) -> Life:
    """The page locks at the last second; what was received is read, then it goes to the result by itself."""
    if not person.attempt_id:
        return
    ends_together = world.find_time_left() - (person.ends_at - time.time()) < 1.0
    spread = CROWD_SPREAD_SECONDS if ends_together else SPREAD_SECONDS
    yield Think(max(0.0, person.ends_at - time.time()) + READING_SECONDS + generator.uniform(0.0, spread))
    yield from ask(Ask("finish after the close", f"/attempts/{person.attempt_id}/finish", form={}), 303)
    yield from ask(Ask("result after the close", f"/attempts/{person.attempt_id}/result"))
    if generator.random() < LOOKS_AT_BOARD:
        yield Think(thinking.BOARD.draw(generator))
        yield from ask(Ask("ranking after the close", f"/rounds/{world.round_id}/ranking"))


def _look_back(person: Person, world: World, generator: random.Random) -> Life:
    path = f"/attempts/{person.attempt_id}/result"
    yield from ask(Ask("result page", path))
    yield Think(thinking.RESULT.draw(generator))
    if generator.random() < RELOADS:
        yield from ask(Ask("result page", path))
    if generator.random() < LOOKS_AT_BOARD:
        yield from ask(Ask("ranking", f"/rounds/{world.round_id}/ranking"))
        yield Think(thinking.BOARD.draw(generator))
        of_units = "?of=units" if generator.random() < 0.3 else ""
        yield from ask(Ask("ranking", f"/rounds/{world.round_id}/ranking{of_units}"))


def _think(seconds: float, person: Person, generator: random.Random) -> Life:
    """Think. Who would not come to an answer in the time that is left gives one more in a hurry; then Closed."""
    left = person.ends_at - time.time()
    if seconds < left:
        yield Think(seconds)
        return
    if left < SHORTEST_HURRY or person.has_hurried:
        raise Closed
    person.has_hurried = True
    yield Think(left * generator.uniform(0.1, 0.95))


def _cap(seconds: float, world: World) -> float:
    return max(0.0, min(seconds, world.find_time_left()))
