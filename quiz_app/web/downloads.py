"""Handing out files: never shown inside a page of this site, never guessed at, never kept by a proxy."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from quiz_app.storage import CHUNK, Storage

_UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\/:*?<>|]+')
_PLAIN = re.compile(r"[^A-Za-z0-9._ -]+")


def send_stored(storage: Storage, key: str, *, name: str, media_type: str, size: int) -> Response:
    """The stored file as a download, in pieces. Raises FileMissing."""
    stream = storage.open_file(key)
    response = Response(FileWrapper(stream, CHUNK), mimetype=media_type, direct_passthrough=True)
    response.call_on_close(stream.close)
    response.content_length = size
    response.headers["Content-Disposition"] = make_disposition(name)
    return response


def make_disposition(name: str) -> str:
    """``Content-Disposition`` with the name in UTF-8 (RFC 6266), and in plain letters for what cannot read that."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(". ") or "tep"
    unaccented = unicodedata.normalize("NFD", name.replace("đ", "d").replace("Đ", "D"))
    plain = _PLAIN.sub("", unaccented).strip(". ") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
