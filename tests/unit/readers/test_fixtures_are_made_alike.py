"""The scripts that write the fixtures write the same files each time, whatever the hour and the seed of hashes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.web import REPOSITORY

TICK_SECONDS = 2.1
"""A zip tells the time in steps of two seconds."""


@pytest.mark.parametrize("script", ["make_word_files", "make_spreadsheets"])
def test_a_script_writes_the_same_files_again(script: str, tmp_path: Path) -> None:
    one, other = write(script, tmp_path / "one", seed="1"), write(script, tmp_path / "other", seed="2")
    assert len(one) >= 40
    assert one.keys() == other.keys()
    assert [name for name, content in one.items() if other[name] != content] == []


def write(script: str, folder: Path, *, seed: str) -> dict[str, bytes]:
    """What the script writes, by name of file."""
    begun = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", f"tests.fixtures.{script}", str(folder)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": seed},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    time.sleep(max(0.0, TICK_SECONDS - (time.monotonic() - begun)))
    return {path.name: path.read_bytes() for path in folder.iterdir()}
