"""Staff lists for tests: as csv, read, confirmed and imported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from flask import Flask

from quiz_app.clock import read_now
from quiz_app.domain.jobs import Job
from quiz_app.domain.people import Person
from quiz_app.keyed_hashes import KeyedHashes
from quiz_app.services import staff_lists
from quiz_app.services.job_running import run_next_job
from quiz_app.services.jobs import find_job
from quiz_app.storage import make_storage

KEYS = KeyedHashes("x" * 32)
"""Those of the settings that tests run under."""
TODAY = date(2022, 10, 1)
NOW = datetime(2022, 10, 1, 2, 0, tzinfo=UTC)
HEADINGS = "Mã cán bộ,Họ và tên,Ngày sinh,Chức vụ,Đơn vị,Điện thoại,Email,CCCD,Trạng thái"


def make_list(*rows: Sequence[str] | str, headings: str = HEADINGS) -> str:
    """A csv list; a row may be shorter than the headings."""
    width = headings.count(",") + 1
    lines = [row if isinstance(row, str) else ",".join([*row, *[""] * (width - len(row))]) for row in rows]
    return "\n".join([headings, *lines])


def add_staff_list(actor: Person, text: str, *, default_unit_id: int | None = None, now: datetime = NOW) -> int:
    """Read a csv list; the id of the import that waits."""
    return staff_lists.preview_list(
        actor=actor,
        content=text.encode("utf-8-sig"),
        file_name="danh-sach.csv",
        default_unit_id=default_unit_id,
        keys=KEYS,
        now=now,
        today=TODAY,
    )


def run_jobs(app: Flask, folder: Path) -> None:
    """Carry out every job that waits."""
    while run_next_job(storage=make_storage(folder), make_context=app.app_context, read_now=read_now):
        pass


def import_list(app: Flask, folder: Path, actor: Person, text: str, *, closes_missing: bool = False) -> Job:
    """Read, confirm and import a list; the job as it ended."""
    import_id = add_staff_list(actor, text)
    job_id = staff_lists.confirm_list(actor=actor, import_id=import_id, closes_missing=closes_missing, now=read_now())
    run_jobs(app, folder)
    return find_job(person=actor, job_id=job_id)
