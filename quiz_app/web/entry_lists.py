"""The list of handed-in initiatives, and the board of units, as files."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from werkzeug.wrappers import Response

from quiz_app.exports.sheets import CSV, XLSX, SheetColumn, make_csv, make_workbook
from quiz_app.services.initiatives.appraising import CheckList
from quiz_app.services.initiatives.boards import Board
from quiz_app.web.downloads import make_disposition
from quiz_app.web.entry_boards import list_board_columns, list_board_rows
from quiz_app.web.entry_words import describe_category, describe_state
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext
from quiz_app.web.value_formats import format_instant, format_percent


def send_list(page: CheckList) -> Response:
    """The list as the format of the address asks: csv, or else a workbook."""
    title = gettext("initiatives %(code)s", code=page.round.code)
    return _send(title, list_entry_columns(), list_entry_rows(page))


def send_board(board: Board) -> Response:
    """The board likewise."""
    title = gettext("board of units %(code)s", code=board.round.code)
    return _send(title, list_board_columns(board), list_board_rows(board))


def list_entry_columns() -> list[SheetColumn]:
    """The headings of the list."""
    titles = [
        gettext("Number"),
        gettext("Name of the initiative"),
        gettext("Category"),
        gettext("Unit"),
        gettext("Appraised by"),
        gettext("Written by"),
        gettext("State"),
        gettext("Version handed in"),
        gettext("Time of hand-in"),
        gettext("Late"),
        gettext("Like another"),
    ]
    return [SheetColumn(title) for title in titles]


def list_entry_rows(page: CheckList) -> list[list[str]]:
    """A row for each initiative."""
    language = get_language()
    return [
        [
            str(line.number),
            line.title,
            describe_category(line.category, page.round),
            line.unit_name,
            line.department_name or "",
            line.created_by_name,
            describe_state(line.state),
            str(line.version),
            format_instant(line.submitted_at, page.round.zone),
            gettext("late") if line.is_late else "",
            "" if line.share is None else format_percent(line.share / 10_000, language),
        ]
        for line in page.lines
    ]


def _send(title: str, columns: Sequence[SheetColumn], rows: Sequence[Sequence[str]]) -> Response:
    if request.args.get("format") == "csv":
        content, media_type, suffix = make_csv([column.heading for column in columns], rows), CSV, "csv"
    else:
        content, media_type, suffix = make_workbook(title, columns, rows), XLSX, "xlsx"
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = make_disposition(f"{title}.{suffix}")
    return response
