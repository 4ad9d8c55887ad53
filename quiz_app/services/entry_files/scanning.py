"""Looking for viruses in files that wait for it. What waits stands in a column and not in a queue: nothing is lost
when the scanner or a process stops, and what was scanned twice is told twice the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from quiz_app.domain.initiatives.entries import EntryFile, ScanState
from quiz_app.persistence import audit
from quiz_app.persistence.initiatives import files as files_store
from quiz_app.persistence.session import reading, single_write, transaction
from quiz_app.services.entry_files.contents import make_key
from quiz_app.storage import FileMissing, Storage
from quiz_app.virus_scanner import ContentTooLargeToScan, ScannerAddress, ScannerFailed, scan

log = logging.getLogger(__name__)

AT_A_TIME = 50


@dataclass(frozen=True, slots=True)
class ScanReport:
    """How many contents were looked at, in how many a virus was found, and what kept others from being looked at."""

    scanned: int
    infected: int
    trouble: str | None


def scan_unscanned(
    *, address: ScannerAddress, storage: Storage, read_now: Callable[[], datetime]
) -> tuple[int, ScanReport]:
    """Look at files too that were attached before a scanner was configured: how many of these there were, and what came
    of it. Until a file was looked at it waits, as one does that is attached now.
    """
    with single_write() as work:
        asked = files_store.ask_for_scans(work)
    return asked, scan_waiting(address=address, storage=storage, read_now=read_now)


def scan_waiting(
    *,
    address: ScannerAddress,
    storage: Storage,
    read_now: Callable[[], datetime],
    is_stopped: Callable[[], bool] = lambda: False,
) -> ScanReport:
    """Look at every content that waits, the oldest first. One that is too large for the scanner, or is missing, goes on
    waiting and does not hold up the others; a scanner that does not answer ends it.
    """
    scanned = infected = after = 0
    trouble = None
    seen: set[str] = set()
    while not is_stopped():
        with reading() as work:
            files = files_store.list_waiting_files(work, after=after, most=AT_A_TIME)
        if not files:
            break
        for file in files:
            after = file.id
            if file.digest in seen or is_stopped():
                continue
            seen.add(file.digest)
            try:
                virus = _scan(file, address, storage)
            except (FileMissing, ContentTooLargeToScan) as error:
                trouble = f"{file.name}: {error}"
                log.warning("file %d cannot be scanned: %s", file.id, error)
                continue
            except (ScannerFailed, OSError) as error:
                log.warning("no file is scanned: %s", error)
                return ScanReport(scanned, infected, str(error))
            scanned += 1
            infected += virus is not None
            _note(file, virus, read_now())
    return ScanReport(scanned, infected, trouble)


def _scan(file: EntryFile, address: ScannerAddress, storage: Storage) -> str | None:
    with storage.open_file(make_key(file.digest)) as content:
        return scan(address, content)


def _note(file: EntryFile, virus: str | None, now: datetime) -> None:
    with transaction() as work:
        state = ScanState.CLEAN if virus is None else ScanState.INFECTED
        files_store.set_scan(work, digest=file.digest, scan=state)
        if virus is not None:
            log.warning("a virus was found in file %d: %s", file.id, virus)
            audit.add_entry(
                work,
                now=now,
                actor_id=None,
                action="entry_file_infected",
                subject=("entry", file.entry_id),
                details={"name": file.name, "digest": file.digest, "virus": virus},
            )
