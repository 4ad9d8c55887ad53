"""The board of units, alike for leads (their own units) and organisers (all), on a page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, render_template, request

from quiz_app.domain.initiatives.boards import UnitEntries
from quiz_app.exports.sheets import SheetColumn
from quiz_app.services.initiatives.boards import Board, BoardLine, Shown
from quiz_app.services.initiatives.reminding import Reminded
from quiz_app.web.bank_query import read_page
from quiz_app.web.directory_query import read_id
from quiz_app.web.entry_words import describe_category
from quiz_app.web.identity import get_now, get_settings
from quiz_app.web.translate import gettext, ngettext

PAGE_SIZE = 200
_SHOWN: Mapping[Shown, Callable[[], str]] = {
    Shown.ALL: lambda: gettext("all units"),
    Shown.MISSING: lambda: gettext("still owing"),
    Shown.NONE_YET: lambda: gettext("nothing handed in yet"),
}


def read_board_query() -> dict[str, Any]:
    """Which units are asked for, and beside which other round; ``against=0`` is beside none."""
    shown = request.args.get("show", "")
    return {
        "earlier_id": read_id(request.args.get("against", "")),
        "shown": Shown(shown) if shown in set(Shown) else Shown.ALL,
    }


def render_board(area: str, board: Board) -> str:
    """The page, with two hundred units of the table."""
    page_count = max(1, -(-len(board.lines) // PAGE_SIZE))
    number = min(read_page(request.args.get("page", "")), page_count)
    return render_template(
        "entry_checks/board.html",
        area=area,
        board=board,
        lines=board.lines[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        number=number,
        page_count=page_count,
        shown_words={each: words() for each, words in _SHOWN.items()},
        describe_missing=describe_missing,
        is_mail_set=get_settings().mail is not None,
        now=get_now(),
    )


def tell_reminded(reminded: Reminded) -> None:
    """Say how many letters go out, and how many units have to be told otherwise."""
    words = ngettext("%(num)d letter will be sent.", "%(num)d letters will be sent.", reminded.letters)
    if reminded.units_left:
        left = ngettext(
            "%(num)d unit has no lead with an e-mail address, or was written to today.",
            "%(num)d units have no lead with an e-mail address, or were written to today.",
            reminded.units_left,
        )
        words = f"{words} {left}"
    flash(words)


def describe_missing(line: BoardLine, board: Board) -> str:
    """What a unit still owes, by category where its quota names any: ``CCHC: 1, nhiệm vụ: 2``."""
    parts = [
        f"{describe_category(each.category, board.round)}: {each.missing}"
        for each in line.figures.by_category
        if each.missing
    ]
    return ", ".join(parts)


def list_board_columns(board: Board) -> list[SheetColumn]:
    """The headings of the file."""
    titles = [gettext("Unit"), gettext("Code"), gettext("Unit above"), gettext("Being written")]
    if board.registration is not None:
        titles.append(gettext("Registered"))
    titles += [
        gettext("Handed in"),
        gettext("Forwarded to the contest"),
        gettext("Admitted"),
        gettext("Owed"),
        gettext("Counted"),
        gettext("Still missing"),
        gettext("Missing by category"),
    ]
    if board.earlier is not None:
        titles.append(board.earlier.title)
    return [SheetColumn(title) for title in titles]


def list_board_rows(board: Board) -> list[list[str]]:
    """A row for each unit, and the sums."""
    rows = [
        [
            line.unit.name,
            line.unit.code,
            line.above or "",
            *_list_numbers(line.figures, board, line.figures.missing),
            describe_missing(line, board),
            *_list_earlier(line.figures, board),
        ]
        for line in board.lines
    ]
    sums = [gettext("All units"), "", "", *_list_numbers(board.totals, board, board.missing), ""]
    return [*rows, [*sums, *_list_earlier(board.totals, board)]]


def _list_numbers(figures: UnitEntries, board: Board, missing: int) -> list[str]:
    numbers: list[int | None] = [figures.begun]
    if board.registration is not None:
        numbers.append(figures.registered)
    numbers += [figures.handed_in, figures.forwarded, figures.admitted, figures.owed, figures.counted, missing]
    return ["" if number is None else str(number) for number in numbers]


def _list_earlier(figures: UnitEntries, board: Board) -> list[str]:
    return [] if board.earlier is None else [str(figures.earlier or 0)]
