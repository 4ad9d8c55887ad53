"""Attempts: the table, the save of a response, and everything that is read of them.

One row holds an attempt with its paper and its responses. A save is then one UPDATE of one row: it cannot race with the
finish of the same attempt (the row lock orders them), it needs no second table or index, and on PostgreSQL it costs
what a bare upsert costs. Statistics over responses read the rows of a round in one pass.
"""

from quiz_app.persistence.attempts.late import DbLateResponse, add_late_responses
from quiz_app.persistence.attempts.lists import (
    AttemptLine,
    LiveFigures,
    RecentScore,
    list_history,
    list_last,
    list_recent_scores,
    read_live_figures,
)
from quiz_app.persistence.attempts.rows import (
    AttemptRow,
    add_attempt,
    find_attempt,
    find_herd,
    finish_attempts,
    lock_attempt,
    lock_overdue,
)
from quiz_app.persistence.attempts.saving import SavedState, save_change, save_prediction, to_saved_state
from quiz_app.persistence.attempts.standings import (
    RoundStanding,
    find_attempt_with_standing,
    find_standing,
    find_started_at,
    list_standings,
)
from quiz_app.persistence.attempts.table import DbAttempt

__all__ = [
    "AttemptLine",
    "AttemptRow",
    "DbAttempt",
    "DbLateResponse",
    "LiveFigures",
    "RecentScore",
    "RoundStanding",
    "SavedState",
    "add_attempt",
    "add_late_responses",
    "find_attempt",
    "find_attempt_with_standing",
    "find_herd",
    "find_standing",
    "find_started_at",
    "finish_attempts",
    "list_history",
    "list_last",
    "list_recent_scores",
    "list_standings",
    "lock_attempt",
    "lock_overdue",
    "read_live_figures",
    "save_change",
    "save_prediction",
    "to_saved_state",
]
