"""How many large uploads a process takes at a time, so that in the last minute before a close people who sit an attempt
do not wait for those who hand in files.

An upload keeps a thread for as long as its bytes come. A quarter of the threads may do that; whoever comes then is told
to come back in a few seconds, before a byte of the file is read, and pages do that by themselves.
"""

from __future__ import annotations

import threading

from flask import Flask, current_app, g

from quiz_app.config import Settings
from quiz_app.domain.initiatives.file_rules import UploadsBusy


def register_upload_places(app: Flask) -> None:
    """Make the places of this process, and free one when its request ends, however it ends."""
    settings: Settings = app.extensions["settings"]
    app.extensions["upload_places"] = threading.BoundedSemaphore(max(1, settings.threads // 4))

    @app.teardown_request
    def leave(_error: BaseException | None) -> None:
        places = g.pop("upload_places", None)
        if places is not None:
            places.release()


def take_place(*, wait_seconds: float = 0) -> None:
    """Keep a place for this request. Raises UploadsBusy where none is free, or becomes free while it waits."""
    if "upload_places" in g:
        return
    places: threading.BoundedSemaphore = current_app.extensions["upload_places"]
    if not places.acquire(timeout=wait_seconds):
        raise UploadsBusy
    g.upload_places = places
