"""Whatever zone the machine is set to, moments mean the same: the tests that know moments run again under each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = ["test_contest_rules.py", "test_attempt_rules.py", "test_contest_files.py", "test_columns.py"]
SECONDS = 100


@pytest.mark.parametrize("zone", ["UTC", "Asia/Ho_Chi_Minh", "America/New_York"])
def test_moments_mean_the_same_in_every_zone_of_the_machine(zone: str) -> None:
    # What the zone is set by must be in force before Python starts; plug-ins of this run stay out of the inner one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(
        [*command, *(f"tests/unit/{name}" for name in FILES)],
        cwd=ROOT,
        env=environment | {"TZ": zone},
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    assert " passed" in result.stdout


def test_the_zone_reaches_a_process_that_is_started_under_it() -> None:
    source = "import time; print(time.localtime(0).tm_hour)"
    hours = [
        subprocess.run(
            [sys.executable, "-c", source],
            env=os.environ | {"TZ": zone},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        ).stdout.strip()
        for zone in ("UTC", "Asia/Ho_Chi_Minh", "America/New_York")
    ]
    assert hours == ["0", "8", "19"]
