"""Every kind of job has a rule, a handler and a title; every act of the trail has words; files have safe names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quiz_app import web  # noqa: F401 - pages enter their handlers
from quiz_app.domain.jobs import JOB_RULES, JobKind, JobState
from quiz_app.origin import Origin
from quiz_app.services.job_kinds import HANDLERS
from quiz_app.web.audit_words import ACTIONS, SUBJECTS
from quiz_app.web.downloads import make_disposition
from quiz_app.web.job_words import _TITLES, describe_state
from quiz_app.web.value_formats import format_file_size

SERVICES = Path(__file__).resolve().parents[2] / "quiz_app" / "services"


def test_every_kind_is_known_everywhere() -> None:
    kinds = set(JobKind)
    assert set(JOB_RULES) == kinds
    assert set(HANDLERS) == kinds, "a handler says @handles(JobKind.…)"
    assert set(_TITLES) == kinds, "web/job_words.py"
    assert all(describe_state(state) for state in JobState)


def test_every_act_that_is_written_down_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SERVICES.rglob("*.py"))
    actions = set(re.findall(r'\baction="([a-z_]+)"', source))
    subjects = set(re.findall(r'\bsubject=\("([a-z_]+)"|\bsubject_type="([a-z_]+)"', source))
    assert len(actions) >= 10
    assert actions <= set(ACTIONS), "web/audit_words.py"
    assert {name for pair in subjects for name in pair if name} <= set(SUBJECTS), "web/audit_words.py"


@pytest.mark.parametrize(
    ("name", "plain", "encoded"),
    [
        ("danh-sach.zip", "danh-sach.zip", "danh-sach.zip"),
        ("Điểm – Đợt 1.xlsx", "Diem  Dot 1.xlsx", "%C4%90i%E1%BB%83m%20%E2%80%93%20%C4%90%E1%BB%A3t%201.xlsx"),
        ('a"\r\nSet-Cookie: b.pdf', "a_Set-Cookie_ b.pdf", "a_Set-Cookie_%20b.pdf"),
        ("../../etc/passwd", "_.._etc_passwd", "_.._etc_passwd"),
        ("名單", "file", "%E5%90%8D%E5%96%AE"),
        ("...", "tep", "tep"),
    ],
)  # fmt: skip
def test_the_name_of_a_download_is_safe_and_in_utf_8(name: str, plain: str, encoded: str) -> None:
    assert make_disposition(name) == f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 KB"), (1025, "1,1 KB"), (12_800, "12,5 KB"), (1_258_291, "1,2 MB"),
     (150 * 1024 * 1024, "150 MB")],
)  # fmt: skip
def test_sizes_of_files(size: int, text: str) -> None:
    assert format_file_size(size, "vi") == text


@pytest.mark.parametrize(
    ("full", "kept"),
    [
        ("203.113.5.9", "203.113.5.9"),
        ("2001:ee0:4f0c:1234:aaaa:bbbb:cccc:dddd", "2001:ee0:4f0c:1234::/64"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_is_kept_as_coarse_as_it_says_a_place(full: str, kept: str) -> None:
    assert Origin(full).address == kept


def test_the_id_of_a_request_is_the_proxys_or_one_of_our_own() -> None:
    assert Origin("a", "req-1_B\n\"'x" + "y" * 100).request_id == ("req-1_Bx" + "y" * 100)[:64]
    own = Origin("a")
    assert own.request_id == own.request_id
    assert own.request_id != Origin("a").request_id
