"""GIFT that is wrong, doubtful or hostile: nothing is dropped or guessed without a word."""

import random
import tracemalloc

import pytest

from question_bank.readers.gift import read_gift
from question_bank.readers.opening import MOST_QUESTIONS
from question_bank.readers.report import ItemDefaults, Severity
from tests.effort import takes_at_most


def read(content):
    content = content if isinstance(content, bytes) else content.encode()
    return read_gift(content, "x.gift", ItemDefaults())


def describe(report, severity):
    return [problem.describe() for problem in report.list_problems() if problem.severity is severity]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a{=x ~%50%y}", "key: “a” is left out: an option of a single choice is worth a part of the mark"),
        ("a{~%70%x ~%30%y}", "key: “a” is left out: its right options are not worth the same"),
        ("a{~%50%x ~%20%y}", "key: “a” is left out: its right options are not worth the same"),
        ("a{=b*c}", "key: “a” is left out: * in an accepted answer stands for any text"),
        ("a{=*}", "key: “a” is left out: * in an accepted answer stands for any text"),
        ("a{#*}", "key: “a” is left out: * in an accepted answer stands for any text"),
        ("a{=x ~y", "question: “a” is left out: its braces do not match"),
        ("a =x}", "question: “a =x}” is left out: its braces do not match"),
        ("a}{=x}", "question: “a}” is left out: its braces do not match"),
        ("a{=x {b} }", "question: “a” is left out: its braces do not match"),
        ("a{T}\nb{F}", "question: “a” is left out: it has several braces"),
        ("a{1:SHORTANSWER:=x}", "question: “a” is left out: questions of the kind cloze are not taken"),
        ("a{=x->y =z}", "rows: “a” is left out: a pair has no ->"),
        ("::Tên:: a{=x ~%50%y}", "key: “Tên” is left out: an option of a single choice is worth a part of the mark"),
        ("a{" + "~x" * 99 + "}", "options: “a” is left out: it has too many answers"),
        ("a{" + "=x->y" * 99 + "}", "rows: “a” is left out: it has too many answers"),
        ("a{" + "=x" * 299 + "}", "key: “a” is left out: it has too many answers"),
    ],
)
def test_refused_by_name_and_place(text, problem):
    report = read("ok{T}\n\n" + text)
    assert len(report.items) == 1
    (message,) = describe(report, Severity.ERROR)
    assert message.startswith(f"line 3, {problem}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a{~x ~y}", "key: the key is missing"),
        ("a{=x =y ~z}", "key: an item of this kind has one right option"),
        ("a{#abc}", "key: “abc” is not a number"),
        ("a{#5:x}", "key: “x” is not a number"),
        ("a{#1e9999}", "key: “1e9999” is not a number"),
        ("a{#5..3}", "key: a tolerance is not below 0"),
        ("{T}", "stem: the stem is empty"),
        ("a{=x ~x}", "options: two options are the same"),
        ("a{=%50%x}", "key: accepted answers are worth 1 to 100 percent, and the best one 100"),
        ("a{~%50%x ~%50%y ~a1 ~a2 ~a3 ~a4 ~a5 ~a6 ~a7}", "options: an item has two to eight options"),
    ],
)
def test_drafts_that_a_person_can_mend(text, problem):
    report = read(text)
    (read_item,) = report.items
    assert not read_item.is_ready
    assert f"line 1, {problem}" in describe(report, Severity.ERROR)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a{=x ~%-25%y}", "key: what a wrong option costs was left out: a wrong answer is worth nothing"),
        ("a{~%50%x ~%50%y ~z}", "key: a wrong option now takes away as much as a right one gives"),
        ("a{=x =%0%*#nhầm}", "key: answers that are worth nothing were left out"),
        ("a{#3:1~#nhầm}", "key: answers that are worth nothing were left out"),
        ("a{=x =%33.3%y}", "key: a percentage was rounded to 33"),
        ("a{#3,14}", "key: the comma in “3,14” was taken for a decimal point"),
        ("a{true}", "key: the answer was taken for true or false"),
        ("a{~E=mc2 =x ~y}", "options: an = right after a letter begins a new right option"),
        ("a{\n=x\n\n~y\n}", "options: an empty line between the answers was passed over"),
        ("Tính \\(x^2\\)  {T}", "stem: a formula was kept as text"),
        ("[markdown]**a**{T}", "stem: the text was converted from Markdown; check how it looks"),
        ('[html]a<img src\\="http\\://x/y.png">{T}', "stem: the picture “http://x/y.png” is not in the file"),
        ('[html]a<img src\\="data\\:image/png;base64,AAAA">{T}', "stem: a picture is not PNG, JPEG, GIF or WebP"),
        ("a{>2 ALL VERTICAL REL\nx\ny}", "key: each option in its right place now counts"),
        ("a{>2 RANDOM VERTICAL ABS\nx\ny}", "options: all options are shown, where the file had a part"),
        ('// item.options = ["q"]\na{=x->y =z->w}', "options: the note in the file on the options no longer fits"),
        ('// item.answers = ["q"]\na{=x}', "key: the note in the file on the answers no longer fits them"),
    ],
)
def test_guesses_and_losses_are_said(text, problem):
    report = read(text)
    assert len(report.items) == 1
    place = 2 if text.startswith("//") else 1
    assert any(message.startswith(f"line {place}, {problem}") for message in describe(report, Severity.WARNING))


def test_descriptions_are_named():
    report = read("Đọc đoạn sau.\n\na{T}")
    assert [i.item.stem for i in report.items] == ["a"]
    assert describe(report, Severity.WARNING) == [
        "line 1, question: “Đọc đoạn sau.” is a description without a question and was left out"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xd8\xff\xe0", "the file is not text in UTF-8; save it with this encoding"),
        (b"a\0b{T}", "the file is damaged or of another kind than its name says"),
        (b"  \n\n// x\n", "there is no question in the file"),
        ("a{T}\n\n" * (MOST_QUESTIONS + 1), "the file has more than 10,000 questions; split it"),
    ],
)
def test_files_that_are_none(content, message):
    report = read(content)
    assert report.items == ()
    assert [problem.message for problem in report.problems] == [message]


SAMPLE = """// [id:A1] [tag:level:apply]
::A1::[html]Cải cách <b>hành chính</b>?{
\t~%50%x#đúng
\t~%50%y
\t~%-50%z
\t####Vì}

Ghép {=a -> b =c -> d}

Số {#=3:1 =%50%4:1}

Xếp {>2 ALL VERTICAL ABS
x
y
}
""".encode()


def test_a_file_cut_anywhere_never_raises():
    for end in range(0, len(SAMPLE), max(1, len(SAMPLE) // 7)):
        report = read(SAMPLE[:end])
        assert report.items or report.problems


def test_random_bytes_never_raise():
    chance = random.Random(7)
    for _ in range(25):
        noise = bytearray(SAMPLE)
        for _ in range(chance.randrange(1, 40)):
            noise[chance.randrange(len(noise))] = chance.choice(b"{}=~#:\\\n%>-[]/$ \x00\xff")
        report = read(bytes(noise))
        assert report.items or report.problems


@pytest.mark.parametrize(
    "field", ["::{}::a{{T}}", "{}{{T}}", "a{{={} ~y}}", "a{{=x#{} ~y}}", "a{{T####{}}}", "[html]{}{{T}}"]
)
def test_script_comes_out_inert(field):
    evil = '<script>alert(1)</script><img src\\=x onerror\\=alert(1)><a href\\="javascript\\:x">k</a>'
    report = read(field.format(evil))
    for read_item in report.items:
        for text in read_item.item.list_texts():
            assert "<script" not in text
            assert "onerror" not in text
            assert "javascript" not in text


@pytest.mark.parametrize(
    "content",
    [
        b" " * 1_000_000,
        b"a{" + b"~" * 1_000_000,
        b"a{=x ~y}\n" * 100_000,
        b"// [tag:" * 200_000 + b"\na{T}",
        b"// item.options = " + b"[" * 2_000_000 + b"\na{=x->y}",
        b"[html]" + b"<div>" * 200_000 + b"{T}",
        b"[markdown]" + b"*" * 50_000 + b"_`" * 50_000 + b"{T}",
        b"[html]" + b"<img src\\=" * 100_000 + b"{T}",
        b"a{=" + b"\\" * 1_000_000 + b"}",
        b"::" * 1_000_000,
    ],
    ids=[
        "spaces",
        "answers",
        "one block",
        "tags",
        "deep note",
        "deep markup",
        "markdown",
        "open tags",
        "escapes",
        "colons",
    ],
)
def test_hostile_files_take_little_time(content):
    with takes_at_most(seconds=5):
        report = read(content)
    assert report.items or report.problems


def test_many_questions_take_little_memory():
    content = b"A question of some length{=right ~wrong}\n\n" * 200
    tracemalloc.start()
    report = read(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(report.items) == 200
    assert peak < 300 * 1024 * 1024 * 200 / MOST_QUESTIONS
