"""A browser with a profile of its own on disk, which can be killed as a phone kills one."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.servers.ports import LOOPBACK, find_free_port
from tests.servers.processes import kill_tree

START_SECONDS = 60


class OwnBrowser:
    """Chromium in a process group of its own; the profile stays when it is killed."""

    def __init__(self, browser: Browser, profile: Path) -> None:
        self._type = browser.browser_type
        self._profile = profile
        self._process: subprocess.Popen[bytes] | None = None

    def open_page(self) -> Page:
        """Start, and open a page at the size of a desktop."""
        port = find_free_port()
        self._process = subprocess.Popen(
            [
                CHROMIUM,
                *CHROMIUM_ARGUMENTS,
                f"--user-data-dir={self._profile}",
                f"--remote-debugging-port={port}",
                "--lang=vi-VN",
                "--accept-lang=vi-VN",
                "--window-size=1280,900",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        give_up = time.monotonic() + START_SECONDS
        while True:
            try:
                connected = self._type.connect_over_cdp(f"http://{LOOPBACK}:{port}")
                return connected.contexts[0].new_page()
            except Error:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.2)

    def kill(self) -> None:
        """At once, with nothing said to it; returns when no process of it holds a file of the profile any more."""
        if self._process is not None:
            kill_tree(self._process)
