"""Disks to break: a small one that fills up, and one whose power can be cut. Both are mounted, so they ask for root."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Protocol

SMALL_MEGABYTES = 256
IMAGE_MEGABYTES = 512


class MountRefused(RuntimeError):
    """This machine lets nobody mount; the message says what was refused."""


class Disk(Protocol):
    """A folder on a file system of its own."""

    folder: Path

    def remove(self) -> None:
        """Unmount it and forget what it holds."""


class SmallDisk:
    """A file system in memory of so many megabytes."""

    def __init__(self, folder: Path) -> None:
        """Raises MountRefused."""
        self.folder = folder
        folder.mkdir(parents=True)
        _run("mount", "-t", "tmpfs", "-o", f"size={SMALL_MEGABYTES}m", "tmpfs", str(folder))
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Until not a byte more can be written."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink()

    def remove(self) -> None:
        """See ``Disk``."""
        _run("umount", "--lazy", str(self.folder))
        self.folder.rmdir()


class ImageDisk:
    """An ext4 file system in a file. What its programs have not asked to be on the disk is not in that file, so that a
    copy of it, made when they are dead, is what a machine finds whose power was cut at that moment.

    The file system writes by itself only every ``commit`` seconds, later than a run is long.
    """

    def __init__(self, folder: Path) -> None:
        """Raises MountRefused."""
        self.folder = folder
        self._image = folder.with_name(folder.name + ".img")
        folder.mkdir(parents=True)
        with self._image.open("wb") as file:
            file.truncate(IMAGE_MEGABYTES << 20)
        _run("mkfs.ext4", "-q", "-E", "lazy_itable_init=1,lazy_journal_init=1", str(self._image))
        self._mount()

    def sync(self) -> None:
        """Put everything so far on the disk: what was there before the run."""
        _run("sync", "--file-system", str(self.folder))

    def cut_power(self) -> None:
        """Lose what was not on the disk. Nobody may be writing any more."""
        survived = self._image.with_suffix(".cut")
        _run("cp", "--sparse=always", str(self._image), str(survived))
        _run("umount", "--lazy", str(self.folder))
        self._image.unlink()
        survived.rename(self._image)
        self._mount()

    def remove(self) -> None:
        """See ``Disk``."""
        _run("umount", "--lazy", str(self.folder))
        self.folder.rmdir()
        self._image.unlink()

    def _mount(self) -> None:
        _run("mount", "-o", "loop,commit=600", str(self._image), str(self.folder))


def _run(*command: str) -> None:
    program = shutil.which(command[0]) or shutil.which(command[0], path="/usr/sbin:/sbin")
    if program is None:
        raise MountRefused(f"{command[0]} is missing")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise MountRefused(f"{' '.join(command)}: {done.stderr.strip()}")
