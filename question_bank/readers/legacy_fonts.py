"""Vietnamese as it was written before Unicode: TCVN3 (fonts named .VnTime…) and VNI (fonts named VNI-Times…).

In both, the file holds Latin letters that only the font shows as Vietnamese: "C©u hái" and "Caâu hoûi" are "Câu hỏi".
TCVN3 has one character per letter, and no capitals with tone marks: capitals stand in fonts of their own, whose name
ends in H. VNI writes the letter and after it a character for its marks. Tables: TCVN 5712:1993 (VN3) and the VNI for
Windows layout, as tabulated by the Unikey and vietunicode projects.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Encoding(StrEnum):
    """How the text of a run is to be read. ``OTHER`` is old and not known here."""

    TCVN3 = "TCVN3"
    TCVN3_CAPITALS = "TCVN3 (H)"
    VNI = "VNI"
    OTHER = "?"


_TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TONES = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_CIRCUMFLEX = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_SINGLE = {"ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ì": "ì", "í": "í", "ô": "ơ", "ö": "ư", "î": "ỵ"}
VNI_MARKS = frozenset("øùûõïâàáåãäêèéúüëØÙÛÕÏÂÀÁÅÃÄÊÈÉÚÜË")
"""Characters that belong to the letter before them; a run may begin with one."""

_INITIAL = r"(?:ngh|ng|gh|gi|kh|nh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
_VOWELS = (
    r"(?:iê|yê|uyê|uô|ươ|uya|oai|oay|oeo|uây|iêu|yêu|uôi|ươi|ươu|uyu|uê|uy|uơ|oa|oă|oe|oo|ia|ua|ưa|ai|ao|au|ay|âu|ây"
    r"|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|ya|uâ|[aăâeêioôơuưy])"
)
_SYLLABLE = re.compile(rf"{_INITIAL}{_VOWELS}(?:ng|nh|ch|[cmnpt])?")
_TONE_MARKS = frozenset("\u0300\u0301\u0309\u0303\u0323")
_WORD = re.compile(r"[^\W\d_]+|[A-Za-z\xa1-\xff]+")
_FEWEST_WORDS = 2
_LONGEST_SAMPLE = 4000
"""Characters that are looked at to tell how a text is written."""


def _list_vni() -> dict[str, str]:
    table = dict(_VNI_SINGLE)
    for base, marks in (("aeouy", _TONES), ("ôö", _TONES)):
        for letter in base:
            for tone, mark in marks.items():
                table[letter + mark] = unicodedata.normalize("NFC", _VNI_SINGLE.get(letter, letter) + tone)
    for base, shape, marks in (("aeo", "\u0302", _CIRCUMFLEX), ("a", "\u0306", _BREVE)):
        for letter in base:
            for tone, mark in marks.items():
                table[letter + mark] = unicodedata.normalize("NFC", letter + shape + tone)
    for old, new in tuple(table.items()):
        # The marks of capitals are capital too, but typists left them small.
        table[old.upper()] = new.upper()
        table[old[0].upper() + old[1:]] = new.upper()
    return table


_VNI = _list_vni()
_VNI_PATTERN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def find_font_encoding(font: str) -> Encoding | None:
    """How text in a font of this name is written; None for a font of Unicode."""
    name = font.strip().lower()
    if name.startswith(".vn"):
        return Encoding.TCVN3_CAPITALS if name.endswith("h") else Encoding.TCVN3
    if name.startswith(("vni-", "vni ")):
        return Encoding.VNI
    if name.startswith(("vps ", "vps-", ".vps", "vntime", "viscii", "bk hcm")):
        return Encoding.OTHER
    return None


def detect_encoding(text: str) -> Encoding | None:
    """How a text of unknown font is written: TCVN3 or VNI where reading it so turns nonsense into Vietnamese."""
    sample = text[:_LONGEST_SAMPLE]
    if _has_unicode_vietnamese(sample):
        return None
    if _find_sense(sample)[0] > 0.5:
        return None
    found = [(_find_sense(_convert(sample, encoding)), encoding) for encoding in (Encoding.TCVN3, Encoding.VNI)]
    (share, count), encoding = max(found)
    return encoding if count >= _FEWEST_WORDS and share >= 0.8 else None


def convert_text(text: str, encoding: Encoding) -> str:
    """The text in Unicode. A text that is Unicode already, in an old font by mistake, is left as it is."""
    if encoding is Encoding.OTHER or _has_unicode_vietnamese(text):
        return text
    converted = _convert(text, encoding)
    if _is_foreign_to(text, encoding):
        return text
    if _find_sense(converted)[0] < _find_sense(text)[0]:
        return text
    return converted.upper() if encoding is Encoding.TCVN3_CAPITALS else converted


def straighten_quotes(text: str) -> str:
    """Curly quotes and the long dashes of automatic correction as the plain signs, for comparing and for patterns."""
    return _CURLY.sub(lambda found: _PLAIN_SIGNS[found[0]], text)


_PLAIN_SIGNS = {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "‑": "-", "‐": "-"}
_PLAIN_SIGNS["\xa0"] = " "
_CURLY = re.compile("[" + "".join(_PLAIN_SIGNS) + "]")


def _convert(text: str, encoding: Encoding) -> str:
    if encoding is Encoding.VNI:
        return _VNI_PATTERN.sub(lambda found: _VNI[found[0]], text)
    return text.translate({ord(old): new for old, new in _TCVN3.items()})


def _is_foreign_to(text: str, encoding: Encoding) -> bool:
    """Whether a letter in it means nothing in that way of writing: "Hà" is Unicode, in whatever font."""
    if encoding is Encoding.VNI:
        text = _VNI_PATTERN.sub("", text)
        return any(c in VNI_MARKS for c in text)
    return any(c.isalpha() and c not in _TCVN3 for c in text if c >= "\xc0")


def _has_unicode_vietnamese(text: str) -> bool:
    """Whether it holds letters that neither of the old ways can: those beyond Latin-1, or decomposed ones."""
    return any("\u0100" <= c <= "\u01b0" or "\u1ea0" <= c <= "\u1ef9" or c in _TONE_MARKS for c in text)


def _find_sense(text: str) -> tuple[float, int]:
    """Of the words with a letter beyond ASCII: the share that could be Vietnamese syllables, and how many there are."""
    words = [word for word in _WORD.findall(text[:_LONGEST_SAMPLE]) if not word.isascii()]
    if not words:
        return 1.0, 0
    return sum(_could_be_syllable(word) for word in words) / len(words), len(words)


def _could_be_syllable(word: str) -> bool:
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = sum(c in _TONE_MARKS for c in decomposed)
    bare = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONE_MARKS))
    return tones <= 1 and _SYLLABLE.fullmatch(bare) is not None
