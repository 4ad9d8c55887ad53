"""The contest engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from quiz_app.config import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application, by the settings of the environment where none are given. Raises WrongSetting.

    What it is made of is imported here and not with the package: a start looks at its settings, and names the folder
    in which its processes count, before the rest is there.
    """
    from quiz_app.application import make_application  # noqa: PLC0415

    return make_application(settings)
