"""Compression of a page for slow networks.

Only for pages that repeat nothing of the request: where a stranger can put words into a compressed page that also holds
the token against forged requests, its length gives the token away (BREACH). The query stands in every page (in the
form that changes the language), so a request with a query is answered uncompressed.
"""

from __future__ import annotations

import zlib

from flask import Response, current_app, request

LEVEL = 1
"""The fastest: a question page of 32 kB becomes 6 kB in 0.3 CPU-ms; the highest level saves 1 kB more for 0.7."""
_GZIP = 16 + zlib.MAX_WBITS


def compress_page(html: str) -> Response:
    """The page as an answer, compressed where the browser takes that and the request has no query."""
    response = current_app.make_response(html)
    response.vary.add("Accept-Encoding")
    if not request.query_string and request.accept_encodings.quality("gzip") > 0:
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
        response.set_data(packer.compress(html.encode()) + packer.flush())
        response.headers["Content-Encoding"] = "gzip"
    return response
