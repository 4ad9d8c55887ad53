"""The application, put together: the only place that knows all parts of the engine."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from quiz_app import cli, web
from quiz_app.cache import make_cache
from quiz_app.config import ROOT, Settings, read_settings
from quiz_app.extensions import babel, db, login_manager
from quiz_app.persistence.session import configure_engine
from quiz_app.storage import make_storage
from quiz_app.web.exchange import DirectRequest, WholeResponse
from quiz_app.web.signatures import KeptCsrf, KeptSessions
from quiz_app.web.templating import LanguageEnvironment


class Engine(Flask):
    """A Flask application whose views and hooks are all plain functions, with templates compiled per language."""

    jinja_environment = LanguageEnvironment  # type: ignore[assignment]
    request_class = DirectRequest
    response_class = WholeResponse

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: Flask would look at each hook of each request for a coroutine."""
        return func


def make_application(settings: Settings | None = None) -> Flask:
    """See ``quiz_app.create_app``. Nothing is connected, migrated or started here. Raises WrongSetting."""
    settings = settings or read_settings(os.environ)
    app = Engine("quiz_app")
    app.config.update(settings.to_flask())
    app.session_interface = KeptSessions(app)
    app.extensions["settings"] = settings
    app.extensions["cache"] = make_cache(settings.redis_url)
    app.extensions["storage"] = make_storage(settings.files_folder, settings.s3)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    # Its own context processor would load the person for every page, also for the one that says that none can be read.
    login_manager.init_app(app, add_context_processor=False)
    babel.init_app(app, locale_selector=web.select_locale)
    with app.app_context():
        for engine in db.engines.values():
            configure_engine(engine)
    web.register(app)
    # After the pages' own hooks: a page that refuses a stale form needs its nonce and its moment too.
    KeptCsrf(app)
    cli.register(app)
    return app
