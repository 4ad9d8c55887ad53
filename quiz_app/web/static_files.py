"""Static files: kept in memory, compressed once, under addresses that carry a digest of their content.

A digest in the address lets browsers keep a file for good, and ties a page to the very files it was made with: a script
that a page of another release asks for is refused rather than answered with a different one, so that old and new
modules never run together.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request, session, url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

_YEAR_SECONDS = 365 * 24 * 3600
_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+\.js)["']""")
_COMPRESSED_SUFFIXES = frozenset({".css", ".js", ".svg", ".json", ".txt", ".md"})
_DIGEST = re.compile(r"[0-9a-f]{12}")
_LEAST_SAVING = 64
"""Bytes below which a compressed copy is not worth its header."""
_TYPES = {".js": "text/javascript", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent: plain, and compressed where that is shorter."""

    content: bytes
    compressed: bytes | None
    digest: str
    media_type: str
    imports: tuple[str, ...]
    """What a module imports, as relative addresses; empty for other files."""


@dataclass(slots=True)
class StaticFolder:
    """The files of a folder as they stood when the application was made."""

    root: Path
    files: dict[str, StaticFile] = field(default_factory=dict)

    def load(self) -> None:
        """Read every file."""
        for path in self.root.rglob("*"):
            if path.is_file():
                self.files[path.relative_to(self.root).as_posix()] = _load(path)

    def find(self, name: str) -> StaticFile | None:
        """The file of this name."""
        return self.files.get(name)

    def list_imports(self, name: str) -> list[str]:
        """The modules that this one imports, directly or through others, without itself."""
        found: list[str] = []
        waiting = [name]
        while waiting:
            module = waiting.pop()
            file = self.find(module)
            for specifier in file.imports if file else ():
                imported = posixpath.normpath(posixpath.join(posixpath.dirname(module), specifier))
                if imported != name and imported not in found:
                    found.append(imported)
                    waiting.append(imported)
        return sorted(found)


def register_static_files(app: Flask) -> None:
    """Serve the static folder, add the digest to every address in it, and the caching that it allows."""
    folder = StaticFolder(Path(app.static_folder or ""))
    folder.load()

    def send(filename: str) -> Response:
        if app.debug:
            # While a file is being written: as it stands now, and kept by nobody.
            folder.load()
        file = folder.find(filename)
        if file is None:
            abort(404)
        asked = request.args.get("v")
        if not app.debug and asked is not None and asked != file.digest and file.media_type == "text/javascript":
            # Of another release: the page falls back on its plain forms until it is loaded anew.
            abort(404)
        # A style sheet names its typefaces by their own version, which is as good as a digest.
        is_exact = asked is not None and (asked == file.digest or not _DIGEST.fullmatch(asked))
        return _make_response(file, is_exact=is_exact and not app.debug)

    app.view_functions["static"] = send

    def forget_session(response: Response) -> Response:
        if request.endpoint == "static":
            # Files are the same for everyone: no cache on the way needs to keep a copy for each cookie.
            session.accessed = False
        return response

    # The first to be attached is the last to run, after those that look into the session.
    app.after_request_funcs.setdefault(None, []).insert(0, forget_session)

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            file = folder.find(values["filename"])
            if file is not None:
                values["v"] = file.digest

    def map_imports(filename: str) -> Mapping[str, str]:
        """What the module's imports resolve to, and the address that carries the digest."""
        addresses = [url_for("static", filename=name) for name in folder.list_imports(filename)]
        return {address.partition("?")[0]: address for address in addresses}

    kept: dict[tuple[str, tuple[str, ...]], Markup] = {}

    def write_import_map(*filenames: str) -> Markup:
        """The import map of these modules together, as JSON; written once and kept."""
        key = (request.script_root, filenames)
        if key not in kept:
            imports = {name: address for filename in filenames for name, address in map_imports(filename).items()}
            kept[key] = htmlsafe_json_dumps({"imports": imports}, dumps=app.json.dumps)
        return kept[key]

    kept_links: dict[tuple[str, str], Markup] = {}

    def write_preloads(filename: str) -> Markup:
        """Links by which the module's imports are fetched at once and not one after the other; likewise kept."""
        key = (request.script_root, filename)
        if key not in kept_links:
            link = Markup('<link rel="modulepreload" href="{}">')
            kept_links[key] = Markup("").join(link.format(address) for address in map_imports(filename).values())
        return kept_links[key]

    app.jinja_env.globals.update(write_import_map=write_import_map, write_preloads=write_preloads)


def _make_response(file: StaticFile, *, is_exact: bool) -> Response:
    response = Response(mimetype=file.media_type)
    encoding = ""
    if file.compressed is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip") > 0:
            encoding = "gzip"
            response.headers["Content-Encoding"] = encoding
    response.data = file.compressed if encoding and file.compressed is not None else file.content
    # Without its digest in the address the browser asks each time whether the file has changed.
    kept = f"public, max-age={_YEAR_SECONDS}, immutable" if is_exact else "no-cache"
    response.headers["Cache-Control"] = kept
    response.set_etag(file.digest + (f"-{encoding}" if encoding else ""))
    response.make_conditional(request)
    return response


def _load(path: Path) -> StaticFile:
    status = path.stat()
    return _read(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=512)
def _read(path: Path, _modified_ns: int, _size: int) -> StaticFile:
    content = path.read_bytes()
    compressed = None
    if path.suffix in _COMPRESSED_SUFFIXES:
        # No time in it: the same file is the same bytes on every server.
        smaller = gzip.compress(content, 9, mtime=0)
        compressed = smaller if len(smaller) + _LEAST_SAVING <= len(content) else None
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return StaticFile(
        content=content,
        compressed=compressed,
        digest=hashlib.sha256(content).hexdigest()[:12],
        media_type=media_type,
        imports=tuple(_IMPORT.findall(content.decode())) if path.suffix == ".js" else (),
    )
