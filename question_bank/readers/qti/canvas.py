"""QTI 1.2 as Canvas exports it: ``questestinterop`` with an assessment and its sections, or with an item bank."""

from __future__ import annotations

from lxml import etree

from question_bank.formatted_text import FormattedText, normalise_text, to_plain
from question_bank.item_rules import LONGEST_CODE, find_item_problems
from question_bank.items import Item, ItemKind
from question_bank.keys import EssayKey
from question_bank.readers.qti.canvas_kinds import (
    read_choice,
    read_matching,
    read_numerical,
    read_short_answer,
)
from question_bank.readers.qti.canvas_rules import Rule, list_rules
from question_bank.readers.qti.canvas_texts import convert_material, read_labelled_material
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.explanations import merge_feedback
from question_bank.readers.qti.parts import Parts
from question_bank.readers.report import ItemDefaults, ReadItem
from question_bank.readers.report import mark_message as N_

_KINDS = {
    "multiple_choice_question": ItemKind.SINGLE_CHOICE,
    "true_false_question": ItemKind.TRUE_FALSE,
    "multiple_answers_question": ItemKind.MULTIPLE_CHOICE,
    "short_answer_question": ItemKind.SHORT_ANSWER,
    "matching_question": ItemKind.MATCHING,
    "numerical_question": ItemKind.NUMERICAL,
    "essay_question": ItemKind.ESSAY,
    # Profiles of Common Cartridge, which other systems read and write.
    "cc.multiple_choice.v0p1": ItemKind.SINGLE_CHOICE,
    "cc.true_false.v0p1": ItemKind.TRUE_FALSE,
    "cc.multiple_response.v0p1": ItemKind.MULTIPLE_CHOICE,
    "cc.fib.v0p1": ItemKind.SHORT_ANSWER,
    "cc.essay.v0p1": ItemKind.ESSAY,
}
_TEXT_ONLY = "text_only_question"
_GENERAL_FEEDBACK = ("general_fb", "correct_fb", "general_incorrect_fb")


def list_items(root: etree._Element) -> list[etree._Element]:
    """The questions, in the order of the file."""
    return list(root.iter("item"))


def find_bank_title(root: etree._Element) -> str:
    """The title of an item bank, which stands for a topic; empty for a quiz."""
    title = _read_metadata(root.find("objectbank"), "qtimetadata").get("bank_title", "")
    return " ".join(normalise_text(title).split())[:200]


def read_canvas_item(item: etree._Element, draft: Draft, defaults: ItemDefaults) -> ReadItem:
    """The item. Raises Refused for a kind that cannot be sat here."""
    metadata = _read_metadata(item, "itemmetadata/qtimetadata")
    presentation = item.find("presentation")
    if presentation is None:
        raise Refused(N_("“%(name)s” is left out: it has no text"))
    rules = list_rules(item)
    parts = _read_parts(_find_kind(metadata, presentation, draft), presentation, rules, draft)
    if metadata.get("points_possible", "1") not in ("1", "1.0", "1.00"):
        draft.warn_of_lost(["points_possible"])
    code = " ".join(normalise_text(item.get("ident", "")).split())
    if len(code) > LONGEST_CODE:
        draft.warn("code", N_("the identifier is longer than 60 characters and was left out"))
        code = ""
    read = Item(
        code=code,
        kind=parts.kind,
        topic=defaults.topic,
        level=defaults.level,
        stem=convert_material(presentation, draft, "stem"),
        options=parts.options,
        key=parts.key,
        explanation=_read_explanation(item, parts, draft),
        rows=parts.rows,
    )
    _warn_of_title(item.get("title", ""), read, draft)
    for problem in find_item_problems(read):
        draft.fail(problem.field, problem.message)
    return ReadItem(read, draft.place, tuple(draft.problems))


def _read_metadata(parent: etree._Element | None, path: str) -> dict[str, str]:
    if parent is None:
        return {}
    return {
        (field.findtext("fieldlabel") or "").strip(): (field.findtext("fieldentry") or "").strip()
        for field in parent.iterfind(f"{path}/qtimetadatafield")
    }


def _find_kind(metadata: dict[str, str], presentation: etree._Element, draft: Draft) -> ItemKind:
    name = metadata.get("question_type") or metadata.get("cc_profile") or ""
    if name == _TEXT_ONLY:
        raise Refused(N_("“%(name)s” is left out: there is nothing to answer in it"), is_harmless=True)
    if name in _KINDS:
        return _KINDS[name]
    if name:
        raise Refused(N_("“%(name)s” is left out: questions of the kind %(kind)s are not taken"), kind=name[:60])
    kind = _guess_kind(presentation)
    draft.warn("kind", N_("the file does not say of what kind the question is; it was taken from its form"))
    return kind


def _guess_kind(presentation: etree._Element) -> ItemKind:
    responses = [one for one in presentation.iter(etree.Element) if str(one.tag).startswith("response_")]
    responses = [one for one in responses if one.tag != "response_label"]
    if len(responses) == 1 and responses[0].find(".//render_choice") is not None:
        is_multiple = responses[0].get("rcardinality", "Single") == "Multiple"
        return ItemKind.MULTIPLE_CHOICE if is_multiple else ItemKind.SINGLE_CHOICE
    if len(responses) == 1 and responses[0].tag == "response_str" and responses[0].find(".//render_fib") is not None:
        return ItemKind.SHORT_ANSWER
    if len(responses) > 1:
        raise Refused(N_("“%(name)s” is left out: it asks for several answers; make a question of each"))
    kind = next((str(one.tag) for one in responses), "")
    if kind:
        raise Refused(N_("“%(name)s” is left out: questions of the kind %(kind)s are not taken"), kind=kind)
    raise Refused(N_("“%(name)s” is left out: there is nothing to answer in it"), is_harmless=True)


def _read_parts(kind: ItemKind, presentation: etree._Element, rules: list[Rule], draft: Draft) -> Parts:
    match kind:
        case ItemKind.SINGLE_CHOICE | ItemKind.TRUE_FALSE | ItemKind.MULTIPLE_CHOICE:
            return read_choice(kind, presentation, rules, draft)
        case ItemKind.MATCHING:
            return read_matching(presentation, rules, draft)
        case ItemKind.NUMERICAL:
            return read_numerical(rules, draft)
        case ItemKind.SHORT_ANSWER:
            return read_short_answer(presentation, rules, draft)
        case _:
            return Parts(ItemKind.ESSAY, key=EssayKey())


def _read_explanation(item: etree._Element, parts: Parts, draft: Draft) -> FormattedText:
    texts: dict[str, FormattedText] = {}
    for feedback in item.iterfind("itemfeedback"):
        texts[feedback.get("ident", "")] = read_labelled_material(feedback, draft, "explanation")
    general = [texts.pop(name) for name in _GENERAL_FEEDBACK if name in texts]
    given = [(label, texts.pop(f"{name}_fb")) for name, label in parts.names if f"{name}_fb" in texts]
    return merge_feedback([*general, *texts.values()], given, draft)


def _warn_of_title(written: str, read: Item, draft: Draft) -> None:
    title = " ".join(normalise_text(written).split()).rstrip(".… ")
    number = title.removeprefix("Question").removeprefix("Câu").strip()
    if title and number and not number.isdigit() and not " ".join(to_plain(read.stem).split()).startswith(title):
        draft.warn("title", N_("the title “%(title)s” was left out"), title=title[:60])
