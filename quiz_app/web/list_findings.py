"""How a file differs from the list that was issued, in words."""

from __future__ import annotations

from collections.abc import Callable

from quiz_app.domain.list_comparison import Finding, FindingKind
from quiz_app.web.translate import gettext


def describe_finding(finding: Finding, columns: tuple[str, ...]) -> str:
    """A difference in a sentence; never what stood there."""
    named = ", ".join(f"“{columns[place]}”" for place in finding.columns if place < len(columns))
    values = {"row": finding.row, "file_row": finding.file_row, "columns": named}
    words: dict[FindingKind, Callable[[], str]] = {
        FindingKind.ROW_ALTERED: lambda: (
            gettext("Row %(row)s was altered in the column %(columns)s (row %(file_row)s of the file).", **values)
            if named
            else gettext("Row %(row)s was altered (row %(file_row)s of the file).", **values)
        ),
        FindingKind.ROW_MISSING: lambda: gettext("Row %(row)s is missing.", **values),
        FindingKind.LINE_ADDED: lambda: gettext("Row %(file_row)s of the file was added.", **values),
        FindingKind.TEXT_ALTERED: lambda: gettext(
            "The text above or below the table was altered (row %(file_row)s of the file).", **values
        ),
        FindingKind.TEXT_MISSING: lambda: gettext("A line of the text above or below the table is missing."),
        FindingKind.REORDERED: lambda: gettext("All rows are there and unchanged, but in another order."),
        FindingKind.TOO_DIFFERENT: lambda: gettext("The number of rows is quite another; the file is not this list."),
        FindingKind.SHEET_ADDED: lambda: gettext("The file has a sheet that is none of the lists that were issued."),
        FindingKind.SHOWS_OTHERWISE: lambda: gettext(
            "The file has formulas or number formats that may show what is not stored; a list as issued has none."
        ),
    }
    return words[finding.kind]()
