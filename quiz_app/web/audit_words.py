"""The audit trail in words: what was done, to what, and what the details mean."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from quiz_app.domain.audit import TrailLine
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Role
from quiz_app.web.job_words import describe_kind
from quiz_app.web.role_words import describe_role
from quiz_app.web.translate import gettext

ACTIONS: dict[str, Callable[[], str]] = {
    "account_activated": lambda: gettext("Password set with a one-time code"),
    "account_closed": lambda: gettext("Account closed"),
    "account_edited": lambda: gettext("Account changed"),
    "account_moved": lambda: gettext("Person moved to another unit"),
    "account_reopened": lambda: gettext("Account opened again"),
    "administrator_made": lambda: gettext("Administrator made at the server"),
    "appraisal_minutes_taken": lambda: gettext("Minutes of appraisal taken"),
    "attempt_finished": lambda: gettext("Attempt finished"),
    "attempt_voided": lambda: gettext("Attempt voided"),
    "blueprint_changed": lambda: gettext("Exam blueprint changed"),
    "attempts_rescored": lambda: gettext("Attempts scored anew"),
    "assignment_taken_back": lambda: gettext("Initiative taken back from a judge"),
    "bank_added": lambda: gettext("Item bank made"),
    "bank_changed": lambda: gettext("Name or topics of an item bank changed"),
    "bank_loaded": lambda: gettext("Item bank loaded"),
    "certificate_downloaded": lambda: gettext("Certificate downloaded"),
    "certificate_issued": lambda: gettext("Certificate issued"),
    "contest_loaded": lambda: gettext("Contest loaded"),
    "conflict_declared": lambda: gettext("Conflict of interest declared"),
    "conflict_removed": lambda: gettext("Conflict of interest removed"),
    "entries_assigned": lambda: gettext("Initiatives given out to judges"),
    "entry_assigned": lambda: gettext("Initiative given to a judge"),
    "entry_masked": lambda: gettext("Initiative masked after its time"),
    "entry_file_attached": lambda: gettext("File attached to an initiative"),
    "entry_file_infected": lambda: gettext("Virus found in a file of an initiative"),
    "entry_files_exported": lambda: gettext("Files of all initiatives downloaded"),
    "entry_file_removed": lambda: gettext("File taken off an initiative"),
    "entry_begun": lambda: gettext("Initiative begun"),
    "entry_step_taken": lambda: gettext("Step taken with an initiative"),
    "entry_submitted": lambda: gettext("Initiative handed in"),
    "essay_marked": lambda: gettext("Essay of a practice round marked"),
    "extra_time_set": lambda: gettext("Extra time set"),
    "further_judge_called": lambda: gettext("One more judge called for an initiative"),
    "presentations_appended": lambda: gettext("Initiatives put at the end of the order of presenting"),
    "entry_file_released": lambda: gettext("File released to the judges of a blind round"),
    "entry_file_withheld": lambda: gettext("File withheld from the judges of a blind round"),
    "judges_reminded": lambda: gettext("Judges reminded of their open sheets"),
    "results_told": lambda: gettext("Letters with the results of initiatives sent"),
    "initiatives_reminded": lambda: gettext("Units reminded of the initiatives that they owe"),
    "initiatives_exported": lambda: gettext("List of initiatives downloaded"),
    "item_added": lambda: gettext("Question written"),
    "item_changed": lambda: gettext("New version of a question"),
    "item_import_read": lambda: gettext("File of questions read for a preview"),
    "item_state_changed": lambda: gettext("State of a question changed"),
    "items_exported": lambda: gettext("Questions exported"),
    "items_imported": lambda: gettext("Questions imported"),
    "job_cancelled": lambda: gettext("Work in the background cancelled"),
    "job_result_downloaded": lambda: gettext("Result of work in the background downloaded"),
    "judgement_abstained": lambda: gettext("Judge does not judge an initiative"),
    "judgement_confirmed": lambda: gettext("Sheet confirmed"),
    "judgement_counted": lambda: gettext("Marks counted despite a conflict of interest"),
    "judgement_reopened": lambda: gettext("Sheet opened again"),
    "judge_paper_exported": lambda: gettext("Score sheet of a judge handed out"),
    "judging_extended": lambda: gettext("Moment until which marks are taken changed"),
    "judging_locked": lambda: gettext("Marks of round 1 locked"),
    "judging_unlocked": lambda: gettext("Marks of round 1 opened again"),
    "late_door_opened": lambda: gettext("Later moment for a unit granted"),
    "presentations_drawn": lambda: gettext("Order of presenting drawn"),
    "presentation_clock_set": lambda: gettext("Clock of a presentation set"),
    "presentation_locked": lambda: gettext("Marks of round 2 locked"),
    "presentation_unlocked": lambda: gettext("Marks of round 2 opened again"),
    "prizes_proposed": lambda: gettext("Prizes proposed from the order"),
    "prize_given": lambda: gettext("Prize given by the committee"),
    "prize_taken": lambda: gettext("Prize taken away"),
    "prizes_decided": lambda: gettext("Prizes decided"),
    "prize_decision_undone": lambda: gettext("Decision on prizes taken back"),
    "initiative_results_published": lambda: gettext("Results of initiatives published"),
    "initiative_paper_made": lambda: gettext("Minutes, decision or list made"),
    "unit_ranking_exported": lambda: gettext("Ranking of units exported"),
    "entries_released": lambda: gettext("Initiatives released for the gallery"),
    "key_corrected": lambda: gettext("Key put right"),
    "letter_decided": lambda: gettext("Decision on a letter"),
    "letters_approved": lambda: gettext("Letters approved for sending"),
    "letters_retried": lambda: gettext("Letters that failed sent again"),
    "letters_stopped": lambda: gettext("Letters taken back"),
    "list_exported": lambda: gettext("List handed out"),
    "people_masked": lambda: gettext("People of past contests masked"),
    "panel_changed": lambda: gettext("Panel changed"),
    "panel_made": lambda: gettext("Panel made"),
    "panel_removed": lambda: gettext("Panel removed"),
    "password_changed": lambda: gettext("Password changed"),
    "password_reset": lambda: gettext("Password reset"),
    "quota_set": lambda: gettext("Quota set"),
    "registration_approved": lambda: gettext("Request to join approved"),
    "registration_made": lambda: gettext("Request to join made"),
    "registration_refused": lambda: gettext("Request to join refused"),
    "result_rescored": lambda: gettext("Result changed by a key put right"),
    "results_recomputed": lambda: gettext("Results computed anew"),
    "role_granted": lambda: gettext("Role granted"),
    "role_revoked": lambda: gettext("Role taken away"),
    "round_finalised": lambda: gettext("Round made final"),
    "signing_key_added": lambda: gettext("Signing key for lists added"),
    "score_matrix_exported": lambda: gettext("Score matrix handed out"),
    "shortlist_set": lambda: gettext("Shortlist set"),
    "sign_in_failed": lambda: gettext("Sign-in failed"),
    "signed_out_everywhere": lambda: gettext("Signed out on all devices"),
    "slips_made": lambda: gettext("Slips with one-time codes made"),
    "staff_list_confirmed": lambda: gettext("Import of a staff list confirmed"),
    "staff_list_imported": lambda: gettext("Staff list imported"),
    "staff_list_read": lambda: gettext("Staff list read for a preview"),
    "unit_added": lambda: gettext("Unit added"),
    "unit_changed": lambda: gettext("Unit changed"),
    "unit_closed": lambda: gettext("Unit closed"),
    "unit_kind_deleted": lambda: gettext("Kind of unit deleted"),
    "unit_kind_named": lambda: gettext("Kind of unit named"),
    "unit_merged": lambda: gettext("Units merged"),
    "unit_moved": lambda: gettext("Unit moved"),
    "unit_renamed": lambda: gettext("Unit renamed"),
    "unit_reopened": lambda: gettext("Unit opened again"),
    "units_imported": lambda: gettext("Units imported"),
    "registration_switched": lambda: gettext("Requests to join switched on or off"),
    "window_extended": lambda: gettext("Window extended"),
    "window_withdrawn": lambda: gettext("Extension taken back"),
}
"""Every action that a service writes down; a test finds any that has no words."""

SUBJECTS: dict[str, Callable[[], str]] = {
    "account": lambda: gettext("Account"),
    "attempt": lambda: gettext("Attempt"),
    "bank": lambda: gettext("Item bank"),
    "certificate": lambda: gettext("Certificate"),
    "contest": lambda: gettext("Contest"),
    "item": lambda: gettext("Question"),
    "item_import": lambda: gettext("Import of questions"),
    "item_version": lambda: gettext("Version of a question"),
    "job": lambda: gettext("Work in the background"),
    "letter": lambda: gettext("Letter"),
    "letter_batch": lambda: gettext("Batch of letters"),
    "registration": lambda: gettext("Request to join"),
    "round": lambda: gettext("Round"),
    "signing_key": lambda: gettext("Signing key"),
    "staff_import": lambda: gettext("Import of a staff list"),
    "unit": lambda: gettext("Unit"),
    "unit_import": lambda: gettext("Import of units"),
    "unit_kind": lambda: gettext("Kind of unit"),
    "judgement": lambda: gettext("Sheet of a judge"),
    "panel": lambda: gettext("Panel"),
    "initiative_round": lambda: gettext("Initiative round"),
    "entry": lambda: gettext("Initiative"),
}

_DETAILS: dict[str, Callable[[], str]] = {
    "before": lambda: gettext("before"),
    "after": lambda: gettext("after"),
    "added": lambda: gettext("added"),
    "changed": lambda: gettext("changed"),
    "closed": lambda: gettext("closed"),
    "closed_by": lambda: gettext("ended by"),
    "code": lambda: gettext("code"),
    "errors": lambda: gettext("errors"),
    "file": lambda: gettext("file"),
    "job_title": lambda: gettext("job title"),
    "kind": lambda: gettext("kind"),
    "address": lambda: gettext("address"),
    "decision": lambda: gettext("decision"),
    "extension": lambda: gettext("extended until"),
    "letters": lambda: gettext("letters"),
    "login": lambda: gettext("account"),
    "name": lambda: gettext("name"),
    "password": lambda: gettext("password"),
    "people": lambda: gettext("people"),
    "files": lambda: gettext("files"),
    "digest": lambda: gettext("digest"),
    "virus": lambda: gettext("virus"),
    "days": lambda: gettext("days"),
    "prediction_actual": lambda: gettext("true number of the prediction"),
    "reason": lambda: gettext("reason"),
    "reopened": lambda: gettext("opened again"),
    "role": lambda: gettext("role"),
    "ordinal": lambda: gettext("number of the attempt"),
    "attempts_lengthened": lambda: gettext("running attempts with a later deadline"),
    "whom": lambda: gettext("for whom"),
    "rows": lambda: gettext("rows"),
    "score_hundredths": lambda: gettext("score in hundredths"),
    "unit_id": lambda: gettext("unit"),
    "units": lambda: gettext("number of units"),
    "difference": lambda: gettext("difference in hundredths"),
    "entry": lambda: gettext("initiative"),
    "head": lambda: gettext("head"),
    "is_proposal": lambda: gettext("as proposed"),
    "judge": lambda: gettext("judge"),
    "marks": lambda: gettext("marks"),
    "members": lambda: gettext("members"),
    "removed": lambda: gettext("taken out"),
    "seed": lambda: gettext("seed"),
    "sheets": lambda: gettext("sheets"),
    "stage": lambda: gettext("stage"),
    "total": lambda: gettext("total in hundredths"),
    "unfilled": lambda: gettext("lacking judges"),
    "prize": lambda: gettext("prize"),
    "prizes": lambda: gettext("prizes"),
    "entries": lambda: gettext("initiatives"),
    "order": lambda: gettext("order"),
    "unit": lambda: gettext("unit"),
    "category": lambda: gettext("category"),
}
_VALUES: dict[tuple[str, str], Callable[[], str]] = {
    ("closed_by", "participant"): lambda: gettext("the participant"),
    ("closed_by", "deadline"): lambda: gettext("the deadline"),
    ("whom", "all"): lambda: gettext("everyone"),
    ("whom", "unit"): lambda: gettext("a unit with its sub-units"),
    ("whom", "person"): lambda: gettext("one person"),
    ("whom", "unit or person"): lambda: gettext("a unit or a person"),
    ("password", "reset"): lambda: gettext("reset"),
    **{("role", str(role)): lambda role=role: describe_role(role) for role in Role},  # type: ignore[misc]
    **{("kind", str(kind)): lambda kind=kind: describe_kind(kind) for kind in JobKind},  # type: ignore[misc]
}


def describe_action(action: str) -> str:
    """What was done; the bare word for one of a newer release."""
    find_words = ACTIONS.get(action)
    return find_words() if find_words else action


def describe_subject_type(subject_type: str) -> str:
    """What kind of thing it was done to."""
    find_words = SUBJECTS.get(subject_type)
    return find_words() if find_words else subject_type


def list_details(line: TrailLine) -> list[tuple[str, str]]:
    """(name, value) of all that is noted of the act, what lies inside another value named after it."""
    return list(_flatten(line.details, ()))


def _flatten(details: dict[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key, value in details.items():
        if isinstance(value, dict):
            yield from _flatten(value, (*path, key))
        else:
            name = " – ".join(_describe_key(part) for part in (*path, key))
            yield name, _describe_value(key, value)


def _describe_key(key: str) -> str:
    find_words = _DETAILS.get(key)
    return find_words() if find_words else key.replace("_", " ")


def _describe_value(key: str, value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    find_words = _VALUES.get((key, str(value)))
    if find_words:
        return find_words()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
