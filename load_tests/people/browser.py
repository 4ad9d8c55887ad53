"""What a browser keeps for a person: cookies, and the token of the forms."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

from load_tests.people.steps import Answer, Ask

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(slots=True)
class Browser:
    """Cookies and token; turns a step into headers and a body."""

    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def make_body(self, step: Ask) -> tuple[dict[str, str], bytes]:
        """Headers (without Host and Content-Length) and body of the request."""
        headers = {"Accept-Encoding": "gzip"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if step.value is not None:
            headers |= {"Content-Type": "application/json", "Accept": "application/json", "X-CSRFToken": self.token}
            return headers, json.dumps(step.value, separators=(",", ":")).encode()
        if step.form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return headers, urlencode({"csrf_token": self.token, **step.form}).encode()
        return headers, b""

    def take(self, step: Ask, answer: Answer) -> None:
        """Keep what the answer brings: new cookies, and the token of the first page with a form under them."""
        for cookie in answer.cookies:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if step.is_get and answer.status == 200 and not self.token:
            found = _TOKEN.search(answer.text)
            if found:
                self.token = found[1]
