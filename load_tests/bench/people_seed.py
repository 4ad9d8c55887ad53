"""A province in a database: 30,000 people in 300 units below one, and 150,000 attempts; put there with COPY."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import psycopg

from load_tests.bench.operations import PASSWORD, QUESTIONS
from quiz_app.clock import read_now
from quiz_app.domain.contests import Round
from quiz_app.domain.names import make_name_key, make_search_text
from quiz_app.domain.results import RankedValues, make_rank_key
from quiz_app.exports.sheets import SheetColumn, make_workbook
from quiz_app.passwords import hash_password
from quiz_app.persistence.columns import from_ms, to_ms

UNITS, PEOPLE, ATTEMPTS = 300, 30_000, 150_000
COMERS = 5_000
"""People among them who have not begun."""
BLOCKS = ("Sở, ban, ngành", "Huyện, thị xã, thành phố", "Đơn vị sự nghiệp")
ORGANISER, PROVINCE_LEAD, UNIT_LEAD = "do-tai-to-chuc", "do-tai-tinh", "do-tai-truong"
PROVINCE_ID, FIRST_UNIT, FIRST_ACCOUNT, FIRST_ATTEMPT, FIRST_GRANT = 1_000, 2_000, 10_000_000, 20_000_000, 30_000_000
SEEN_UNIT = FIRST_UNIT + 7
"""The unit whose lead and lists are measured."""
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Hoàng", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Lâm", "Thạch")
_MIDDLE = ("Thị", "Văn", "Hữu", "Ngọc", "Minh", "Thanh", "Quốc", "Kim", "Đức", "Hoài")
_GIVEN = (
    "An", "Ánh", "Bình", "Châu", "Dũng", "Đạt", "Giang", "Hà", "Hạnh", "Hiếu", "Hoà", "Hương", "Khánh", "Lan", "Linh",
    "Long", "Mai", "Nam", "Ngân", "Nhung", "Oanh", "Phúc", "Phương", "Quân", "Sơn", "Tâm", "Thảo", "Thủy", "Trang",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper with its answers, as the table keeps them."""

    paper: str
    shape: str
    responses: str
    right: int


def seed_people(url: str, round_: Round, version_ids: list[int]) -> None:
    """Fill a database that has the demonstration. The same people and attempts at every run, around today."""
    generator = random.Random(1)  # noqa: S311 - the same attempts at every run
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        add_units(cursor)
        add_people(cursor, generator)
        _add_attempts(cursor, round_, version_ids, generator)
        cursor.execute(
            "INSERT INTO results (round_id, account_id, unit_id, attempt_count, attempt_id, score_hundredths, "
            "correct_count, elapsed_ms, finished_at, is_passed, rank_key, last_finished_at) "
            "SELECT DISTINCT ON (account_id) round_id, account_id, unit_id, "
            "COUNT(*) OVER (PARTITION BY account_id), id, score_hundredths, correct_count, elapsed_ms, "
            "finished_at, score_hundredths >= %s, rank_key, MAX(finished_at) OVER (PARTITION BY account_id) "
            "FROM attempts WHERE state = 'finished' ORDER BY account_id, rank_key",
            [round_.settings.cut_score_hundredths],
        )
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def add_units(cursor: psycopg.Cursor[object]) -> None:
    """The province and its units."""
    with cursor.copy("COPY units (id, code, name, kind, block, parent_id, staff_number) FROM STDIN") as copy:
        copy.write_row((PROVINCE_ID, "TINH", "Ủy ban nhân dân tỉnh", "department", BLOCKS[0], None, 12))
        for number in range(UNITS):
            name = f"Trường THCS số {number + 1}"
            block = BLOCKS[number % len(BLOCKS)]
            copy.write_row((FIRST_UNIT + number, f"DV-{number}", name, "school", block, PROVINCE_ID, 110))


def add_people(cursor: psycopg.Cursor[object], generator: random.Random) -> None:
    """Participants, spread over the units, and the leads and the organiser with their roles."""
    password_hash, now = hash_password(PASSWORD), to_ms(read_now())
    leads = {ORGANISER: None, PROVINCE_LEAD: PROVINCE_ID, UNIT_LEAD: SEEN_UNIT}
    with cursor.copy(
        "COPY accounts (id, login, name, job_title, unit_id, password_hash, must_change_password, is_active, "
        "auth_version, created_at, birth, phone, name_key, search_text) FROM STDIN"
    ) as copy:
        for account_id, login, name, unit_id in _list_people(generator, leads):
            phone = f"09{account_id % 100_000_000:08d}"
            copy.write_row(
                (
                    account_id, login, name, "Giáo viên", unit_id, password_hash, False, True, 1, now, "1985-02-28",
                    phone, make_name_key(name), make_search_text(name, login, phone),
                )
            )  # fmt: skip
    with cursor.copy("COPY role_grants (id, account_id, role, unit_id) FROM STDIN") as copy:
        for number in range(PEOPLE):
            copy.write_row((FIRST_GRANT + number, FIRST_ACCOUNT + number, "participant", None))
        for place, (login, unit_id) in enumerate(leads.items()):
            role = "organiser" if login == ORGANISER else "unit_lead"
            copy.write_row((FIRST_GRANT + PEOPLE + place, FIRST_ACCOUNT + PEOPLE + place, role, unit_id))


def _list_people(generator: random.Random, leads: dict[str, int | None]) -> Iterator[tuple[int, str, str, int | None]]:
    for number in range(PEOPLE):
        name = " ".join(map(generator.choice, (_FAMILY, _MIDDLE, _GIVEN)))
        yield FIRST_ACCOUNT + number, f"canbo-{number:05d}", name, FIRST_UNIT + number % UNITS
    for place, (login, unit_id) in enumerate(leads.items()):
        yield FIRST_ACCOUNT + PEOPLE + place, login, f"Người {login}", unit_id


def _add_attempts(
    cursor: psycopg.Cursor[object], round_: Round, version_ids: list[int], generator: random.Random
) -> None:
    papers = [_make_paper(version_ids, generator) for _ in range(500)]
    first, last = to_ms(round_.opens_at), to_ms(read_now() - timedelta(hours=1))
    takers = PEOPLE - COMERS
    with cursor.copy(
        "COPY attempts (id, round_id, account_id, unit_id, ordinal, state, started_at, deadline_at, "
        "accepts_until_at, paper, shape, responses, finished_at, closed_by, elapsed_ms, correct_count, "
        "score_hundredths, rank_key) FROM STDIN"
    ) as copy:
        for number in range(ATTEMPTS):
            paper, person = generator.choice(papers), number % takers
            started_at = first + (last - first) * number // ATTEMPTS
            elapsed = generator.randrange(60_000, 299_000)
            score = paper.right * round_.settings.scale_hundredths // QUESTIONS
            values = RankedValues(score, elapsed, from_ms(started_at + elapsed))
            copy.write_row(
                (
                    FIRST_ATTEMPT + number, round_.id, FIRST_ACCOUNT + person, FIRST_UNIT + person % UNITS,
                    number // takers + 1, "finished", started_at, started_at + 300_000, started_at + 305_000,
                    paper.paper, paper.shape, paper.responses, started_at + elapsed, "participant", elapsed,
                    paper.right, score, make_rank_key(values, round_.settings.rank_order),
                )
            )  # fmt: skip


def _make_paper(version_ids: list[int], generator: random.Random) -> Paper:
    slots, responses = [], {}
    for number, version_id in enumerate(generator.sample(version_ids, QUESTIONS)):
        slots.append([version_id, "".join(generator.sample("0123", 4))])
        responses[str(number)] = [1_700_000_000_000 + number, generator.randrange(4), 1000 * (number + 1)]
    right = min(QUESTIONS, max(0, round(generator.gauss(5, 2))))
    compact = {"separators": (",", ":")}
    return Paper(
        json.dumps(slots, **compact),  # type: ignore[arg-type]
        "c04" * QUESTIONS,
        json.dumps(responses, **compact),  # type: ignore[arg-type]
        right,
    )


def make_staff_list(people: int) -> bytes:
    """A workbook with new people, spread over the units; each with all that a list may say."""
    generator = random.Random(2)  # noqa: S311 - the same list at every run
    headings = ("Mã cán bộ", "Họ và tên", "Ngày sinh", "Chức vụ", "Đơn vị", "Điện thoại", "Email", "CCCD")
    rows = (
        (
            f"moi-{number:05d}",
            " ".join(map(generator.choice, (_FAMILY, _MIDDLE, _GIVEN))),
            f"{number % 28 + 1:02d}/{number % 12 + 1:02d}/{1965 + number % 35}",
            "Giáo viên",
            f"Trường THCS số {number % UNITS + 1}",
            f"03{number:08d}",
            f"moi-{number:05d}@example.vn",
            f"0940{number:08d}",
        )
        for number in range(people)
    )
    return make_workbook("Danh sách", [SheetColumn(heading) for heading in headings], rows)
