"""Carries lives out under asyncio: arrivals come when they are due, whether or not the server keeps up."""

from __future__ import annotations

import asyncio
import random

from load_tests.lean.client import Pool, make_packet
from load_tests.people.crowd import Crowd
from load_tests.people.organiser import organise
from load_tests.people.participant import take_part
from load_tests.people.shapes import Shape
from load_tests.people.steps import Answer, Ask, Life, Think, Unexpected
from load_tests.people.tally import SLOW, Tally
from load_tests.people.unit_lead import lead_unit
from load_tests.people.world import Person, World

TRY_AGAIN, TOLD_TO_COME_BACK = (429, 502, 503, 504), 503
LONGEST_BACK_OFF = 8.0
PATIENCE_SECONDS = 60.0
LAST_SECONDS = 30.0
"""How long lives that are under way may take after the end of the run."""


class Ended(Exception):  # noqa: N818 - it says what happened
    """The run is over, and the server was still asking to wait."""


class Driver:
    """Everybody of a run."""

    def __init__(self, world: World, ports: list[int]) -> None:
        self.world = world
        self.tally = Tally()
        self._pool = Pool(ports)
        self._random = random.Random(3)  # noqa: S311 - choices of a test
        self._lives: set[asyncio.Task[None]] = set()
        self._copies: set[asyncio.Task[Answer]] = set()
        self._is_over = False

    async def run(self) -> None:
        """From the begin of the plan to its end."""
        crowd, plan = Crowd(self.world), self.world.plan
        await asyncio.sleep(max(0.0, -self.world.seconds))
        for person in crowd.list_flying():
            self.begin(person, take_part(person, self.world), self.world.seconds)
        for make, kind in ((lead_unit, "unit_leads"), (organise, "organisers")):
            for person in self.world.list_people(kind):
                self.begin(person, make(person, self.world), self.world.seconds)
        for moment in Shape(tuple(map(tuple, plan["shape"]))).list_arrivals(plan["seed"]):
            await asyncio.sleep(max(0.0, moment - self.world.seconds))
            person = crowd.find_next()
            if person is not None:
                self.begin(person, take_part(person, self.world), moment)
        await asyncio.sleep(max(0.0, plan["seconds"] - self.world.seconds))
        await self.end()

    async def end(self) -> None:
        """Whoever waits for an answer gets it; nobody begins anything new."""
        self._is_over = True
        if self._lives:
            await asyncio.wait(self._lives, timeout=LAST_SECONDS)
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, *self._copies, return_exceptions=True)
        self._pool.close()

    def begin(self, person: Person, life: Life, due: float) -> None:
        """Let somebody live; the first step was due at this second of the run."""
        task = asyncio.get_running_loop().create_task(self._live(person, life, due))
        self._lives.add(task)
        task.add_done_callback(self._lives.discard)

    async def _live(self, person: Person, life: Life, due: float) -> None:
        try:
            step = next(life)
            while True:
                if isinstance(step, Think):
                    due += step.seconds
                    if not await self._has_come(due):
                        return
                    step = next(life)
                else:
                    answer = await self._ask(person, step, due)
                    due = self.world.seconds
                    if self._is_over:
                        # The step after it is not taken, but what was acknowledged is noted.
                        life.send(answer)
                        return
                    step = life.send(answer)
        except (StopIteration, Ended):
            pass
        except Unexpected as surprise:
            self.world.journal.note_surprise(f"{person.login}: {surprise}"[:400])
        except Exception as error:
            self.world.journal.note_surprise(f"{person.login}: {type(error).__name__}: {error}"[:400])
        finally:
            life.close()

    async def _has_come(self, due: float) -> bool:
        """Wait for this second of the run; False when the run ends before it."""
        await asyncio.sleep(max(0.0, min(due, float(self.world.plan["seconds"])) - self.world.seconds))
        return due < self.world.plan["seconds"] and not self._is_over

    async def _ask(self, person: Person, step: Ask, due: float) -> Answer:
        """Ask until there is an answer that is not "try again"; its time counts from when it was first due."""
        headers, body = person.browser.make_body(step)
        packet = make_packet(step.path, headers, body, is_get=step.is_get)
        for _ in range(step.copies - 1):
            copy = asyncio.get_running_loop().create_task(self._pool.ask(packet))
            self._copies.add(copy)
            copy.add_done_callback(self._copies.discard)
        limit = 1.0
        while True:
            wait, why = 0.0, ""
            is_asked = False
            try:
                answer = await asyncio.wait_for(
                    self._pool.ask(packet, reading_seconds=step.reading_seconds), PATIENCE_SECONDS
                )
                why, wait = str(answer.status), answer.retry_after
                if answer.status not in TRY_AGAIN:
                    break
                is_asked = answer.status == TOLD_TO_COME_BACK and wait > 0
            except (TimeoutError, OSError) as error:
                why = type(error).__name__
            if is_asked:
                self.tally.note_asked(step.name, self.world.seconds)
            else:
                self.tally.refused[f"{step.name}: {why}"] += 1
            if self._is_over:
                raise Ended
            if not is_asked and self.world.seconds - due > PATIENCE_SECONDS:
                raise Unexpected(f"{step.name}: no answer for {PATIENCE_SECONDS:.0f} s, last {why}")
            await asyncio.sleep(max(wait, self._random.uniform(0.0, limit)))
            limit = min(LONGEST_BACK_OFF, 2 * limit)
        person.browser.take(step, answer)
        name = step.name + SLOW if step.reading_seconds else step.name
        self.tally.note(name, due, (self.world.seconds - due) * 1000)
        return answer
