"""The initiative round: writing, handing in, appraising and admitting entries."""

from quiz_app.services.initiatives.drafting import SavedDraft as SavedDraft
from quiz_app.services.initiatives.drafting import create_entry as create_entry
from quiz_app.services.initiatives.drafting import save_draft as save_draft
from quiz_app.services.initiatives.steps import take_step as take_step
from quiz_app.services.initiatives.submitting import submit_entry as submit_entry
from quiz_app.services.initiatives.viewing import EntryPage as EntryPage
from quiz_app.services.initiatives.viewing import view_entry as view_entry
