"""The date-and-time fields of forms."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from quiz_app.domain.errors import InvalidInput
from quiz_app.web.moments import read_moment

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def test_the_moment_is_that_of_the_contest() -> None:
    moment = read_moment("2022-10-15T22:00", VIETNAM, otherwise="")
    assert moment == datetime(2022, 10, 15, 15, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "15/10/2022", "2022-10-15", "2022-10-15T22:00+07:00", "0001-01-01T00:00"])
def test_what_is_no_moment_is_refused_with_the_words_of_the_form(text: str) -> None:
    with pytest.raises(InvalidInput, match="the later moment"):
        read_moment(text, VIETNAM, otherwise="Give day and time of the later moment.")
