"""matchInteraction: rows and the options that belong to them."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from lxml import etree

from question_bank.items import ItemKind
from question_bank.keys import MatchingKey
from question_bank.readers.qti.contents import convert_content
from question_bank.readers.qti.declaration import Declaration
from question_bank.readers.qti.draft import Draft, Refused
from question_bank.readers.qti.names import is_true
from question_bank.readers.qti.own_data import OwnData
from question_bank.readers.qti.parts import Parts, ensure_equal, make_options, refuse_crowd
from question_bank.readers.report import mark_message as N_

_Pair = tuple[str, str]


def read_match(interaction: etree._Element, declared: Declaration | None, draft: Draft, own: OwnData) -> Parts:
    """Matching: the first set are the rows, or the second where that one is matched once each. Raises Refused."""
    sets = [one.findall("simpleAssociableChoice") for one in interaction.findall("simpleMatchSet")]
    if len(sets) != 2:
        raise Refused(N_("“%(name)s” is left out: it does not match two sets"), field="rows")
    refuse_crowd(max(map(len, sets)))
    left, right = ([choice.get("identifier", "") for choice in one] for one in sets)
    pairs = _list_pairs(declared, left, right)
    rows, options = sets
    if pairs and not _is_one_each(pairs, left):
        if not _is_one_each([(b, a) for a, b in pairs], right):
            raise Refused(N_("“%(name)s” is left out: a row has no right option or several"), field="key")
        draft.warn("rows", N_("rows and options were exchanged: each row needs exactly one option"))
        pairs, left, right, rows, options = [(b, a) for a, b in pairs], right, left, options, rows
    of_row = dict(pairs)
    key = MatchingKey(tuple(right.index(of_row[name]) for name in left), _is_partial(declared, own)) if pairs else None
    pinned = frozenset(position for position, choice in enumerate(options) if is_true(choice, "fixed"))
    texts = [convert_content(draft, choice, "options", is_exact=own.is_ours) for choice in options]
    shuffles = is_true(interaction, "shuffle") or len(pinned) == len(texts)
    return Parts(
        ItemKind.MATCHING,
        make_options(texts, pinned, draft, shuffles=shuffles, knows_fixed=True),
        key,
        tuple(convert_content(draft, row, "rows", is_exact=own.is_ours) for row in rows),
    )


def _list_pairs(declared: Declaration | None, left: list[str], right: list[str]) -> list[_Pair]:
    if declared is None:
        return []
    worths: list[Decimal] = []
    written = declared.correct
    if declared.uses_mapping:
        worthy = [entry for entry in declared.mapped if entry.worth > 0]
        written, worths = [entry.key for entry in worthy], [entry.worth for entry in worthy]
    pairs = []
    for text in dict.fromkeys(" ".join(text.split()) for text in written):
        one, _, other = text.partition(" ")
        if one in right and other in left and not (one in left and other in right):
            one, other = other, one
        if one not in left or other not in right:
            raise Refused(N_("“%(name)s” is left out: its key names an option that it does not have"), field="key")
        pairs.append((one, other))
    if worths:
        ensure_equal(worths)
    return pairs


def _is_one_each(pairs: list[_Pair], rows: list[str]) -> bool:
    counts = Counter(row for row, _ in pairs)
    return all(counts[row] == 1 for row in rows)


def _is_partial(declared: Declaration | None, own: OwnData) -> bool:
    return own.is_partial if own.is_ours else declared is not None and declared.uses_mapping
