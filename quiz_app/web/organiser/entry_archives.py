"""All files of an initiative round in one zip, with an index, for the organisers."""

from __future__ import annotations

from werkzeug.wrappers import Response

from quiz_app.domain.initiatives.entries import ScanState
from quiz_app.domain.initiatives.rounds import InitiativeRound
from quiz_app.exports.sheets import SheetColumn, make_workbook
from quiz_app.services.entry_files import packing
from quiz_app.web.downloads import make_disposition
from quiz_app.web.entry_words import describe_category
from quiz_app.web.identity import get_current_person, get_now, get_storage
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext
from quiz_app.web.value_words import describe_second


@bp.post("/initiatives/<int:round_id>/files.zip")
def download_entry_files(round_id: int) -> Response:
    """The files as they were handed in last, a folder for each initiative."""
    round_, files = packing.list_round_files(person=get_current_person(), round_id=round_id, now=get_now())
    title = gettext("Index")
    index = (f"0000 {title}.xlsx", make_index(round_, files))
    pieces = packing.stream_zip(index=index, files=files, storage=get_storage())
    response = Response(pieces, mimetype="application/zip")
    response.headers["Content-Disposition"] = make_disposition(f"{round_.title}.zip")
    return response


def make_index(round_: InitiativeRound, files: list[packing.PackedFile]) -> bytes:
    """A workbook with a line for each file, in the language of the request."""
    headings = (
        gettext("Number"),
        gettext("Name of the initiative"),
        gettext("Category"),
        gettext("Unit"),
        gettext("Version handed in"),
        gettext("Handed in at"),
        gettext("File"),
        gettext("Size (bytes)"),
        gettext("SHA-256"),
        gettext("In the archive"),
    )
    rows = []
    for packed in files:
        line = packed.listed
        is_infected = line.file.scan is ScanState.INFECTED
        rows.append(
            (
                str(line.entry_number),
                line.entry_title,
                describe_category(line.category, round_),
                line.unit_name,
                str(line.version),
                describe_second(line.submitted_at, round_.zone),
                line.file.name,
                str(line.file.size),
                line.file.digest,
                gettext("left out: a virus was found") if is_infected else packed.path or "",
            )
        )
    return make_workbook(gettext("Index"), [SheetColumn(heading) for heading in headings], rows)
