"""Loads contests and banks: in one transaction, and harmless to repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from question_bank.blueprint import Shortfall
from question_bank.readers.bank_folder import Bank
from quiz_app.domain.definitions import ContestDefinition, PersonDefinition
from quiz_app.domain.errors import NotFound
from quiz_app.passwords import hash_password
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence import people as people_store
from quiz_app.persistence import quotas as quotas_store
from quiz_app.persistence.columns import to_ms
from quiz_app.persistence.initiatives import rounds as initiative_rounds_store
from quiz_app.persistence.people import NewAccount, NewUnit
from quiz_app.persistence.people import units as unit_store
from quiz_app.persistence.session import Work, reading, transaction
from quiz_app.services.bank_cache import hold_bank


@dataclass(frozen=True, slots=True)
class LoadedBank:
    """How many items a load added, how many got a new version, and how many it left as they were."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LoadedContest:
    """What a load did. ``is_new`` is false when the contest was there: nothing was changed then.

    ``shortfalls`` names, by round code, what the bank lacks for the round's papers.
    """

    is_new: bool
    units_added: int
    people_added: int
    shortfalls: tuple[tuple[str, Shortfall], ...]


def load_bank(bank: Bank, *, now: datetime) -> LoadedBank:
    """Add new items in use, and a new version of each changed item; items that the bank no longer names stay as
    they are.
    """
    with transaction() as work:
        row = items_store.find_bank(work, bank.code)
        bank_id = row.id if row else items_store.add_bank(work, code=bank.code, title=bank.title, topics=bank.topics)
        current = items_store.list_current(work, bank_id)
        fresh = [item for item in bank.items if item.code not in current]
        changed = [item for item in bank.items if item.code in current and current[item.code][3] != item]
        items_store.add_items(work, bank_id=bank_id, items=fresh, now_ms=to_ms(now))
        for item in changed:
            item_id, number, _, _ = current[item.code]
            items_store.add_version(work, item_id=item_id, number=number + 1, item=item, now_ms=to_ms(now))
        is_renamed = row is not None and (row.title, items_store.read_topics(row)) != (bank.title, bank.topics)
        if fresh or changed or is_renamed:
            items_store.touch_bank(work, bank_id=bank_id, title=bank.title, topics=bank.topics)
            details = {"added": len(fresh), "changed": len(changed)}
            audit.add_entry(
                work, now=now, actor_id=None, action="bank_loaded", subject=("bank", bank_id), details=details
            )
    return LoadedBank(len(fresh), len(changed), len(bank.items) - len(fresh) - len(changed))


def load_contest(definition: ContestDefinition, *, bank_code: str | None, now: datetime) -> LoadedContest:
    """Store the contest with its rounds, units, quotas, exclusions and people. Raises NotFound for an unknown bank;
    ``bank_code`` may be None where the contest has no knowledge round.

    A contest whose code is there already is left untouched: what runs is not changed by loading a file again.
    """
    hashes = {person.login: hash_password(person.password) for person in definition.people}
    with transaction() as work:
        bank_row = None if bank_code is None else items_store.find_bank(work, bank_code)
        if bank_row is None and definition.rounds:
            raise NotFound
        if contests_store.find_contest(work, definition.contest.code) is not None:
            return LoadedContest(False, 0, 0, ())
        contest_id = contests_store.add_contest(work, definition.contest, now)
        if bank_row is not None:
            for position, round_ in enumerate(definition.rounds, start=1):
                contests_store.add_round(work, round_, contest_id=contest_id, bank_id=bank_row.id, position=position)
        for position, initiative_round in enumerate(definition.initiative_rounds, start=1):
            initiative_rounds_store.add_round(work, initiative_round, contest_id=contest_id, position=position)
        _add_kinds(work, definition)
        unit_ids, units_added = _add_units(work, definition)
        for quota in definition.quotas:
            quotas_store.put_quota(
                work,
                quota.quota,
                contest_id=contest_id,
                unit_kind=quota.unit_kind,
                unit_id=unit_ids[quota.unit_code] if quota.unit_code else None,
            )
        people_added = _add_people(work, definition.people, unit_ids, hashes, now)
        for exclusion in definition.exclusions:
            contests_store.add_exclusion(work, contest_id=contest_id, login=exclusion.login, reason=exclusion.reason)
        audit.add_entry(
            work,
            now=now,
            actor_id=None,
            action="contest_loaded",
            subject=("contest", contest_id),
            details={"code": definition.contest.code, "units": units_added, "people": people_added},
        )
    if bank_row is None:
        return LoadedContest(True, units_added, people_added, ())
    with reading() as work:
        bank = hold_bank(work, bank_row.id, bank_row.version)
    shortfalls = [
        (round_.code, shortfall)
        for round_ in definition.rounds
        for shortfall in bank.get_pool(round_).find_shortfalls(round_.settings.blueprint)
    ]
    return LoadedContest(True, units_added, people_added, tuple(shortfalls))


def _add_kinds(work: Work, definition: ContestDefinition) -> None:
    """Kinds that are known keep the name that they have: organisers may have changed it."""
    known = unit_store.list_kinds(work)
    for kind in definition.unit_kinds:
        if kind.code not in known and kind.name not in known.values():
            unit_store.put_kind(work, code=kind.code, name=kind.name)


def _add_units(work: Work, definition: ContestDefinition) -> tuple[dict[str, int], int]:
    """Ids of all units by code, and how many were new: units outlive contests, so known ones are kept as they are."""
    unit_ids = people_store.map_unit_codes(work)
    added = 0
    for unit in definition.units:
        if unit.code in unit_ids:
            continue
        parent_id = unit_ids[unit.parent_code] if unit.parent_code else None
        unit_ids[unit.code] = people_store.add_unit(
            work, NewUnit(unit.code, unit.name, unit.kind, unit.block, parent_id, unit.staff_number)
        )
        added += 1
    return unit_ids, added


def _add_people(
    work: Work,
    people: tuple[PersonDefinition, ...],
    unit_ids: dict[str, int],
    hashes: dict[str, str],
    now: datetime,
) -> int:
    known = people_store.map_logins(work)
    accounts = [
        NewAccount(
            login=person.login,
            name=person.name,
            password_hash=hashes[person.login],
            unit_id=unit_ids[person.unit_code] if person.unit_code else None,
            job_title=person.job_title,
            must_change_password=False,
            roles=person.roles,
            led_unit_id=unit_ids[person.led_unit_code] if person.led_unit_code else None,
        )
        for person in people
        if person.login not in known
    ]
    people_store.add_accounts(work, accounts, now)
    return len(accounts)
