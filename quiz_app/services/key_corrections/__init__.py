"""A wrong key put right: another key for an item version (or none: void), seen first, then in force for everybody."""

from quiz_app.services.key_corrections.correcting import (
    confirm_correction,
    continue_rescoring,
    propose_key,
    propose_undo,
)
from quiz_app.services.key_corrections.drafts import read_key
from quiz_app.services.key_corrections.pages import KeyPage, PreviewPage, view_key, view_preview
from quiz_app.services.key_corrections.previewing import run_preview
from quiz_app.services.key_corrections.rescoring import run_rescoring

__all__ = [
    "KeyPage",
    "PreviewPage",
    "confirm_correction",
    "continue_rescoring",
    "propose_key",
    "propose_undo",
    "read_key",
    "run_preview",
    "run_rescoring",
    "view_key",
    "view_preview",
]
