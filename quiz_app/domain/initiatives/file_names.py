"""Names of files as people send them, made safe to show, to store and to offer again."""

from __future__ import annotations

import re
import unicodedata

from quiz_app.domain.errors import InvalidInput

LONGEST_NAME = 200
"""Characters, suffix included: what file systems and zips take, at three bytes a letter, and a page shows."""
_PATHS = re.compile(r"[\\/]")
# Controls, bidirectional marks ("exe.docx" may look like "xcod.exe"), invisible spaces, and what Windows refuses.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb<>:\"|?*]")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)")


def clean_file_name(name: str) -> str:
    """The last part of the name in NFC, without signs that file systems or readers cannot do with, at most 200 long.

    Raises InvalidInput where nothing is left before the suffix.
    """
    name = unicodedata.normalize("NFC", _PATHS.split(name)[-1])
    name = " ".join(_FORBIDDEN.sub("", name).split()).rstrip(". ")
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    stem = stem.strip(". ")
    if not stem:
        raise InvalidInput("The file has no name. Give it one before attaching it.")
    if _RESERVED.fullmatch(stem):
        stem = f"_{stem}"
    room = max(1, LONGEST_NAME - len(suffix) - 1)
    return f"{stem[:room].rstrip('. ')}{dot}{suffix}"[:LONGEST_NAME].rstrip(". ")


def find_suffix(name: str) -> str:
    """The suffix in small letters, without its dot; empty where there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
