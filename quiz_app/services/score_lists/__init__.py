"""Lists to hand out: scores, reminders, ranking, participation. Pages give them words, exports make them files."""

from quiz_app.services.score_lists.making import PEOPLE_KINDS, make_lists
from quiz_app.services.score_lists.scopes import ListChoices, view_choices
from quiz_app.services.score_lists.values import ListedPerson, ListedUnit, ListFigures, OfficialData

__all__ = [
    "PEOPLE_KINDS",
    "ListChoices",
    "ListFigures",
    "ListedPerson",
    "ListedUnit",
    "OfficialData",
    "make_lists",
    "view_choices",
]
