"""A browser as far as the server can tell: one kept connection, a cookie jar, the token that forms carry."""

from __future__ import annotations

import gzip
import http.client
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.servers.ports import LOOPBACK

TIMEOUT_SECONDS = 30.0
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class WrongAnswer(RuntimeError):
    """The server answered otherwise than the operation expects; figures of such a run would mean nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, the address to go on to, and the text."""

    status: int
    location: str
    text: str


@dataclass
class Visitor:
    """One visitor with cookies of its own. Several may share a connection, one request after another."""

    connection: http.client.HTTPConnection
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def get(self, path: str) -> Answer:
        """Fetch a page; the token of its forms is kept."""
        answer = self._send("GET", path, None, {})
        _expect(answer, 200, path)
        found = _TOKEN.search(answer.text)
        if found:
            self.token = found[1]
        return answer

    def post_form(self, path: str, fields: Mapping[str, str], *, status: int = 303) -> Answer:
        """Send a form with its token. Raises WrongAnswer for another status than expected."""
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        answer = self._send("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        _expect(answer, status, path)
        return answer

    def post_json(self, path: str, value: Any) -> Any:
        """Send what the page's script sends; the JSON that comes back."""
        body = json.dumps(value, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token}
        answer = self._send("POST", path, body, headers)
        _expect(answer, 200, path)
        return json.loads(answer.text)

    def post_empty(self, path: str) -> Answer:
        """Send nothing, without a token: for the floors."""
        answer = self._send("POST", path, b"", {})
        _expect(answer, 200, path)
        return answer

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        headers["Accept-Encoding"] = "gzip"
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        body_read = response.read()
        if response.headers.get("Content-Encoding") == "gzip":
            body_read = gzip.decompress(body_read)
        text = body_read.decode()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        return Answer(response.status, response.headers.get("Location", ""), text)


def open_connection(port: int) -> http.client.HTTPConnection:
    """A connection that is kept open, and opened again where the server has closed it."""
    return http.client.HTTPConnection(LOOPBACK, port, timeout=TIMEOUT_SECONDS)


def _expect(answer: Answer, status: int, path: str) -> None:
    if answer.status != status:
        raise WrongAnswer(f"{path}: {answer.status} instead of {status}: {answer.text[:600]}")
