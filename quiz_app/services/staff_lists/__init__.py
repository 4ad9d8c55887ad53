"""Staff lists: reading one, looking at what it would change, and changing it: all of it or nothing.

``preview_list`` reads the file and stores nothing of it but our own form of what it says; ``confirm_list`` hands that
to a job (``applying``), which makes every change in one transaction.
"""

from quiz_app.services.staff_lists import applying
from quiz_app.services.staff_lists.large_files import SMALL_LIST, read_large_list, request_reading
from quiz_app.services.staff_lists.staging import (
    KEPT_FOR,
    StaffListChanged,
    StaffPreview,
    confirm_list,
    discard_list,
    list_default_units,
    list_latest,
    list_problems,
    preview_list,
    view_list,
)

__all__ = [
    "KEPT_FOR",
    "SMALL_LIST",
    "StaffListChanged",
    "StaffPreview",
    "applying",
    "confirm_list",
    "discard_list",
    "list_default_units",
    "list_latest",
    "list_problems",
    "preview_list",
    "read_large_list",
    "request_reading",
    "view_list",
]
