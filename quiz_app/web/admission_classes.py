"""Which class of the gate a request is of, by the view that answers it.

Who sits an attempt goes first: a save, a finish, then the question page; then those who are about to start; then
everybody else. Lists, rankings and figures can be looked at a minute later, and files can be made a minute later.
"""

from __future__ import annotations

from collections.abc import Iterable

from quiz_app.web.admission_gate import RequestClass

FREE = frozenset({"static", "public.show_health"})
"""Answered from memory, without a place: that the process lives is said whatever else is full."""

_BY_VIEW = {
    # Probes and figures are asked for every few seconds by a machine, and must not fail when it matters.
    "public.show_readiness": RequestClass.SAVES,
    "public.show_metrics": RequestClass.SAVES,
    "participant.save": RequestClass.SAVES,
    "participant.finish": RequestClass.SAVES,
    "participant.show_attempt": RequestClass.SITTING,
    "participant.show_check": RequestClass.SITTING,
    "participant.show_feedback": RequestClass.SITTING,
    "account.show_picture": RequestClass.SITTING,
    "account.show_session": RequestClass.SITTING,
    "participant.start": RequestClass.STARTS,
    "participant.show_start": RequestClass.STARTS,
    "participant.show_home": RequestClass.STARTS,
    # Work in hand that somebody wrote, often in the last minutes of a window.
    "participant.save_entry": RequestClass.STARTS,
    "participant.submit": RequestClass.STARTS,
    "judge.save_sheet": RequestClass.STARTS,
    "judge.confirm_sheet": RequestClass.STARTS,
    # What lengthens a round that was cut short.
    "organiser.show_exceptions": RequestClass.PAGES,
    "public.show_ranking": RequestClass.BOARDS,
    "public.show_gallery": RequestClass.BOARDS,
    "public.show_gallery_entry": RequestClass.BOARDS,
    "public.show_initiative_results": RequestClass.BOARDS,
    "public.check_list_file": RequestClass.FILES,
    "entry_files.download": RequestClass.FILES,
    "judge.show_file": RequestClass.FILES,
    "jobs.download_result": RequestClass.FILES,
    "organiser.take_list": RequestClass.FILES,
    "unit_lead.take_list": RequestClass.FILES,
    "organiser.make_slips": RequestClass.FILES,
    "unit_lead.make_slips": RequestClass.FILES,
    "organiser.export_bank_items": RequestClass.FILES,
    "organiser.request_analysis": RequestClass.FILES,
    "organiser.upload_items": RequestClass.FILES,
    "organiser.upload_staff_list": RequestClass.FILES,
    "organiser.upload_units": RequestClass.FILES,
}
_WITH_PASSWORDS = frozenset({"account.sign_in", "account.activate", "account.change_password", "account.register"})
"""Their forms cost a password's hash when they are sent, and nothing when they are looked at."""


def find_classes(endpoints: Iterable[str], *, is_write: bool) -> dict[str, RequestClass]:
    """The class of each view when it is read (GET), or written to (POST); those that are free are left out."""
    return {endpoint: _find_class(endpoint, is_write) for endpoint in endpoints if endpoint not in FREE}


def _find_class(endpoint: str, is_write: bool) -> RequestClass:
    audience, _, view = endpoint.partition(".")
    if endpoint in _BY_VIEW:
        return _BY_VIEW[endpoint]
    if view.startswith("download_"):
        return RequestClass.FILES
    if endpoint in _WITH_PASSWORDS:
        return RequestClass.SIGN_IN if is_write else RequestClass.STARTS
    if audience in ("organiser", "unit_lead") and not is_write:
        return RequestClass.BOARDS
    return RequestClass.PAGES
