"""Settings: what a process is set to, read from environment variables and checked at the start."""

from __future__ import annotations

from quiz_app.config.reading import read_settings
from quiz_app.config.settings import (
    DATA_FOLDER,
    DIRECT,
    REPLICA,
    ROOT,
    AgencySettings,
    Settings,
    WrongSetting,
)

__all__ = [
    "DATA_FOLDER",
    "DIRECT",
    "REPLICA",
    "ROOT",
    "AgencySettings",
    "Settings",
    "WrongSetting",
    "read_settings",
]
