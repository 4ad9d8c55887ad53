"""A database with hundreds of thousands or millions of finished attempts of one round, all with the same ten questions.

Rows go in with COPY. Rules that are checked row by row against other tables are off meanwhile: what goes in refers to
what is there. What is made of the attempts (results, the audit trail) is one statement each.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator

import psycopg

from load_tests.bench.operations import QUESTIONS
from load_tests.bench.servers import ENVIRONMENT, TEMPLATE
from quiz_app import create_app
from quiz_app.config import read_settings
from quiz_app.domain.contests import Round
from quiz_app.domain.results import RankedValues, make_rank_key
from quiz_app.extensions import db
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.columns import from_ms, to_ms
from quiz_app.persistence.session import reading
from tests.servers.postgresql import PostgresqlServer

ATTEMPTS_EACH = 10
FIRST_ACCOUNT, FIRST_ATTEMPT, FIRST_ENTRY = 10_000_000, 20_000_000, 40_000_000
_LINES_AT_ONCE = 500

Paper = tuple[str, str, str, int]
"""Paper, shape and responses as stored, and how many are right."""


def fill(
    postgresql: PostgresqlServer, attempts: int, *, database: str = TEMPLATE, most_papers: int | None = None
) -> None:
    """Add people with ten finished attempts each to a database, all with the same ten questions.

    No two papers are alike, or no more than ``most_papers`` are different, which is quicker. A person's attempts do not
    stand side by side: everybody sits once, then everybody sits again, as in a contest of some weeks.
    """
    url = postgresql.database_url(database)
    app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
    with app.app_context():
        round_, version_ids = find_round()
        db.engine.dispose()
    generator = random.Random(1)  # noqa: S311 - the same attempts at every run
    papers = _make_papers(version_ids, _read_keys(url, version_ids), generator)
    if most_papers is not None and most_papers < attempts:
        papers = itertools.cycle(list(itertools.islice(papers, most_papers)))
    people = attempts // ATTEMPTS_EACH
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO accounts (id, login, name, password_hash, must_change_password, is_active, auth_version, "
            "created_at, name_key, search_text) SELECT %(first)s + n, 'nguoi-' || n, 'Người ' || n, '', false, true, "
            "1, 0, '', '' FROM generate_series(0, %(people)s - 1) AS n",
            {"first": FIRST_ACCOUNT, "people": people},
        )
        with connection.cursor().copy(
            "COPY attempts (id, round_id, account_id, ordinal, state, started_at, deadline_at, accepts_until_at, "
            "paper, shape, responses, finished_at, closed_by, elapsed_ms, correct_count, score_hundredths, rank_key) "
            "FROM STDIN"
        ) as copy:
            lines = (
                _write_line(number, people, round_, generator, paper)
                for number, paper in zip(range(people * ATTEMPTS_EACH), papers, strict=False)
            )
            while chunk := "".join(itertools.islice(lines, _LINES_AT_ONCE)):
                copy.write(chunk)
        connection.execute("SET work_mem = '256MB'")
        connection.execute(
            "INSERT INTO results (round_id, account_id, attempt_count, attempt_id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, is_passed, rank_key, last_finished_at) "
            "SELECT DISTINCT ON (account_id) round_id, account_id, %(each)s, id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, score_hundredths >= %(cut)s, rank_key, finished_at FROM attempts "
            "WHERE state = 'finished' ORDER BY account_id, rank_key",
            {"each": ATTEMPTS_EACH, "cut": round_.settings.cut_score_hundredths},
        )
    _tidy(url)


def add_trail(postgresql: PostgresqlServer, database: str) -> None:
    """The audit trail of the attempts that ``fill`` put in: one sealed entry for each, as every finish leaves one."""
    url = postgresql.database_url(database)
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "INSERT INTO audit_entries (id, happened_at, actor_id, action, subject_type, subject_id, details, address, "
            "request_id, number, hash) SELECT id + %(apart)s, finished_at, account_id, 'attempt_finished', 'attempt', "
            "id, '{\"closed_by\":\"participant\"}', '10.0.0.1', NULL, id + %(apart)s, md5(id::text) || md5(id::text) "
            "FROM attempts WHERE id BETWEEN %(first)s AND %(first)s + 2 * %(apart)s",
            {"first": FIRST_ATTEMPT, "apart": FIRST_ENTRY - FIRST_ATTEMPT},
        )
    _tidy(url)


def _tidy(url: str) -> None:
    """As the database's own care leaves it: statistics, and a map of what every transaction sees."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _read_keys(url: str, version_ids: list[int]) -> dict[int, int]:
    """The right position of each item version."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT id, key FROM item_versions WHERE id = ANY(%s)", [version_ids]).fetchall()
    return {version_id: json.loads(key)["right"][0] for version_id, key in rows}


def find_round() -> tuple[Round, list[int]]:
    """The ranked round, and ten of its bank's single choices with four options."""
    with reading() as work:
        round_ = next(each for each in contests_store.list_rounds(work) if each.settings.is_ranked)
        items = items_store.map_current_items(work, round_.bank_id)
    plain = sorted(id_ for id_, item in items.items() if item.kind == "single_choice" and len(item.options) == 4)
    return round_, plain[:QUESTIONS]


def _make_papers(version_ids: list[int], keys: dict[int, int], generator: random.Random) -> Iterator[Paper]:
    """One paper after another, each in an order of its own, answered half at random."""
    compact = {"separators": (",", ":")}
    while True:
        slots, responses, right = [], {}, 0
        for number, version_id in enumerate(generator.sample(version_ids, len(version_ids))):
            order = generator.sample("0123", 4)
            slots.append([version_id, "".join(order)])
            is_known = generator.random() < 0.5
            choice = order.index(str(keys[version_id])) if is_known else generator.randrange(4)
            if generator.random() < 0.97:
                responses[str(number)] = [1_700_000_000_000 + number, choice, 1000 * (number + 1)]
                right += order[choice] == str(keys[version_id])
        yield json.dumps(slots, **compact), "c04" * len(slots), json.dumps(responses, **compact), right  # type: ignore[arg-type]


def _write_line(number: int, people: int, round_: Round, generator: random.Random, paper: Paper) -> str:
    """A line of COPY's text format; none of its values holds a tab, a line's end or a backslash."""
    slots, shape, responses, right = paper
    started_at = to_ms(round_.opens_at) + number
    elapsed = generator.randrange(60_000, 299_000)
    score = right * round_.settings.scale_hundredths // QUESTIONS
    values = RankedValues(score, elapsed, from_ms(started_at + elapsed))
    ordinal, person = divmod(number, people)
    return (
        f"{FIRST_ATTEMPT + number}\t{round_.id}\t{FIRST_ACCOUNT + person}\t{ordinal + 1}\tfinished\t{started_at}\t"
        f"{started_at + 300_000}\t{started_at + 305_000}\t{slots}\t{shape}\t{responses}\t{started_at + elapsed}\t"
        f"participant\t{elapsed}\t{right}\t{score}\t{make_rank_key(values, round_.settings.rank_order)}\n"
    )
