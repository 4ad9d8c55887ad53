"""Packages: manifests, metadata, pictures, damaged parts."""

import random

import pytest

from question_bank.items import Level
from question_bank.readers.qti import read_qti
from tests.unit.readers.qti_files import (
    CHOICES,
    DEFAULTS,
    PICTURE,
    declare,
    list_warnings,
    make_item,
    make_manifest,
    make_package,
)

ITEM = make_item(CHOICES.format(most=1), declare(["B"]))
KIND = "imsqti_item_xmlv2p1"
LOM = (
    "<metadata><lom:lom><lom:educational><lom:difficulty><lom:value>easy</lom:value></lom:difficulty></lom:educational>"
    "<lom:classification><lom:taxonPath><lom:taxon><lom:entry><lom:string>Luật</lom:string></lom:entry></lom:taxon>"
    "<lom:taxon><lom:entry><lom:string>Đất đai</lom:string></lom:entry></lom:taxon></lom:taxonPath>"
    "</lom:classification></lom:lom></metadata>"
)


def read(content):
    return read_qti(content, "x.zip", DEFAULTS)


def describe(report):
    return [problem.describe() for problem in report.list_problems()]


def test_items_come_in_the_order_of_the_manifest():
    manifest = make_manifest((KIND, "b.xml", ""), (KIND, "a%20b/a.xml", ""), ("webcontent", "c.xml", ""))
    report = read(make_package({"a b/a.xml": ITEM, "b.xml": ITEM, "c.xml": "<x/>"}, manifest))
    assert [(found.place.number, found.place.part) for found in report.items] == [(1, "b.xml"), (2, "a b/a.xml")]
    assert not report.problems


def test_topic_and_level_of_the_manifest():
    [found] = read(make_package({"b.xml": ITEM}, make_manifest((KIND, "b.xml", LOM)))).items
    assert (found.item.topic, found.item.level) == ("Đất đai", Level.RECOGNISE)
    assert ["easy" in warning for warning in list_warnings(found)] == [True]


def test_without_a_manifest_every_xml_file_is_read():
    report = read(make_package({"a.xml": ITEM, "sub/b.xml": ITEM, "x.txt": "?", "c.xml": "<other/>"}))
    assert len(report.items) == 2
    assert describe(report) == ["c.xml, file: the file is XML, but not a question in QTI"]


def test_parts_that_are_missing_or_damaged_are_named_and_the_others_read():
    manifest = make_manifest((KIND, "gone.xml", ""), (KIND, "bad.xml", ""), (KIND, "ok.xml", ""))
    report = read(make_package({"bad.xml": ITEM[:200], "ok.xml": ITEM}, manifest))
    assert len(report.items) == 1
    assert [problem.place.part for problem in report.problems] == ["gone.xml", "bad.xml"]


def test_a_test_is_passed_over_and_that_is_said():
    manifest = make_manifest(("imsqti_test_xmlv2p1", "t.xml", ""), (KIND, "ok.xml", ""))
    test = '<assessmentTest xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="t"/>'
    report = read(make_package({"t.xml": test, "ok.xml": ITEM}, manifest))
    assert len(report.items) == 1
    assert "describes a test" in describe(report)[0]
    assert "take the whole package" in describe(read(test.encode()))[0]


@pytest.mark.parametrize(
    "tag", ['<img src="../img/p.png" alt="x"/>', '<object data="../img/p.png" type="image/png">x</object>']
)
def test_pictures_are_found_from_the_place_of_the_item(tag):
    item = make_item(f"<p>{tag}</p>" + CHOICES.format(most=1), declare(["B"]))
    report = read(
        make_package({"items/a.xml": item, "img/p.png": PICTURE.content}, make_manifest((KIND, "items/a.xml", "")))
    )
    assert f'<img src="picture:{PICTURE.digest}" alt="x">' in report.items[0].item.stem
    assert set(report.pictures) == {PICTURE.digest}


@pytest.mark.parametrize(
    "address", ["../../../etc/passwd", "http://x.vn/a.png", "gone.png", "a.svg", "file:///etc/passwd"]
)
def test_pictures_that_are_not_there_are_said(address):
    item = make_item(f'<p><img src="{address}" alt="hình"/></p>' + CHOICES.format(most=1), declare(["B"]))
    [found] = read(make_package({"a.xml": item, "a.svg": "<svg/>"}, make_manifest((KIND, "a.xml", "")))).items
    assert "[hình]" in found.item.stem
    assert [problem.field for problem in found.problems] == ["stem"]


def test_an_empty_package_says_so():
    assert describe(read(make_package({}, make_manifest()))) == ["file, file: there is no question in the file"]


def test_damage_anywhere_raises_nothing():
    whole = make_package({"a.xml": ITEM, "p.png": PICTURE.content}, make_manifest((KIND, "a.xml", LOM)))
    text = ITEM.encode()
    chance = random.Random(7)
    for content in (whole, text):
        for step in range(1, 15):
            assert read(content[: len(content) * step // 15]).problems
        for _ in range(60):
            spoilt = bytearray(content)
            for _ in range(4):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            read(bytes(spoilt))


def test_random_bytes_of_a_document_raise_nothing():
    """Elements and attributes taken out, doubled or renamed at random."""
    chance = random.Random(11)
    pieces = ITEM.replace("><", ">\n<").split("\n")
    for _ in range(150):
        shuffled = [piece for piece in pieces if chance.random() > 0.1]
        shuffled = [piece.replace('"', '"x', chance.randrange(2)) for piece in shuffled]
        for found in read("".join(shuffled).encode()).items:
            assert found.item.stem is not None


def test_a_file_that_the_manifest_names_twice_is_read_once():
    report = read(make_package({"b.xml": ITEM}, make_manifest((KIND, "b.xml", ""), (KIND, "./b.xml", ""))))
    assert len(report.items) == 1
