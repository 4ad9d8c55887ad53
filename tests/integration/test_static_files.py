"""Static files: compressed once, kept for good under an address of their content, and never mixed between releases."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from quiz_app.config import ROOT
from quiz_app.extensions import db
from quiz_app.web.static_files import register_static_files
from tests.factories import add_person, make_app
from tests.integration.visitor import Visitor, add_open_round

STATIC = ROOT / "quiz_app" / "static"
MODULE = "js/attempt/main.js"


@pytest.fixture
def app(sqlite_database_url: str) -> Iterator[Flask]:
    """An application on SQLite: no static file depends on the database."""
    application = make_app(sqlite_database_url)
    with application.app_context():
        yield application
        db.engine.dispose()


def find_address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return app.url_for("static", filename=name)


def list_names(suffix: str) -> list[str]:
    return [path.relative_to(STATIC).as_posix() for path in STATIC.rglob(f"*{suffix}")]


def test_text_is_compressed_for_those_who_take_it_and_is_the_same_text(app: Flask) -> None:
    visitor = Visitor(app)
    plain_size = compressed_size = 0
    for name in [*list_names(".css"), *list_names(".js")]:
        content = (STATIC / name).read_bytes()
        plain = visitor.get(find_address(app, name))
        compressed = visitor.get(find_address(app, name), headers={"Accept-Encoding": "br, gzip"})
        assert plain.data == content
        assert "Content-Encoding" not in plain.headers
        is_worth_it = "Content-Encoding" in compressed.headers
        assert (gzip.decompress(compressed.data) if is_worth_it else compressed.data) == content
        assert int(compressed.headers["Content-Length"]) == len(compressed.data)
        if is_worth_it:
            assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"
            assert plain.headers["ETag"] != compressed.headers["ETag"]
        plain_size, compressed_size = plain_size + len(plain.data), compressed_size + len(compressed.data)
    assert compressed_size < plain_size / 2


def test_who_refuses_compression_is_not_given_it(app: Flask) -> None:
    for accepted in ("gzip;q=0", "identity", "br"):
        answer = Visitor(app).get(find_address(app, "css/app.css"), headers={"Accept-Encoding": accepted})
        assert "Content-Encoding" not in answer.headers, accepted


def test_what_is_compressed_already_is_sent_as_it_is(app: Flask) -> None:
    (name, *_) = list_names(".woff2")
    answer = Visitor(app).get(find_address(app, name), headers={"Accept-Encoding": "gzip"})
    assert answer.data == (STATIC / name).read_bytes()
    assert answer.mimetype == "font/woff2"
    assert "Content-Encoding" not in answer.headers
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    ("name", "media_type"),
    [(MODULE, "text/javascript"), ("css/app.css", "text/css"), ("img/icon.svg", "image/svg+xml")],
)
def test_each_kind_says_what_it_is(app: Flask, name: str, media_type: str) -> None:
    assert Visitor(app).get(find_address(app, name)).mimetype == media_type


def test_an_unchanged_file_is_not_sent_again(app: Flask) -> None:
    visitor = Visitor(app)
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        first = visitor.get("/static/css/app.css", headers=headers)
        assert first.headers["Cache-Control"] == "no-cache"
        again = visitor.get("/static/css/app.css", headers={**headers, "If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_a_script_of_another_release_is_refused_and_a_style_sheet_is_not_kept(app: Flask) -> None:
    visitor = Visitor(app)
    script = visitor.get(f"/static/{MODULE}?v=0123456789ab")
    assert (script.status_code, script.headers["Cache-Control"]) == (404, "no-store")
    style = visitor.get("/static/css/app.css?v=0123456789ab")
    assert (style.status_code, style.headers["Cache-Control"]) == (200, "no-cache")


def test_what_a_style_sheet_names_is_kept_for_good_too(app: Flask) -> None:
    visitor = Visitor(app)
    addresses = re.findall(r'url\("?\.\./([^")]+)', (STATIC / "css" / "app.css").read_text(encoding="utf-8"))
    assert addresses
    for address in addresses:
        answer = visitor.get(f"/static/{address}")
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address


@pytest.mark.parametrize(
    "path", ["khong-co.js", "../config.py", "%2e%2e/config.py", "..%2fconfig.py", "/etc/passwd", "css", "css/"]
)
def test_only_files_of_the_folder_are_sent(app: Flask, path: str) -> None:
    assert Visitor(app).get(f"/static/{path}").status_code in (308, 404)


def test_a_running_process_serves_the_release_it_was_started_with(tmp_path: Path) -> None:
    script = tmp_path / "one.js"
    script.write_text("export const one = 1;\n")
    other = Flask("other", static_folder=str(tmp_path))
    register_static_files(other)
    address = find_address(other, "one.js")
    script.write_text("export const one = 2;\n")
    assert other.test_client().get(address).text == "export const one = 1;\n"
    assert find_address(other, "one.js") == address
    restarted = Flask("other", static_folder=str(tmp_path))
    register_static_files(restarted)
    assert find_address(restarted, "one.js") != address
    assert restarted.test_client().get(address).status_code == 404


def test_every_module_that_a_page_imports_is_kept_for_good(app: Flask) -> None:
    add_person("an")
    visitor = Visitor(app, "an")
    page = visitor.get(f"/attempts/{visitor.start(add_open_round().id)}").text
    (import_map,) = re.findall(r'<script type="importmap" nonce="[\w-]+">(.*?)</script>', page, re.S)
    imports = json.loads(import_map)["imports"]
    waiting = re.findall(r'src="(/static/js/[^"]+)"', page)
    seen = set()
    assert waiting
    while waiting:
        address = waiting.pop()
        seen.add(address)
        answer = visitor.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["Cache-Control"], address
        folder = address.partition("?")[0].rpartition("/")[0]
        for specifier in re.findall(r'(?:from|import)\s*\(?\s*"(\./[^"]+)"', answer.text):
            imported = imports[f"{folder}/{specifier.removeprefix('./')}"]
            if imported not in seen:
                waiting.append(imported)
    preloaded = set(re.findall(r'rel="modulepreload" href="([^"]+)"', page))
    assert preloaded <= seen, "nothing is fetched that is not used"
