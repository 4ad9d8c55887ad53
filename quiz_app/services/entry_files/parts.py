"""A file that comes in parts, until it is whole: in the folder that all servers share, or in the bucket.

In a folder the parts are joined as they come. Servers that share a bucket alone may each get some of the parts, so each
part is an object there, named for the place where it begins; whoever gets the last one joins them.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from quiz_app.domain.initiatives.file_rules import PartMisplaced
from quiz_app.storage import FileMissing, Storage

PREFIX = "parts/"
KEPT_FOR = timedelta(days=1)
"""How long an upload that broke off may be gone on with."""
Receive = Callable[[Path, int], int]
"""Writes what comes to this file from this place on; how many bytes the file has then."""


class Parts(Protocol):
    """The parts of one upload."""

    def add(self, offset: int, receive: Receive) -> int:
        """Take the part that begins at ``offset``; whatever came after it is forgotten. How many bytes there are now.

        Raises PartMisplaced where something is missing before it; what ``receive`` raises passes through.
        """

    def join(self) -> Path:
        """The whole file, on this machine."""

    def forget(self) -> None:
        """Remove whatever is left."""


def open_parts(storage: Storage, name: str) -> Parts:
    """The parts that are kept under this name, a key of one word."""
    return FolderParts(storage, name) if storage.shares_drafts else BucketParts(storage, name)


class FolderParts:
    """Parts joined in a draft as they come; one that is cut off leaves what has come of it."""

    def __init__(self, storage: Storage, name: str) -> None:
        """Nothing is made yet."""
        self._draft = storage.find_draft(name)

    def add(self, offset: int, receive: Receive) -> int:
        """See ``Parts``."""
        so_far = self._draft.stat().st_size if self._draft.exists() else 0
        if offset > so_far:
            raise PartMisplaced(so_far)
        return receive(self._draft, offset)

    def join(self) -> Path:
        """See ``Parts``."""
        return self._draft

    def forget(self) -> None:
        """See ``Parts``."""
        self._draft.unlink(missing_ok=True)


class BucketParts:
    """Each part an object; one that is cut off leaves nothing and is sent again."""

    def __init__(self, storage: Storage, name: str) -> None:
        """Nothing is asked yet."""
        self._storage = storage
        self._prefix = f"{PREFIX}{name}/"

    def add(self, offset: int, receive: Receive) -> int:
        """See ``Parts``."""
        chain = self._list_chain()
        # Where parts begin, and where the next one may: a part is replaced as a whole.
        places = [0, *(begin + size for begin, size in chain)]
        if offset not in places:
            raise PartMisplaced(max(place for place in places if place <= offset))
        draft = self._storage.find_draft(secrets.token_hex(16))
        try:
            size = receive(draft, 0)
            for begin, _ in chain:
                if begin >= offset:
                    self._storage.delete_file(self._name(begin))
            self._storage.adopt_file(self._name(offset), draft)
        finally:
            draft.unlink(missing_ok=True)
        return offset + size

    def join(self) -> Path:
        """See ``Parts``."""
        draft = self._storage.find_draft(secrets.token_hex(16))
        try:
            with draft.open("xb") as target:
                for begin, _ in self._list_chain():
                    with self._storage.open_file(self._name(begin)) as part:
                        shutil.copyfileobj(part, target)
        except BaseException as error:
            draft.unlink(missing_ok=True)
            if isinstance(error, FileMissing):
                # Somebody sent an earlier part anew meanwhile.
                raise PartMisplaced(0) from None
            raise
        return draft

    def forget(self) -> None:
        """See ``Parts``."""
        for file in list(self._storage.list_files(self._prefix)):
            self._storage.delete_file(file.key)

    def _list_chain(self) -> list[tuple[int, int]]:
        """Where each part begins and its size, as far as they follow one another without a gap."""
        sizes = {int(file.key.rpartition("/")[2]): file.size for file in self._storage.list_files(self._prefix)}
        chain = []
        place = 0
        while size := sizes.get(place):
            chain.append((place, size))
            place += size
        return chain

    def _name(self, offset: int) -> str:
        return f"{self._prefix}{offset:012d}"


def forget_old_parts(storage: Storage, now: datetime) -> None:
    """Remove what uploads that broke off more than a day ago have left."""
    if not storage.shares_drafts:
        for file in list(storage.list_files(PREFIX)):
            if now - file.modified_at > KEPT_FOR:
                storage.delete_file(file.key)
