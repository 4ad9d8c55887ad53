"""The close of a round: every attempt ends at one second, while something else goes wrong or is going on."""

from __future__ import annotations

import json
import os
import signal
import time

from load_tests.faults.arena import Arena
from question_bank.items import ItemKind
from question_bank.keys import ChoiceKey
from quiz_app.clock import read_now
from quiz_app.domain.jobs import JobState
from quiz_app.domain.people import Person
from quiz_app.persistence import items as items_store
from quiz_app.persistence import jobs as jobs_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.people import role_holders
from quiz_app.persistence.session import reading
from quiz_app.services import key_corrections
from quiz_app.services.item_analysis import request_analysis

CLOSES_AFTER_SECONDS = 4.0
GRACE_SECONDS = 1
"""For transport: so long after the close an answer is still taken."""
LONGEST_CLOSE_SECONDS = 120.0
FINISHED_BEFORE = 5
"""Attempts, so that there is something to score anew."""
MOST_SECONDS = 10.0
"""From the last moment at which an answer is taken to the last attempt that is closed and scored."""
ADMINISTRATOR = "quantri"  # of the demonstration
REASON = "Sửa đáp án khi thử."


def close_and_wait(arena: Arena) -> None:
    """(F14) The close alone."""
    _close_soon(arena)
    _await_finalised(arena)


def close_and_kill_workers(arena: Arena) -> None:
    """(F14, F1) A worker is killed at the last second and another when the first attempts are closed."""
    closes_at = _close_soon(arena)
    for moment in (closes_at, closes_at + GRACE_SECONDS + 0.2):
        time.sleep(max(0.0, moment - time.time()))
        workers = arena.web.pids()[1:]
        if workers:
            os.kill(workers[0], signal.SIGKILL)
    if not arena.web.pids():
        arena.web.restart()
    _await_finalised(arena)


def close_and_kill_server(arena: Arena) -> None:
    """(F14, F2) The whole server is gone when the attempts are due, and is started a second later."""
    closes_at = _close_soon(arena)
    time.sleep(max(0.0, closes_at + GRACE_SECONDS - time.time()))
    arena.web.kill_all()
    time.sleep(1.0)
    arena.web.restart()
    _await_finalised(arena)


def close_and_correct(arena: Arena) -> None:
    """(F19) A key is put right just before the close: attempts are scored anew and the items analysed while everything
    that is open ends.
    """
    with arena.engine():
        organiser = find_administrator()
        version_id, key = find_item_to_correct(arena)
        preview_id = key_corrections.propose_key(organiser=organiser, version_id=version_id, key=key, now=read_now())
        await_job(arena, preview_id)
        closes_at = _close_soon(arena)
        time.sleep(max(0.0, closes_at + GRACE_SECONDS - 0.5 - time.time()))
        job_id = key_corrections.confirm_correction(
            organiser=organiser, version_id=version_id, preview_id=preview_id, reason=REASON, now=read_now()
        )
        [[round_id]] = arena.execute("SELECT round_id FROM attempts LIMIT 1")
        analysis_id = request_analysis(organiser=organiser, round_id=round_id, now=read_now())
        _await_finalised(arena)
        await_job(arena, job_id)
        await_job(arena, analysis_id)


def find_administrator() -> Person:
    """The demonstration's."""
    with reading() as work:
        account = role_holders.find_active_account(work, ADMINISTRATOR)
        person = people_store.find_person(work, account[0]) if account else None
    if person is None:
        raise LookupError(ADMINISTRATOR)
    return person


def find_item_to_correct(arena: Arena) -> tuple[int, ChoiceKey]:
    """A single choice and another key for it by which the score of a finished attempt changes."""
    give_up = time.monotonic() + LONGEST_CLOSE_SECONDS
    while time.monotonic() < give_up:
        finished = arena.execute("SELECT paper, responses FROM attempts WHERE state = 'finished'")
        for paper, responses in finished if len(finished) >= FINISHED_BEFORE else ():
            for number, slot in enumerate(paper_from_json(paper)):
                _, choice, _ = responses.get(str(number), (0, None, 0))
                with reading() as work:
                    item = items_store.find_version(work, slot.version_id)
                if choice is None or item is None or item.kind != ItemKind.SINGLE_CHOICE:
                    continue
                assert isinstance(item.key, ChoiceKey)  # noqa: S101 - as every single choice
                chosen, right = slot.option_order[choice], min(item.key.right)
                other = chosen if chosen != right else (right + 1) % len(item.options)
                return slot.version_id, ChoiceKey(frozenset({other}))
        time.sleep(0.1)
    raise LookupError("nobody has finished an attempt")


def await_job(arena: Arena, job_id: int, *, seconds: float = 120.0) -> None:
    """Until it is done; anything else is a surprise."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with reading() as work:
            job = jobs_store.find_job(work, job_id)
        if job is not None and job.is_over:
            if job.state is not JobState.DONE:
                arena.journal.note_surprise(f"{job.kind} ended as {job.state}: {job.message} {job.message_values}")
            return
        time.sleep(0.1)
    arena.journal.note_surprise(f"job {job_id} is not over after {seconds:.0f} s")


def _close_soon(arena: Arena) -> float:
    """Every round, and every attempt in it, ends some seconds from now; when that is, in seconds since 1970."""
    arena.journal.closes_at = closes_at = time.time() + CLOSES_AFTER_SECONDS
    closes_ms = int(closes_at * 1000)
    for round_id, settings in arena.execute("SELECT id, settings FROM rounds"):
        changed = json.dumps(json.loads(settings) | {"transport_grace_seconds": GRACE_SECONDS})
        arena.execute(
            "UPDATE rounds SET closes_at = %s, settings = %s, version = version + 1 WHERE id = %s",
            closes_ms, changed, round_id,
        )  # fmt: skip
    # The second time for those who started meanwhile, by the old close.
    for _ in range(2):
        arena.execute(
            "UPDATE attempts SET deadline_at = %s, accepts_until_at = %s WHERE state = 'in_progress'",
            closes_ms, closes_ms + GRACE_SECONDS * 1000,
        )  # fmt: skip
        time.sleep(CLOSES_AFTER_SECONDS / 4)
    return closes_at


def _await_finalised(arena: Arena) -> None:
    """Until no attempt is open, without opening a page that would close it."""
    closes_at = arena.journal.closes_at
    assert closes_at is not None  # noqa: S101 - it has been closed
    due = closes_at + GRACE_SECONDS
    time.sleep(max(0.0, due - time.time()))
    while time.time() < due + LONGEST_CLOSE_SECONDS:
        [[count]] = arena.execute("SELECT COUNT(*) FROM attempts WHERE state = 'in_progress'")
        if not count:
            break
        time.sleep(0.1)
    else:
        arena.journal.note_surprise(f"{count} attempts are still open")
    [[by_server]] = arena.execute("SELECT COUNT(*) FROM attempts WHERE closed_by = 'deadline'")
    if not by_server:
        arena.journal.note_surprise("no attempt was left to the server to close")
    arena.judge_seconds(f"{by_server} attempts closed after the last answer", time.time() - due, MOST_SECONDS)
