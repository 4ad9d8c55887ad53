"""Spreadsheets of older kinds (.xls, .ods), read in a process of their own.

How far their cells reach cannot be seen before they are read, and two cells in opposite corners ask for gigabytes. So
the reading is done by a child with limits on memory and time, and a file that needs more is refused.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
from datetime import date
from io import BytesIO
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from question_bank.readers.opening import WrongFile
from question_bank.readers.report import mark_message as N_
from quiz_app.services.tables.sheets import MOST_CELLS, Sheet, to_value
from quiz_app.services.tables.values import Value, clean_text

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space for the child; 50,000 rows of 20 columns take 300 MB of it."""
SECONDS = 20
log = logging.getLogger(__name__)


def read_confined(content: bytes) -> list[Sheet]:
    """The sheets. Raises WrongFile when the child fails, for whatever reason."""
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, with this module
            [sys.executable, "-m", __name__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * SECONDS,
            check=True,
        )
        sheets = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError, OSError) as error:
        # Without the words of the error: they may hold what stands in the file.
        status = error.returncode if isinstance(error, subprocess.CalledProcessError) else type(error).__name__
        log.warning("the process that reads a spreadsheet failed: %s", status)
        raise WrongFile(
            N_("the file is damaged, protected by a password or too large; save it as .xlsx and upload that")
        ) from None
    return [
        Sheet(
            sheet["name"],
            [[_from_json(cell) for cell in row] for row in sheet["rows"]],
            is_hidden=sheet["is_hidden"],
            merges=tuple(((first[0], first[1]), (last[0], last[1])) for first, last in sheet["merges"]),
        )
        for sheet in sheets
    ]


def _from_json(cell: Any) -> Value:
    return date.fromisoformat(cell[0]) if isinstance(cell, list) else str(cell)


def _to_json(value: Value) -> Any:
    return [value.isoformat()] if isinstance(value, date) else value


def _dump(content: bytes) -> list[dict[str, Any]]:
    sheets: list[dict[str, Any]] = []
    cells = 0
    with CalamineWorkbook.from_filelike(BytesIO(content)) as workbook:
        for entry in workbook.sheets_metadata:
            if entry.typ is not SheetTypeEnum.WorkSheet:
                continue
            sheet = workbook.get_sheet_by_name(entry.name)
            cells += sheet.total_height * sheet.total_width
            if cells > MOST_CELLS:
                raise CalamineError(entry.name)
            sheets.append(
                {
                    "name": clean_text(entry.name),
                    "is_hidden": entry.visible is not SheetVisibleEnum.Visible,
                    "merges": sheet.merged_cell_ranges or [],
                    "rows": [
                        [_to_json(to_value(cell)) for cell in row] for row in sheet.to_python(skip_empty_area=False)
                    ],
                }
            )
    return sheets


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    json.dump(_dump(sys.stdin.buffer.read()), sys.stdout)
