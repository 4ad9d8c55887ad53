"""Requests and answers of this application: Flask's, without what the usual one of them has no use for.

What a save costs is for the most part what every request costs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Request, Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.sansio.http import parse_cookie
from werkzeug.utils import cached_property

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class DirectRequest(Request):
    """A request that finds its cookies where the server puts them.

    Flask's turns every variable of the process's environment into a header to find them.
    """

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """By name."""
        return parse_cookie(self.environ.get("HTTP_COOKIE"), cls=self.dict_storage_class)  # type: ignore[return-value]


class WholeResponse(Response):
    """A response that is handed to the server in one piece where it is one.

    Flask's is a stream that the server has to read from, with an end to wait for, and its headers are copied to look
    for addresses that have to be encoded. Streams, redirects and responses without a body still go that way.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send it."""
        body = self.response
        if self._is_whole() and isinstance(body, list) and environ["REQUEST_METHOD"] != "HEAD":
            start_response(self.status, self.headers.to_wsgi_list())
            return body
        return super().__call__(environ, start_response)

    def _is_whole(self) -> bool:
        """Whether it is one text with its length, of a status that has a body and no address in its headers."""
        return (
            (self.status_code == 200 or self.status_code >= 400)
            and not self.direct_passthrough
            and not self._on_close
            and "Content-Length" in self.headers
            and "Content-Location" not in self.headers
        )
