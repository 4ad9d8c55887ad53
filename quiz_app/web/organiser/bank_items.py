"""Item banks: the list of banks, the items of one, and an item with its history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from question_bank.differences import Piece, compare_texts
from question_bank.formatted_text import to_plain
from question_bank.items import OPTION_LABELS, Item, ItemKind, Level
from quiz_app.domain.errors import InvalidInput, Refusal
from quiz_app.domain.items import TRANSITIONS, ItemState
from quiz_app.services.item_bank.details import ItemPage, get_item_page
from quiz_app.services.item_bank.listing import list_banks, view_bank
from quiz_app.services.item_bank.previews import make_preview
from quiz_app.services.item_bank.states import change_states
from quiz_app.web import bank_words
from quiz_app.web.bank_query import read_item_filter, read_page, to_arguments
from quiz_app.web.directory_query import read_id
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.organiser import bp
from quiz_app.web.translate import gettext, ngettext


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that two versions differ in, word by word."""

    name: str
    pieces: tuple[Piece, ...]


@bp.get("/banks")
def show_banks() -> str:
    """Every bank."""
    return render_template("organiser/banks.html", banks=list_banks(organiser=get_current_person()))


@bp.get("/banks/<int:bank_id>")
def show_bank(bank_id: int) -> str:
    """The items of a bank, filtered, and how many there are by topic, level and state."""
    return _render_bank(bank_id, None)


@bp.post("/banks/<int:bank_id>/states")
def change_item_states(bank_id: int) -> Response | tuple[str, int]:
    """Take one step with every item that was ticked."""
    try:
        count = change_states(
            organiser=get_current_person(),
            bank_id=bank_id,
            seen=_read_seen(request.form.getlist("item")),
            to_state=_read_state(),
            reason=normalise_text(request.form.get("reason")) or "",
            now=get_now(),
        )
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _render_bank(bank_id, refusal), refusal.status
    flash(ngettext("%(num)d item was changed.", "%(num)d items were changed.", count))
    arguments: dict[str, Any] = {**to_arguments(read_item_filter(request.form))}
    return redirect(url_for("organiser.show_bank", bank_id=bank_id, **arguments), code=303)


@bp.get("/banks/items/<int:item_id>")
def show_item(item_id: int) -> str:
    """An item as participants see it, its versions and what differs between them, and its steps."""
    return _render_item(item_id, None)


@bp.post("/banks/items/<int:item_id>/state")
def change_item_state(item_id: int) -> Response | tuple[str, int]:
    """Take a step with one item."""
    page = get_item_page(organiser=get_current_person(), item_id=item_id)
    number = read_id(request.form.get("number", ""))
    try:
        change_states(
            organiser=get_current_person(),
            bank_id=page.bank.id,
            seen={item_id: number or 0},
            to_state=_read_state(),
            reason=normalise_text(request.form.get("reason")) or "",
            now=get_now(),
        )
    except Refusal as refusal:
        if refusal.status not in (409, 422):
            raise
        return _render_item(item_id, refusal), refusal.status
    flash(gettext("The state was changed."))
    return redirect(url_for("organiser.show_item", item_id=item_id), code=303)


def list_differences(before: Item, after: Item) -> Iterator[FieldDifference]:
    """The fields of two versions that are not the same."""
    for name, old, new in _list_fields(before, after):
        if old != new:
            yield FieldDifference(name, compare_texts(old, new))


def _list_fields(before: Item, after: Item) -> Iterator[tuple[str, str, str]]:
    yield gettext("Question"), to_plain(before.stem), to_plain(after.stem)
    for place in range(max(len(before.rows), len(after.rows))):
        old, new = (to_plain(each.rows[place]) if place < len(each.rows) else "" for each in (before, after))
        yield gettext("Line %(number)s", number=place + 1), old, new
    for place in range(max(len(before.options), len(after.options))):
        old, new = (_describe_option(each, place) for each in (before, after))
        yield gettext("Option %(letter)s", letter=OPTION_LABELS[place]), old, new
    yield gettext("Key"), bank_words.describe_key(before), bank_words.describe_key(after)
    yield gettext("Explanation"), to_plain(before.explanation), to_plain(after.explanation)
    yield gettext("Source"), _describe_source(before), _describe_source(after)
    if _strip_words(before) != _strip_words(after):
        yield gettext("Formatting"), gettext("as before"), gettext("changed")


def _strip_words(item: Item) -> tuple[str, ...]:
    """The markup without the words, which are compared by themselves."""
    return tuple("".join(part.partition(">")[0] for part in text.split("<")[1:]) for text in item.list_texts())


def _describe_option(item: Item, place: int) -> str:
    if place >= len(item.options):
        return ""
    option = item.options[place]
    pinned = gettext("keeps its place")
    return f"{to_plain(option.text)} ({pinned})" if option.is_pinned else to_plain(option.text)


def _describe_source(item: Item) -> str:
    source = item.source
    days = [f"{day:%d/%m/%Y}" if day else "…" for day in (source.valid_from, source.valid_until)]
    period = " – ".join(days) if source.valid_from or source.valid_until else ""
    return "; ".join(part for part in (source.document, source.article, source.url, period) if part)


def _render_bank(bank_id: int, refusal: Refusal | None) -> str:
    given = request.values
    chosen = read_item_filter(given)
    page = view_bank(
        organiser=get_current_person(), bank_id=bank_id, chosen=chosen, number=read_page(given.get("page", ""))
    )
    return render_template(
        "organiser/bank.html",
        page=page,
        arguments=to_arguments(chosen),
        words=bank_words,
        kinds=list(ItemKind),
        levels=list(Level),
        states=list(ItemState),
        steps=list(dict.fromkeys(step.to_state for step in TRANSITIONS.values())),
        ticked=set(request.form.getlist("item")),
        refusal=refusal,
    )


def _render_item(item_id: int, refusal: Refusal | None) -> str:
    page: ItemPage = get_item_page(organiser=get_current_person(), item_id=item_id)
    item = page.current.item
    differences = {
        newer.number: list(list_differences(older.item, newer.item))
        for newer, older in zip(page.versions, page.versions[1:], strict=False)
    }
    return render_template(
        "organiser/bank_item.html",
        page=page,
        item=item,
        preview=make_preview(item, topic_name=page.bank.name_topic(item.topic)),
        differences=differences,
        words=bank_words,
        with_key=lambda one: lambda key: replace(one, key=key),
        refusal=refusal,
    )


def _read_seen(ticked: list[str]) -> dict[int, int]:
    """Items and the version numbers that were seen, from values such as "17.2"."""
    seen = {}
    for value in ticked:
        item_id, number = (read_id(part) for part in (value.partition(".")[0], value.partition(".")[2]))
        if item_id is None or number is None:
            raise InvalidInput("Choose one of the list.")
        seen[item_id] = number
    return seen


def _read_state() -> ItemState:
    text = request.form.get("to", "")
    if text not in set(ItemState):
        raise InvalidInput("Choose one of the list.")
    return ItemState(text)
