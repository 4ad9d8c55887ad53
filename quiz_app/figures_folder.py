"""The folder in which the processes of one server keep their figures, for whichever of them is asked.

A module of its own because Prometheus's client looks for the folder when it is imported: whoever starts a server names
one before.
"""

from __future__ import annotations

import tempfile
from collections.abc import MutableMapping

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def prepare_folder(environment: MutableMapping[str, str]) -> None:
    """Name a fresh, empty folder for the processes that are about to start, unless one is named."""
    if not environment.get(FOLDER_VARIABLE):
        environment[FOLDER_VARIABLE] = tempfile.mkdtemp(prefix="contest-metrics-")
