"""Importing items: a file is read and shown, its items are mended or left out, and then all of them enter the bank as
drafts, or none.

Until that is confirmed nothing is stored but the import itself, which only its person sees and which ends after a day.
"""

from quiz_app.services.item_imports import jobs
from quiz_app.services.item_imports.applying import confirm_import
from quiz_app.services.item_imports.large_files import SMALL_FILE, ReadingView, request_reading, view_reading
from quiz_app.services.item_imports.mending import QuickMend, leave_out_errors, mend_line, mend_page
from quiz_app.services.item_imports.staging import ImportOutcome, discard_import, preview_import
from quiz_app.services.item_imports.viewing import (
    ImportPage,
    LineView,
    get_import_picture,
    get_line,
    list_own_imports,
    view_import,
)

__all__ = [
    "SMALL_FILE",
    "ImportOutcome",
    "ImportPage",
    "LineView",
    "QuickMend",
    "ReadingView",
    "confirm_import",
    "discard_import",
    "get_import_picture",
    "get_line",
    "jobs",
    "leave_out_errors",
    "list_own_imports",
    "mend_line",
    "mend_page",
    "preview_import",
    "request_reading",
    "view_import",
    "view_reading",
]
