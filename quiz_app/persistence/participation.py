"""The people of a round with where they stand in it: those who have a result, and those who are still to come.

A person with a result stands under the unit frozen on the best attempt, one without under the unit in which they are
now; so nobody stands twice, and the lists add up to the figures of the boards. Both kinds are read along indexes and
put together, each cut off at the length of a page.
"""

# ruff: noqa: S608 - the statements are put together from the constants of this module

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from quiz_app.domain.contests import Round
from quiz_app.domain.directory import PeopleScope
from quiz_app.domain.participation import Participation
from quiz_app.persistence.columns import find_from_ms
from quiz_app.persistence.people.directory import LED_UNITS, SUBTREE_OF_CHOSEN
from quiz_app.persistence.results import UNIT_FIGURES, UNIT_LINES, UnitLine, list_unit_figures, to_unit_line
from quiz_app.persistence.session import Row, Statement, Work

_LETTERS = "abcdef"
MANY_UNITS = 20
"""With more units than these their people are no longer few: what is true of everybody is read along an index instead,
and what is asked for is picked out of that.
"""
# Both lists are short, and are looked up once: so accounts need be read no further than their index on ids and units.
_EXCLUDED = (
    "accounts.id NOT IN (SELECT excluded.id FROM exclusions "
    "JOIN accounts excluded ON excluded.login = exclusions.login WHERE exclusions.contest_id = :contest_id) "
    "AND accounts.id NOT IN (SELECT role_grants.account_id FROM role_grants "
    f"WHERE role_grants.role IN ({', '.join(':role_' + letter for letter in _LETTERS)}))"
)
_COMERS = (
    "FROM accounts LEFT JOIN attempts sittings ON sittings.round_id = :round_id "
    "AND sittings.account_id = accounts.id AND sittings.state = 'in_progress' "
    "WHERE accounts.is_active AND NOT EXISTS (SELECT 1 FROM results WHERE results.round_id = :round_id "
    f"AND results.account_id = accounts.id) AND {_EXCLUDED}"
)
_DONE = "FROM results JOIN accounts ON accounts.id = results.account_id WHERE results.round_id = :round_id"
_DONE_ALONE = "FROM results WHERE results.round_id = :round_id"
_PERSON = (
    "accounts.id, accounts.login, accounts.name, accounts.job_title, accounts.email, accounts.phone, accounts.name_key"
)
_DONE_COLUMNS = (
    f"{_PERSON}, results.unit_id, CASE WHEN results.is_passed THEN 'passed' ELSE 'below' END AS state, "
    "results.attempt_count, results.score_hundredths, results.elapsed_ms, results.finished_at"
)
_COMER_COLUMNS = (
    f"{_PERSON}, accounts.unit_id, CASE WHEN sittings.id IS NULL THEN 'not_begun' ELSE 'sitting' END AS state, "
    "0 AS attempt_count, CAST(NULL AS integer) AS score_hundredths, CAST(NULL AS integer) AS elapsed_ms, "
    "CAST(NULL AS bigint) AS finished_at"
)
_STATES = {
    Participation.NOT_BEGUN: (None, "sittings.id IS NULL"),
    Participation.SITTING: (None, "sittings.id IS NOT NULL"),
    Participation.BELOW: ("NOT results.is_passed", None),
    Participation.PASSED: ("results.is_passed", None),
}


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """A person in the list of a round; score, time and moment are those of the best attempt."""

    account_id: int
    login: str
    name: str
    job_title: str | None
    email: str | None
    phone: str | None
    unit_id: int | None
    unit_name: str | None
    state: Participation
    attempt_count: int
    score_hundredths: int | None
    elapsed_ms: int | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ParticipantFilter:
    """What of the list is asked for: folded words, a unit with its sub-units, a state."""

    words: tuple[str, ...] = ()
    unit_id: int | None = None
    state: Participation | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a statement has; with ``is_wide`` the units are so many that their people are not few."""

    has_units: bool
    is_wide: bool
    words: int
    state: Participation | None
    has_after: bool


def list_participants(
    work: Work,
    scope: PeopleScope,
    round_: Round,
    chosen: ParticipantFilter,
    *,
    after: tuple[str, int] | None,
    most: int,
) -> list[tuple[ParticipantLine, tuple[str, int]]]:
    """The people of a page in the order of given names, each with the place that the next page may begin after."""
    unit_ids = list_scope_ids(work, scope, chosen.unit_id)
    values = _make_values(round_, unit_ids, chosen.words) | {"most": most}
    if after is not None:
        values |= {"after_key": after[0], "after_id": after[1]}
    shape = _make_shape(unit_ids, chosen, has_after=after is not None)
    return [(_to_line(row), (row.name_key, row.id)) for row in work.list_all(_make_list(shape), **values)]


def count_participants(work: Work, scope: PeopleScope, round_: Round, chosen: ParticipantFilter) -> int:
    """How many people the filter leaves."""
    unit_ids = list_scope_ids(work, scope, chosen.unit_id)
    if unit_ids is not None and len(unit_ids) > MANY_UNITS and not chosen.words:
        rows = work.list_all(_make_unit_counts(chosen.state), **_make_values(round_, None))
        wanted = set(unit_ids)
        return sum(int(row.number) for row in rows if row.unit_id in wanted)
    shape = _make_shape(unit_ids, chosen, has_after=False)
    row = work.find_one(_make_count(shape), **_make_values(round_, unit_ids, chosen.words))
    return 0 if row is None else int(row.number)


def count_comers(work: Work, unit_ids: Sequence[int] | None, round_: Round) -> dict[int | None, tuple[int, int]]:
    """By unit, how many people have not begun, and how many sit their first attempt just now; None for all units."""
    wanted = None if unit_ids is None else set(unit_ids)
    read = unit_ids if unit_ids is not None and len(unit_ids) <= MANY_UNITS else None
    rows = work.list_all(_make_comers(read is not None), **_make_values(round_, read))
    return {
        row.unit_id: (int(row.not_begun), int(row.sitting)) for row in rows if wanted is None or row.unit_id in wanted
    }


def list_scope_ids(work: Work, scope: PeopleScope, unit_id: int | None) -> list[int] | None:
    """The ids of the units that are looked at; None for all.

    Read first, and given to the other statements as values: the database then knows how few people they are, and reads
    those alone.
    """
    if scope.lead_id is None and unit_id is None:
        return None
    statement = _SCOPES[scope.lead_id is not None, unit_id is not None]
    return [row.id for row in work.list_all(statement, lead_id=scope.lead_id, unit_id=unit_id)]


def list_led_lines(work: Work, unit_ids: Sequence[int], round_id: int) -> list[UnitLine]:
    """These units, each with its own figures in the round."""
    if len(unit_ids) > MANY_UNITS:
        wanted = set(unit_ids)
        return [line for line in list_unit_figures(work, round_id) if line.unit_id in wanted]
    return [to_unit_line(row) for row in work.list_all(_LED_LINES, unit_ids=_join(unit_ids), round_id=round_id)]


def _make_shape(unit_ids: Sequence[int] | None, chosen: ParticipantFilter, *, has_after: bool) -> _Shape:
    is_wide = unit_ids is not None and len(unit_ids) > MANY_UNITS
    return _Shape(unit_ids is not None, is_wide, len(chosen.words), chosen.state, has_after)


def _join(unit_ids: Sequence[int] | None) -> str | None:
    return None if unit_ids is None else ",".join(map(str, unit_ids))


def _make_values(round_: Round, unit_ids: Sequence[int] | None, words: tuple[str, ...] = ()) -> dict[str, Any]:
    values: dict[str, Any] = {f"word_{_LETTERS[place]}": f"% {word}%" for place, word in enumerate(words)}
    roles = sorted(str(role) for role in round_.settings.excluded_roles)
    values |= {f"role_{letter}": roles[place] if place < len(roles) else "" for place, letter in enumerate(_LETTERS)}
    # Also where the statement has no use for them: both drivers pass over values that are not named.
    return values | {"round_id": round_.id, "contest_id": round_.contest_id, "unit_ids": _join(unit_ids)}


_SCOPES = {
    (True, False): Statement.from_sql(f"SELECT id FROM units WHERE id IN {LED_UNITS}"),
    (False, True): Statement.from_sql(f"SELECT id FROM units WHERE id IN {SUBTREE_OF_CHOSEN}"),
    (True, True): Statement.from_sql(f"SELECT id FROM units WHERE id IN {LED_UNITS} AND id IN {SUBTREE_OF_CHOSEN}"),
}


def _make_statement(sql: str) -> Statement:
    return Statement.from_sqls(
        postgresql=sql.format(in_units="= ANY(CAST(string_to_array(:unit_ids, ',') AS bigint[]))"),
        sqlite=sql.format(in_units="IN (SELECT value FROM json_each('[' || :unit_ids || ']'))"),
    )


_LED_LINES = _make_statement(
    f"{UNIT_LINES} LEFT JOIN (SELECT {UNIT_FIGURES} FROM results WHERE results.round_id = :round_id "
    "AND results.unit_id {in_units} GROUP BY results.unit_id) figures ON figures.unit_id = units.id "
    "WHERE units.id {in_units}"
)


def _make_branches(shape: _Shape) -> list[tuple[str, str]]:
    """The columns and the rest of each part of the list that can hold what is asked for."""
    common = [f"accounts.search_text LIKE :word_{letter}" for letter in _LETTERS[: shape.words]]
    if shape.has_after:
        common.append("(accounts.name_key, accounts.id) > (:after_key, :after_id)")
    branches = []
    for place, (table, columns, source) in enumerate(
        (("results", _DONE_COLUMNS, _DONE), ("accounts", _COMER_COLUMNS, _COMERS))
    ):
        conditions = list(common)
        if shape.state is not None:
            wanted = _STATES[shape.state][place]
            if wanted is None:
                continue
            conditions.append(wanted)
        if shape.has_units:
            conditions.append(f"{table}.unit_id {{in_units}}")
        branches.append((columns, " AND ".join([source, *conditions])))
    return branches


@cache
def _make_list(shape: _Shape) -> Statement:
    # Few units: their people are read and sorted. All of them: read in the order of the index until the page is full.
    key = "accounts.name_key || ''" if shape.has_units and not shape.is_wide else "accounts.name_key"
    parts = [
        f"SELECT * FROM (SELECT {columns} {rest} ORDER BY {key}, accounts.id LIMIT :most) part_{number}"
        for (columns, rest), number in zip(_make_branches(shape), "ab", strict=False)
    ]
    return _make_statement(
        f"SELECT people.*, units.name AS unit_name FROM ({' UNION ALL '.join(parts)}) people "
        "LEFT JOIN units ON units.id = people.unit_id ORDER BY people.name_key, people.id LIMIT :most"
    )


@cache
def _make_count(shape: _Shape) -> Statement:
    parts = [f"SELECT COUNT(*) AS number {rest}" for _, rest in _make_branches(shape)]
    if not shape.words:
        # Nothing is asked of the account itself.
        parts = [part.replace(_DONE, _DONE_ALONE) for part in parts]
    return _make_statement(f"SELECT SUM(number) AS number FROM ({' UNION ALL '.join(parts)}) counts")


@cache
def _make_unit_counts(state: Participation | None) -> Statement:
    shape = _Shape(has_units=False, is_wide=False, words=0, state=state, has_after=False)
    parts = [
        f"SELECT {source}.unit_id, COUNT(*) AS number {rest.replace(_DONE, _DONE_ALONE)} GROUP BY {source}.unit_id"
        for columns, rest in _make_branches(shape)
        for source in ["results" if columns == _DONE_COLUMNS else "accounts"]
    ]
    return Statement.from_sql(" UNION ALL ".join(parts))


@cache
def _make_comers(has_units: bool) -> Statement:
    scope = " AND accounts.unit_id {in_units}" if has_units else ""
    return _make_statement(
        "SELECT accounts.unit_id, SUM(CASE WHEN sittings.id IS NULL THEN 1 ELSE 0 END) AS not_begun, "
        f"SUM(CASE WHEN sittings.id IS NULL THEN 0 ELSE 1 END) AS sitting {_COMERS}{scope} GROUP BY accounts.unit_id"
    )


def _to_line(row: Row) -> ParticipantLine:
    return ParticipantLine(
        account_id=row.id,
        login=row.login,
        name=row.name,
        job_title=row.job_title,
        email=row.email,
        phone=row.phone,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        state=Participation(row.state),
        attempt_count=row.attempt_count,
        score_hundredths=row.score_hundredths,
        elapsed_ms=row.elapsed_ms,
        finished_at=find_from_ms(row.finished_at),
    )
