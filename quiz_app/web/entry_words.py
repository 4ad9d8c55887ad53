"""Initiatives in words: where one stands, what can be done with it, and what is wrong in its form."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from flask import Flask

from quiz_app.domain.initiatives.filling import NUMBER, FieldProblem
from quiz_app.domain.initiatives.forms import EntryForm, FieldKind, FormColumn, FormField
from quiz_app.domain.initiatives.rounds import FileKind, InitiativeRound
from quiz_app.domain.initiatives.states import EntryState, EntryStep
from quiz_app.web.language import get_language
from quiz_app.web.translate import gettext

_STATES: Mapping[EntryState, Callable[[], str]] = {
    EntryState.DRAFT: lambda: gettext("Draft"),
    EntryState.SUBMITTED: lambda: gettext("Handed in"),
    EntryState.RETURNED: lambda: gettext("Returned to be completed"),
    EntryState.DECLINED: lambda: gettext("Not forwarded to the contest"),
    EntryState.FORWARDED: lambda: gettext("Forwarded to the contest"),
    EntryState.REFUSED: lambda: gettext("Not admitted"),
    EntryState.ADMITTED: lambda: gettext("Admitted"),
    EntryState.SHORTLISTED: lambda: gettext("In round 2"),
    EntryState.PRESENTED: lambda: gettext("Has presented"),
    EntryState.WITHDRAWN: lambda: gettext("Withdrawn"),
}
BADGES: Mapping[EntryState, tuple[str, str]] = {
    EntryState.DRAFT: ("plain", "empty"),
    EntryState.SUBMITTED: ("plain", "clock"),
    EntryState.RETURNED: ("owed", "warning"),
    EntryState.DECLINED: ("plain", "cross"),
    EntryState.FORWARDED: ("good", "check"),
    EntryState.REFUSED: ("plain", "cross"),
    EntryState.ADMITTED: ("good", "check"),
    EntryState.SHORTLISTED: ("good", "flag"),
    EntryState.PRESENTED: ("good", "flag"),
    EntryState.WITHDRAWN: ("plain", "cross"),
}
"""How a state looks: the colour of its badge and the shape before its word."""
_STEPS: Mapping[EntryStep, Callable[[], str]] = {
    EntryStep.SUBMIT: lambda: gettext("Hand in the initiative"),
    EntryStep.RETURN: lambda: gettext("Return to be completed"),
    EntryStep.FORWARD: lambda: gettext("Forward to the contest"),
    EntryStep.DECLINE: lambda: gettext("Do not forward"),
    EntryStep.RECONSIDER: lambda: gettext("Appraise again"),
    EntryStep.SEND_BACK: lambda: gettext("Return to be completed"),
    EntryStep.ADMIT: lambda: gettext("Admit"),
    EntryStep.REFUSE: lambda: gettext("Do not admit"),
    EntryStep.READMIT: lambda: gettext("Look at it again"),
    EntryStep.TAKE_OUT: lambda: gettext("Take out of judging"),
    EntryStep.SHORTLIST: lambda: gettext("Take into round 2"),
    EntryStep.UNLIST: lambda: gettext("Take out of round 2"),
    EntryStep.PRESENT: lambda: gettext("Note as presented"),
    EntryStep.UNDO_PRESENT: lambda: gettext("Undo “presented”"),
    EntryStep.WITHDRAW: lambda: gettext("Withdraw"),
}
_STEPS_TAKEN: Mapping[EntryStep, Callable[[], str]] = {
    EntryStep.SUBMIT: lambda: gettext("Handed in"),
    EntryStep.RETURN: lambda: gettext("Returned by the department to be completed"),
    EntryStep.FORWARD: lambda: gettext("Forwarded to the contest by the department"),
    EntryStep.DECLINE: lambda: gettext("Not forwarded by the department"),
    EntryStep.RECONSIDER: lambda: gettext("Taken up again by the department"),
    EntryStep.SEND_BACK: lambda: gettext("Returned by the organisers to be completed"),
    EntryStep.ADMIT: lambda: gettext("Admitted"),
    EntryStep.REFUSE: lambda: gettext("Not admitted"),
    EntryStep.READMIT: lambda: gettext("Taken up again by the organisers"),
    EntryStep.TAKE_OUT: lambda: gettext("Taken out of judging"),
    EntryStep.SHORTLIST: lambda: gettext("Taken into round 2"),
    EntryStep.UNLIST: lambda: gettext("Taken out of round 2"),
    EntryStep.PRESENT: lambda: gettext("Presented"),
    EntryStep.UNDO_PRESENT: lambda: gettext("“Presented” undone"),
    EntryStep.WITHDRAW: lambda: gettext("Withdrawn"),
}
_AMBIGUOUS = re.compile(r"-?\d{1,3}\.\d{3}")


def register_entry_words(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.filters.update(
        entry_state=describe_state,
        entry_badge=BADGES.__getitem__,
        entry_step=describe_step,
        entry_step_taken=describe_step_taken,
        entry_category=describe_category,
        entry_problem=describe_problem,
        entry_anchor=find_anchor,
        entry_cell=show_cell,
        file_kinds=describe_file_kinds,
    )


def describe_state(state: EntryState) -> str:
    """Where an initiative stands, in two or three words."""
    return _STATES[state]()


def describe_step(step: EntryStep) -> str:
    """What can be done, as a button says it."""
    return _STEPS[step]()


def describe_step_taken(step: EntryStep) -> str:
    """What was done, as a history says it."""
    return _STEPS_TAKEN[step]()


def describe_category(code: str, round_: InitiativeRound) -> str:
    """The title of a category."""
    return next((each.title for each in round_.settings.categories if each.code == code), code)


def describe_problem(problem: FieldProblem, form: EntryForm) -> str:
    """What is wrong, with its line and column where it stands in a table: “Dòng 2, Tỷ lệ: …”."""
    values = {
        name: show_number(str(value)) if isinstance(value, Decimal) else value for name, value in problem.values.items()
    }
    text = gettext(problem.message, **values)
    field = form.find_field(problem.field)
    column = next((each for each in field.columns if each.code == problem.column), None) if field else None
    if problem.row is not None and column is not None:
        return gettext("Line %(row)s, %(column)s: %(problem)s", row=problem.row, column=column.label, problem=text)
    if column is not None:
        return gettext("%(column)s: %(problem)s", column=column.label, problem=text)
    return text


def find_anchor(problem: FieldProblem) -> str:
    """The id of the place in the form: the cell of a table, or the field."""
    if problem.row is None or problem.column is None:
        return f"f-{problem.field}"
    return f"f-{problem.field}-{problem.row - 1}-{problem.column}"


def show_cell(text: str, field: FormField | FormColumn) -> str:
    """A stored value as people read it: ``15/09/2022``, ``33,5``."""
    if field.kind is FieldKind.NUMBER:
        return show_number(text)
    if field.kind is FieldKind.DATE:
        try:
            return date.fromisoformat(text).strftime("%d/%m/%Y")
        except ValueError:
            return text
    return text


def show_number(text: str) -> str:
    """A stored number in the notation of the page's language; what is none stays as it is.

    ``100.1250`` keeps its nought in English: typed again, ``100.125`` would be a hundred thousand.
    """
    if not NUMBER.fullmatch(text):
        return text
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if get_language() == "vi":
        return text.replace(".", ",")
    return text + "0" if _AMBIGUOUS.fullmatch(text) else text


def describe_file_kinds(kinds: tuple[FileKind, ...]) -> str:
    """The suffixes that are taken: ``docx, pdf, png``."""
    return ", ".join(str(kind) for kind in kinds)
