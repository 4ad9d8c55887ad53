"""Locust: the people of a plan as its users. ``make load LOAD_ARGS="… --generator locust"`` makes the plan and checks.

``LOAD_PLAN`` names the plan, which ``python -m load_tests.load`` writes. Each user is sent through the same lives as in
the lean generator, one after another. The journal and the latencies go to the file that the plan names, and Locust's
exit code is 1 when anything was refused or answered otherwise than a person may expect.
"""

from __future__ import annotations

import os
import random
import time
from collections import deque
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, HttpUser, LoadTestShape, between, events, task

from load_tests.people.crowd import Crowd
from load_tests.people.organiser import organise
from load_tests.people.outcome import Outcome
from load_tests.people.participant import press_on, take_part
from load_tests.people.shapes import Shape
from load_tests.people.steps import Answer, Ask, Life, Think, Unexpected
from load_tests.people.tally import SLOW, Tally
from load_tests.people.unit_lead import lead_unit
from load_tests.people.world import Person, World

WORLD = World.open(Path(os.environ["LOAD_PLAN"]))
PLAN = WORLD.plan
SHAPE = Shape(tuple(map(tuple, PLAN["shape"])))
CROWD, TALLY = Crowd(WORLD), Tally()
UNIT_LEADS, ORGANISERS = deque(WORLD.list_people("unit_leads")), deque(WORLD.list_people("organisers"))
TRY_AGAIN, TOLD_TO_COME_BACK = (0, 429, 502, 503, 504), 503
PATIENCE_SECONDS, LONGEST_BACK_OFF = 60.0, 8.0
SPAWN_RATE = 400.0
Base: Any = HttpUser if PLAN["client"] == "http" else FastHttpUser
_begun = [time.monotonic(), time.process_time()]


class Visitor(Base):
    """Lives somebody's life; how to ask is the same for all kinds."""

    abstract = True
    host = f"http://127.0.0.1:{PLAN['ports'][0]}"
    wait_time = between(0.0, 0.1)

    def live(self, person: Person, life: Life, due: float) -> None:
        """Carry a life out. ``due``: the second of the run at which its first step was."""
        try:
            step = next(life)
            while True:
                if isinstance(step, Think):
                    due += step.seconds
                    gevent.sleep(max(0.0, due - WORLD.seconds))
                    step = next(life)
                else:
                    answer = self._ask(person, step, due)
                    due = WORLD.seconds
                    step = life.send(answer)
        except StopIteration:
            pass
        except Unexpected as surprise:
            WORLD.journal.note_surprise(f"{person.login}: {surprise}"[:400])
        finally:
            life.close()

    def _ask(self, person: Person, step: Ask, due: float) -> Answer:
        limit = 1.0
        for _ in range(step.copies - 1):
            gevent.spawn(self._send, person, step)
        while True:
            answer = self._send(person, step)
            if answer.status not in TRY_AGAIN:
                break
            is_asked = answer.status == TOLD_TO_COME_BACK and answer.retry_after > 0
            if is_asked:
                TALLY.note_asked(step.name, WORLD.seconds)
            else:
                TALLY.refused[f"{step.name}: {answer.status}"] += 1
            if not is_asked and WORLD.seconds - due > PATIENCE_SECONDS:
                raise Unexpected(f"{step.name}: no answer for {PATIENCE_SECONDS:.0f} s")
            gevent.sleep(max(answer.retry_after, random.uniform(0.0, limit)))
            limit = min(LONGEST_BACK_OFF, 2 * limit)
        person.browser.take(step, answer)
        name = step.name + SLOW if step.reading_seconds else step.name
        TALLY.note(name, due, (WORLD.seconds - due) * 1000)
        return answer

    def _send(self, person: Person, step: Ask) -> Answer:
        headers, body = person.browser.make_body(step)
        # One user plays several people in turn: nothing of the last one's session may go with this one's requests.
        (self.client.cookies if PLAN["client"] == "http" else self.client.cookiejar).clear()
        with self.client.request(
            "GET" if step.is_get else "POST",
            step.path,
            name=step.name,
            headers=headers,
            data=None if step.is_get else body,
            allow_redirects=False,
            catch_response=True,
            **({"stream": True} if step.reading_seconds and PLAN["client"] == "http" else {}),
        ) as response:
            if step.reading_seconds:
                gevent.sleep(step.reading_seconds)
            if response.status_code not in (200, 302, 303, 410, 422):
                response.failure(f"{response.status_code}")
            else:
                response.success()
            get_all = getattr(response.headers, "get_all", None)
            cookies = list(get_all("set-cookie") or ()) if get_all else _list_cookies(response)
            return Answer(
                response.status_code or 0,
                response.headers.get("Location") or "",
                float(response.headers.get("Retry-After") or 0.0),
                tuple(cookies),
                response.content or b"",
            )


def _list_cookies(response: Any) -> list[str]:
    """Each Set-Cookie of an answer, from whatever the client keeps them in."""
    raw = getattr(getattr(response, "raw", None), "headers", None)
    if raw is not None and hasattr(raw, "getlist"):
        return list(raw.getlist("Set-Cookie"))
    return [value for name, value in response.headers.items() if name.lower() == "set-cookie"]


class Participant(Visitor):
    """Comes, sits an attempt, looks at the result; then another person comes in the same place."""

    weight = 1

    @task
    def come(self) -> None:
        """One person's visit."""
        person = CROWD.find_next()
        if person is None or WORLD.find_time_left() < 0:
            gevent.sleep(1.0)
            return
        life = press_on(person, WORLD) if PLAN["presses"] else take_part(person, WORLD)
        self.live(person, life, WORLD.seconds)


class UnitLead(Visitor):
    """Takes lists, on and on."""

    fixed_count = len(UNIT_LEADS)
    weight = 0

    @task
    def lead(self) -> None:
        """Until the run ends."""
        UNIT_LEADS.rotate(1)
        person = UNIT_LEADS[0]
        self.live(person, lead_unit(person, WORLD), WORLD.seconds)


class Organiser(Visitor):
    """Watches, edits, exports."""

    fixed_count = len(ORGANISERS)
    weight = 0

    @task
    def watch(self) -> None:
        """Until the run ends."""
        ORGANISERS.rotate(1)
        person = ORGANISERS[0]
        self.live(person, organise(person, WORLD), WORLD.seconds)


class PlanShape(LoadTestShape):
    """As many users as the plan has people at that moment; after the close nobody new comes, nobody is sent away."""

    def tick(self) -> tuple[int, float] | None:
        """As Locust asks: users and how many of them may begin in a second; None at the end."""
        second = WORLD.seconds
        if second >= PLAN["seconds"]:
            return None
        if second < 0:
            return 1, 1.0
        others = len(UNIT_LEADS) + len(ORGANISERS)
        flying = len(PLAN["flying"])
        closes_after = PLAN["seconds"] if PLAN["closes_at"] is None else PLAN["closes_at"] - PLAN["begins_at"]
        wanted = flying if PLAN["presses"] else SHAPE.count_users(min(second, closes_after), flying)
        return max(1, wanted + others), SPAWN_RATE


@events.quitting.add_listener
def write_outcome(environment: Any, **_: Any) -> None:
    """Hand over what came of it."""
    outcome = Outcome.make(WORLD, TALLY, time.process_time() - _begun[1], time.monotonic() - _begun[0])
    outcome.write(Path(PLAN["outcome"]))
    if outcome.surprises or TALLY.refused:
        environment.process_exit_code = 1
