"""Requests and responses as the server gets them: in one piece where they are one, and otherwise as Flask does it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Request, Response, redirect
from werkzeug.test import EnvironBuilder

from quiz_app.web.exchange import DirectRequest, WholeResponse

closed: list[str] = []


def make_app() -> Flask:
    app = Flask(__name__)
    app.request_class = DirectRequest
    app.response_class = WholeResponse

    @app.get("/text")
    def show_text() -> str:
        return "Chào"

    @app.get("/refused")
    def refuse() -> tuple[str, int]:
        return "không", 403

    @app.get("/stream")
    def stream() -> Response:
        def read() -> Iterator[bytes]:
            yield b"a"
            yield b"b"

        response = Response(read())
        response.call_on_close(lambda: closed.append("stream"))
        return response

    @app.get("/watched")
    def watched() -> Response:
        response = Response("text")
        response.call_on_close(lambda: closed.append("watched"))
        return response

    @app.get("/away")
    def go_away() -> Any:
        return redirect("/đến", code=303)

    @app.get("/nothing")
    def show_nothing() -> tuple[str, int]:
        return "", 204

    @app.get("/unchanged")
    def show_unchanged() -> Response:
        response = Response("text")
        response.status_code = 304
        return response

    return app


def ask(path: str, method: str = "GET") -> tuple[str, dict[str, str], Any]:
    """Status, headers and the body as the server is handed it."""
    got: list[Any] = []
    environ = EnvironBuilder(path=path, method=method).get_environ()
    body = make_app().wsgi_app(environ, lambda status, headers, _error=None: got.extend((status, dict(headers))))
    return got[0], got[1], body


def read_all(body: Any) -> bytes:
    """What a server does with a stream."""
    content = b"".join(body)
    close = getattr(body, "close", None)
    if close is not None:
        close()
    return content


@pytest.mark.parametrize(
    ("path", "status", "text"), [("/text", "200 OK", "Chào"), ("/refused", "403 FORBIDDEN", "không")]
)
def test_a_text_is_handed_over_in_one_piece_with_its_length(path: str, status: str, text: str) -> None:
    told, headers, body = ask(path)
    assert told == status
    assert body == [text.encode()]
    assert headers["Content-Length"] == str(len(text.encode()))


def test_the_headers_of_a_text_are_flasks() -> None:
    environ = EnvironBuilder(path="/text").get_environ()
    plain = make_app()
    plain.response_class = Response
    got: list[Any] = []
    plain.wsgi_app(environ, lambda _status, headers, _error=None: got.extend(headers))
    assert ask("/text")[1] == dict(got)


def test_a_head_request_gets_no_body() -> None:
    _, headers, body = ask("/text", "HEAD")
    assert read_all(body) == b""
    assert headers["Content-Length"] == "5"


@pytest.mark.parametrize(("path", "content"), [("/stream", b"ab"), ("/watched", b"text")])
def test_what_waits_for_the_end_of_a_response_hears_of_it(path: str, content: bytes) -> None:
    closed.clear()
    _, _, body = ask(path)
    assert closed == []
    assert read_all(body) == content
    assert closed == [path.removeprefix("/")]


def test_the_address_of_a_redirect_is_encoded() -> None:
    status, headers, _ = ask("/away")
    assert status == "303 SEE OTHER"
    assert headers["Location"] == "/%C4%91%E1%BA%BFn"


@pytest.mark.parametrize("path", ["/nothing", "/unchanged"])
def test_a_status_without_a_body_has_none(path: str) -> None:
    _, headers, body = ask(path)
    assert read_all(body) == b""
    assert "Content-Length" not in headers


@pytest.mark.parametrize(
    "header", [None, "", "session=abc", "a=1; session=x.y-z; language=en", 'a="q\\054r"; a=2; =3; broken', "a=\xc4\x91"]
)
def test_cookies_are_those_that_flask_reads(header: str | None) -> None:
    environ = EnvironBuilder(path="/text").get_environ()
    if header is not None:
        environ["HTTP_COOKIE"] = header
    expected, found = Request(environ).cookies, DirectRequest(environ).cookies
    assert list(found.items(multi=True)) == list(expected.items(multi=True))
