"""Reading a large file in a process of its own, with limits on memory and time.

The readers keep to their limits by themselves (``opening``); this is the wall behind them, and it keeps a server's own
process free while 10,000 questions are read: a page does not wait, and what reading took of memory is given back.

Run as a program, it reads the file from its standard input and writes the report to its standard output.
"""

from __future__ import annotations

import copyreg
import io
import json
import logging
import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from types import MappingProxyType
from typing import IO, Any

from question_bank.items import Level
from question_bank.readers import read_items
from question_bank.readers.report import ImportProblem, ImportReport, ItemDefaults, Place
from question_bank.readers.report import mark_message as N_

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space of the process, libraries included; what a file takes of it at most is some 300 MB."""
SECONDS = 60
"""Of a processor. Every known file takes less than ten; a busy machine has as much time as it needs."""
POLL_SECONDS = 0.2
KEPT_STDERR = 16 * 1024
"""Bytes of the end of what a child says of its failure."""
MOST_FRAMES = 12
_NOT_READ = N_("the file could not be read; it is damaged or holds something that is not known here")
# What a report is made of: our own classes, and these.
_FOREIGN = {
    ("builtins", "dict"),
    ("builtins", "frozenset"),
    ("builtins", "set"),
    ("decimal", "Decimal"),
    ("fractions", "Fraction"),
    ("datetime", "date"),
}
_log = logging.getLogger(__name__)
# Of a traceback where it happened and the kind of error; its message may quote the file, and with it people.
_TRACE = re.compile(
    r'^ +File "([^"\n]+)", line (\d+), in [\w<>]+$|^((?:\w+\.)*\w*(?:Error|Exception|Exit))(?=:|$)', re.M
)


class ReadingStopped(Exception):  # noqa: N818 - it says what happened
    """The reading was ended because nobody wants it any more."""


def read_confined(
    content: bytes, name: str, defaults: ItemDefaults, *, is_stopped: Callable[[], bool] = lambda: False
) -> ImportReport:
    """What ``read_items`` gives, read by a child; of a child that fails, for whatever reason, one error.

    ``is_stopped`` is asked a few times a second; when it says so the child is ended. Raises ReadingStopped.
    """
    # As JSON, which is plain ASCII: a name may hold signs that no argument can.
    command = [sys.executable, "-m", __name__, json.dumps([name, defaults.topic, str(defaults.level)])]
    with tempfile.TemporaryFile() as file, tempfile.TemporaryFile() as complaints:
        file.write(content)
        file.seek(0)
        with subprocess.Popen(  # noqa: S603 - this interpreter, with this module
            command, stdin=file, stdout=subprocess.PIPE, stderr=complaints
        ) as child:
            try:
                output = _wait_for(child, is_stopped)
            finally:
                child.kill()
        trace = _read_trace(complaints)
    if trace or child.returncode != 0:
        # A reader that met what its author did not foresee says so itself, and the child goes on to its end.
        _log.warning("the process that reads a file ended with status %s: %s", child.returncode, trace or "no trace")
    if child.returncode == 0:
        try:
            return _load(output)
        except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError) as error:
            _log.warning("what the process that reads a file said is no report: %s", type(error).__name__)
    return ImportReport(problems=(ImportProblem(Place(), "file", _NOT_READ),))


def _wait_for(child: subprocess.Popen[bytes], is_stopped: Callable[[], bool]) -> bytes:
    # Other people's work may need the processor too.
    give_up = time.monotonic() + 10 * SECONDS
    while True:
        try:
            return child.communicate(timeout=POLL_SECONDS)[0]
        except subprocess.TimeoutExpired:
            if is_stopped():
                raise ReadingStopped from None
            if time.monotonic() > give_up:
                return b""


def _read_trace(complaints: IO[bytes]) -> str:
    complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - KEPT_STDERR))
    text = complaints.read().decode("utf-8", "replace")
    return ", ".join([match[3] or f"{match[1]}:{match[2]}" for match in _TRACE.finditer(text)][-MOST_FRAMES:])


class _Loader(pickle.Unpickler):
    """Takes nothing but what a report is made of: the child has read a stranger's file."""

    def find_class(self, module: str, name: str) -> Any:
        if (module.startswith("question_bank.") and "." not in name) or (module, name) in _FOREIGN:
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


def _load(output: bytes) -> ImportReport:
    report = _Loader(io.BytesIO(output)).load()
    if not isinstance(report, ImportReport):
        raise pickle.UnpicklingError("no report")
    return report


def _reduce(proxy: MappingProxyType[Any, Any]) -> tuple[Any, tuple[Any, ...]]:
    """As a plain mapping: the one that cannot be changed cannot be written either."""
    return dict, (dict(proxy),)


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    name, topic, level = json.loads(sys.argv[1])
    report = read_items(sys.stdin.buffer, name, ItemDefaults(topic, Level(level)))
    copyreg.pickle(MappingProxyType, _reduce)
    pickle.dump(report, sys.stdout.buffer, protocol=pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    _main()
