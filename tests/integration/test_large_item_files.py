"""Large files of questions: read by a job, with its progress, the same items and the same messages."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from question_bank.items import Level
from question_bank.readers import read_items
from question_bank.readers.report import ItemDefaults
from quiz_app.clock import read_now
from quiz_app.domain.errors import NotFound
from quiz_app.domain.jobs import JobState
from quiz_app.domain.people import Person, Role
from quiz_app.services import item_imports
from quiz_app.services.item_imports import SMALL_FILE
from quiz_app.services.jobs import cancel_job, find_job
from quiz_app.storage import Storage, make_storage
from tests.factories import add_person, run_sql
from tests.integration.staff import run_jobs
from tests.integration.test_item_imports import find_topic
from tests.integration.visitor import Visitor, add_open_round

TEXT = "\n".join(f"Câu hỏi số {number} {{=Đúng {number} ~Sai {number * 3} ~Không biết}}\n" for number in range(30))
LARGE = (TEXT + "// " + "x" * SMALL_FILE + "\n").encode()


@pytest.fixture
def organiser(app: Flask) -> Person:
    return add_person("to-chuc", roles=[Role.ORGANISER])


@pytest.fixture
def storage(app: Flask, tmp_path: Path) -> Storage:
    app.extensions["storage"] = make_storage(tmp_path)
    return app.extensions["storage"]


def request(person: Person, bank_id: int, storage: Storage, content: bytes, name: str = "lon.gift") -> int:
    return item_imports.request_reading(
        organiser=person, bank_id=bank_id, content=content, file_name=name, default_topic=find_topic(bank_id),
        default_level=Level.APPLY, storage=storage, now=read_now(),
    )  # fmt: skip


def view(person: Person, bank_id: int, job_id: int) -> item_imports.ReadingView:
    return item_imports.view_reading(organiser=person, bank_id=bank_id, job_id=job_id)


@pytest.mark.usefixtures("storage")
def test_a_large_file_is_read_by_a_job_and_shown_as_any_other(app: Flask, organiser: Person, tmp_path: Path) -> None:
    bank_id = add_open_round().bank_id
    visitor = Visitor(app, "to-chuc")
    form = {"file": (BytesIO(LARGE), "lớn.gift"), "level": "apply", "topic": find_topic(bank_id)}
    answer = visitor.post(f"/organiser/banks/{bank_id}/imports", form)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert re.fullmatch(rf"/organiser/banks/{bank_id}/imports/reading/\d+", address)
    page = visitor.get(address)
    assert page.status_code == 200
    assert "lớn.gift" in page.text
    assert "<progress" in page.text
    assert not run_sql("SELECT id FROM item_imports")
    run_jobs(app, tmp_path)
    found = visitor.get(address)
    assert found.status_code == 303
    import_id = int(found.headers["Location"].rpartition("/")[2])
    grid = item_imports.view_import(organiser=organiser, import_id=import_id, only_problems=False, number=1)
    assert (grid.total, grid.found.file_name, grid.blocking) == (30, "lớn.gift", 0)
    assert {line.read.item.level for line in grid.lines} == {Level.APPLY}
    assert not list(make_storage(tmp_path).list_files("uploads/"))
    job_page = visitor.get(f"/jobs/{address.rpartition('/')[2]}").text
    assert address in job_page
    # Other organisers see the job, and nothing that leads where they may not go.
    add_person("nguoi-khac", roles=[Role.ORGANISER])
    assert address not in Visitor(app, "nguoi-khac").get(f"/jobs/{address.rpartition('/')[2]}").text


def test_what_cannot_be_read_is_told_as_of_a_small_file(
    app: Flask, organiser: Person, storage: Storage, tmp_path: Path
) -> None:
    bank_id = add_open_round().bank_id
    content = b"PK\x03\x04" + b"x" * SMALL_FILE
    job_id = request(organiser, bank_id, storage, content, "hong.docx")
    run_jobs(app, tmp_path)
    found = view(organiser, bank_id, job_id)
    told = read_items(BytesIO(content), "hong.docx").problems
    assert told
    assert found.outcome is not None
    assert found.outcome.problems == told
    assert found.job.state is JobState.FAILED
    assert not run_sql("SELECT id FROM item_imports")
    assert not list(storage.list_files("uploads/"))
    page = Visitor(app, "to-chuc").get(f"/organiser/banks/{bank_id}/imports/reading/{job_id}")
    assert "notice-problem" in page.text


def test_a_reading_is_its_persons_alone_and_of_its_bank(organiser: Person, storage: Storage) -> None:
    other = add_person("nguoi-khac", roles=[Role.ADMINISTRATOR])
    bank_id = add_open_round().bank_id
    job_id = request(organiser, bank_id, storage, LARGE)
    with pytest.raises(NotFound):
        view(other, bank_id, job_id)
    with pytest.raises(NotFound):
        view(organiser, bank_id + 1, job_id)
    with pytest.raises(NotFound):
        view(organiser, bank_id, job_id + 1)


def test_a_job_that_is_cancelled_while_it_reads_stores_nothing(
    app: Flask, organiser: Person, storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank_id = add_open_round().bank_id
    job_id = request(organiser, bank_id, storage, LARGE)

    def cancel_and_read(content: bytes, name: str, defaults: ItemDefaults, **_: object) -> object:
        cancel_job(person=organiser, job_id=job_id, now=read_now())
        return read_items(BytesIO(content), name, defaults)

    monkeypatch.setattr(item_imports.large_files, "read_confined", cancel_and_read)
    run_jobs(app, tmp_path)
    assert find_job(person=organiser, job_id=job_id).state is JobState.CANCELLED
    assert not run_sql("SELECT id FROM item_imports")
    assert not list(storage.list_files("uploads/"))


def test_an_upload_that_is_gone_is_told(app: Flask, organiser: Person, storage: Storage, tmp_path: Path) -> None:
    bank_id = add_open_round().bank_id
    job_id = request(organiser, bank_id, storage, LARGE)
    for file in list(storage.list_files("uploads/")):
        storage.delete_file(file.key)
    run_jobs(app, tmp_path)
    page = Visitor(app, "to-chuc").get(f"/organiser/banks/{bank_id}/imports/reading/{job_id}")
    assert page.status_code == 200
    assert "notice-problem" in page.text


def test_an_account_that_no_longer_organises_stores_nothing(
    app: Flask, organiser: Person, storage: Storage, tmp_path: Path
) -> None:
    bank_id = add_open_round().bank_id
    request(organiser, bank_id, storage, LARGE)
    run_sql("DELETE FROM role_grants WHERE account_id = :id RETURNING account_id", id=organiser.id)
    run_jobs(app, tmp_path)
    assert not run_sql("SELECT id FROM item_imports")
