"""What a participant does, one operation after another, as the pages and their script do it.

Each operation is a function of a participant. A capability that comes later adds its own here, and its row follows.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from load_tests.bench.client import Visitor, WrongAnswer

QUESTIONS = 10
PASSWORD = "mat-khau-do-tai"  # of accounts that live as long as a run
_ROUND = re.compile(r"/rounds/(\d+)/start")


@dataclass
class Participant:
    """An account and where it stands. ``visitor`` is replaced by a new one at each sign-in."""

    login: str
    visitor: Visitor
    round_id: int = 0
    attempt_path: str = ""
    slots_saved: int = 0
    last_sequence: int = field(default_factory=lambda: int(time.time() * 1000))


@dataclass(frozen=True, slots=True)
class Operation:
    """Something done ``times`` times over by each participant; all that is measured is inside ``do``."""

    name: str
    do: Callable[[Participant], None]
    times: int = 1


def open_sign_in_page(participant: Participant) -> None:
    """As someone who is not known yet."""
    participant.visitor = Visitor(participant.visitor.connection)
    participant.visitor.get("/sign-in")


def sign_in(participant: Participant) -> None:
    """The form of that page: argon2, session, redirect."""
    answer = participant.visitor.post_form("/sign-in", {"login": participant.login, "password": PASSWORD}, status=302)
    if not answer.location.endswith("/my"):
        raise WrongAnswer(f"the sign-in leads to {answer.location}")


def open_home(participant: Participant) -> None:
    """The person's rounds."""
    answer = participant.visitor.get("/my")
    if not participant.round_id:
        found = _ROUND.search(answer.text)
        if not found:
            raise WrongAnswer("no round can be started from the home page")
        participant.round_id = int(found[1])


def open_start_page(participant: Participant) -> None:
    """The rules, before the clock runs."""
    participant.visitor.get(f"/rounds/{participant.round_id}/start")


def start(participant: Participant) -> None:
    """Draw and freeze a paper."""
    answer = participant.visitor.post_form(f"/rounds/{participant.round_id}/attempts", {})
    participant.attempt_path = answer.location
    participant.slots_saved = 0


def open_question_page(participant: Participant) -> None:
    """All questions."""
    answer = participant.visitor.get(participant.attempt_path)
    count = answer.text.count("data-slot=")
    if count != QUESTIONS:
        raise WrongAnswer(f"{count} questions instead of {QUESTIONS}")


def save(participant: Participant) -> None:
    """One response, the next slot at each call; the acknowledgement must name it."""
    slot = participant.slots_saved
    participant.slots_saved += 1
    participant.last_sequence = max(participant.last_sequence + 1, int(time.time() * 1000))
    choice = slot % 4
    body = {"responses": [{"slot": slot, "choice": choice, "sequence": participant.last_sequence}]}
    acknowledged = participant.visitor.post_json(f"{participant.attempt_path}/responses", body)
    if acknowledged["responses"][str(slot)][:2] != [participant.last_sequence, choice]:
        raise WrongAnswer(f"slot {slot} was not acknowledged: {acknowledged}")


def open_check_page(participant: Participant) -> None:
    """What is answered, before finishing."""
    participant.visitor.get(f"{participant.attempt_path}/check")


def finish(participant: Participant) -> None:
    """Score and keep."""
    answer = participant.visitor.post_form(f"{participant.attempt_path}/finish", {})
    if not answer.location.endswith("/result"):
        raise WrongAnswer(f"finishing leads to {answer.location}")


def open_result_page(participant: Participant) -> None:
    """The result of the attempt just finished."""
    participant.visitor.get(f"{participant.attempt_path}/result")


def open_history(participant: Participant) -> None:
    """The person's attempts in the round."""
    participant.visitor.get(f"/rounds/{participant.round_id}/attempts")


def sit_whole_attempt(participant: Participant) -> None:
    """Start page, start, question page, ten saves, finish, result page."""
    open_start_page(participant)
    start(participant)
    open_question_page(participant)
    for _ in range(QUESTIONS):
        save(participant)
    finish(participant)
    open_result_page(participant)


OPERATIONS = (
    Operation("sign-in page", open_sign_in_page),
    Operation("sign in", sign_in),
    Operation("home", open_home),
    Operation("start page", open_start_page),
    Operation("start", start),
    Operation("question page", open_question_page),
    Operation("save", save, times=QUESTIONS),
    Operation("check page", open_check_page),
    Operation("finish", finish),
    Operation("result page", open_result_page),
    Operation("history", open_history),
    Operation("whole attempt", sit_whole_attempt),
)
"""In an order in which each finds what it needs: the attempt that one starts, the next ones save and finish."""
