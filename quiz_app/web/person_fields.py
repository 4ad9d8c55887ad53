"""What a person's form holds, read by the rules that staff lists are read by; every problem by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quiz_app.domain.staff_lists import cells
from quiz_app.domain.staff_lists.cells import WrongCell
from quiz_app.services.tables import find_date
from quiz_app.web.forms import normalise_text
from quiz_app.web.translate import gettext


@dataclass(frozen=True, slots=True)
class PersonFields:
    """What was typed, what was read of it, and what is wrong, by name of the field."""

    typed: Mapping[str, str]
    values: Mapping[str, Any]
    problems: Mapping[str, str]


def read_person_fields(form: Mapping[str, str], *, required: frozenset[str], today: date) -> PersonFields:
    """Name, job title, date of birth, telephone and e-mail of a form."""
    readers: dict[str, Callable[[str], str]] = {
        "name": cells.read_name,
        "job_title": cells.read_job_title,
        "birth": lambda text: cells.read_birth(text, find_date(text, century_of=today.year), today=today),
        "phone": cells.read_phone,
        "email": cells.read_email,
    }
    typed: dict[str, str] = {}
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, read in readers.items():
        text = typed[name] = (normalise_text(form.get(name, "")) or "").strip()
        values[name] = None
        if not text:
            if name in required:
                problems[name] = gettext("This is needed.")
            continue
        try:
            values[name] = read(text)
        except WrongCell as wrong:
            message = gettext(wrong.message, **wrong.values)
            problems[name] = f"{message[:1].upper()}{message[1:]}."
    return PersonFields(typed, values, problems)
