"""The text of a PDF, read in a process of its own with limits on memory and time: what a page does when it is read
cannot be seen before.

The file is run by its path, so that the child loads pypdf and nothing else.
"""

from __future__ import annotations

import contextlib
import logging
import resource
import subprocess
import sys
from io import BytesIO

from pypdf import PdfReader

MEMORY = 1024 * 1024 * 1024
"""Bytes of address space for the child."""
SECONDS = 20
MOST_PAGES = 300
MOST_LETTERS = 400_000
FEWEST_LETTERS = 30
"""Letters a page below which the file is taken for a scan, whose text is a picture."""

log = logging.getLogger(__name__)


def read_pdf_text(content: bytes) -> str | None:
    """The text; None where it cannot be read, takes too long, or is a scan."""
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter, with this module
            [sys.executable, "-I", __file__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * SECONDS,
            check=True,
        )
    except (subprocess.SubprocessError, OSError) as error:
        status = error.returncode if isinstance(error, subprocess.CalledProcessError) else type(error).__name__
        log.warning("the process that reads a PDF failed: %s", status)
        return None
    return done.stdout.decode("utf-8", "replace") or None


def _extract(content: bytes) -> str:
    pieces: list[str] = []
    letters = 0
    pages = PdfReader(BytesIO(content)).pages
    count = min(len(pages), MOST_PAGES)
    for number in range(count):
        # A page that is damaged does not hide the others.
        with contextlib.suppress(Exception):
            text = pages[number].extract_text()
            pieces.append(text)
            letters += len(text)
        if letters > MOST_LETTERS:
            break
    text = "\n".join(pieces)
    return "" if sum(map(str.isalpha, text)) < FEWEST_LETTERS * count else text[:MOST_LETTERS]


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    logging.disable()
    sys.stdout.buffer.write(_extract(sys.stdin.buffer.read()).encode("utf-8", "replace"))
