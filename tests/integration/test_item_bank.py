"""The bank's screens: lists, versions, writing, states, and what papers are drawn from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from question_bank.items import Item, ItemKind
from quiz_app.clock import read_now
from quiz_app.domain.errors import InvalidInput
from quiz_app.domain.items import (
    ItemChanged,
    ItemCodeTaken,
    ItemFilter,
    ItemState,
    ItemStepRefused,
    PapersWouldLackItems,
    RoundAlreadyOpen,
    RoundChanged,
    SecondPersonNeeded,
)
from quiz_app.domain.people import Person, Role
from quiz_app.extensions import db
from quiz_app.persistence import items as items_store
from quiz_app.persistence.session import reading, transaction
from quiz_app.services.blueprints import save_blueprint, view_blueprint
from quiz_app.services.item_bank.details import get_item_page
from quiz_app.services.item_bank.drafts import add_rows, make_draft
from quiz_app.services.item_bank.exporting import ExportFormat, export_items
from quiz_app.services.item_bank.listing import view_bank
from quiz_app.services.item_bank.states import change_states
from quiz_app.services.item_bank.writing import add_item, change_item
from tests.factories import add_person, add_round, run_sql
from tests.integration.bank import find_item_id, make_items
from tests.integration.threads import run_together
from tests.integration.visitor import Visitor, add_open_round
from tests.statements import count_statements

CANARY = "<script>canary()</script><img src=x onerror=canary()> =1+1 \"'>&"


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person]:
    return (
        add_person("tac-gia", roles=[Role.ORGANISER]),
        add_person("tham-dinh", roles=[Role.ORGANISER]),
    )


def find_topic(bank_id: int) -> str:
    return str(run_sql("SELECT topic FROM items WHERE bank_id = :bank_id LIMIT 1", bank_id=bank_id)[0].topic)


def add(person: Person, bank_id: int, item: Item) -> int:
    return add_item(organiser=person, bank_id=bank_id, item=replace(item, topic=find_topic(bank_id)), now=read_now())


def step(person: Person, item_id: int, to_state: ItemState, reason: str = "", number: int | None = None) -> None:
    page = get_item_page(organiser=person, item_id=item_id)
    change_states(
        organiser=person,
        bank_id=page.bank.id,
        seen={item_id: page.current.number if number is None else number},
        to_state=to_state,
        reason=reason,
        now=read_now(),
    )


def list_drawn(bank_id: int) -> set[int]:
    with reading() as work:
        return {item.version_id for item in items_store.list_pool(work, bank_id)}


def test_an_item_goes_from_draft_to_use_by_a_second_person_only(people: tuple[Person, Person]) -> None:
    author, reviewer = people
    bank_id = add_open_round().bank_id
    item_id = add(author, bank_id, make_items()[0])
    version_id = get_item_page(organiser=author, item_id=item_id).current.version_id
    with pytest.raises(ItemStepRefused):
        step(author, item_id, ItemState.IN_USE)
    with pytest.raises(SecondPersonNeeded):
        step(author, item_id, ItemState.REVIEWED)
    step(reviewer, item_id, ItemState.REVIEWED)
    assert version_id not in list_drawn(bank_id)
    step(author, item_id, ItemState.IN_USE)
    assert version_id in list_drawn(bank_id)
    with pytest.raises(InvalidInput):
        step(author, item_id, ItemState.RETIRED)
    step(author, item_id, ItemState.RETIRED, "Văn bản hết hiệu lực")
    assert version_id not in list_drawn(bank_id)
    changes = get_item_page(organiser=author, item_id=item_id).changes
    assert [(each.to_state, each.made_by_name) for each in changes] == [
        (ItemState.RETIRED, author.name), (ItemState.IN_USE, author.name), (ItemState.REVIEWED, reviewer.name),
    ]  # fmt: skip
    entries = run_sql(
        "SELECT details FROM audit_entries WHERE action = 'item_state_changed' AND subject_id = :item_id ORDER BY id",
        item_id=item_id,
    )
    assert ['"before":"draft","after":"reviewed"' in entry.details for entry in entries] == [True, False, False]


def test_the_database_itself_refuses_a_review_by_the_author_and_an_unknown_step(
    people: tuple[Person, Person],
) -> None:
    author, _ = people
    item_id = add(author, add_open_round().bank_id, make_items()[0])
    version_id = get_item_page(organiser=author, item_id=item_id).current.version_id
    sql = (
        "INSERT INTO item_state_changes (id, item_id, version_id, author_id, from_state, to_state, reason, "
        "made_by_id, made_at) VALUES (:id, :item_id, :version_id, :author_id, :source, :target, '', :person, 1)"
    )
    for number, (source, target) in enumerate([("draft", "reviewed"), ("draft", "in_use"), ("in_use", "retired")]):
        with pytest.raises(Exception, match="(?i)check"):
            run_sql(
                sql, id=number + 1, item_id=item_id, version_id=version_id, author_id=author.id, source=source,
                target=target, person=author.id,
            )  # fmt: skip


def test_what_is_saved_is_the_next_version_and_a_draft(people: tuple[Person, Person]) -> None:
    author, reviewer = people
    bank_id = add_open_round().bank_id
    item_id = add(author, bank_id, make_items()[0])
    step(reviewer, item_id, ItemState.REVIEWED)
    before = get_item_page(organiser=author, item_id=item_id).current
    changed = replace(before.item, stem=make_items("khác")[0].stem)
    assert not change_item(organiser=author, item_id=item_id, number=1, item=before.item, now=read_now())
    assert change_item(organiser=reviewer, item_id=item_id, number=1, item=changed, now=read_now())
    page = get_item_page(organiser=author, item_id=item_id)
    assert (page.state, page.current.number, page.current.item.stem) == (ItemState.DRAFT, 2, changed.stem)
    assert [version.item.stem for version in page.versions] == [changed.stem, before.item.stem]
    with pytest.raises(ItemChanged):
        change_item(organiser=author, item_id=item_id, number=1, item=before.item, now=read_now())
    with pytest.raises(ItemChanged):
        step(author, item_id, ItemState.REVIEWED, number=1)
    # Whoever wrote the newest version is its author now.
    with pytest.raises(SecondPersonNeeded):
        step(reviewer, item_id, ItemState.REVIEWED)


def test_two_who_save_at_once_never_lose_a_version(app: Flask, people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    item_id = add(people[0], bank_id, make_items()[0])
    items = [make_items(word)[0] for word in ("một", "hai", "ba", "bốn")]
    topic = find_topic(bank_id)

    def save(item: Item) -> Callable[[], bool]:
        return lambda: change_item(
            organiser=people[0], item_id=item_id, number=1, item=replace(item, topic=topic), now=read_now()
        )

    outcomes = run_together(app, [save(item) for item in items])
    assert sum(outcome is True for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ItemChanged) for outcome in outcomes) == 3
    assert len(get_item_page(organiser=people[0], item_id=item_id).versions) == 2


def test_codes_are_given_and_never_twice(app: Flask, people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    topic = find_topic(bank_id)

    def write() -> int:
        item = replace(make_items()[0], topic=topic)
        return add_item(organiser=people[0], bank_id=bank_id, item=item, now=read_now())

    ids = run_together(app, [write] * 4)
    codes = {get_item_page(organiser=people[0], item_id=int(item_id)).current.item.code for item_id in ids}
    assert codes == {"CH-0001", "CH-0002", "CH-0003", "CH-0004"}
    with pytest.raises(ItemCodeTaken):
        add(people[0], bank_id, replace(make_items()[0], code="CH-0003"))


def test_an_item_that_an_open_round_needs_stays(people: tuple[Person, Person]) -> None:
    round_ = add_open_round()
    with reading() as work:
        current = items_store.map_current_items(work, round_.bank_id)
    needed = round_.settings.blueprint.size
    ids = [row.id for row in run_sql("SELECT id FROM items WHERE bank_id = :bank ORDER BY id", bank=round_.bank_id)]
    spare = len(current) - needed
    for item_id in ids[:spare]:
        step(people[0], item_id, ItemState.RETIRED, "thừa")
    with pytest.raises(PapersWouldLackItems):
        step(people[0], ids[spare], ItemState.RETIRED, "thừa")
    item = get_item_page(organiser=people[0], item_id=ids[spare]).current.item
    with pytest.raises(PapersWouldLackItems):
        change_item(
            organiser=people[0], item_id=ids[spare], number=1, item=replace(item, stem=make_items()[0].stem),
            now=read_now(),
        )  # fmt: skip
    assert len(list_drawn(round_.bank_id)) == needed


def test_the_list_finds_without_accents_and_by_every_column(people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    ids = [add(people[0], bank_id, item) for item in make_items("Thủ tục hành chính")]

    def find(**conditions: str) -> set[int]:
        page = view_bank(organiser=people[0], bank_id=bank_id, chosen=ItemFilter(**conditions), number=1)
        assert page.count == len(page.items)
        return {each.item_id for each in page.items}

    assert find(words="thu tuc hanh") == find(words="THỦ tục hành") == find(source="nghi dinh 1") == set(ids)
    assert find(words="khong co chu nay") == set()
    assert find(kind="essay") == {ids[-1]}
    assert find(state="draft", level="apply") == set(ids)
    assert find(words="CH 0002") == {ids[1]}
    assert find(words="%") == find()


def test_a_list_costs_the_same_for_few_items_and_for_thousands(people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    base = replace(make_items()[0], topic=find_topic(bank_id))

    def count() -> int:
        with count_statements(db.engine) as found:
            view_bank(organiser=people[0], bank_id=bank_id, chosen=ItemFilter(words="cau so single"), number=1)
        return len(found.work)

    few = count()
    items = [replace(base, code=f"N-{number:05d}") for number in range(2000)]
    with transaction() as work:
        items_store.add_items(work, bank_id=bank_id, items=items, now_ms=1, state="draft", author_id=people[0].id)
    assert count() == few <= 5
    page = view_bank(organiser=people[0], bank_id=bank_id, chosen=ItemFilter(words="cau so single"), number=40)
    assert (page.number, page.page_count, page.count, len(page.items)) == (40, 40, 2000, 50)


@pytest.mark.parametrize("kind", list(ItemKind))
def test_the_form_of_every_kind_gives_back_the_item_that_filled_it(
    app: Flask, people: tuple[Person, Person], kind: ItemKind
) -> None:
    item = next(item for item in make_items('a < b & "c"') if item.kind is kind)
    bank_id = add_open_round().bank_id
    item_id = add(people[0], bank_id, item)
    stored = get_item_page(organiser=people[0], item_id=item_id).current.item
    visitor = Visitor(app, "tac-gia")
    fields = make_fields(stored)
    answer = visitor.post(f"/organiser/banks/items/{item_id}/edit", {**fields, "number": "1", "then": "save"})
    assert answer.status_code == 303, answer.text
    page = get_item_page(organiser=people[0], item_id=item_id)
    assert len(page.versions) == 1
    assert page.current.item == stored
    changed = {**fields, "explanation": "Một lời giải thích khác", "number": "1"}
    preview = visitor.post(f"/organiser/banks/items/{item_id}/edit", {**changed, "then": "preview"})
    assert preview.status_code == 200
    assert 'class="question"' in preview.text
    assert visitor.post(f"/organiser/banks/items/{item_id}/edit", {**changed, "then": "save"}).status_code == 303
    after = get_item_page(organiser=people[0], item_id=item_id)
    assert after.current.item == replace(stored, explanation=after.current.item.explanation)
    assert after.current.number == 2
    assert "Một lời giải thích khác" in visitor.get(f"/organiser/banks/items/{item_id}").text


def make_fields(item: Item) -> dict[str, object]:
    """What a browser sends of the form of an item."""
    draft = add_rows(make_draft(item), 2)
    fields: dict[str, object] = {
        name: getattr(draft, name)
        for name in ("kind", "code", "topic", "level", "stem", "explanation", "document", "article", "url",
                     "valid_from", "valid_until", "guidance")
    }  # fmt: skip
    fields["right"] = [str(place) for place, option in enumerate(draft.options) if option.is_right]
    for place, option in enumerate(draft.options):
        fields[f"option-{place}"] = option.text
        if option.is_pinned:
            fields[f"pinned-{place}"] = "yes"
    for place, row in enumerate(draft.rows):
        fields |= {f"row-{place}": row.text, f"pair-{place}": row.pair}
    for place, accepted in enumerate(draft.answers):
        fields |= {
            f"answer-{place}": accepted.text, f"tolerance-{place}": accepted.tolerance,
            f"percent-{place}": accepted.percent,
        }  # fmt: skip
    flags = {"markup": draft.is_markup, "partial": draft.is_partial, "minds_case": draft.minds_case}
    flags["minds_accents"] = draft.minds_accents
    return fields | {name: "yes" for name, is_on in flags.items() if is_on}


def test_a_form_that_is_wrong_says_so_at_the_field_and_stores_nothing(
    app: Flask, people: tuple[Person, Person]
) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, "tac-gia")
    fields = {
        "kind": "numerical", "topic": "", "stem": "", "answer-0": "abc", "percent-0": "100", "url": "javascript:x()",
        "valid_from": "31/02/2022", "then": "save",
    }  # fmt: skip
    visitor.client.set_cookie("language", "en")
    answer = visitor.post(f"/organiser/banks/{bank_id}/items/new", fields)
    assert answer.status_code == 422
    for words in ("The stem is empty", "The topic is missing", "not a number", "http://", "This is not a day"):
        assert words in answer.text, words
    for typed in ("abc", "javascript:x()", "31/02/2022"):
        assert f'value="{typed}"' in answer.text
    assert not run_sql("SELECT id FROM items WHERE state = 'draft'")


def test_script_in_every_field_of_every_kind_is_inert_on_every_page(app: Flask, people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, "tac-gia")
    ids = [add(people[0], bank_id, item) for item in make_items(CANARY)]
    paths = [f"/organiser/banks/{bank_id}?q=canary", f"/organiser/banks/{bank_id}/duplicates"]
    paths += [f"/organiser/banks/items/{item_id}{part}" for item_id in ids for part in ("", "/edit")]
    for path in paths:
        assert_inert(visitor.get(path).text, path)
    for item_id in ids:
        item = get_item_page(organiser=people[0], item_id=item_id).current.item
        fields = {**make_fields(item), "document": CANARY, "number": "1", "then": "preview"}
        answer = visitor.post(f"/organiser/banks/items/{item_id}/edit", fields)
        assert answer.status_code == 200, answer.text
        assert_inert(answer.text, f"preview of {item.kind}")
    typed = {"kind": "essay", "markup": "yes", **dict.fromkeys(("stem", "code", "topic", "url", "guidance"), CANARY)}
    assert_inert(visitor.post(f"/organiser/banks/{bank_id}/items/new", {**typed, "then": "preview"}).text, "new item")


def assert_inert(page: str, where: str) -> None:
    """The canary is there, as text only."""
    assert "canary()" in page, where
    assert "<script>canary" not in page, where
    assert not re.search(r"<[^>&]*onerror=canary", page), where


def test_exports_are_read_again_and_say_what_they_cannot_carry(people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    ids = frozenset(add(people[0], bank_id, item) for item in make_items("=1+1"))
    for wanted in ExportFormat:
        export = export_items(
            organiser=people[0], bank_id=bank_id, chosen=ItemFilter(), item_ids=ids, wanted=wanted, now=read_now()
        )
        assert export.count == len(ids)
        # Either a whole file, or every item in its way by name and nothing made.
        assert bool(export.content) != bool(export.refused), wanted
        assert all(each.item_id in ids and each.reason for each in export.refused)
    with pytest.raises(InvalidInput):
        export_items(
            organiser=people[0], bank_id=bank_id, chosen=ItemFilter(words="zzzz"), item_ids=frozenset(),
            wanted=ExportFormat.GIFT, now=read_now(),
        )  # fmt: skip


def test_a_blueprint_is_changed_before_the_round_opens_and_not_after(people: tuple[Person, Person]) -> None:
    now = read_now()
    round_ = add_round(now=now, opens_at=now + timedelta(days=1), closes_at=now + timedelta(days=2))
    cells = [replace(cell, count=1) for cell in round_.settings.blueprint.cells]
    page = view_blueprint(organiser=people[0], round_id=round_.id, cells=None, attempts=3, now=now)
    assert page.is_open_to_change
    save_blueprint(organiser=people[0], round_id=round_.id, version=page.round.version, cells=cells, now=now)
    after = view_blueprint(organiser=people[0], round_id=round_.id, cells=None, attempts=3, now=now)
    assert after.size == len(cells)
    assert after.exposure is not None
    assert 0 < after.exposure.share <= 1
    many = [replace(cell, count=150) for cell in cells[:1]]
    short = view_blueprint(organiser=people[0], round_id=round_.id, cells=many, attempts=3, now=now)
    assert short.shortfalls
    assert short.exposure is None
    with pytest.raises(RoundChanged):
        save_blueprint(organiser=people[0], round_id=round_.id, version=page.round.version, cells=many, now=now)
    with pytest.raises(RoundAlreadyOpen):
        save_blueprint(
            organiser=people[0], round_id=round_.id, version=after.round.version, cells=many, now=round_.opens_at
        )
    with pytest.raises(InvalidInput):
        save_blueprint(organiser=people[0], round_id=round_.id, version=after.round.version, cells=[], now=now)
    assert len(run_sql("SELECT id FROM audit_entries WHERE action = 'blueprint_changed'")) == 1


def test_the_steps_of_ticked_items_are_all_taken_or_none(app: Flask, people: tuple[Person, Person]) -> None:
    bank_id = add_open_round().bank_id
    mine = add(people[1], bank_id, make_items()[0])
    other = add(people[0], bank_id, make_items()[1])
    visitor = Visitor(app, "tham-dinh")
    path = f"/organiser/banks/{bank_id}/states"
    answer = visitor.post(path, {"item": [f"{mine}.1", f"{other}.1"], "to": "reviewed"})
    assert answer.status_code == 409
    assert f'value="{mine}.1" checked' in answer.text
    assert get_item_page(organiser=people[0], item_id=other).state is ItemState.DRAFT
    assert visitor.post(path, {"item": [f"{other}.1"], "to": "reviewed"}).status_code == 303
    assert get_item_page(organiser=people[0], item_id=other).state is ItemState.REVIEWED
    foreign = find_item_id(bank_id)
    assert visitor.post(path, {"item": [f"{foreign}.99"], "to": "retired", "reason": "x"}).status_code == 409
