"""People who answer, each on a connection of their own, and send again until they are told that it is saved."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from load_tests.bench.client import Visitor, WrongAnswer, open_connection
from load_tests.bench.operations import (
    QUESTIONS,
    Participant,
    finish,
    open_home,
    open_question_page,
    open_sign_in_page,
    sign_in,
    start,
)
from load_tests.faults.journal import Cell, Journal

PAUSE_SECONDS = 0.1
"""Between two answers of a person."""
LONGEST_BACK_OFF = 2.0
LAST_LOOK_SECONDS = 2.0
CHANGED_SHARE = 0.3
"""Of the cells: chosen twice, and the first choice is delivered once more when the second is acknowledged."""
TRY_AGAIN = (OSError, http.client.HTTPException, WrongAnswer)


MOST_SURPRISES = 5
_EXCUSED = re.compile(r": (502|503|504) ")
"""The engine or the proxy in front says: not now, try again."""
_REFUSED = re.compile(r": (302|303|403|409|410) ")
Got = TypeVar("Got")


class GaveUp(Exception):  # noqa: N818 - it says what happened
    """The server goes on refusing what it must take."""


class RoundOver(Exception):  # noqa: N818
    """The round has closed, and the server says so."""


class Saver(threading.Thread):
    """One person: sits attempt after attempt until told to stop, then brings what is open to its end.

    Where the round closes meanwhile, people are in an attempt then and leave it to the server to close it.
    """

    def __init__(self, port: int, login: str, journal: Journal, stopping: threading.Event, seed: int) -> None:
        super().__init__(name=login, daemon=True)
        self._person = Participant(login, Visitor(open_connection(port)))
        self._journal = journal
        self._stopping = stopping
        self._random = random.Random(seed)  # noqa: S311 - choices of a test
        self._sequence = 0

    def sign_in(self) -> None:
        """Before any fault."""
        open_sign_in_page(self._person)
        sign_in(self._person)
        open_home(self._person)

    def run(self) -> None:
        """Until stopped; every answer that was begun is delivered."""
        try:
            self._sit()
        except GaveUp:
            pass  # noted already, try by try
        except RoundOver:
            pass
        except Exception as error:
            self._journal.note_surprise(f"{type(error).__name__}: {error}"[:300])
            raise
        finally:
            self._person.visitor.connection.close()

    def _sit(self) -> None:
        while not self._stopping.is_set():
            self._insist(lambda: start(self._person))
            attempt_id = int(self._person.attempt_path.rpartition("/")[2])
            self._insist(lambda: open_question_page(self._person))
            for slot in range(QUESTIONS):
                if self._stopping.is_set():
                    break
                self._answer(attempt_id, slot)
                time.sleep(self._random.uniform(0.5, 1.5) * PAUSE_SECONDS)
            self._wait_for_close()
            self._insist(lambda: finish(self._person))

    def _wait_for_close(self) -> None:
        """Look at the answers for the last seconds of the round instead of handing them in."""
        closes_at = self._journal.closes_at
        if closes_at is not None and time.time() > closes_at - LAST_LOOK_SECONDS:
            while not self._stopping.is_set() and time.time() < closes_at + LAST_LOOK_SECONDS:
                time.sleep(0.1)
            raise RoundOver

    def _answer(self, attempt_id: int, slot: int) -> None:
        first = self._random.randrange(4)
        if self._random.random() >= CHANGED_SHARE:
            self._deliver(attempt_id, slot, first, is_final=True)
            return
        old = self._deliver(attempt_id, slot, first, is_final=False)
        self._deliver(attempt_id, slot, (first + 1) % 4, is_final=True)
        # As a network does that had kept a copy: it must change nothing.
        self._insist(lambda: self._send(slot, old, first))

    def _deliver(self, attempt_id: int, slot: int, choice: int, *, is_final: bool) -> int:
        self._sequence = sequence = max(self._sequence + 1, int(time.time() * 1000))
        self._journal.note_sent(attempt_id, slot, sequence, choice)
        begun = time.monotonic()
        acknowledged = self._insist(lambda: self._send(slot, sequence, choice))
        self._journal.note_heard(self.name)
        if acknowledged != [sequence, choice]:
            self._journal.note_surprise(f"slot {slot} of {attempt_id}: acknowledged {acknowledged}")
        elif is_final:
            self._journal.note_acknowledged(Cell(attempt_id, slot, sequence, choice), time.monotonic() - begun)
        return sequence

    def _send(self, slot: int, sequence: int, choice: int) -> list[int]:
        body = {"responses": [{"slot": slot, "choice": choice, "sequence": sequence}]}
        answer = self._person.visitor.post_json(f"{self._person.attempt_path}/responses", body)
        return list(answer["responses"][str(slot)][:2])

    def _insist(self, do: Callable[[], Got]) -> Got:
        """Try until it succeeds, with full jitter: what a person sees is "Đang lưu…"."""
        limit, surprises = 0.1, 0
        while True:
            try:
                self._journal.note_try()
                return do()
            except TRY_AGAIN as error:
                if isinstance(error, WrongAnswer) and not _EXCUSED.search(str(error)):
                    closes_at = self._journal.closes_at
                    if closes_at is not None and time.time() >= closes_at and _REFUSED.search(str(error)):
                        raise RoundOver from error
                    self._journal.note_surprise(str(error)[:300])
                    surprises += 1
                    if surprises > MOST_SURPRISES:
                        raise GaveUp(str(error)) from error
                self._person.visitor.connection.close()
                time.sleep(self._random.uniform(0, limit))
                limit = min(2 * limit, LONGEST_BACK_OFF)


def start_savers(ports: list[int], logins: list[str], journal: Journal, stopping: threading.Event) -> list[Saver]:
    """One for each login, spread over the ports, signed in and answering."""
    savers = [
        Saver(ports[number % len(ports)], login, journal, stopping, seed=number) for number, login in enumerate(logins)
    ]
    for saver in savers:
        saver.sign_in()
    for saver in savers:
        saver.start()
    return savers
