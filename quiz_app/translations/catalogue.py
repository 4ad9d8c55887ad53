"""Brings the Vietnamese catalogue up to date: ``python -m quiz_app.translations.catalogue``.

New texts of code and templates are added without a translation, texts no longer used are dropped, and nothing is
guessed. Neither places nor dates are written, so that a change of the catalogue shows only texts that changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
PATH = Path(__file__).parent / "vi" / "LC_MESSAGES" / "messages.po"

METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
FOLDERS = ("quiz_app", "question_bank")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "mark_message": None,
    "lazy_gettext": None,
    # Classes whose text is a message id.
    "InvalidInput": None,
    "JobFailed": None,
    "WrongPicture": None,
    "PasswordTooWeak": None,
    "ItemProblem": (2,),
}
_HEADERS = ("Language:", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Plural-Forms")


def extract_catalogue() -> Catalog:
    """Every text that code and templates ask for, without translations."""
    catalogue = Catalog(locale="vi", project="contest-engine", fuzzy=False)
    for folder in FOLDERS:
        for _, _, message_id, _, context in extract_from_dir(
            str(ROOT / folder), METHODS, {"templates/**.html": {"silent": "false"}}, keywords=KEYWORDS
        ):
            catalogue.add(message_id, context=context)
    return catalogue


def read_catalogue() -> Catalog:
    """The Vietnamese catalogue as it stands."""
    with PATH.open("rb") as stream:
        return read_po(stream, locale="vi")


def list_messages(catalogue: Catalog) -> Iterator[Message]:
    """The messages, without the header."""
    return (message for message in catalogue if message.id)


def update_catalogue() -> None:
    """Write the catalogue anew: all texts in use, with the translations that are known."""
    fresh = extract_catalogue()
    if PATH.exists():
        known = read_catalogue()
        for message in list_messages(fresh):
            old = known.get(message.id, message.context)
            if old is not None and old.pluralizable == message.pluralizable:
                message.string = old.string
    buffer = BytesIO()
    write_po(buffer, fresh, width=110, no_location=True, omit_header=False, sort_output=True)
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(_drop_dates(buffer.getvalue().decode()), encoding="utf-8")


def _drop_dates(text: str) -> str:
    head, separator, rest = text.partition("\n\n")
    kept = [
        line
        for line in head.splitlines()
        if not line.startswith("#") and (not line.startswith('"') or line[1:].startswith(_HEADERS))
    ]
    return "\n".join(kept) + separator + rest


if __name__ == "__main__":
    update_catalogue()
