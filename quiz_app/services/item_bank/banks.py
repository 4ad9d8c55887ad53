"""Banks themselves: a new one, and the name and topics of one that is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from question_bank.readers.bank_folder import Topic
from quiz_app.domain.errors import InvalidInput, NotFound
from quiz_app.domain.items import BankCodeTaken, TopicInUse
from quiz_app.domain.names import clean_name, fold_text
from quiz_app.domain.people import Person
from quiz_app.persistence import audit
from quiz_app.persistence import contests as contests_store
from quiz_app.persistence import items as items_store
from quiz_app.persistence.session import UniqueViolation, Work, reading, transaction
from quiz_app.services.item_bank.codes import make_topic
from quiz_app.services.item_bank.listing import ensure_may_organise
from quiz_app.services.item_bank.writing import lock_bank

LONGEST_TITLE = 300
LONGEST_CODE = 60
LONGEST_TOPIC = 200
"""Characters."""
MOST_TOPICS = 100
_CODE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def add_bank(*, organiser: Person, title: str, code: str, topic_names: Sequence[str], now: datetime) -> int:
    """Make an empty bank; its id. Without a code it is given one after its name. Empty topic names are left out.

    Raises NotAllowed, InvalidInput, BankCodeTaken.
    """
    ensure_may_organise(organiser)
    title, code = _read_title(title), clean_name(code).lower()
    if code and not (len(code) <= LONGEST_CODE and _CODE.fullmatch(code)):
        raise InvalidInput("A code has letters without accents, digits and hyphens, at most 60.")
    topics = _add_topics((), topic_names)
    try:
        with transaction() as work:
            code = code or _find_free_code(work, title)
            bank_id = items_store.add_bank(work, code=code, title=title, topics=topics)
            audit.add_entry(
                work,
                now=now,
                actor_id=organiser.id,
                action="bank_added",
                subject=("bank", bank_id),
                details={"code": code, "after": _describe(title, topics)},
            )
    except UniqueViolation:
        raise BankCodeTaken(code) from None
    return bank_id


def change_bank(
    *,
    organiser: Person,
    bank_id: int,
    title: str,
    names: Mapping[str, str],
    topic_names: Sequence[str],
    removed: Collection[str] = (),
    now: datetime,
) -> None:
    """Name a bank and its topics anew (``names`` by topic code), add topics, and take out empty ones
    (``removed``, by code). Codes stay: items and blueprints know a topic by its code.

    Raises NotAllowed, NotFound, InvalidInput, TopicInUse.
    """
    ensure_may_organise(organiser)
    title = _read_title(title)
    with transaction() as work:
        bank = lock_bank(work, bank_id)
        before = items_store.read_topics(bank)
        used = _find_used_topics(work, bank_id) if removed else frozenset()
        for topic in before:
            if topic.code in removed and topic.code in used:
                raise TopicInUse(topic.name)
        kept = [topic for topic in before if topic.code not in removed]
        named = [Topic(topic.code, _read_topic(names.get(topic.code, topic.name)) or topic.name) for topic in kept]
        topics = _add_topics(named, topic_names)
        if (bank.title, before) == (title, topics):
            return
        items_store.touch_bank(work, bank_id=bank_id, title=title, topics=topics)
        audit.add_entry(
            work,
            now=now,
            actor_id=organiser.id,
            action="bank_changed",
            subject=("bank", bank_id),
            details={"code": bank.code, "before": _describe(bank.title, before), "after": _describe(title, topics)},
        )


def find_empty_topics(*, organiser: Person, bank_id: int) -> frozenset[str]:
    """Codes of the topics that can be taken out: no item has them and no blueprint names them. Raises NotAllowed,
    NotFound.
    """
    ensure_may_organise(organiser)
    with reading() as work:
        bank = items_store.get_bank_row(work, bank_id)
        if bank is None:
            raise NotFound
        codes = {topic.code for topic in items_store.read_topics(bank)}
        return frozenset(codes - _find_used_topics(work, bank_id))


def _find_used_topics(work: Work, bank_id: int) -> frozenset[str]:
    rounds = [round_ for round_ in contests_store.list_rounds(work) if round_.bank_id == bank_id]
    named = {cell.topic for round_ in rounds for cell in round_.settings.blueprint.cells if cell.topic}
    return items_store.list_used_topics(work, bank_id) | named


def _read_title(text: str) -> str:
    title = clean_name(text)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidInput("Give the bank a name of at most 300 characters.")
    return title


def _read_topic(text: str) -> str:
    name = clean_name(text)
    if len(name) > LONGEST_TOPIC:
        raise InvalidInput("The name of a topic has at most 200 characters.")
    return name


def _add_topics(topics: Iterable[Topic], names: Sequence[str]) -> tuple[Topic, ...]:
    """The topics and the new ones. Two that a file could not tell apart are refused."""
    found = list(topics)
    for text in names:
        if name := _read_topic(text):
            found.append(make_topic(name, found))
    if len(found) > MOST_TOPICS:
        raise InvalidInput("A bank has at most 100 topics.")
    if len({fold_text(topic.name) or topic.name for topic in found}) < len(found):
        raise InvalidInput("Two topics have the same name.")
    return tuple(found)


def _find_free_code(work: Work, title: str) -> str:
    base = fold_text(title).replace(" ", "-")[: LONGEST_CODE - 4].strip("-") or "ngan-hang"
    code, number = base, 1
    while items_store.find_bank(work, code) is not None:
        number += 1
        code = f"{base}-{number}"
    return code


def _describe(title: str, topics: Sequence[Topic]) -> dict[str, object]:
    return {"title": title, "topics": [[topic.code, topic.name] for topic in topics]}
