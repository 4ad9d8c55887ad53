"""What a participant does with attempts: start, save, finish, look back."""

from quiz_app.services.attempts.closing import close_overdue, find_common_end, finish_attempt
from quiz_app.services.attempts.feedback import Feedback
from quiz_app.services.attempts.pages import (
    list_home_rounds,
    view_attempt,
    view_history,
    view_practised,
    view_result,
    view_start,
)
from quiz_app.services.attempts.saving import Acknowledgement, save_responses
from quiz_app.services.attempts.starting import start_attempt
from quiz_app.services.attempts.values import AttemptPage, HistoryPage, HomeRound, ResultPage, StartPage

__all__ = [
    "Acknowledgement",
    "AttemptPage",
    "Feedback",
    "HistoryPage",
    "HomeRound",
    "ResultPage",
    "StartPage",
    "close_overdue",
    "find_common_end",
    "finish_attempt",
    "list_home_rounds",
    "save_responses",
    "start_attempt",
    "view_attempt",
    "view_history",
    "view_practised",
    "view_result",
    "view_start",
]
