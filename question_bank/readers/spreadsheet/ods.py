"""Reads ods files (OpenDocument 1.3 part 3): the cells as they are shown, which the format keeps too."""

from __future__ import annotations

import re

from question_bank.readers.opening import Package, WrongFile
from question_bank.readers.report import mark_message as N_
from question_bank.readers.spreadsheet.grid import MOST_COLUMNS, MOST_SHEETS, Budget, Cell, Sheet, Workbook
from question_bank.readers.spreadsheet.number_formats import DATE_ISSUE, NUMBER_ISSUE
from question_bank.readers.spreadsheet.rich_text import Run, to_markup
from question_bank.readers.spreadsheet.xlsx_sheet import ERROR_VALUE
from question_bank.readers.spreadsheet.xml_events import parse_events

_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T.*)?")
_HIDDEN = ("collapse", "filter")


def read_ods(package: Package) -> Workbook:
    """All sheets. Raises WrongFile for what is damaged, protected or too large."""
    if "META-INF/manifest.xml" in package.names and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise WrongFile(N_("the file is protected by a password; save it without one"))
    if "content.xml" not in package.names:
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    reader = _ContentReader()
    parse_events(package.read("content.xml"), reader.start, reader.end, reader.text)
    return Workbook(reader.sheets)


class _ContentReader:
    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._budget = Budget()
        self._styles: dict[str, frozenset[str]] = {}
        self._hidden_tables: set[str] = set()
        self._style = ""
        self._row = 0
        self._row_count = 1
        self._column = 0
        self._shown_column = 0
        self._cells: dict[int, Cell] = {}
        self._attributes: dict[str, str] | None = None
        self._runs: list[Run] = []
        self._spans: list[str] = []
        self._paragraphs = 0
        self._is_in_paragraph = False
        self._ignored = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if self._ignored or name in ("annotation", "shapes", "tracked-changes", "ruby-text"):
            # Notes hold paragraphs too, which are no text of the cell.
            self._ignored += 1
        elif name in ("table-cell", "covered-table-cell"):
            self._attributes = _drop_prefixes(attributes)
            self._runs, self._paragraphs = [], 0
        elif self._attributes is not None:
            self._start_inside_cell(name, attributes)
        elif name == "table-row":
            self._start_row(_drop_prefixes(attributes))
        elif name == "table-column":
            self._read_columns(_drop_prefixes(attributes))
        elif name == "table":
            self._start_table(_drop_prefixes(attributes))
        elif name == "style":
            self._style = _drop_prefixes(attributes).get("name", "")
        elif name == "text-properties":
            self._styles[self._style] = _list_tags(_drop_prefixes(attributes))
        elif name == "table-properties" and _drop_prefixes(attributes).get("display") == "false":
            self._hidden_tables.add(self._style)

    def text(self, text: str) -> None:
        if self._is_in_paragraph and not self._ignored:
            # White space in the file counts as one space (part 3, 6.1.2); more than that is written as text:s.
            self._add(re.sub(r"[ \t\r\n]+", " ", text))

    def end(self, name: str) -> None:
        if self._ignored:
            self._ignored -= 1
        elif name in ("table-cell", "covered-table-cell"):
            self._end_cell()
        elif name == "p":
            self._is_in_paragraph = False
        elif name == "span" and self._spans:
            self._spans.pop()
        elif name == "table-row" and self._attributes is None:
            self._end_row()

    def _start_table(self, attributes: dict[str, str]) -> None:
        if len(self.sheets) >= MOST_SHEETS:
            raise WrongFile(N_("the file has too many sheets"))
        is_hidden = attributes.get("style-name", "") in self._hidden_tables
        self.sheets.append(Sheet(attributes.get("name", ""), is_hidden=is_hidden))
        self._row, self._shown_column = 0, 0

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row_count = _parse_count(attributes.get("number-rows-repeated", "1"))
        self._column, self._cells = 0, {}
        self._budget.take_row()
        if self.sheets and attributes.get("visibility") in _HIDDEN and self._row_count < 10_000:
            self.sheets[-1].hidden_rows.update(range(self._row + 1, self._row + 1 + self._row_count))

    def _read_columns(self, attributes: dict[str, str]) -> None:
        count = _parse_count(attributes.get("number-columns-repeated", "1"))
        if self.sheets and attributes.get("visibility") in _HIDDEN:
            end = min(self._shown_column + count, MOST_COLUMNS)
            self.sheets[-1].hidden_columns.update(range(self._shown_column, end))
        self._shown_column += count

    def _start_inside_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name == "p":
            if self._paragraphs:
                self._add("\n")
            self._paragraphs += 1
            self._is_in_paragraph = True
        elif name == "span":
            self._spans.append(_drop_prefixes(attributes).get("style-name", ""))
        elif name == "s":
            self._add(" " * min(_parse_count(_drop_prefixes(attributes).get("c", "1")), 100))
        elif name == "tab":
            self._add("\t")
        elif name == "line-break":
            self._add("\n")

    def _add(self, text: str) -> None:
        tags = frozenset[str]().union(*(self._styles.get(style, frozenset()) for style in self._spans))
        self._runs.append(Run(text, tags))

    def _end_cell(self) -> None:
        attributes, self._attributes = self._attributes or {}, None
        self._spans, self._is_in_paragraph = [], False
        count = _parse_count(attributes.get("number-columns-repeated", "1"))
        cell = self._make_cell(attributes)
        if cell is not None and self.sheets:
            for column in range(self._column, min(self._column + count, MOST_COLUMNS)):
                self._cells[column] = cell
            if "formula" in attributes:
                self.sheets[-1].formulas += 1
        rows, columns = (_parse_count(attributes.get(f"number-{name}-spanned", "1")) for name in ("rows", "columns"))
        if (rows > 1 or columns > 1) and self.sheets:
            first = (self._row + 1, self._column)
            self.sheets[-1].merges.append((*first, self._row + rows, self._column + columns - 1))
        self._column += count

    def _make_cell(self, attributes: dict[str, str]) -> Cell | None:
        text = "".join(run.text for run in self._runs)
        if not text.strip():
            return None
        if text.startswith(("#", "Err:")) and "formula" in attributes and len(text) < 12:
            return Cell(text, issue=ERROR_VALUE, is_broken=True)
        kind, value = attributes.get("value-type", "string"), attributes.get("value", "")
        if kind == "date" and (found := _ISO_DATE.fullmatch(attributes.get("date-value", ""))):
            return Cell(f"{found[3]}/{found[2]}/{found[1]}", issue=DATE_ISSUE)
        if kind == "boolean":
            return Cell("TRUE" if attributes.get("boolean-value") == "true" else "FALSE")
        if kind in ("float", "percentage", "currency") and value:
            is_plain = text.strip() == value and "." not in value
            return Cell(text.strip(), number=value, issue="" if is_plain else NUMBER_ISSUE)
        has_tags = any(run.tags and run.text.strip() for run in self._runs)
        return Cell(text, to_markup(self._runs) if has_tags else "")

    def _end_row(self) -> None:
        if self._cells and self.sheets:
            # A row that holds something is written out as often as it is repeated, each time counted.
            for number in range(self._row + 1, self._row + 1 + self._row_count):
                for cell in self._cells.values():
                    self._budget.take_cell(cell)
                self.sheets[-1].rows[number] = self._cells
        self._row += self._row_count


def _drop_prefixes(attributes: dict[str, str]) -> dict[str, str]:
    return {name.rpartition(":")[2]: value for name, value in attributes.items()}


def _parse_count(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1


def _list_tags(properties: dict[str, str]) -> frozenset[str]:
    position = properties.get("text-position", "")
    flags = {
        "strong": properties.get("font-weight") in ("bold", "700", "800", "900"),
        "em": properties.get("font-style") in ("italic", "oblique"),
        "u": properties.get("text-underline-style", "none") != "none",
        "sup": position.startswith("super") or bool(re.match(r"[1-9]", position)),
        "sub": position.startswith(("sub", "-")),
    }
    return frozenset(tag for tag, is_on in flags.items() if is_on)
