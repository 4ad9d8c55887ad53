"""Text of TCVN3 and VNI fonts, told from Unicode and turned into it."""

import unicodedata

import pytest

from question_bank.readers.legacy_fonts import (
    Encoding,
    convert_text,
    detect_encoding,
    find_font_encoding,
    straighten_quotes,
)

TCVN3 = {
    "Céng hßa x· héi chñ nghÜa ViÖt Nam": "Cộng hòa xã hội chủ nghĩa Việt Nam",
    "§éc lËp - Tù do - H¹nh phóc": "Độc lập - Tự do - Hạnh phúc",
    "C©u hái vÒ c¶i c¸ch hµnh chÝnh n¨m 2025": "Câu hỏi về cải cách hành chính năm 2025",
    "C¬ quan nµo ®­îc giao chñ tr×?": "Cơ quan nào được giao chủ trì?",
    "NghÞ ®Þnh cña ChÝnh phñ": "Nghị định của Chính phủ",
    "Bé tr­ëng, Thñ tr­ëng c¬ quan ngang Bé": "Bộ trưởng, Thủ trưởng cơ quan ngang Bộ",
}
VNI = {
    "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam": "Cộng hòa xã hội chủ nghĩa Việt Nam",
    "Ñoäc laäp - Töï do - Haïnh phuùc": "Độc lập - Tự do - Hạnh phúc",
    "Caâu hoûi veà caûi caùch haønh chính": "Câu hỏi về cải cách hành chính",
    "Cô quan naøo ñöôïc giao chuû trì?": "Cơ quan nào được giao chủ trì?",
    "Nghò ñònh cuûa Chính phuû": "Nghị định của Chính phủ",
    "Naêm taøi chính, ngaân saùch": "Năm tài chính, ngân sách",
    "THUÛ TUÏC HAØNH CHÍNH ÑÖÔÏC": "THỦ TỤC HÀNH CHÍNH ĐƯỢC",
}
UNICODE = [
    "Câu hỏi về cải cách hành chính",
    "à á ã è é",
    "Hà Nội là thủ đô",
    "Là gì và có gì?",
    "plain English words",
    "José bebió «té» © 2025",
    "",
]


@pytest.mark.parametrize(("old", "new"), TCVN3.items())
def test_tcvn3(old, new):
    assert detect_encoding(old) is Encoding.TCVN3
    assert convert_text(old, Encoding.TCVN3) == new


@pytest.mark.parametrize(("old", "new"), VNI.items())
def test_vni(old, new):
    assert detect_encoding(old) is Encoding.VNI
    assert convert_text(old, Encoding.VNI) == new


@pytest.mark.parametrize("text", UNICODE)
def test_unicode_is_left_alone(text):
    assert detect_encoding(text) is None


def test_unicode_in_an_old_font_is_left_alone():
    for text in (UNICODE[0], UNICODE[2], UNICODE[3]):
        for encoding in (Encoding.TCVN3, Encoding.VNI):
            assert convert_text(text, encoding) == text
    decomposed = unicodedata.normalize("NFD", UNICODE[0])
    assert convert_text(decomposed, Encoding.TCVN3) == decomposed


def test_capital_fonts_show_capitals():
    assert convert_text("C¶i c¸ch hµnh chÝnh", Encoding.TCVN3_CAPITALS) == "CẢI CÁCH HÀNH CHÍNH"


@pytest.mark.parametrize(
    ("font", "encoding"),
    [
        (".VnTime", Encoding.TCVN3),
        (".vnArial", Encoding.TCVN3),
        (".VnTimeH", Encoding.TCVN3_CAPITALS),
        ("VNI-Times", Encoding.VNI),
        ("VPS Times", Encoding.OTHER),
        ("Times New Roman", None),
        ("", None),
    ],
)
def test_the_font_says_how_its_text_is_written(font, encoding):
    assert find_font_encoding(font) is encoding


def test_every_vietnamese_letter_is_reached():
    """Each table ends in all 67 lower-case letters with marks; TCVN3 has seven capitals, VNI has all of them."""
    bases, tones = "aăâeêioôơuưy", ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
    letters = {unicodedata.normalize("NFC", b + t) for b in bases for t in tones} | {"đ"}
    letters -= set("aeiouy")
    from question_bank.readers import legacy_fonts

    assert set(legacy_fonts._TCVN3.values()) == letters | set("ĂÂÊÔƠƯĐ")
    assert set(legacy_fonts._VNI.values()) == letters | {letter.upper() for letter in letters}


def test_quotes_and_dashes():
    assert straighten_quotes("“Một cửa” – ‘liên thông’") == "\"Một cửa\" - 'liên thông'"
