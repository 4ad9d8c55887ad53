"""Word files that are damaged or made to hurt: a clear message, in little time, and nothing half read."""

import random
import subprocess
import sys
import textwrap
import zipfile
from io import BytesIO

import pytest

from question_bank.formatted_text import is_clean
from question_bank.readers.report import ItemDefaults, Severity
from question_bank.readers.word import read_word
from tests.effort import takes_at_most
from tests.fixtures.make_word_files import BANK
from tests.fixtures.word.layouts import write
from tests.fixtures.word.office_xml import NAMES, docx, par, pars, picture, png, run, table

GOOD = docx(
    pars(write(BANK)) + par("Câu 6. Hình?", picture("r1")) + table([["A. x", "B. y"]]) + par("Đáp án: A"),
    media={"r1": ("image1.png", png())},
)


def read(content, name="x.docx"):
    with takes_at_most(seconds=5):
        return read_word(content, name, ItemDefaults())


def replace_part(name, content):
    """The good file with one part exchanged."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(GOOD)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return stream.getvalue()


def read_document(xml):
    return read(replace_part("word/document.xml", xml))


@pytest.mark.parametrize("percent", range(0, 100, 15))
def test_a_truncated_file_is_refused(percent):
    report = read(GOOD[: len(GOOD) * percent // 100])
    assert not report.items
    assert [problem.severity for problem in report.problems] == [Severity.ERROR]


@pytest.mark.parametrize("percent", range(0, 100, 15))
def test_a_truncated_document_part_is_refused(percent):
    with zipfile.ZipFile(BytesIO(GOOD)) as package:
        xml = package.read("word/document.xml")
    report = read_document(xml[: len(xml) * percent // 100])
    assert not report.items
    assert report.problems


@pytest.mark.parametrize("seed", range(8))
def test_random_changes_never_raise(seed):
    chance = random.Random(seed)
    with zipfile.ZipFile(BytesIO(GOOD)) as package:
        xml = bytearray(package.read("word/document.xml"))
    for _ in range(chance.randrange(1, 30)):
        xml[chance.randrange(len(xml))] = chance.randrange(256)
    read_document(bytes(xml))
    broken = bytearray(GOOD)
    for _ in range(chance.randrange(1, 30)):
        broken[chance.randrange(len(broken))] = chance.randrange(256)
    read(bytes(broken))
    read(chance.randbytes(5000))


@pytest.mark.parametrize("seed", range(12))
def test_any_mixture_of_lines_is_read_whole_or_reported(seed):
    """Shuffled lines of real papers: nothing raises, and every text is clean."""
    chance = random.Random(seed)
    odd = (
        "BẢNG ĐÁP ÁN|1-A 2-B|HẾT|Phần II. x|Chuyên đề: y|Câu 7|A.|B.*|*|Đáp án:|(NB)|1)|Giải thích:|Câu 3: Chọn"
        "|a) b) c)|HƯỚNG DẪN GIẢI CHI TIẾT|\tA. B. C. D.|Câu 0. [Ghép đôi] 1-A"
    )
    lines = write(BANK).split("\n") + odd.split("|")
    chance.shuffle(lines)
    body = "".join(par(run(line, b=chance.random() < 0.2)) for line in lines)
    report = read(docx(body))
    assert all(is_clean(text) for item in report.items for text in item.item.list_texts())


def test_bombs_entities_and_outside_paths_are_refused():
    entity = f'<!DOCTYPE x [<!ENTITY a "b">]><w:document {NAMES}><w:body><w:p>&a;</w:p></w:body></w:document>'
    huge = f"<w:document {NAMES}><w:body>{'<w:p/>' * 1_000_001}</w:body></w:document>"
    spaces = f"<w:document {NAMES}><w:body><w:p><w:r><w:t>{' ' * 12_000_000}</w:t></w:r></w:p></w:body></w:document>"
    bomb = f"<w:document {NAMES}>{' ' * 30_000_000}</w:document>"
    for xml in (entity, huge, spaces, bomb):
        report = read_document(xml.encode())
        assert not report.items
        assert [problem.severity for problem in report.problems] == [Severity.ERROR]
    stream = BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("../../evil", b"x")
    assert not read(stream.getvalue()).items


def test_outside_pictures_are_not_fetched():
    links = '<Relationship Id="r1" Type="x/image" Target="http://127.0.0.1:1/x.png" TargetMode="External"/>'
    xml = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'
    report = read(replace_part("word/_rels/document.xml.rels", xml.encode()))
    messages = [problem.message for problem in report.items[5].problems]
    assert messages == ["a picture is not in the file but linked to from it; insert it into the file"]
    assert not report.pictures


@pytest.mark.parametrize(
    "body",
    [
        "<w:tbl>" + "<w:tr><w:tc><w:tbl>" * 40 + "</w:tbl></w:tc></w:tr>" * 40 + "</w:tbl>",
        "<w:sdt><w:sdtContent>" * 100 + par("Câu 1. x") + "</w:sdtContent></w:sdt>" * 100,
        "<w:p>" + "<w:hyperlink>" * 200 + run("Câu 1. x") + "</w:hyperlink>" * 200 + "</w:p>",
        "<w:p><m:oMath>" + "<m:f><m:num>" * 100 + "</m:num></m:f>" * 100 + "</m:oMath></w:p>",
        par("Câu " * 20_000) + par("A. " * 20_000) + par("1-A " * 20_000) + par("(" * 50_000) + par("- " * 50_000),
        par("Câu 1. x") + par("A. x\t" * 30_000) + par("Đáp án " * 30_000) + par("và A " * 30_000),
        par("Câu 1. " + "[x] " * 20_000) + par("Phần I " * 10_000) + par("." * 100_000 + "x") + par("\t" * 100_000),
        "".join(par(f"{n}. x") for n in range(2_001)),
        "".join(par(f"Câu {n}. x") + par("Đọc câu 1 đến câu 40") for n in range(3_000)),
        table([["1-A"] * 60] * 60) + table([["1", "2"] * 30] * 60) + table([["Câu 1. x"] * 60] * 60),
    ],
)
def test_nested_and_repeated_things_cost_little(body):
    read(docx(body))


def test_styles_and_lists_that_name_each_other_end():
    style = '<w:style w:styleId="{0}" w:type="paragraph"><w:basedOn w:val="{1}"/></w:style>'
    content = docx(par("Câu 1. x", style="a"), styles=style.format("a", "b") + style.format("b", "a"))
    assert len(read(content).items) == 1


def test_five_hundred_questions_in_time_and_memory(tmp_path):
    """The issue's limits: under 5 s and 200 MB, here measured in a process of its own, its start included.

    The system counts to a child's highest memory what its parent held when it began; VmHWM is of the program alone.
    """
    media = {f"r{n}": (f"image{n}.png", png(n)) for n in range(50)}
    body = ""
    for number in range(1, 501):
        item = BANK[number % 5]
        body += par(run(f"Câu {number}. ", b=True), *(run(word + " ") for word in item.stem.split()),
                    picture(f"r{number % 50}") if number % 5 == 0 else "")  # fmt: skip
        for letter, text in zip("ABCD", item.options, strict=True):
            body += par(run(f"{letter}. ", b=letter == item.right), *(run(word + " ") for word in text.split()))
        body += par("Giải thích: " + "theo quy định của pháp luật " * 8)
    (tmp_path / "big.docx").write_bytes(docx(body, media=media))
    script = """
        import re, sys, time
        from question_bank.readers.report import ItemDefaults
        from question_bank.readers.word import read_word
        content = open(sys.argv[1], "rb").read()
        began = time.process_time()
        report = read_word(content, "big.docx", ItemDefaults())
        print(len(report.items), sum(read.is_ready for read in report.items), len(report.pictures),
              time.process_time() - began, end=" ")
        print(int(re.search("VmHWM:[^0-9]*([0-9]+)", open("/proc/self/status").read())[1]) // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(tmp_path / "big.docx")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    count, ready, pictures, seconds, megabytes = done.stdout.split()
    assert (count, ready, pictures) == ("500", "500", "10")
    assert float(seconds) < 5
    assert int(megabytes) < 200
