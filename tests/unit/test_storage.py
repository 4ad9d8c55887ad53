"""Files by key: whole or not at all, only under their folder, in pieces."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from quiz_app.storage import CHUNK, FileMissing, FolderStorage, check_key


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files")


@pytest.mark.parametrize("content", [b"", b"abc", b"x" * (3 * CHUNK + 7)])
@pytest.mark.parametrize("form", ["bytes", "stream", "pieces"])
def test_what_was_written_is_read_again(storage: FolderStorage, content: bytes, form: str) -> None:
    given = {"bytes": content, "stream": io.BytesIO(content), "pieces": iter([content[:1], content[1:]])}[form]
    assert storage.write_file("jobs/1/a.zip", given) == len(content)
    assert storage.read_file("jobs/1/a.zip") == content
    with storage.open_file("jobs/1/a.zip") as stream:
        assert stream.read() == content
    found = storage.find_file("jobs/1/a.zip")
    assert found is not None
    assert found.size == len(content)
    assert datetime.now(UTC) - found.modified_at < timedelta(minutes=1)


def test_a_second_write_takes_the_place_of_the_first(storage: FolderStorage) -> None:
    storage.write_file("a", b"first, and longer")
    storage.write_file("a", b"second")
    assert storage.read_file("a") == b"second"


def test_a_write_that_breaks_off_leaves_what_was_there_and_nothing_else(storage: FolderStorage, tmp_path: Path) -> None:
    storage.write_file("a", b"first")

    def break_off() -> Iterator[bytes]:
        yield b"sec"
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        storage.write_file("a", break_off())
    assert storage.read_file("a") == b"first"
    assert os.listdir(tmp_path / "files") == ["a"]


def test_what_is_missing_is_said_to_be(storage: FolderStorage) -> None:
    with pytest.raises(FileMissing):
        storage.open_file("a/b")
    assert storage.find_file("a/b") is None
    assert storage.delete_file("a/b") is False
    assert list(storage.list_files("a/")) == []
    storage.write_file("a/b", b"")
    with pytest.raises(FileMissing):
        storage.read_file("a")
    assert storage.delete_file("a/b") is True
    assert storage.find_file("a/b") is None


def test_a_list_has_the_files_below_a_prefix_and_no_drafts(storage: FolderStorage, tmp_path: Path) -> None:
    for key in ("jobs/1/a", "jobs/2/b", "uploads/c"):
        storage.write_file(key, b"12")
    fresh, old = tmp_path / "files/jobs/.draft-new", tmp_path / "files/jobs/.draft-old"
    fresh.write_bytes(b"")
    old.write_bytes(b"")
    two_days_ago = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    os.utime(old, (two_days_ago, two_days_ago))
    assert sorted((file.key, file.size) for file in storage.list_files("jobs/")) == [("jobs/1/a", 2), ("jobs/2/b", 2)]
    assert fresh.exists()
    assert not old.exists()


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".hidden", "a/.draft-1", "A", "ả", "a b", "a\x00", "a\nb",
     "a/b/c/d/e/f/g", "a" * 101, "a\\b"],
)  # fmt: skip
def test_a_key_that_could_leave_the_folder_is_no_key(storage: FolderStorage, key: str) -> None:
    with pytest.raises(ValueError, match="storage key"):
        check_key(key)
    with pytest.raises(ValueError, match="storage key"):
        storage.write_file(key, b"")
