"""``python -m load_tests.lean PLAN OUTCOME``: carry out a plan and write what came of it."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from pathlib import Path

from load_tests.lean.ceiling import press
from load_tests.lean.driver import Driver
from load_tests.people.outcome import Outcome
from load_tests.people.world import World


def main() -> None:
    """Run the plan named on the command line."""
    plan, outcome = map(Path, sys.argv[1:3])
    world = World.open(plan)
    driver = Driver(world, world.plan["ports"])
    # What is there now stays: the collector need not look at thousands of people again and again.
    gc.freeze()
    begun, cpu = time.monotonic(), time.process_time()
    asyncio.run(press(driver) if world.plan["presses"] else driver.run())
    Outcome.make(world, driver.tally, time.process_time() - cpu, time.monotonic() - begun).write(outcome)


if __name__ == "__main__":
    main()
