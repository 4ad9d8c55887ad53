"""Files, space, clock and programs of this machine."""

from __future__ import annotations

import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.engine import make_url

from quiz_app.config import Settings
from quiz_app.domain.diagnosis import Finding, Level, judge
from quiz_app.persistence.backups import CopyFailed
from quiz_app.persistence.backups.postgresql import find_program
from quiz_app.persistence.diagnosis import find_newest_moment, read_clock
from quiz_app.persistence.session import reading
from quiz_app.services.starting import LARGEST_SKEW

LITTLE_SPACE, NO_SPACE = 2 << 30, 256 << 20
"""Bytes: below the first it is time to make room, below the second the next evening may fill the disk."""
SMALL_SKEW = timedelta(seconds=2)
NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "fuse.sshfs", "fuse.glusterfs", "afs")


def examine_files(settings: Settings, data_folder: Path) -> list[Finding]:
    """Who may read what should be read by the service alone."""
    findings = [
        _examine_mode("secret key's file", data_folder / "secret_key", 0o077, Level.FAULT),
        _examine_mode("data folder", data_folder, 0o007, Level.WARNING),
        _examine_mode("files folder", settings.files_folder, 0o007, Level.WARNING),
    ]
    path = find_database_file(settings)
    if path is not None:
        # Inside a folder that is closed to others, its own mode is no door.
        is_open = path.exists() and path.parent.stat().st_mode & 0o007
        findings.append(_examine_mode("database file", path, 0o007 if is_open else 0, Level.FAULT))
    return [finding for finding in findings if finding is not None]


def find_database_file(settings: Settings) -> Path | None:
    """The file of SQLite; None for PostgreSQL."""
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def examine_space(settings: Settings) -> list[Finding]:
    """Room where files and the database are kept (of PostgreSQL's own disk nothing is known here)."""
    findings = []
    path = find_database_file(settings)
    for name, folder in (("files", settings.files_folder), ("database", path.parent if path else None)):
        if folder is None:
            continue
        there = next((place for place in (folder, *folder.parents) if place.exists()), Path("/"))
        free = shutil.disk_usage(there).free
        findings.append(
            judge(
                f"disk of the {name}",
                is_right=free >= LITTLE_SPACE,
                said=f"{free / (1 << 30):.1f} GB free at {there}",
                remedy="Make room, or move the folder to a larger disk; a full disk refuses every save.",
                level=Level.FAULT if free < NO_SPACE else Level.WARNING,
            )
        )
    return findings


def examine_clock(read_now: Callable[[], datetime], *, has_tables: bool) -> list[Finding]:
    """This clock against the database's, the newest entry, and whether somebody keeps it right."""
    with reading() as work:
        now = read_now()
        skew = abs(read_clock(work) - now)
        newest = find_newest_moment(work) if has_tables else None
    remedy = "Set it right: `timedatectl set-ntp true`, on the web and the database server."
    level = Level.FAULT if skew > LARGEST_SKEW else Level.WARNING
    said = f"{skew.total_seconds():.1f} s from the database's"
    findings = [judge("clock", is_right=skew <= SMALL_SKEW, said=said, remedy=remedy, level=level)]
    if newest is not None and newest - now > LARGEST_SKEW:
        said = f"the newest entry of the trail is of {newest:%Y-%m-%d %H:%M:%S} UTC, which is still to come"
        findings.append(Finding(Level.FAULT, "clock", said, remedy))
    if is_kept_right() is False:
        findings.append(Finding(Level.WARNING, "clock", "not synchronised (NTP)", "Run `timedatectl set-ntp true`."))
    return findings


def is_kept_right() -> bool | None:
    """Whether systemd says that the clock is synchronised; None when there is nobody to ask."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(done.stdout.strip()) if done.returncode == 0 else None


def examine_programs(kind: str) -> list[Finding]:
    """What a backup needs."""
    if kind == "sqlite":
        return []
    try:
        programs = [find_program(name) for name in ("pg_dump", "pg_restore", "psql")]
    except CopyFailed as error:
        return [Finding(Level.WARNING, "backup programs", str(error), "Without them `quiz backup` cannot work.")]
    return [Finding(Level.OK, "backup programs", programs[0])]


def find_file_system(path: Path, mounts: str) -> str:
    """The type of the file system that holds the path, from the text of /proc/mounts; "" when it does not say."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = Path(fields[1].replace("\\040", " "))
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), fields[2]
    return kind


def _examine_mode(name: str, path: Path, closed: int, level: Level) -> Finding | None:
    if not path.exists():
        return None
    mode = stat.S_IMODE(path.stat().st_mode)
    remedy = f"Close it: chmod {'700' if path.is_dir() else '600'} {path}"
    return judge(name, is_right=not mode & closed, said=f"mode {mode:o}", remedy=remedy, level=level)
