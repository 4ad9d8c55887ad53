"""An address to go on to after signing in stays on this site: a corpus of ways out that others have fallen for."""

from __future__ import annotations

import pytest

from quiz_app.web.targets import find_local_target


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/contests",
        "/attempts/123/result",
        "/ranking?round=1&page=2",
        "/search?next=https://example.org/",
        "/a//b",
        "/@user",
        "/path:with:colons",
        "/%2F%2Fexample.org",
        "/thủ-tục",
        "/#top",
        "/.",
        "/;//example.org",
    ],
)
def test_an_address_of_this_site_is_kept_as_it_is(target: str) -> None:
    assert find_local_target(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        " ",
        "contests",
        "?next=/",
        "#top",
        ".",
        "..//example.org",
        "https://example.org",
        "http:example.org",
        "https:/example.org",
        "https:///example.org",
        "HTTPS://example.org",
        "//example.org",
        "///example.org",
        "////example.org",
        "//example.org:80/",
        "//user@example.org",
        "//[::1]/",
        "//[",
        "/\\example.org",
        "\\\\example.org",
        "\\/example.org",
        "/\\/example.org",
        "/a\\b",
        " //example.org",
        " /contests",
        "\t//example.org",
        "/\t/example.org",
        "/\n/example.org",
        "/\r/example.org",
        "/\x00/example.org",
        "/\x0b/example.org",
        "/\x7f/example.org",
        "/ok\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "blob:https://example.org/1",
        "mailto:a@example.org",
        "example.org",
        "www.example.org/contests",
        "%2F%2Fexample.org",
        "%5C%5Cexample.org",
        "\u2044\u2044example.org",
        "\uff0f\uff0fexample.org",
        "\ufeff//example.org",
    ],
)
def test_every_other_address_is_dropped(target: str | None) -> None:
    assert find_local_target(target) is None
