"""After a run: is all there that was acknowledged, and do scores, best results and boards follow from the answers?

Boards are computed anew from nothing but papers, answers and keys as they stand in the tables: no code of the engine
has a part in it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from load_tests.faults.journal import Cell, Journal
from load_tests.faults.oracle import judge
from quiz_app import create_app
from quiz_app.clock import read_now
from quiz_app.config import read_settings
from quiz_app.extensions import db
from quiz_app.persistence.session import Row, Statement, Work, reading
from quiz_app.services.results import RankingPage, view_ranking

_FINISHED = Statement.from_sql(
    "SELECT id, account_id, unit_id, paper, responses, started_at, finished_at, deadline_at, score_hundredths, "
    "correct_count, elapsed_ms FROM attempts WHERE round_id = :round_id AND state = 'finished' ORDER BY id"
)
_RESULTS = Statement.from_sql(
    "SELECT account_id, attempt_count, score_hundredths, correct_count, elapsed_ms, finished_at FROM results "
    "WHERE round_id = :round_id"
)
_OVERDUE = Statement.from_sql(
    "SELECT COUNT(*) AS number FROM attempts WHERE state = 'in_progress' AND accepts_until_at < :now"
)
_KEYS = Statement.from_sql("SELECT id, key FROM item_versions")
_ROUND = Statement.from_sql("SELECT settings FROM rounds WHERE id = :round_id")


@dataclass(frozen=True, slots=True)
class Finding:
    """``lost``, ``invented`` and ``misjudged`` are the fault bench's; ``wrongs`` says what of scores, ends,
    best results and boards is not right.
    """

    cells: int
    lost: int
    invented: int
    misjudged: int
    people: int
    attempts: int
    wrongs: tuple[str, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all is wrong."""
        return not (self.lost or self.invented or self.misjudged or self.wrongs)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a person's finished attempts come to; sorts as the ranking does."""

    order: tuple[int, int, int]
    correct: int
    count: int
    unit_id: int | None


def check(
    database_url: str,
    secret: str,
    round_id: int,
    sent: dict[tuple[int, int], set[tuple[int, int]]],
    cells: Iterable[Cell],
) -> Finding:
    """Compare a database at rest with a journal, and its boards with what its answers come to."""
    verdict = judge(database_url, secret, Journal.of(sent, cells))
    app = create_app(read_settings({"DATABASE_URL": database_url, "SECRET_KEY": secret, "SWEEP_SECONDS": "0"}))
    with app.app_context():
        try:
            with reading() as work:
                rows = work.list_all(_FINISHED, round_id=round_id)
                standings, wrongs = _compute(work, round_id, rows)
                wrongs += _compare_results(work, round_id, standings)
                overdue = work.find_one(_OVERDUE, now=int(read_now().timestamp() * 1000))
            if overdue is not None and overdue.number:
                wrongs.append(f"{overdue.number} attempts whose time is over are still open")
            else:
                # The page closes what is overdue itself, so that there must be nothing of it to be compared.
                wrongs += _compare_boards(app.extensions["cache"], round_id, standings)
        finally:
            db.engine.dispose()
    return Finding(
        verdict.cells, verdict.lost, verdict.invented, verdict.misjudged, len(standings), len(rows), tuple(wrongs)
    )


def _compute(work: Work, round_id: int, rows: list[Row]) -> tuple[dict[int, _Standing], list[str]]:
    settings = json.loads(_get_row(work.find_one(_ROUND, round_id=round_id)).settings)
    scale = int(settings["scale_hundredths"])
    keys = {row.id: set(json.loads(row.key).get("right", ())) for row in work.list_all(_KEYS) if row.key}
    best: dict[int, _Standing] = {}
    wrongs = []
    for row in rows:
        paper, responses = json.loads(row.paper), _read_json(row.responses)
        correct = sum(_is_right(keys, slot, responses.get(str(number))) for number, slot in enumerate(paper))
        score, elapsed = correct * scale // len(paper), row.finished_at - row.started_at
        if (row.correct_count, row.score_hundredths, row.elapsed_ms) != (correct, score, elapsed):
            wrongs.append(f"attempt {row.id} is worth {score} with {correct} right in {elapsed} ms, not what is stored")
        if row.finished_at > row.deadline_at:
            wrongs.append(f"attempt {row.id} ended after its time")
        order, known = (-score, elapsed, row.finished_at), best.get(row.account_id)
        count = 1 + (known.count if known else 0)
        if known and known.order <= order:
            best[row.account_id] = _Standing(known.order, known.correct, count, known.unit_id)
        else:
            best[row.account_id] = _Standing(order, correct, count, row.unit_id)
    return best, wrongs


def _is_right(keys: dict[int, set[int]], slot: list[object], response: list[object] | None) -> bool:
    version_id, order, *form = slot
    if form:
        raise ValueError("the checker reads papers of single choices only")
    if response is None or response[1] is None:
        return False
    return int(str(order)[int(str(response[1]))]) in keys[int(str(version_id))]


def _compare_results(work: Work, round_id: int, standings: dict[int, _Standing]) -> list[str]:
    kept = {
        row.account_id: ((-row.score_hundredths, row.elapsed_ms, row.finished_at), row.correct_count, row.attempt_count)
        for row in work.list_all(_RESULTS, round_id=round_id)
    }
    right = {account_id: (each.order, each.correct, each.count) for account_id, each in standings.items()}
    return [
        f"account {account_id}: kept as best {kept.get(account_id)}, right is {right.get(account_id)}"
        for account_id in sorted(kept.keys() | right.keys())
        if kept.get(account_id) != right.get(account_id)
    ]


def _compare_boards(cache: object, round_id: int, standings: dict[int, _Standing]) -> list[str]:
    """The ranking of people, page after page, and the figures of every unit on the ranking of units."""
    wrongs: list[str] = []
    shown: list[int] = []
    number, page = 1, _view(cache, round_id, 1)
    while True:
        shown += [each.line.account_id for each in page.people]
        if number >= page.page_count:
            break
        number += 1
        page = _view(cache, round_id, number)
    if set(shown) != set(standings) or len(shown) != len(standings):
        wrongs.append(f"the ranking shows {len(shown)} people, {len(standings)} have a result")
    for above, below in pairwise(each for each in shown if each in standings):
        if standings[above].order > standings[below].order:
            wrongs.append(f"account {above} stands before {below} and is worse")
    return wrongs + _compare_units(_view(cache, round_id, 1, of_units=True), standings)


def _compare_units(page: RankingPage, standings: dict[int, _Standing]) -> list[str]:
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for each in standings.values():
        if each.unit_id is not None:
            sums[each.unit_id][0] += 1
            sums[each.unit_id][1] -= each.order[0]
    right = sorted((taken_part, total) for taken_part, total in sums.values())
    kept = sorted(
        (unit.figures.taken_part, unit.figures.best_sum_hundredths) for unit in page.units if unit.figures.taken_part
    )
    return [] if right == kept else ["the ranking of units does not add up the best results of their people"]


def _view(cache: object, round_id: int, number: int, *, of_units: bool = False) -> RankingPage:
    return view_ranking(
        viewer=None,
        round_id=round_id,
        of_units=of_units,
        number=number,
        cache=cache,  # type: ignore[arg-type]
        now=read_now(),
    )


def _read_json(stored: object) -> dict[str, list[object]]:
    value = json.loads(stored) if isinstance(stored, (str, bytes)) else stored
    if not isinstance(value, dict):
        raise TypeError(stored)
    return value


def _get_row(row: Row | None) -> Row:
    if row is None:
        raise LookupError("the round is gone")
    return row
