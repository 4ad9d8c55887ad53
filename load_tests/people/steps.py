"""The steps that a life is made of: a pause, or something asked of the server. Who carries them out is not known here.

A life is a generator: it yields steps, and is sent the answer to each ``Ask``.
"""

from __future__ import annotations

import gzip
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Think:
    """Nothing is asked for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ask:
    """A request: a page, or a form (``form``), or what a page's script sends (``value``, as JSON).

    ``copies``: the same packet so many times at once, as a double click or an impatient network sends it.
    ``reading_seconds``: how long a slow phone lets the answer wait before it reads it.
    """

    name: str
    path: str
    form: Mapping[str, str] | None = None
    value: Any = None
    copies: int = 1
    reading_seconds: float = 0.0

    @property
    def is_get(self) -> bool:
        """Whether nothing is sent along."""
        return self.form is None and self.value is None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; the body as it came, packed or not."""

    status: int
    location: str = ""
    retry_after: float = 0.0
    cookies: tuple[str, ...] = ()
    body: bytes = b""
    is_packed: bool = False

    @property
    def text(self) -> str:
        """The body, unpacked and read."""
        return (gzip.decompress(self.body) if self.is_packed else self.body).decode()


class Unexpected(RuntimeError):  # noqa: N818 - it says what happened
    """The server answered otherwise than a person may expect."""


Step = Think | Ask
Life = Generator[Step, Answer, None]
Asking = Generator[Step, Answer, Answer]


def ask(step: Ask, *statuses: int) -> Asking:
    """Ask, and insist on one of these statuses (200 without any). Raises Unexpected."""
    answer = yield step
    if answer.status not in (statuses or (200,)):
        text = answer.text[:300] if answer.body else ""
        raise Unexpected(f"{step.name} {step.path}: {answer.status} {answer.location} {text}")
    return answer
