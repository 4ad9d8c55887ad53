"""Items of every kind for the round trips through GIFT and Moodle XML, as awkward as valid items get."""

from __future__ import annotations

import string
from dataclasses import replace
from decimal import Decimal
from io import BytesIO

from hypothesis import strategies as st
from PIL import Image

from question_bank.formatted_text import FormattedText, from_html, from_plain, is_blank, normalise_text, to_plain
from question_bank.item_rules import find_item_problems
from question_bank.items import TRUE_FALSE_OPTIONS, Item, ItemKind, LegalSource, Level, Option
from question_bank.keys import (
    AcceptedNumber,
    AcceptedText,
    ChoiceKey,
    EssayKey,
    MatchingKey,
    NumberKey,
    OrderingKey,
    TextKey,
)
from question_bank.pictures import Picture, read_picture


def make_picture(colour: str) -> Picture:
    stream = BytesIO()
    Image.new("RGB", (3, 2), colour).save(stream, "PNG")
    return read_picture(stream.getvalue())


RED, BLUE = make_picture("red"), make_picture("blue")
PICTURES = {picture.digest: picture for picture in (RED, BLUE)}

_PIECES = st.one_of(
    st.text(string.ascii_letters + string.digits + "ăâđêôơưếệộữ ", max_size=12),
    st.sampled_from(
        ["~", "=", "#", "####", "{", "}", ":", "::", "\\", "\\n", "->", "//", "%50%", "[html]", "[plain]", "*", "\\*"]
        + [
            "$CATEGORY:",
            "\n",
            "\n\n",
            " ",
            "\t",
            "&",
            "<",
            ">",
            '"',
            "'",
            "]]>",
            "[tag:x]",
            "T",
            "TRUE",
            "@@PLUGINFILE@@",
        ]
        + ["Cải cách", "Cả A và B", "Tất cả các phương án trên", "…", "“q”", "%(name)s", "$$x$$", "đ"]
    ),
)
plain_texts = st.lists(_PIECES, max_size=6).map(lambda pieces: normalise_text("".join(pieces)))
words = plain_texts.filter(lambda text: text.strip())
_TAGS = ["<b>{}</b>", "<em>{}</em>", "<p>{}</p>\n<p>x</p>", "<ul><li>{}</li></ul>", "x<sub>{}</sub>", " {} ", "\n{}\n"]
_marked_up = st.builds(lambda text, form: from_html(form.format(from_plain(text))), words, st.sampled_from(_TAGS))
_with_picture = st.builds(
    lambda text, picture, alt: FormattedText(
        from_html(f'{from_plain(text)}<img src="picture:{picture.digest}" alt="{from_plain(alt)}">')
    ),
    plain_texts,
    st.sampled_from([RED, BLUE]),
    st.sampled_from(["", "hình 1", "a = b"]),
)
formatted_texts = st.one_of(words.map(from_plain), _marked_up, _with_picture).filter(lambda text: not is_blank(text))
_sources = st.builds(
    LegalSource,
    document=plain_texts,
    article=st.none() | plain_texts,
    url=st.none() | plain_texts,
    valid_from=st.none() | st.dates(),
    valid_until=st.none(),
)
_numbers = st.decimals(-10000, 10000, places=4) | st.sampled_from([Decimal("1E+3"), Decimal("-0.5"), Decimal("1.50")])


@st.composite
def _draw_options(draw, most=8):
    texts = draw(
        st.lists(
            formatted_texts,
            min_size=2,
            max_size=most,
            unique_by=lambda text: " ".join(to_plain(text).casefold().split()),
        )
    )
    return tuple(Option(text, draw(st.booleans()) and draw(st.booleans())) for text in texts)


def _percents(draw, values):
    found = draw(st.lists(values, min_size=1, max_size=5))
    return list(zip(found, [100] + [draw(st.integers(1, 100)) for _ in found[1:]], strict=True))


@st.composite
def items(draw, kinds=tuple(ItemKind)):
    """A valid item of one of the kinds."""
    kind = draw(st.sampled_from(kinds))
    options, key, rows = (), None, ()
    if kind is ItemKind.TRUE_FALSE:
        options, key = TRUE_FALSE_OPTIONS, ChoiceKey(frozenset({draw(st.integers(0, 1))}))
    elif kind in (ItemKind.SINGLE_CHOICE, ItemKind.MULTIPLE_CHOICE):
        options = draw(_draw_options())
        positions = st.integers(0, len(options) - 1)
        most = 1 if kind is ItemKind.SINGLE_CHOICE else len(options)
        right = draw(st.frozensets(positions, min_size=1, max_size=most))
        key = ChoiceKey(right, is_partial=kind is ItemKind.MULTIPLE_CHOICE and draw(st.booleans()))
    elif kind is ItemKind.MATCHING:
        options = draw(_draw_options())
        rows = tuple(option.text for option in draw(_draw_options()))
        places = draw(st.lists(st.integers(0, len(options) - 1), min_size=len(rows), max_size=len(rows)))
        key = MatchingKey(tuple(places), is_partial=draw(st.booleans()))
    elif kind is ItemKind.ORDERING:
        options, key = draw(_draw_options()), OrderingKey(is_partial=draw(st.booleans()))
    elif kind is ItemKind.SHORT_ANSWER:
        answers = tuple(
            AcceptedText(*pair) for pair in _percents(draw, words.map(lambda text: text[:200]).filter(str.strip))
        )
        key = TextKey(answers, minds_case=draw(st.booleans()), minds_accents=draw(st.booleans()))
    elif kind is ItemKind.NUMERICAL:
        numbers = _percents(draw, st.tuples(_numbers, _numbers.map(abs)))
        key = NumberKey(tuple(AcceptedNumber(value, tolerance, percent) for (value, tolerance), percent in numbers))
    else:
        key = EssayKey(draw(plain_texts))
    item = Item(
        code=draw(plain_texts)[:60],
        kind=kind,
        topic=draw(plain_texts),
        level=draw(st.sampled_from(Level)),
        stem=draw(formatted_texts),
        options=options,
        key=key,
        explanation=draw(st.just(FormattedText("")) | formatted_texts),
        source=draw(_sources),
        rows=rows,
    )
    if draw(st.booleans()):
        item = replace(item, source=replace(item.source, valid_until=item.source.valid_from))
    assert not find_item_problems(item), find_item_problems(item)
    return item
