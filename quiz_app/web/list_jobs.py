"""The lists of all units in one zip, or in one workbook with a sheet for each, made in the background."""

from __future__ import annotations

import re
import tempfile
import zipfile

from quiz_app.domain.issued_lists import FileFormat, ListKind
from quiz_app.domain.jobs import JobFailed, JobKind
from quiz_app.exports.list_sheets import XLSX
from quiz_app.services.issued_lists import NewList, issue_lists
from quiz_app.services.job_kinds import handles
from quiz_app.services.running_job import RunningJob
from quiz_app.services.score_lists import make_lists
from quiz_app.web.identity import get_settings
from quiz_app.web.list_files import write_lists
from quiz_app.web.list_words import FILE_NAMES

ZIP = "application/zip"
IN_MEMORY = 8 * 1024 * 1024
"""Bytes of the zip that are held before it goes to a file."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')


@handles(JobKind.ZIP_SCORE_LISTS)
def make_lists_of_all(job: RunningJob) -> None:
    """A file or a sheet for each unit.

    Nothing is signed before all are made: a job that is cut short leaves no trace.
    """
    now = job.read_now()
    person = job.get_requester()
    kind, file_format = ListKind(job.arguments["kind"]), FileFormat(job.arguments["format"])
    data = make_lists(
        person=person, as_lead=False, kind=kind, round_id=job.arguments["round_id"], unit_id=None, each_unit=True,
        now=now,
    )  # fmt: skip
    if not data:
        raise JobFailed("There is nobody to put on a list yet.")
    if job.arguments.get("shape") == "sheets":
        job.report(0)
        content, new = write_lists(data, file_format=file_format, address=job.arguments["address"])
        job.report(len(data), len(data))
        issue_lists(new, person=person, file_format=file_format, secret_key=get_settings().secret_key, now=now)
        job.keep_result(f"{FILE_NAMES[kind]()} - {data[0].round.title}.xlsx", XLSX, content)
        return
    issued: list[NewList] = []
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as stream:
        # Files of these kinds are compressed in themselves.
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for number, one in enumerate(data):
                job.report(number, len(data))
                content, new = write_lists([one], file_format=file_format, address=job.arguments["address"])
                issued += new
                name = _UNSAFE.sub("_", one.unit.name if one.unit is not None else "").strip(". ")[:100]
                archive.writestr(f"{number + 1:03d} {name}.{file_format}", content)
        job.report(len(data), len(data))
        stream.seek(0)
        issue_lists(issued, person=person, file_format=file_format, secret_key=get_settings().secret_key, now=now)
        title = f"{FILE_NAMES[kind]()} - {data[0].round.title}.zip"
        job.keep_result(title, ZIP, stream)
