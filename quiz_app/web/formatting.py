"""Gives templates their filters and globals: how values look, and the words for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import Flask, current_app, url_for
from markupsafe import Markup

from question_bank.formatted_text import PICTURE_SCHEME, FormattedText, to_plain
from question_bank.items import OPTION_LABELS
from quiz_app.domain.errors import Refusal
from quiz_app.domain.jobs import RESULT_KEPT_FOR
from quiz_app.web import audit_words, flag_words, job_words, place_words
from quiz_app.web import value_formats as formats
from quiz_app.web import value_words as words
from quiz_app.web.language import get_language
from quiz_app.web.refusal_words import explain_refusal, title_refusal
from quiz_app.web.role_words import describe_role
from quiz_app.web.score_bars import draw_bars

Written = TypeVar("Written", str, list[str])
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
PICTURE_ADDRESS = f'src="{PICTURE_SCHEME}:'


def register_formatting(app: Flask) -> None:
    """Attach the filters and globals. An instant without a zone is shown in ``DISPLAY_TIME_ZONE``."""
    app.jinja_env.filters.update(
        instant=_with_zone(formats.format_instant),
        day=_with_zone(formats.format_day),
        clock=_with_zone(formats.format_clock),
        instant_words=_with_zone(words.describe_instant),
        zone_label=_with_zone(formats.format_zone),
        iso=lambda moment: moment.isoformat(timespec="seconds"),
        score=_with_language(formats.format_score),
        points=_with_language(formats.format_points),
        number=_with_language(formats.format_number),
        numbers=_with_language(formats.format_numbers),
        decimal=_with_language(formats.format_decimal),
        percent=_with_language(formats.format_percent),
        elapsed=_with_language(formats.format_elapsed),
        stopwatch=formats.format_stopwatch,
        duration=words.describe_duration,
        time_limit=words.describe_time_limit,
        time_left=words.describe_time_left,
        place=place_words.describe_place,
        problem_text=place_words.describe_problem,
        option_label=lambda position: OPTION_LABELS[position],
        formatted=show_formatted,
        json_text=write_json,
        plain=to_plain,
        flag_name=flag_words.describe_flag,
        flag_reason=flag_words.explain_flag,
        exact_number=_with_language(formats.format_exact),
        level_name=words.describe_level,
        regime=words.describe_regime,
        file_size=_with_language(formats.format_file_size),
        role_name=describe_role,
        audit_action=audit_words.describe_action,
        audit_subject=audit_words.describe_subject_type,
        audit_details=audit_words.list_details,
        job_kind=job_words.describe_kind,
        job_state=job_words.describe_state,
        job_progress=job_words.describe_progress,
        job_message=job_words.describe_message,
        job_share=job_words.measure_progress,
        job_kept_until=lambda job: job.finished_at + RESULT_KEPT_FOR,
    )
    app.jinja_env.globals.update(
        describe_refusal=describe_refusal,
        title_refusal=title_refusal,
        draw_bars=draw_bars,
        milliseconds_between=formats.milliseconds_between,
    )


def show_formatted(text: FormattedText) -> Markup:
    """Formatted text as it is: the sanitiser wrote it. Pictures get the address at which they are served."""
    if PICTURE_ADDRESS in text:
        text = FormattedText(text.replace(PICTURE_ADDRESS, f'src="{url_for("account.show_picture", digest="")}'))
    return Markup(text)  # noqa: S704 - only question_bank.formatted_text makes such texts


def write_json(value: Any) -> str:
    """A value as JSON, to be escaped like any text. Nothing and whole numbers, which most answers are, cost nothing."""
    if value is None:
        return "null"
    return str(value) if type(value) is int else current_app.json.dumps(value)


def describe_refusal(refusal: Refusal, zone: tzinfo | None = None) -> str:
    """What happened and what to do next, in plain words; also the message of JSON answers."""
    return explain_refusal(refusal, zone or find_display_zone())


def find_language() -> str:
    """The language of this request, Vietnamese outside of one."""
    return get_language()


def find_display_zone() -> ZoneInfo:
    """The zone that instants are shown in where their contest names none."""
    return _load_zone(current_app.config.get("DISPLAY_TIME_ZONE", DEFAULT_ZONE))


@lru_cache(maxsize=32)
def _load_zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)


def _with_zone(write: Callable[[Any, tzinfo], str]) -> Callable[..., str]:
    return lambda moment, zone=None: write(moment, zone or find_display_zone())


def _with_language(write: Callable[[Any, str], Written]) -> Callable[[Any], Written]:
    return lambda value: write(value, find_language())
