"""Files in a bucket: the same promises as in a folder, and a store that does not answer is told as such."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from minio import Minio

from quiz_app.config import Settings, WrongSetting, read_settings
from quiz_app.domain.errors import StorageUnavailable
from quiz_app.domain.initiatives.file_rules import FileTooLarge, PartMisplaced
from quiz_app.services.entry_files.orphans import forget_drafts
from quiz_app.storage import FileMissing, FolderStorage, S3Settings, make_storage
from quiz_app.storage.s3 import PART, S3Storage, StoreFailed
from tests.integration.test_entry_files import Scene, make_pdf
from tests.servers.ports import find_free_port
from tests.servers.s3 import run_s3

KEYS = {"access_key": "khoa", "secret_key": "bi-mat-thu-nghiem", "region": "us-east-1"}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with run_s3(tmp_path_factory.mktemp("s3")) as address:
        yield address


@pytest.fixture
def storage(endpoint: str, tmp_path: Path) -> S3Storage:
    bucket = tmp_path.name.lower().replace("_", "-")[-40:].strip("-.") + "-thu"
    Minio(endpoint.removeprefix("http://"), secure=False, **KEYS).make_bucket(bucket)
    made = make_storage(tmp_path / "files", S3Settings(endpoint, bucket, **KEYS))
    assert isinstance(made, S3Storage)
    return made


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * (PART + 7)], ids=["empty", "small", "two parts"])
def test_what_was_written_is_read_again(storage: S3Storage, tmp_path: Path, content: bytes) -> None:
    for number, given in enumerate((content, io.BytesIO(content), iter([content[:1], content[1:]]))):
        key = f"jobs/{number}/a.zip"
        assert storage.write_file(key, given) == len(content)
        assert storage.read_file(key) == content
        found = storage.find_file(key)
        assert found is not None
        assert found.size == len(content)
        assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=1)
    with storage.open_file("jobs/0/a.zip") as stream:
        stream.seek(len(content) // 2)
        assert stream.read() == content[len(content) // 2 :]
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_missing_replaced_listed_and_deleted(storage: S3Storage) -> None:
    with pytest.raises(FileMissing):
        storage.open_file("a/b")
    assert storage.find_file("a/b") is None
    assert storage.delete_file("a/b") is False
    for key in ("entries/1/a", "entries/2/b", "uploads/c"):
        storage.write_file(key, b"12")
    storage.write_file("uploads/c", b"345")
    assert storage.read_file("uploads/c") == b"345"
    assert sorted(file.key for file in storage.list_files("entries/")) == ["entries/1/a", "entries/2/b"]
    assert len(list(storage.list_files(""))) == 3
    assert storage.delete_file("uploads/c") is True
    assert storage.find_file("uploads/c") is None
    with pytest.raises(ValueError, match="storage key"):
        storage.write_file("../a", b"")


def test_a_write_that_breaks_off_leaves_what_was_there(storage: S3Storage) -> None:
    storage.write_file("a", b"first")

    def break_off() -> Iterator[bytes]:
        yield b"sec"
        raise RuntimeError("broke")

    with pytest.raises(RuntimeError, match="broke"):
        storage.write_file("a", break_off())
    assert storage.read_file("a") == b"first"


def test_entries_are_attached_to_a_bucket(app: Flask, storage: S3Storage, tmp_path: Path) -> None:
    scene = Scene(app, tmp_path / "unused")
    scene.storage = storage  # type: ignore[assignment]
    content = make_pdf(size=50_000)
    scene.attach_part(content[:20_000], 0, len(content))
    file = scene.attach_part(content[20_000:], 20_000, len(content))
    with storage.open_file(f"entries/{file.digest[:2]}/{file.digest}") as stream:
        assert stream.read() == content


def test_parts_reach_any_server(app: Flask, storage: S3Storage, tmp_path: Path) -> None:
    """Two servers with a folder each: what one has received the other goes on with."""
    settings = S3Settings(f"http://{storage._client._base_url.host}", storage._bucket, **KEYS)
    servers = [storage, S3Storage(settings, tmp_path / "files of the other")]
    scene = Scene(app, tmp_path / "unused")
    content = make_pdf(size=50_000)
    total = len(content)

    def send(server: int, begin: int, end: int) -> Any:
        scene.storage = servers[server]  # type: ignore[assignment]
        return scene.attach_part(content[begin:end], begin, total)

    assert send(0, 0, 20_000) == 20_000
    with pytest.raises(PartMisplaced) as refusal:
        send(1, 30_000, total)
    assert refusal.value.received == 20_000
    # The answer of the second part was lost, and half of it had been written.
    assert send(1, 20_000, 35_000) == 35_000
    with pytest.raises(PartMisplaced) as refusal:
        send(0, 25_000, 40_000)
    assert refusal.value.received == 20_000
    assert send(0, 20_000, 40_000) == 40_000
    file = send(1, 40_000, total)
    assert storage.read_file(f"entries/{file.digest[:2]}/{file.digest}") == content
    assert list(storage.list_files("parts/")) == []
    folders = [tmp_path / "files", tmp_path / "files of the other"]
    assert [path for folder in folders for path in folder.rglob("*") if path.is_file()] == []


def test_parts_of_more_than_was_announced_are_refused_and_old_ones_forgotten(
    app: Flask, storage: S3Storage, tmp_path: Path
) -> None:
    scene = Scene(app, tmp_path / "unused")
    scene.storage = storage  # type: ignore[assignment]
    assert scene.attach_part(b"%PDF", 0, 10) == 4
    with pytest.raises(FileTooLarge):
        scene.attach_part(b"1234567", 4, 10)
    assert [file.size for file in storage.list_files("parts/")] == [4]
    forget_drafts(storage, datetime.now(UTC) + timedelta(hours=23))
    assert len(list(storage.list_files("parts/"))) == 1
    forget_drafts(storage, datetime.now(UTC) + timedelta(hours=25))
    assert list(storage.list_files("parts/")) == []


def test_a_store_that_is_away_is_told_as_such(app: Flask, tmp_path: Path) -> None:
    away = S3Storage(S3Settings(f"http://127.0.0.1:{find_free_port()}", "thu-nghiem", **KEYS), tmp_path / "files")
    with pytest.raises(StoreFailed):
        away.find_file("a")
    scene = Scene(app, tmp_path / "unused")
    scene.storage = away  # type: ignore[assignment]
    with pytest.raises(StorageUnavailable):
        scene.attach(make_pdf())
    assert scene.names() == []


def test_settings_are_given_together(tmp_path: Path) -> None:
    def read(**changes: str) -> Settings:
        given = {"S3_ENDPOINT": "https://s3.example.vn", "S3_BUCKET": "hoi-thi", "S3_ACCESS_KEY": "a",
                 "S3_SECRET_KEY": "b", **changes}  # fmt: skip
        return read_settings({"SECRET_KEY": "x" * 32, **given})

    assert read(S3_ENDPOINT="http://s3:8333").s3 is not None, "of the own network"
    assert read().s3 == S3Settings("https://s3.example.vn", "hoi-thi", "a", "b", "us-east-1")
    for wrong in ({"S3_BUCKET": ""}, {"S3_ENDPOINT": "http://s3.example.vn"}, {"S3_ENDPOINT": "https://s3.vn/path"},
                  {"S3_BUCKET": "Hoi_Thi"}):  # fmt: skip
        with pytest.raises(WrongSetting, match="S3_"):
            read(**wrong)
    assert isinstance(make_storage(tmp_path), FolderStorage)
