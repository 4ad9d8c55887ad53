"""The form of an item: from its fields to a draft, and the draft with its problems back onto the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from question_bank.formatted_text import from_html, from_plain, make_picture_tag
from question_bank.item_rules import MOST_ACCEPTED, ItemProblem
from question_bank.items import MAXIMUM_OPTIONS, OPTION_KINDS, Item, ItemKind, Level
from question_bank.pictures import WrongPicture, read_picture
from question_bank.readers.report import mark_message as N_
from quiz_app.services.item_bank.drafts import AnswerDraft, ItemDraft, OptionDraft, RowDraft, add_rows
from quiz_app.services.item_bank.previews import make_preview
from quiz_app.services.item_bank.writing import keep_picture
from quiz_app.web import bank_words
from quiz_app.web.forms import normalise_text
from quiz_app.web.identity import get_current_person, get_now
from quiz_app.web.translate import gettext

FORM_SIZE = 3 * 1024 * 1024
"""Bytes: the texts of an item at their longest, and a picture of 2 MB."""
SPARE_ROWS = 2


def read_draft(form: MultiDict[str, str], kind: ItemKind) -> ItemDraft:
    """The fields as they were sent; what is not there is empty."""

    def read(name: str) -> str:
        return (normalise_text(form.get(name)) or "").replace("\r\n", "\n")

    level = read("level")
    right = set(form.getlist("right"))
    return ItemDraft(
        kind=kind,
        is_markup=form.get("markup") == "yes",
        code=read("code").strip(),
        topic=read("topic").strip(),
        level=Level(level) if level in set(Level) else Level.UNDERSTAND,
        **{
            name: read(name)
            for name in ("stem", "explanation", "document", "article", "url", "valid_from", "valid_until", "guidance")
        },
        options=tuple(
            OptionDraft(read(f"option-{place}"), form.get(f"pinned-{place}") == "yes", str(place) in right)
            for place in range(MAXIMUM_OPTIONS)
        ),
        rows=tuple(RowDraft(read(f"row-{place}"), read(f"pair-{place}")) for place in range(MAXIMUM_OPTIONS)),
        answers=tuple(
            AnswerDraft(read(f"answer-{place}"), read(f"tolerance-{place}"), read(f"percent-{place}"))
            for place in range(MOST_ACCEPTED)
        ),
        is_partial=form.get("partial") == "yes",
        minds_case=form.get("minds_case") == "yes",
        minds_accents=form.get("minds_accents") == "yes",
    )


def add_picture(draft: ItemDraft) -> tuple[ItemDraft, tuple[ItemProblem, ...]]:
    """With the picture of the form, if there is one, in the text that the form says; without a word of where, below
    the question. It is kept under its digest for that.
    """
    file = request.files.get("picture")
    if file is None or not file.filename:
        return draft, ()
    try:
        picture = read_picture(file.read())
    except WrongPicture as error:
        return draft, (ItemProblem("picture", str(error)),)
    placed = _place_picture(
        to_markup(draft),
        request.form.get("picture_place", ""),
        make_picture_tag(picture.digest, normalise_text(request.form.get("picture_text")) or ""),
    )
    if placed is None:
        return draft, (ItemProblem("picture", N_("choose where the picture goes")),)
    keep_picture(organiser=get_current_person(), picture=picture, now=get_now())
    return placed, ()


def _place_picture(draft: ItemDraft, place: str, tag: str) -> ItemDraft | None:
    """The draft with the picture at the end of a text: "stem", "explanation", "option-0" or "row-0"."""
    if place in ("", "stem"):
        return replace(draft, stem=f"{draft.stem}<p>{tag}</p>")
    if place == "explanation":
        return replace(draft, explanation=f"{draft.explanation}<p>{tag}</p>")
    part, _, number = place.partition("-")
    if number not in {str(each) for each in range(MAXIMUM_OPTIONS)}:
        return None
    at = int(number)
    if part == "option" and draft.kind in OPTION_KINDS and draft.kind is not ItemKind.TRUE_FALSE:
        options = [*draft.options]
        options[at] = replace(options[at], text=f"{options[at].text} {tag}".strip())
        return replace(draft, options=tuple(options))
    if part == "row" and draft.kind is ItemKind.MATCHING:
        rows = [*draft.rows]
        rows[at] = replace(rows[at], text=f"{rows[at].text} {tag}".strip())
        return replace(draft, rows=tuple(rows))
    return None


def to_markup(draft: ItemDraft) -> ItemDraft:
    """The same texts as markup."""
    if draft.is_markup:
        return draft
    return replace(
        draft,
        is_markup=True,
        stem=from_plain(draft.stem),
        explanation=from_plain(draft.explanation),
        options=tuple(replace(option, text=from_plain(option.text)) for option in draft.options),
        rows=tuple(replace(row, text=from_plain(row.text)) for row in draft.rows),
    )


def make_form_values(
    draft: ItemDraft, problems: Iterable[ItemProblem], *, item: Item | None, topic_name: str, spare: int = SPARE_ROWS
) -> dict[str, Any]:
    """What the template of the form needs. ``item`` is there when it is to be shown as participants will see it."""
    by_field: dict[str, list[str]] = {}
    for problem in problems:
        text = gettext(problem.message)
        by_field.setdefault(problem.field, []).append(text[:1].upper() + text[1:])
    return {
        "draft": add_rows(draft, spare),
        "problems": by_field,
        "preview": make_preview(item, topic_name=topic_name) if item else None,
        "item": item,
        "words": bank_words,
        "levels": list(Level),
        "clean": lambda text: from_html(text) if draft.is_markup else from_plain(text),
    }
