"""As many saves as go: people who do not think, each on an attempt of their own, one answer after the other.

A closed model on purpose: it asks how much the engine takes, not how long a person waits on an evening.
"""

from __future__ import annotations

import asyncio

from load_tests.lean.driver import Driver
from load_tests.people.participant import press_on
from load_tests.people.world import World

__all__ = ["press"]


async def press(driver: Driver) -> None:
    """Everybody of the plan at once, until its end."""
    world: World = driver.world
    await asyncio.sleep(max(0.0, -world.seconds))
    for person in world.list_people("flying"):
        driver.begin(person, press_on(person, world), world.seconds)
    await asyncio.sleep(max(0.0, world.plan["seconds"] - world.seconds))
    await driver.end()
