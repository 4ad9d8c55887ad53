"""Which system account a database server runs as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TypedDict


class PopenAccount(TypedDict, total=False):
    """Keyword arguments of subprocess.Popen that change the account; empty to stay as we are."""

    user: int
    group: int
    extra_groups: list[int]


def find_server_account() -> PopenAccount:
    """Return the account to drop to when we are root (`postgres`, else `nobody`), else nothing."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise LookupError("no account 'postgres' or 'nobody' to run a database server as")


def hand_over(directory: Path, account: PopenAccount) -> None:
    """Create `directory` for the account alone (mode 0700) and check that the account can reach it.

    Raises PermissionError naming the folder in the way: the private temporary folders of pytest are one.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not account:
        return
    os.chown(directory, account["user"], account["group"])
    for parent in directory.resolve().parents:
        if not parent.stat().st_mode & 0o001:
            raise PermissionError(f"{parent} is closed to the server's account; choose a folder it can reach")
