"""HTTP: one package per audience. This page says which blueprint answers at which address."""

from __future__ import annotations

from flask import Flask

from quiz_app.web import account, entry_files, errors, judge, organiser, participant, public, unit_lead
from quiz_app.web.addresses import register_addresses
from quiz_app.web.admission import finish_admission, register_admission
from quiz_app.web.entry_words import register_entry_words
from quiz_app.web.formatting import register_formatting
from quiz_app.web.identity import register_identity
from quiz_app.web.judging_words import register_judging_words
from quiz_app.web.language import select_locale
from quiz_app.web.presenting_words import register_presenting_words
from quiz_app.web.security import register_security
from quiz_app.web.static_files import register_static_files
from quiz_app.web.targets import IdConverter
from quiz_app.web.translate import register_translations
from quiz_app.web.uploads import register_uploads
from quiz_app.web.watching import register_watching

__all__ = ["register", "select_locale"]


def register(app: Flask) -> None:
    """Attach every page."""
    app.url_map.converters["int"] = IdConverter
    register_security(app)
    register_static_files(app)
    register_identity(app)
    register_admission(app)
    register_uploads(app)
    register_formatting(app)
    register_entry_words(app)
    register_judging_words(app)
    register_presenting_words(app)
    register_translations(app)
    register_addresses(app)
    errors.register_errors(app)
    register_watching(app)
    app.register_blueprint(public.bp)
    app.register_blueprint(account.bp)
    app.register_blueprint(account.jobs.bp, url_prefix="/jobs")
    app.register_blueprint(participant.bp)
    app.register_blueprint(entry_files.bp, url_prefix="/entry-files")
    app.register_blueprint(unit_lead.bp, url_prefix="/unit")
    app.register_blueprint(organiser.bp, url_prefix="/organiser")
    app.register_blueprint(judge.bp, url_prefix="/judge")
    finish_admission(app)
