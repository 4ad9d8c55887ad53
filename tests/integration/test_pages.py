"""Every address, for every kind of visitor, with somebody else's attempt in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import inspect
from werkzeug.routing import Rule

from quiz_app.clock import read_now
from quiz_app.domain.jobs import JobKind
from quiz_app.domain.people import Role
from quiz_app.extensions import db
from quiz_app.persistence.session import transaction
from quiz_app.services.attempts import start_attempt
from quiz_app.services.jobs import add_job
from tests.entry_factories import add_bare_draft
from tests.factories import add_person, add_unit, run_sql, sit_attempt
from tests.integration.bank import add_item_import, find_item_id
from tests.integration.staff import add_staff_list
from tests.integration.visitor import Visitor, add_open_round

VISITORS: dict[str, list[Role]] = {
    "anonymous": [],
    "owner": [Role.PARTICIPANT],
    "stranger": [Role.PARTICIPANT],
    "unit_lead": [Role.UNIT_LEAD],
    "organiser": [Role.ORGANISER],
    "judge": [Role.JUDGE],
    "administrator": [Role.ADMINISTRATOR],
}
SIGNED_IN = [name for name in VISITORS if name != "anonymous"]
TO_SIGN_IN = "to sign-in"  # a redirect to the sign-in page

# What each kind of visitor gets; "others" is everyone who is not named. A rule that is not here fails the test.
Expected = dict[str, Any]
ONLY_SIGNED_IN_PAGE: Expected = {"anonymous": TO_SIGN_IN, "others": 200}
ONLY_OWNER: Expected = {"anonymous": TO_SIGN_IN, "owner": 200, "others": 404}
ONLY_ORGANISERS_FIND: Expected = {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 404}
ONLY_ORGANISERS: Expected = {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403}
ONLY_ORGANISERS_POST_NOTHING: Expected = {"anonymous": 401, "organiser": 422, "administrator": 422, "others": 403}
ONLY_ITS_ORGANISER: Expected = {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 404, "others": 403}
ONLY_ORGANISERS_MISS: Expected = {"anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403}
ONLY_ORGANISERS_POST_MISSING: Expected = {"anonymous": 401, "organiser": 404, "administrator": 404, "others": 403}
ONLY_WRITERS: Expected = {"anonymous": TO_SIGN_IN, "owner": 200, "unit_lead": 200, "others": 404}
ONLY_JUDGES_MISS: Expected = {"anonymous": TO_SIGN_IN, "judge": 404, "others": 403}
ONLY_JUDGES_POST_MISSING: Expected = {"anonymous": 401, "judge": 404, "others": 403}
ONLY_UNIT_LEAD: Expected = {"anonymous": TO_SIGN_IN, "unit_lead": 200, "others": 403}
ONLY_UNIT_LEAD_MISS: Expected = {"anonymous": TO_SIGN_IN, "unit_lead": 404, "others": 403}
EXPECTED: dict[tuple[str, str], Expected] = {
    ("GET", "static"): {"others": 200},
    ("GET", "public.show_home"): {"others": 200},
    ("GET", "public.show_health"): {"others": 200},
    # Without METRICS_TOKEN there is no such page.
    ("GET", "public.show_metrics"): {"others": 404},
    ("GET", "public.show_readiness"): {"others": 200},
    ("GET", "public.show_ranking"): {"organiser": 200, "administrator": 200, "others": 403},
    ("POST", "public.set_language"): {"others": 302},
    ("GET", "public.find_certificate"): {"others": 200},
    ("GET", "public.show_certificate"): {"others": 404},
    ("GET", "public.find_list"): {"others": 200},
    ("GET", "public.show_list"): {"others": 404},
    ("GET", "public.show_entry_receipt"): {"others": 404},
    # The form of this test has no file.
    ("POST", "public.check_list_file"): {"others": 422},
    ("GET", "unit_lead.show_lists"): ONLY_UNIT_LEAD,
    ("POST", "unit_lead.take_list"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("GET", "organiser.show_lists"): ONLY_ORGANISERS,
    ("POST", "organiser.take_list"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "account.sign_in"): {"anonymous": 200, "others": 302},
    ("POST", "account.sign_in"): {"others": 200},
    ("GET", "account.show_session"): {"others": 200},
    ("GET", "account.change_password"): ONLY_SIGNED_IN_PAGE,
    ("POST", "account.change_password"): {"anonymous": 401, "others": 200},
    ("POST", "account.sign_out"): {"others": 302},
    ("POST", "account.sign_out_everywhere"): {"anonymous": 401, "others": 302},
    # A digest of no picture.
    ("GET", "account.show_picture"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "jobs.show_jobs"): ONLY_SIGNED_IN_PAGE,
    # A job that an organiser has asked for; it waits, so that there is no result yet.
    ("GET", "jobs.show_job"): ONLY_ORGANISERS_FIND,
    ("GET", "jobs.show_progress"): ONLY_ORGANISERS_FIND,
    ("GET", "jobs.download_result"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "jobs.cancel"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 404},
    ("GET", "participant.show_home"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_start"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_history"): ONLY_SIGNED_IN_PAGE,
    ("GET", "participant.show_attempt"): ONLY_OWNER,
    ("GET", "participant.show_check"): ONLY_OWNER,
    ("GET", "participant.show_result"): ONLY_OWNER,
    # The round here is no practice round.
    ("GET", "participant.show_feedback"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "participant.start"): {
        "anonymous": 401, "organiser": 403, "judge": 403, "administrator": 403, "others": 303,
    },
    ("POST", "participant.save"): {"anonymous": 401, "owner": 303, "others": 404},
    ("POST", "participant.finish"): {"anonymous": 401, "owner": 303, "others": 404},
    # The round here gives no certificate.
    ("POST", "participant.issue_certificate"): {"anonymous": 401, "others": 404},
    ("GET", "participant.download_certificate"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "unit_lead.show_home"): {"anonymous": TO_SIGN_IN, "unit_lead": 200, "others": 403},
    ("GET", "organiser.show_rounds"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    ("GET", "organiser.show_round"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    ("GET", "organiser.show_audit"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    ("POST", "organiser.check_audit"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    ("GET", "organiser.show_roles"): {"anonymous": TO_SIGN_IN, "organiser": 200, "administrator": 200, "others": 403},
    # The form of this test names no role, and no grant has the id.
    ("POST", "organiser.grant_role"): {"anonymous": 401, "administrator": 422, "others": 403},
    ("POST", "organiser.revoke_role"): {"anonymous": 401, "administrator": 404, "others": 403},
    ("GET", "organiser.show_analysis"): ONLY_ORGANISERS,
    ("POST", "organiser.request_analysis"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    # No analysis was computed, so that no version is in it.
    ("GET", "organiser.show_item_analysis"): {
        "anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("GET", "judge.show_home"): {"anonymous": TO_SIGN_IN, "judge": 200, "others": 403},
    ("GET", "unit_lead.show_participants"): ONLY_UNIT_LEAD,
    ("GET", "unit_lead.show_reminders"): ONLY_UNIT_LEAD,
    ("GET", "organiser.show_overview"): ONLY_ORGANISERS,
    ("GET", "organiser.show_exceptions"): ONLY_ORGANISERS,
    ("GET", "organiser.show_person_attempts"): ONLY_ORGANISERS,
    ("POST", "organiser.extend_window"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.withdraw_extension"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.set_extra_time"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.void_attempt"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_essays"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_essay"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.mark_essay"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.show_participants"): ONLY_ORGANISERS,
    ("GET", "organiser.show_prizes"): ONLY_ORGANISERS,
    # The person here is in no unit: nobody's, to a unit lead.
    ("GET", "unit_lead.show_people"): ONLY_UNIT_LEAD,
    ("GET", "unit_lead.show_person"): {"anonymous": TO_SIGN_IN, "unit_lead": 404, "others": 403},
    ("GET", "unit_lead.show_registrations"): ONLY_UNIT_LEAD,
    ("POST", "unit_lead.reset_person"): {"anonymous": 401, "unit_lead": 404, "others": 403},
    ("POST", "unit_lead.make_slips"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("POST", "unit_lead.decide_registration"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("GET", "organiser.show_units"): ONLY_ORGANISERS,
    ("GET", "organiser.show_unit"): ONLY_ORGANISERS,
    ("GET", "organiser.download_units"): ONLY_ORGANISERS,
    ("GET", "organiser.show_kinds"): ONLY_ORGANISERS,
    ("POST", "organiser.put_kind"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.add_unit"): ONLY_ORGANISERS,
    ("POST", "organiser.add_unit"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.edit_unit"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_unit"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.move_unit"): ONLY_ORGANISERS,
    ("POST", "organiser.move_unit"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.merge_unit"): ONLY_ORGANISERS,
    ("POST", "organiser.merge_unit"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.close_unit"): ONLY_ORGANISERS,
    ("POST", "organiser.close_unit"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_unit_upload"): ONLY_ORGANISERS,
    ("POST", "organiser.upload_units"): ONLY_ORGANISERS_POST_NOTHING,
    # A list of units that this person did not upload.
    ("GET", "organiser.show_unit_import"): {
        "anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("POST", "organiser.confirm_unit_import"): {
        "anonymous": 401, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("GET", "organiser.show_quotas"): ONLY_ORGANISERS,
    # The address names no kind.
    ("GET", "organiser.edit_kind_quota"): {
        "anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("POST", "organiser.edit_kind_quota"): {
        "anonymous": 401, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("GET", "organiser.edit_unit_quota"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_unit_quota"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    ("GET", "organiser.show_people"): ONLY_ORGANISERS,
    ("GET", "organiser.show_person"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_person"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.move_person"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.close_person"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    ("POST", "organiser.reopen_person"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    ("POST", "organiser.reset_person"): {"anonymous": 401, "organiser": 200, "administrator": 200, "others": 403},
    ("POST", "organiser.make_slips"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_registrations"): ONLY_ORGANISERS,
    ("POST", "organiser.decide_registration"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.switch_registration"): ONLY_ORGANISERS_POST_NOTHING,
    # The list here has an error, so that it cannot be confirmed; it is discarded once.
    ("GET", "organiser.show_staff_lists"): ONLY_ORGANISERS,
    ("GET", "organiser.show_staff_list"): ONLY_ORGANISERS,
    ("GET", "organiser.download_problems"): ONLY_ORGANISERS,
    ("GET", "organiser.download_template"): ONLY_ORGANISERS,
    ("POST", "organiser.upload_staff_list"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.confirm_staff_list"): {
        "anonymous": 401, "organiser": 409, "administrator": 409, "others": 403,
    },
    ("POST", "organiser.discard_staff_list"): {
        "anonymous": 401, "organiser": 303, "administrator": 409, "others": 403,
    },
    # No identity provider is set here.
    ("GET", "account.begin_agency_sign_in"): {"others": 404},
    ("GET", "account.end_agency_sign_in"): {"others": 404},
    ("GET", "organiser.show_banks"): ONLY_ORGANISERS,
    ("GET", "organiser.show_bank"): ONLY_ORGANISERS,
    ("GET", "organiser.new_bank"): ONLY_ORGANISERS,
    ("POST", "organiser.new_bank"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.edit_bank"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_bank"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_item"): ONLY_ORGANISERS,
    ("GET", "organiser.new_item"): ONLY_ORGANISERS,
    ("POST", "organiser.new_item"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.edit_item"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_item"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.change_item_state"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.change_item_states"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.export_bank_items"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.download_item_template"): ONLY_ORGANISERS,
    ("GET", "organiser.show_duplicates"): ONLY_ORGANISERS,
    ("GET", "organiser.show_item_imports"): ONLY_ORGANISERS,
    ("POST", "organiser.upload_items"): ONLY_ORGANISERS_POST_NOTHING,
    # An import of questions is its person's alone.
    ("GET", "organiser.show_item_import"): ONLY_ITS_ORGANISER,
    ("GET", "organiser.mend_import_line"): ONLY_ITS_ORGANISER,
    # The job of the site is of another kind.
    ("GET", "organiser.show_item_reading"): {
        "anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403,
    },
    # No picture of the import has the digest.
    ("GET", "organiser.show_import_picture"): {
        "anonymous": TO_SIGN_IN, "organiser": 404, "administrator": 404, "others": 403,
    },
    ("POST", "organiser.mend_import_page"): {
        "anonymous": 401, "organiser": 303, "administrator": 404, "others": 403,
    },
    ("POST", "organiser.mend_import_line"): {
        "anonymous": 401, "organiser": 422, "administrator": 404, "others": 403,
    },
    # The one question here has an error, so that it cannot be confirmed.
    ("POST", "organiser.confirm_item_import"): {
        "anonymous": 401, "organiser": 409, "administrator": 404, "others": 403,
    },
    ("POST", "organiser.discard_item_import"): {
        "anonymous": 401, "organiser": 303, "administrator": 404, "others": 403,
    },
    # No item version has the id.
    ("GET", "organiser.show_key"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.propose_key"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.undo_key"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.continue_rescoring"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.show_key_preview"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.confirm_key"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "participant.dismiss_notice"): {"anonymous": 401, "others": 303},
    ("GET", "organiser.edit_blueprint"): ONLY_ORGANISERS,
    ("POST", "organiser.edit_blueprint"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "account.activate"): {"others": 200},
    ("POST", "account.activate"): {"others": 200},
    # No contest here takes requests to join.
    ("GET", "account.show_email"): ONLY_SIGNED_IN_PAGE,
    ("POST", "account.set_email"): {"anonymous": 401, "others": 422},
    ("GET", "unit_lead.show_letters"): ONLY_UNIT_LEAD,
    ("POST", "unit_lead.write_letters"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    # No batch of letters has the id.
    ("GET", "unit_lead.show_batch"): {"anonymous": TO_SIGN_IN, "unit_lead": 404, "others": 403},
    ("GET", "unit_lead.show_letter"): {"anonymous": TO_SIGN_IN, "unit_lead": 404, "others": 403},
    ("POST", "unit_lead.change_letter_text"): {"anonymous": 401, "unit_lead": 404, "others": 403},
    ("POST", "unit_lead.remove_recipients"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("POST", "unit_lead.send_letters"): {"anonymous": 401, "unit_lead": 409, "others": 403},
    ("POST", "unit_lead.stop_letters"): {"anonymous": 401, "unit_lead": 404, "others": 403},
    ("POST", "unit_lead.discard_letters"): {"anonymous": 401, "unit_lead": 404, "others": 403},
    ("GET", "organiser.show_letters"): ONLY_ORGANISERS,
    ("POST", "organiser.write_letters"): ONLY_ORGANISERS_POST_NOTHING,
    # No batch of letters has the id.
    ("GET", "organiser.show_batch"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_letter"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.change_letter_text"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.remove_recipients"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.send_letters"): {"anonymous": 401, "organiser": 409, "administrator": 409, "others": 403},
    ("POST", "organiser.stop_letters"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.discard_letters"): ONLY_ORGANISERS_POST_MISSING,
    # The person is in no unit, hence nobody's; the form of this test has no address.
    ("POST", "unit_lead.set_email"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    # No letter has the id; no mail server is set.
    ("GET", "organiser.show_outbox_letter"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.decide_letter"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.retry_letters"): {"anonymous": 401, "organiser": 303, "administrator": 303, "others": 403},
    ("POST", "organiser.send_trial"): {"anonymous": 401, "organiser": 409, "administrator": 409, "others": 403},
    # A draft of the owner, whose unit is the unit lead's too. It lacks what the form asks for.
    ("GET", "participant.show_entries"): ONLY_SIGNED_IN_PAGE,
    # The round here takes no initiatives.
    ("GET", "participant.new_entry"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "participant.begin_entry"): {"anonymous": 401, "others": 404},
    ("GET", "participant.show_entry"): ONLY_WRITERS,
    ("GET", "participant.show_entry_history"): ONLY_WRITERS,
    ("GET", "participant.show_entry_check"): ONLY_WRITERS,
    ("GET", "participant.show_entry_receipt"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "participant.download_entry_receipt"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "participant.save_entry"): {"anonymous": 401, "owner": 422, "unit_lead": 422, "others": 404},
    ("POST", "participant.submit"): {"anonymous": 401, "owner": 409, "unit_lead": 409, "others": 404},
    ("POST", "participant.withdraw_entry"): {"anonymous": 401, "owner": 409, "unit_lead": 409, "others": 404},
    # The form here has no such field, and no file has the id.
    ("GET", "participant.show_files"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "participant.attach_part"): {"anonymous": 401, "others": 422},
    ("POST", "participant.remove_file"): {"anonymous": 401, "others": 404},
    ("GET", "entry_files.show_preview"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "entry_files.show_picture"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "entry_files.download"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("POST", "organiser.download_entry_files"): ONLY_ORGANISERS_POST_MISSING,
    # The round here is no initiative round; nobody was given a sheet, and no panel has the id.
    ("GET", "judge.show_sheet"): ONLY_JUDGES_MISS,
    ("GET", "judge.show_file"): ONLY_JUDGES_MISS,
    ("GET", "judge.download_own_paper"): ONLY_JUDGES_MISS,
    ("GET", "judge.show_conflicts"): {"anonymous": TO_SIGN_IN, "judge": 200, "others": 403},
    ("POST", "judge.save_sheet"): ONLY_JUDGES_POST_MISSING,
    ("POST", "judge.confirm_sheet"): ONLY_JUDGES_POST_MISSING,
    ("POST", "judge.abstain"): {"anonymous": 401, "judge": 422, "others": 403},
    ("POST", "judge.declare_conflict"): {"anonymous": 401, "judge": 422, "others": 403},
    ("POST", "judge.declare_unit_conflict"): {"anonymous": 401, "judge": 422, "others": 403},
    ("GET", "organiser.show_judging"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_panels"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.add_panel"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.change_panel"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.assign_automatically"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.show_assignment_table"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_assignment_table"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.preview_assignments"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.confirm_assignments"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.show_matrix"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_matrix"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_judge_paper"): ONLY_ORGANISERS_MISS,
    # The initiative of the site is a draft.
    ("GET", "organiser.show_entry_sheets"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.assign_one"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.change_sheet"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_conflicts"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.enter_conflict"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.set_judging_moments"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_judging_ranking"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_judging_letters"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.release_entry_file"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.append_turns"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.remind_judges"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.tell_results"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.set_shortlist"): ONLY_ORGANISERS_POST_MISSING,
    # Neither is there a day of presenting, nor a prize; nothing is published.
    ("GET", "organiser.show_presentations"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_presentation_board"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.draw_turns"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.give_presentation_sheets"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.turn_clock"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.set_presentation_lock"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "organiser.show_initiative_prizes"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.change_initiative_prizes"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.download_prize_certificate"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_prize_certificates"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_combined_ranking"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_combined_ranking"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_initiative_papers"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_initiative_paper"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_release"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.release_entries"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "participant.download_prize_certificate"): {"anonymous": TO_SIGN_IN, "others": 404},
    ("GET", "public.show_initiative_results"): {"others": 404},
    ("GET", "public.show_gallery"): {"others": 404},
    ("GET", "public.show_gallery_entry"): {"others": 404},
    # Nothing was handed in: the round here takes no initiatives, and the initiative of the site is a draft.
    ("GET", "unit_lead.show_initiatives"): ONLY_UNIT_LEAD,
    ("GET", "unit_lead.show_handed_in"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.show_handed_in_entry"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.show_similar"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.download_handed_in"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.download_minutes"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.show_board"): ONLY_UNIT_LEAD_MISS,
    ("GET", "unit_lead.download_board"): ONLY_UNIT_LEAD_MISS,
    ("POST", "unit_lead.take_entry_step"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("POST", "unit_lead.take_entries_step"): {"anonymous": 401, "unit_lead": 422, "others": 403},
    ("GET", "organiser.show_initiatives"): ONLY_ORGANISERS,
    ("GET", "organiser.show_handed_in"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_handed_in_entry"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_similar"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_handed_in"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.show_board"): ONLY_ORGANISERS_MISS,
    ("GET", "organiser.download_board"): ONLY_ORGANISERS_MISS,
    ("POST", "unit_lead.remind_units"): {"anonymous": 401, "unit_lead": 404, "others": 403},
    ("POST", "organiser.remind_units"): ONLY_ORGANISERS_POST_MISSING,
    ("GET", "organiser.show_late_doors"): ONLY_ORGANISERS_MISS,
    ("POST", "organiser.add_late_door"): ONLY_ORGANISERS_POST_MISSING,
    ("POST", "organiser.take_entry_step"): ONLY_ORGANISERS_POST_NOTHING,
    ("POST", "organiser.take_entries_step"): ONLY_ORGANISERS_POST_NOTHING,
    ("GET", "account.register"): {"others": 404},
    ("POST", "account.register"): {"others": 404},
    ("GET", "account.find_registration"): {"others": 200},
    ("GET", "account.show_registration"): {"others": 404},
}  # fmt: skip


@dataclass
class Site:
    """A round with an attempt in progress and a finished one, both of "owner"; and a signed-in visitor of each kind."""

    app: Flask
    round_id: int
    open_attempt_id: int
    finished_attempt_id: int
    visitors: dict[str, Visitor]
    job_id: int
    ids: dict[str, int]

    def make_path(self, rule: Rule) -> str:
        """The address of a rule, with the ids of this scene."""
        is_result = rule.endpoint == "participant.show_result"
        values: dict[str, Any] = {
            "round_id": self.round_id,
            "attempt_id": self.finished_attempt_id if is_result else self.open_attempt_id,
            "filename": "img/icon.svg",
            "code": "NO-SUCH-CODE",
            "slot": 0,
            "job_id": self.job_id,
            "grant_id": 1,
            "digest": "0" * 64,
            "version_id": 1,
            "notice_id": 1,
            "batch_id": 1,
            "letter_id": 1,
            "judgement_id": 1,
            "panel_id": 1,
            "file_id": 1,
            "other_id": 1,
            "field": "no-such-field",
            "prize_id": 1,
            "kind": "minutes",
            "file_format": "pdf",
        }
        values |= self.ids
        assert rule.arguments <= set(values), f"{rule} has an argument that this test has no value for"
        with self.app.test_request_context():
            return self.app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})


@pytest.fixture
def site(app: Flask) -> Site:
    unit_id = add_unit()
    people = {
        name: add_person(name, roles=roles, led_unit_id=unit_id if Role.UNIT_LEAD in roles else None)
        for name, roles in VISITORS.items()
        if name != "anonymous"
    }
    round_ = add_open_round()
    now = read_now()
    finished_id = sit_attempt(people["owner"], round_, right=5, started_at=now - timedelta(minutes=20))
    open_id = start_attempt(person=people["owner"], round_id=round_.id, now=now)
    visitors = {"anonymous": Visitor(app), **{name: Visitor(app, name) for name in people}}
    with transaction() as work:
        job_id = add_job(work, kind=JobKind.VERIFY_AUDIT, arguments={}, person=people["organiser"], now=now)
    ids = {
        "account_id": add_person("nobody-of-these").id,
        "import_id": add_staff_list(people["organiser"], "Họ và tên,Đơn vị\nNguyễn An,không có"),
        "registration_id": 1,
        "unit_id": unit_id,
        "contest_id": round_.contest_id,
        "bank_id": round_.bank_id,
        "item_id": find_item_id(round_.bank_id),
        "item_import_id": add_item_import(people["organiser"], round_.bank_id),
        "position": 0,
        "entry_id": add_bare_draft(people["owner"], unit_id),
    }
    return Site(app, round_.id, open_id, finished_id, visitors, job_id, ids)


def list_rules(app: Flask, method: str) -> list[Rule]:
    """The rules that answer this method."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def check_every_visitor(site: Site, method: str) -> None:
    """Each rule gives each visitor what the table says."""
    found, expected = {}, {}
    for rule in list_rules(site.app, method):
        # Signing out ends what the other rules need, so each visitor does it last.
        if "sign_out" in rule.endpoint:
            continue
        row = EXPECTED.get((method, rule.endpoint))
        assert row is not None, f"{method} {rule} is not in the table of this test: who may do it?"
        path = site.make_path(rule)
        for name, visitor in site.visitors.items():
            answer = visitor.get(path) if method == "GET" else visitor.post(path, {"choice-0": "1"})
            is_to_sign_in = answer.status_code == 302 and urlsplit(answer.location).path == "/sign-in"
            found[rule.endpoint, name] = TO_SIGN_IN if is_to_sign_in else answer.status_code
            expected[rule.endpoint, name] = row.get(name, row["others"])
    assert found == expected


def test_every_page_opens_for_those_who_may_see_it_and_for_nobody_else(site: Site) -> None:
    check_every_visitor(site, "GET")


def test_every_write_is_taken_from_those_who_may_do_it_and_from_nobody_else(site: Site) -> None:
    check_every_visitor(site, "POST")
    for path, status in [("/sign-out", 302), ("/sign-out-everywhere", 401)]:
        assert site.visitors["anonymous"].post(path).status_code == status
        assert site.visitors["owner"].post(path).status_code == status


def test_the_table_names_no_rule_that_is_gone(app: Flask) -> None:
    rules = {(method, rule.endpoint) for method in ("GET", "POST") for rule in list_rules(app, method)}
    assert set(EXPECTED) == rules


def test_only_get_and_post_are_answered(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods <= {"GET", "HEAD", "OPTIONS", "POST"}


def test_every_blueprint_has_a_guard(app: Flask) -> None:
    without = [name for name, bp in app.blueprints.items() if not bp.before_request_funcs.get(None)]
    assert not without
    assert {rule.endpoint.partition(".")[0] for rule in app.url_map.iter_rules()} == {*app.blueprints, "static"}


def test_a_new_view_of_a_guarded_blueprint_is_guarded_without_saying_so(app: Flask) -> None:
    for name in ("participant", "unit_lead", "organiser", "judge"):
        # In two steps: an application that has answered a request takes no more views in the usual way.
        app.url_map.add(Rule(f"/new/{name}", endpoint=f"{name}.new_view"))
        app.view_functions[f"{name}.new_view"] = lambda: "seen"
        assert Visitor(app).get(f"/new/{name}").status_code == 302


def test_no_get_changes_a_row(site: Site) -> None:
    tables = sorted(inspect(db.engine).get_table_names())
    assert "attempts" in tables

    def read_all() -> dict[str, list[Any]]:
        return {table: sorted(map(repr, run_sql(f"SELECT * FROM {table}"))) for table in tables}

    before = read_all()
    for rule in list_rules(site.app, "GET"):
        path = site.make_path(rule)
        for visitor in site.visitors.values():
            visitor.get(path)
    assert read_all() == before


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_is_whole_in_both_languages(site: Site, language: str) -> None:
    for rule in list_rules(site.app, "GET"):
        path = site.make_path(rule)
        for visitor in site.visitors.values():
            visitor.client.set_cookie("language", language)
            answer = visitor.get(path)
            assert answer.status_code < 500, path
            if answer.status_code == 200 and answer.mimetype == "text/html":
                assert f'<html lang="{language}">' in answer.text
                assert "</html>" in answer.text


def test_ids_and_page_numbers_that_nothing_has_are_no_fault(site: Site) -> None:
    owner, organiser = site.visitors["owner"], site.visitors["organiser"]
    paths = ("/rounds/{0}/start", "/rounds/{0}/attempts", "/rounds/{0}/ranking", "/attempts/{0}",
             "/attempts/{0}/check", "/attempts/{0}/result", "/organiser/rounds/{0}")  # fmt: skip
    for number in (0, -1, 2**31, 2**63 - 1, 2**63, 10**30, -(10**30)):
        for path in paths:
            for visitor in (owner, organiser):
                assert visitor.get(path.format(number)).status_code in (403, 404, 405), (path, number)
        for query in ("before", "page", "of=units&page"):
            asked = f"{query}={number}"
            assert owner.get(f"/rounds/{site.round_id}/attempts?{asked}").status_code == 200, asked
            assert organiser.get(f"/rounds/{site.round_id}/ranking?{asked}").status_code == 200, asked


def test_an_unknown_address_is_a_page_that_leads_home(app: Flask) -> None:
    answer = Visitor(app).get("/khong-co")
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert Visitor(app).ask("DELETE", "/").status_code == 405
