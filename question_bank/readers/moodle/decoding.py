"""The text of a plain text file (GIFT, Aiken)."""

from __future__ import annotations

import codecs

from question_bank.formatted_text import normalise_text
from question_bank.readers.opening import WrongFile, refuse_many_lines
from question_bank.readers.report import mark_message as N_


def decode_text(content: bytes) -> str:
    """The file as text with one kind of line end: UTF-8, or UTF-16 where it begins with its mark. Raises WrongFile."""
    encoding = "utf-16" if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise WrongFile(N_("the file is not text in UTF-8; save it with this encoding")) from None
    if "\0" in text:
        raise WrongFile(N_("the file is damaged or of another kind than its name says"))
    refuse_many_lines(text)
    return normalise_text(text)
