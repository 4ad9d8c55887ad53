"""The words of letters about the judging: reminders to judges, results to those who wrote and their units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from quiz_app.domain.letters import LetterKind, LetterText
from quiz_app.services.letters import writes
from quiz_app.web.translate import gettext, ngettext
from quiz_app.web.value_words import describe_instant


@writes(LetterKind.JUDGE_REMINDER)
def write_judge_reminder(facts: Mapping[str, Any]) -> LetterText:
    """The letter to a judge with open sheets."""
    lines = [
        gettext("Dear %(name)s,", name=facts["name"]),
        ngettext(
            "%(num)d sheet of “%(round)s” that was given to you is not confirmed yet.",
            "%(num)d sheets of “%(round)s” that were given to you are not confirmed yet.",
            facts["sheets"],
            round=facts["round"],
        ),
    ]
    if facts["until"]:
        until = describe_instant(datetime.fromisoformat(facts["until"]), ZoneInfo(facts["zone"]))
        lines.append(gettext("Marks are taken until %(moment)s.", moment=until))
    lines.append(gettext("Address: %(address)s", address=facts["address"]))
    return LetterText(gettext("Reminder: %(round)s", round=facts["round"]), "\n\n".join(lines))


@writes(LetterKind.ENTRY_RESULT)
def write_entry_result(facts: Mapping[str, Any]) -> LetterText:
    """The letter that says that results are published, with the prizes of the initiatives that concern the reader."""
    entries = []
    for number, title, prize in facts["entries"]:
        words = prize or gettext("no prize")
        entries.append(gettext("%(number)s. %(title)s: %(result)s", number=number, title=title, result=words))
    if facts["count"] > len(entries):
        entries.append("…")
    lines = [
        gettext("Dear %(name)s,", name=facts["name"]),
        gettext("The results of “%(round)s” are published.", round=facts["round"]),
        "\n".join(entries),
        gettext("Address: %(address)s", address=facts["address"]),
    ]
    return LetterText(gettext("Results: %(round)s", round=facts["round"]), "\n\n".join(lines))
