"""What a server process writes to its standard error, from where the service manager takes it: a line of text, or with
``LOG_FORMAT=json`` a line of JSON, for each message, with the id of the request that it belongs to.

No message of the engine names a person or an address; of the databases' errors only those lines are kept that do not
quote a row.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from quiz_app.origin import find_origin

_QUOTING = ("DETAIL:", "CONTEXT:", "[parameters:", "[SQL:", "Failing row")
"""How lines begin in which a driver repeats values of a row."""

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TextFormatter(logging.Formatter):
    """``2022-10-15T15:00:00.123Z WARNING quiz_app.cache [request] message``"""

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        request = find_request_id()
        name = f"{record.name} [{request}]" if request else record.name
        text = f"{_tell_time(record)} {record.levelname} {name} {record.getMessage()}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 - the name is logging's
        """The traceback without the lines that quote rows."""
        return _leave_out_rows(super().formatException(ei))


class JsonFormatter(TextFormatter):
    """One JSON object a line: ``at``, ``level``, ``logger``, ``message``, and where there is one ``request`` and
    ``traceback``; what ``extra={"facts": {…}}`` gives stands beside them.
    """

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        entry: dict[str, Any] = {
            "at": _tell_time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        request = find_request_id()
        if request:
            entry["request"] = request
        entry |= getattr(record, "facts", {})
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure_logs(*, is_json: bool) -> None:
    """Send this process's messages from WARNING on, and the engine's own from INFO on, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if is_json else TextFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("quiz_app").setLevel(logging.INFO)


def find_request_id() -> str | None:
    """The id of the request under way in this thread."""
    origin = find_origin()
    return origin.request_id if origin else None


def _tell_time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _leave_out_rows(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.strip().startswith(_QUOTING))
