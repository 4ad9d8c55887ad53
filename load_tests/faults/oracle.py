"""Compares the database with the journal, answer by answer, and every score with the answers that it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from load_tests.faults.journal import Journal
from question_bank.keys import Key
from quiz_app import create_app
from quiz_app.config import read_settings
from quiz_app.extensions import db
from quiz_app.persistence import items as items_store
from quiz_app.persistence import key_corrections as corrections_store
from quiz_app.persistence.attempts.table import paper_from_json
from quiz_app.persistence.columns import from_json
from quiz_app.persistence.session import Statement, Work, reading
from quiz_app.services.attempts.key_views import make_key_view

_ATTEMPTS = Statement.from_sql(
    "SELECT attempts.id, state, responses, paper, correct_count, login FROM attempts "
    "JOIN accounts ON accounts.id = attempts.account_id ORDER BY attempts.id"
)
WITNESS = "chung-"
"""Begins the names of accounts that keep no journal."""
_BANKS = Statement.from_sql("SELECT id FROM item_banks")
_OPEN_TWICE = Statement.from_sql(
    "SELECT account_id FROM attempts WHERE state = 'in_progress' GROUP BY account_id, round_id HAVING COUNT(*) > 1"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``lost``: acknowledged and not there, or there as something older. ``invented``: there and never sent.
    ``misjudged``: finished attempts whose score does not follow from their answers.
    """

    cells: int
    lost: int
    invented: int
    misjudged: int


def judge(database_url: str, secret: str, journal: Journal) -> Verdict:
    """Read everything once the engine has come to rest."""
    app = create_app(read_settings({"DATABASE_URL": database_url, "SECRET_KEY": secret}))
    with app.app_context():
        try:
            with reading() as work:
                return _judge(work, journal)
        finally:
            db.engine.dispose()


def _judge(work: Work, journal: Journal) -> Verdict:
    rows = {row.id: row for row in work.list_all(_ATTEMPTS)}
    stored = {row.id: from_json(row.responses) for row in rows.values()}
    cells = journal.cells
    lost = invented = misjudged = 0
    for cell in cells:
        found = stored.get(cell.attempt_id, {}).get(str(cell.slot))
        is_there = found is not None and (found[0] > cell.sequence or found[:2] == [cell.sequence, cell.choice])
        lost += not is_there
    for attempt_id, responses in stored.items():
        if rows[attempt_id].login.startswith(WITNESS):
            continue
        for slot, (sequence, choice, _) in responses.items():
            invented += not journal.was_sent(attempt_id, int(slot), sequence, choice)
    keys_in_force = {
        version_id: key
        for bank in work.list_all(_BANKS)
        for version_id, key in corrections_store.map_keys(work, bank.id).items()
    }
    known: dict[tuple[int, str], frozenset[int]] = {}
    for row in rows.values():
        if row.state == "finished":
            right = _find_right(work, row.paper, keys_in_force, known)
            count = sum(stored[row.id].get(str(slot), [0, None])[1] in keys for slot, keys in enumerate(right))
            misjudged += count != row.correct_count
    misjudged += len(work.list_all(_OPEN_TWICE))
    return Verdict(len(cells), lost, invented, misjudged)


def _find_right(
    work: Work, paper: str, keys_in_force: dict[int, Key], known: dict[tuple[int, str], frozenset[int]]
) -> list[frozenset[int]]:
    """For each slot the options that are right, by the keys that hold now."""
    right = []
    for slot in paper_from_json(paper):
        place = (slot.version_id, str(slot))
        if place not in known:
            item = items_store.find_version(work, slot.version_id)
            if item is None:
                raise LookupError(slot.version_id)
            if slot.version_id in keys_in_force:
                item = replace(item, key=keys_in_force[slot.version_id])
            known[place] = frozenset(make_key_view(item, slot).right)
        right.append(known[place])
    return right
