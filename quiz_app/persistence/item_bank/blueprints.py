"""The settings of a round, changed before it opens."""

from __future__ import annotations

from quiz_app.domain.contests import RoundSettings
from quiz_app.persistence.columns import to_json
from quiz_app.persistence.round_settings import settings_to_mapping
from quiz_app.persistence.session import Statement, Work

_SET = Statement.from_sql("UPDATE rounds SET settings = :settings, version = version + 1 WHERE id = :round_id")


def set_settings(work: Work, *, round_id: int, settings: RoundSettings) -> None:
    """Store the settings; every process reads them anew, since the round's version rises."""
    work.run(_SET, round_id=round_id, settings=to_json(settings_to_mapping(settings)))
