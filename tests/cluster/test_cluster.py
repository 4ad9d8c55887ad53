"""Several servers: a node that dies takes nothing with it, and what must be done once is done by one of them."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from minio import Minio

from load_tests.bench.client import Visitor, WrongAnswer, open_connection
from load_tests.bench.operations import Participant, open_home, open_sign_in_page, sign_in, sit_whole_attempt
from load_tests.bench.servers import make_logins
from load_tests.cluster import BUCKET, KEYS, SECRET, Cluster
from load_tests.faults.journal import Journal
from load_tests.faults.oracle import judge
from load_tests.faults.savers import start_savers
from quiz_app.domain.certificates import LOOKUP_LIMIT, make_code
from quiz_app.domain.jobs import MOST_TRIES
from quiz_app.persistence.ids import make_id
from tests.cluster.conftest import PEOPLE

pytestmark = [pytest.mark.postgresql, pytest.mark.timeout(900)]
LOGINS = make_logins(PEOPLE)
JOBS = 10
PATIENCE_SECONDS = 240
"""Of a machine that has much else to do."""


def ask(cluster: Cluster, sql: str, *values: object) -> list[tuple[object, ...]]:
    """Of the primary, past the pooler."""
    with psycopg.connect(cluster.environment["DATABASE_DIRECT_URL"], autocommit=True) as connection:
        found = connection.execute(sql.encode(), values)
        return found.fetchall() if found.description else []


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up, what
        time.sleep(0.1)


def test_a_node_that_is_killed_takes_no_answer_and_no_session_with_it(cluster: Cluster) -> None:
    journal, stopping = Journal(), threading.Event()
    savers = start_savers([cluster.nginx.port], LOGINS, journal, stopping)
    wait_until(lambda: len(journal.cells) > PEOPLE, "people answer")
    before = len(journal.cells)
    cluster.webs[1].kill_all()
    # By one node alone, from here on.
    wait_until(lambda: len(journal.cells) > before + 3 * PEOPLE, "people go on answering")
    stopping.set()
    for saver in savers:
        saver.join(PATIENCE_SECONDS)
    assert not any(saver.is_alive() for saver in savers)
    assert journal.surprises == [], "no refusal, no page that says: sign in"
    cluster.webs[1].restart()
    verdict = judge(cluster.environment["DATABASE_DIRECT_URL"], SECRET, journal)
    assert (verdict.lost, verdict.invented, verdict.misjudged) == (0, 0, 0)
    assert verdict.cells >= 4 * PEOPLE


def test_the_sweepers_of_two_nodes_close_each_attempt_once(cluster: Cluster) -> None:
    open_attempts = "SELECT id FROM attempts WHERE state = 'in_progress'"
    if not ask(cluster, open_attempts):
        sit_with_one_left_open(cluster, LOGINS[0])
    ask(
        cluster,
        "UPDATE attempts SET started_at = started_at - 7200000, deadline_at = started_at - 3600000,"
        " accepts_until_at = started_at - 3600000 WHERE state = 'in_progress'",
    )
    wait_until(lambda: not ask(cluster, open_attempts), "a sweeper closes what is overdue")
    twice = ask(
        cluster,
        "SELECT attempts.id, COUNT(audit_entries.id) FROM attempts LEFT JOIN audit_entries"
        " ON subject_id = attempts.id AND subject_type = 'attempt' AND action = 'attempt_finished'"
        " WHERE state = 'finished' GROUP BY attempts.id HAVING COUNT(audit_entries.id) <> 1",
    )
    assert twice == []
    counted = ask(
        cluster,
        "SELECT results.account_id FROM results JOIN (SELECT account_id, round_id, COUNT(*) AS number FROM attempts"
        " WHERE state = 'finished' GROUP BY account_id, round_id) AS own USING (account_id, round_id)"
        " WHERE attempt_count <> number",
    )
    assert counted == []
    wait_until(lambda: not ask(cluster, "SELECT 1 FROM audit_entries WHERE number IS NULL"), "the trail is sealed")
    (numbers,) = ask(cluster, "SELECT COUNT(*), COUNT(DISTINCT number), MAX(number) FROM audit_entries")
    assert len(set(numbers)) == 1, "each entry has one place in the chain"


def test_a_job_is_done_by_one_node_once(cluster: Cluster) -> None:
    ((organiser_id, round_id),) = ask(
        cluster, "SELECT (SELECT id FROM accounts WHERE login = 'bantochuc'), (SELECT MIN(id) FROM rounds)"
    )
    now = int(time.time() * 1000)
    ids = [make_id() for _ in range(JOBS)]
    for number, job_id in enumerate(ids):
        arguments = (
            f'{{"kind":"scores","format":"csv","shape":"zip","round_id":{round_id},"address":"http://nut-{number}.vn"}}'
        )
        ask(
            cluster,
            "INSERT INTO jobs (id, kind, arguments, state, done_count, message_values, requested_by_id, created_at,"
            " tries) VALUES (%s, 'zip_score_lists', %s, 'queued', 0, '{}', %s, %s, 0)",
            job_id, arguments, organiser_id, now,
        )  # fmt: skip
    over = "SELECT COUNT(*) FROM jobs WHERE id = ANY(%s) AND finished_at IS NOT NULL"
    wait_until(lambda: ask(cluster, over, ids)[0][0] == JOBS, "all jobs end")
    assert ask(cluster, "SELECT DISTINCT state, tries FROM jobs WHERE id = ANY(%s)", ids) == [("done", 1)]
    assert MOST_TRIES > 1, "a second worker would have been let in"
    # What each job does besides: as many lists were signed as one work on each makes.
    ((signed, units),) = ask(
        cluster,
        "SELECT COUNT(*), COUNT(DISTINCT unit_id) FROM issued_lists WHERE round_id = %s AND made_at >= %s",
        round_id, now,
    )  # fmt: skip
    assert units
    assert signed == JOBS * int(str(units))
    client = Minio(
        cluster.environment["S3_ENDPOINT"].removeprefix("http://"),
        access_key=KEYS["S3_ACCESS_KEY"], secret_key=KEYS["S3_SECRET_KEY"], secure=False,
    )  # fmt: skip
    kept = [found.object_name for found in client.list_objects(BUCKET, prefix="jobs/", recursive=True)]
    assert sorted(int(str(name).split("/")[1]) for name in kept) == sorted(ids), "one result each, for every node"


def test_nodes_count_together_what_an_address_may_ask(cluster: Cluster) -> None:
    statuses = []
    for number in range(LOOKUP_LIMIT + 4):
        connection = http.client.HTTPConnection("127.0.0.1", cluster.webs[number % 2].port, timeout=30)
        connection.request("GET", f"/certificates/{make_code(number)}", headers={"X-Forwarded-For": "203.0.113.9"})
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses[: LOOKUP_LIMIT - 1] == [404] * (LOOKUP_LIMIT - 1)
    assert statuses[LOOKUP_LIMIT:] == [429] * 4


def test_a_session_of_one_node_is_a_session_of_all(cluster: Cluster) -> None:
    with closing(open_connection(cluster.webs[0].port)) as one, closing(open_connection(cluster.webs[1].port)) as other:
        person = Participant(LOGINS[1], Visitor(one))
        open_sign_in_page(person)
        sign_in(person)
        person.visitor.connection = other
        open_home(person)
        with pytest.raises(WrongAnswer):
            open_home(Participant(LOGINS[1], Visitor(other)))


def sit_with_one_left_open(cluster: Cluster, login: str) -> None:
    with closing(open_connection(cluster.nginx.port)) as connection:
        person = Participant(login, Visitor(connection))
        open_sign_in_page(person)
        sign_in(person)
        open_home(person)
        sit_whole_attempt(person)
        person.visitor.post_form(f"/rounds/{person.round_id}/attempts", {})
