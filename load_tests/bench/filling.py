"""A database with hundreds of thousands of finished attempts of one round, all with the same ten questions."""

from __future__ import annotations

import json
import random

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
FIRST_ACCOUNT, FIRST_ATTEMPT = 10_000_000, 20_000_000


def fill(postgresql: PostgresqlServer, attempts: int) -> None:
    """Add people with ten finished attempts each to the template, all with the same ten questions."""
    url = postgresql.database_url(TEMPLATE)
    app = create_app(read_settings(ENVIRONMENT | {"DATABASE_URL": url}))
    with app.app_context():
        round_, version_ids = find_round()
        db.engine.dispose()
    generator = random.Random(1)  # noqa: S311 - the same attempts at every run
    keys = _read_keys(url, version_ids)
    people = attempts // ATTEMPTS_EACH
    with psycopg.connect(url) as connection:
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
            for number in range(people * ATTEMPTS_EACH):
                copy.write_row(_make_row(number, round_, generator, *_make_paper(version_ids, keys, generator)))
        connection.execute(
            "INSERT INTO results (round_id, account_id, attempt_count, attempt_id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, is_passed, rank_key, last_finished_at) "
            "SELECT DISTINCT ON (account_id) round_id, account_id, %(each)s, id, score_hundredths, correct_count, "
            "elapsed_ms, finished_at, score_hundredths >= %(cut)s, rank_key, finished_at FROM attempts "
            "WHERE state = 'finished' ORDER BY account_id, rank_key",
            {"each": ATTEMPTS_EACH, "cut": round_.settings.cut_score_hundredths},
        )
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


def _make_paper(version_ids: list[int], keys: dict[int, int], generator: random.Random) -> tuple[str, str, str, int]:
    """Paper, shape and responses as stored, and how many are right."""
    slots, responses, right = [], {}, 0
    for number, version_id in enumerate(generator.sample(version_ids, len(version_ids))):
        order = generator.sample("0123", 4)
        slots.append([version_id, "".join(order)])
        choice = order.index(str(keys[version_id])) if generator.random() < 0.5 else generator.randrange(4)
        if generator.random() < 0.97:
            responses[str(number)] = [1_700_000_000_000 + number, choice, 1000 * (number + 1)]
            right += order[choice] == str(keys[version_id])
    compact = {"separators": (",", ":")}
    return json.dumps(slots, **compact), "c04" * len(slots), json.dumps(responses, **compact), right  # type: ignore[arg-type]


def _make_row(
    number: int, round_: Round, generator: random.Random, paper: str, shape: str, responses: str, right: int
) -> tuple[object, ...]:
    started_at = to_ms(round_.opens_at) + number
    elapsed = generator.randrange(60_000, 299_000)
    score = right * round_.settings.scale_hundredths // QUESTIONS
    values = RankedValues(score, elapsed, from_ms(started_at + elapsed))
    return (
        FIRST_ATTEMPT + number, round_.id, FIRST_ACCOUNT + number // ATTEMPTS_EACH, number % ATTEMPTS_EACH + 1,
        "finished", started_at, started_at + 300_000, started_at + 305_000, paper, shape, responses,
        started_at + elapsed, "participant", elapsed, right, score,
        make_rank_key(values, round_.settings.rank_order),
    )  # fmt: skip
