"""The common entry: which reader gets which file, and what is refused before any of them."""

import io
from pathlib import Path

import pytest

from question_bank import readers
from question_bank.items import ItemKind
from question_bank.readers import read_items
from question_bank.readers.opening import WrongFile
from question_bank.readers.report import ItemDefaults, Place
from tests.unit.readers.hostile_files import package, zipped
from tests.unit.readers.qti_files import CHOICES, declare, make_item, make_package

QTI = make_item(CHOICES.format(most=1), declare(["B"])).encode()
MOODLE = b'<?xml version="1.0"?>\n<!-- bank -->\n<quiz><question type="essay"><name><text>t</text></name>' + (
    b"<questiontext><text>Write</text></questiontext></question></quiz>"
)
GIFT = "// Chủ đề\n::Câu 1:: Thủ đô? {=Hà Nội ~Huế}\n".encode()
TABLE = "Câu hỏi\tPhương án A\tPhương án B\tĐáp án\n{Thủ đô}?\tHà Nội\tHuế\tA\n".encode()
AIKEN = "Thủ đô?\nA. Hà Nội\nB. Huế\nANSWER: A\n".encode()


def read(content, name):
    return read_items(io.BytesIO(content), name)


def describe(report):
    return [problem.describe() for problem in report.problems]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (QTI, "a.xml"),
        (b"\xef\xbb\xbf" + QTI, "a.XML"),
        (QTI.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"), "a.xml"),
        (QTI, "g.xml.qti"),
        (make_package({"a.xml": QTI}), "a.zip"),
        (make_package({"a.xml": QTI}), "Đề số 1.imscc"),
        (MOODLE, "a.xml"),
        (GIFT, "a.gift"),
        (GIFT, "a.txt"),
        (AIKEN, "a.txt"),
        (TABLE, "a.txt"),
        (TABLE.decode().encode("utf-16"), "a.txt"),
    ],
)
def test_the_right_reader_is_chosen(content, name):
    report = read(content, name)
    assert not report.problems
    assert len(report.items) == 1


def test_aiken_and_gift_are_told_apart_by_their_marks():
    assert read(AIKEN.replace(b"?", b" {a=b}?"), "a.txt").items[0].item.kind is ItemKind.SINGLE_CHOICE
    assert read(GIFT.replace(b"~Hu", b"~A. Hu"), "a.txt").items[0].item.kind is ItemKind.SINGLE_CHOICE
    assert "neither GIFT nor Aiken nor a table" in describe(read("Chỉ là văn bản.".encode(), "a.txt"))[0]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (MOODLE, "a.txt", ["“.txt”", "Moodle XML"]),
        (QTI, "a.docx", ["“.docx”", "QTI (.xml)"]),
        (zipped(package(".docx", b"<x/>")), "a.xlsx", ["“.xlsx”", "Word (.docx)"]),
        (zipped({"a.txt": b"x"}), "a.zip", ["“.zip”", "ZIP"]),
        (zipped({"ppt/presentation.xml": b"x"}), "a.docx", ["PowerPoint"]),
        (b"{\\rtf1 x}", "a.docx", ["RTF"]),
        (b"<html><table></table></html>", "a.xls", ["“.xls”", "HTML"]),
        (b"<plist/>", "a.xml", ["“.xml”", "XML"]),
        (GIFT, "a.xml", ["TXT"]),
    ],
)
def test_another_kind_than_the_name_says_is_refused_by_both_names(content, name, words):
    [problem] = describe(read(content, name))
    assert [word for word in words if word not in problem] == []


@pytest.mark.parametrize(
    ("name", "word"),
    [("a.pptx", "“.pptx” are not taken; take one of: .docx"), ("a", "“” are not taken"), ("a.docm", ".docm")],
)
def test_other_names_are_refused_with_those_that_are_taken(name, word):
    assert word in describe(read(GIFT, name))[0]


def test_word_before_2007_is_told_what_to_do():
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument\0".encode("utf-16-le")
    assert "save it as .docx" in describe(read(old, "a.doc"))[0]


def test_defaults_reach_the_reader():
    report = read_items(io.BytesIO(QTI), "a.xml", ItemDefaults(topic="Luật"))
    assert report.items[0].item.topic == "Luật"


@pytest.mark.parametrize(
    ("error", "message"),
    [(WrongFile("the file is empty"), "the file is empty"), (RuntimeError("x"), "could not be read")],
)
def test_what_a_reader_raises_becomes_a_report(monkeypatch, error, message):
    def fail(*_):
        raise error

    monkeypatch.setattr(readers, "_TEXT_READERS", {".gift": fail})
    [problem] = read(GIFT, "a.gift").problems
    assert message in problem.message
    assert problem.place == Place()


def test_a_stream_that_gives_little_at_a_time_is_read_whole():
    class Slow(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 3))

    assert len(read_items(Slow(GIFT), "a.gift").items) == 1


def test_every_reader_in_the_folder_has_its_place_in_the_table():
    formats = {"aiken", "gift", "moodle_xml", "qti", "spreadsheet", "word"}
    folder = Path(readers.__file__).parent
    assert formats <= {path.stem for path in folder.iterdir()}
    named = {reader.__name__ for reader in [*readers._READERS.values(), *readers._TEXT_READERS.values()]}
    assert named | {"read_aiken"} == {f"read_{name}" for name in formats}
