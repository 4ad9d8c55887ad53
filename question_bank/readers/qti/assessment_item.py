"""An assessmentItem of QTI 2.0, 2.1, 2.2 or 3.0."""

from __future__ import annotations

import copy

from lxml import etree

from question_bank.formatted_text import FormattedText, from_html, is_blank, normalise_text, to_plain
from question_bank.item_rules import LONGEST_CODE, find_item_problems
from question_bank.items import Item
from question_bank.readers.qti.choices import read_choice, read_order
from question_bank.readers.qti.contents import convert_content, mark_gap, remove_parts
from question_bank.readers.qti.declaration import Declaration, read_declaration
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.entries import is_for_markers, read_extended_text, read_text_entry
from question_bank.readers.qti.explanations import read_explanation, wrap_paragraph
from question_bank.readers.qti.metadata import FileFacts
from question_bank.readers.qti.names import is_true
from question_bank.readers.qti.own_data import OwnData, read_own_data
from question_bank.readers.qti.pairs import read_match
from question_bank.readers.qti.parts import Parts
from question_bank.readers.report import ItemDefaults, ReadItem
from question_bank.readers.report import mark_message as N_

_READ = frozenset(
    {"choiceInteraction", "orderInteraction", "matchInteraction", "textEntryInteraction", "extendedTextInteraction"}
)


def read_assessment_item(item: etree._Element, facts: FileFacts, draft: Draft, defaults: ItemDefaults) -> ReadItem:
    """The item. Raises Refused for a question of a kind that cannot be sat here."""
    body = item.find("itemBody")
    if body is None:
        raise Refused(N_("“%(name)s” is left out: it has no text"))
    _refuse_unknown(item, body)
    interaction = _find_interaction(body)
    own = read_own_data(body)
    declared = read_declaration(item, interaction.get("responseIdentifier", ""))
    parts = _read_parts(item, interaction, declared, draft, own)
    names = [choice.get("identifier", "") for choice in interaction.iterfind("simpleChoice")]
    explanation = read_explanation(item, names, parts, draft, own)
    if not own.is_ours:
        _warn_of_rules(declared, parts, draft)
        _warn_of_facts(facts, draft)
    read = Item(
        code=_read_code(item, draft, own),
        kind=parts.kind,
        topic=own.find("topic") if own.find("topic") is not None else facts.topic or defaults.topic,  # type: ignore[arg-type]
        level=own.level or facts.level or defaults.level,
        stem=_read_stem(body, interaction, draft, own),
        options=parts.options,
        key=parts.key,
        explanation=explanation,
        source=own.make_source(),
        rows=parts.rows,
    )
    _warn_of_title(item, read, draft)
    for problem in find_item_problems(read):
        draft.fail(problem.field, problem.message)
    return ReadItem(read, draft.place, tuple(draft.problems))


def _refuse_unknown(item: etree._Element, body: etree._Element) -> None:
    if is_true(item, "adaptive"):
        raise Refused(N_("“%(name)s” is left out: it changes with the answers (adaptive)"))
    if item.find("templateDeclaration") is not None or item.find("templateProcessing") is not None:
        raise Refused(N_("“%(name)s” is left out: it has values drawn at random (a template)"))
    if item.find("assessmentStimulusRef") is not None:
        raise Refused(N_("“%(name)s” is left out: it needs a text that stands in another file"))
    if body.find(".//templateBlock") is not None or body.find(".//printedVariable") is not None:
        raise Refused(N_("“%(name)s” is left out: it has values drawn at random (a template)"))


def _find_interaction(body: etree._Element) -> etree._Element:
    found = [
        one for one in body.iter(etree.Element) if str(one.tag).endswith("Interaction") or one.tag == "customOption"
    ]
    strange = next((str(one.tag) for one in found if one.tag not in _READ), None)
    if strange:
        raise Refused(N_("“%(name)s” is left out: questions of the kind %(kind)s are not taken"), kind=strange)
    if not found:
        raise Refused(N_("“%(name)s” is left out: there is nothing to answer in it"), is_harmless=True)
    if len(found) > 1:
        raise Refused(N_("“%(name)s” is left out: it asks for several answers; make a question of each"))
    return found[0]


def _read_parts(
    item: etree._Element, interaction: etree._Element, declared: Declaration | None, draft: Draft, own: OwnData
) -> Parts:
    match interaction.tag:
        case "choiceInteraction":
            return read_choice(interaction, declared, draft, own)
        case "orderInteraction":
            return read_order(interaction, declared, draft, own)
        case "matchInteraction":
            return read_match(interaction, declared, draft, own)
        case "textEntryInteraction":
            return read_text_entry(item, declared, draft, own)
        case _:
            return read_extended_text(item, draft, own)


def _read_stem(body: etree._Element, interaction: etree._Element, draft: Draft, own: OwnData) -> FormattedText:
    """What stands around the interaction, and its prompt. Changes the tree: comes after everything else."""
    if own.is_ours:
        stem = next((part for part in body.iterfind("div") if part.get("data-part") == "stem"), None)
        if stem is not None:
            return convert_content(draft, stem, "stem", is_exact=True)
    prompt = interaction.find("prompt")
    asked = convert_content(draft, prompt, "stem") if prompt is not None else FormattedText("")
    if interaction.tag == "textEntryInteraction":
        mark_gap(interaction)
    else:
        remove_parts([interaction])
    rest = copy.deepcopy(body)
    remove_parts(block for block in rest.iter("rubricBlock") if is_for_markers(block))
    text = convert_content(draft, rest, "stem")
    if is_blank(text) or is_blank(asked):
        return asked if is_blank(text) else text
    return from_html(wrap_paragraph(text) + wrap_paragraph(asked))


def _read_code(item: etree._Element, draft: Draft, own: OwnData) -> str:
    noted = own.find("code")
    if noted is not None:
        return noted
    code = " ".join(normalise_text(item.get("identifier", "")).split())
    if len(code) > LONGEST_CODE:
        draft.warn("code", N_("the identifier is longer than 60 characters and was left out"))
        return ""
    return code


def _warn_of_rules(declared: Declaration | None, parts: Parts, draft: Draft) -> None:
    if declared is None or parts.key is None or parts.kind == "essay":
        return
    if declared.has_own_rules:
        draft.warn("key", N_("the question has scoring rules of its own, which were left out; check the key"))
    elif not declared.has_rules:
        draft.warn(
            "key", N_("the file does not say how the question is scored; its declared answer was taken as the key")
        )


def _warn_of_facts(facts: FileFacts, draft: Draft) -> None:
    if facts.level:
        message = N_("the difficulty “%(difficulty)s” was taken for one of our levels; check it")
        draft.warn("level", message, difficulty=facts.difficulty)


def _warn_of_title(item: etree._Element, read: Item, draft: Draft) -> None:
    title = " ".join(normalise_text(item.get("title", "")).split()).rstrip(".… ")
    stem = " ".join(to_plain(read.stem).split())
    if title and title not in (read.code, item.get("identifier")) and not stem.startswith(title):
        draft.warn("title", N_("the title “%(title)s” was left out"), title=title[:60])
