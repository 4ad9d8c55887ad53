"""Where in a file something stands, and what is wrong with it, in the language of the request."""

from __future__ import annotations

from question_bank.readers.report import ImportProblem, Place, PlaceKind
from quiz_app.web.translate import gettext


def describe_place(place: Place) -> str:
    """Such as "Sheet1, row 14, column C"; "" for the whole file."""
    words = [place.part] if place.part else []
    if place.number:
        match place.kind:
            case PlaceKind.ROW:
                words.append(gettext("row %(number)s", number=place.number))
            case PlaceKind.LINE:
                words.append(gettext("line %(number)s", number=place.number))
            case PlaceKind.PARAGRAPH:
                words.append(gettext("paragraph %(number)s", number=place.number))
            case PlaceKind.QUESTION:
                words.append(gettext("question %(number)s", number=place.number))
    if place.column:
        words.append(gettext("column %(letter)s", letter=place.column))
    return ", ".join(words)


def describe_problem(problem: ImportProblem) -> str:
    """The sentence of a problem, without its place."""
    text = gettext(problem.message, **problem.values) if problem.values else gettext(problem.message)
    return text[:1].upper() + text[1:]
