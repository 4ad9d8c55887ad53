"""Pictures of items."""

from __future__ import annotations

from question_bank.pictures import Picture
from quiz_app.domain.errors import NotFound
from quiz_app.persistence import pictures as pictures_store
from quiz_app.persistence.session import reading


def get_picture(digest: str) -> Picture:
    """The picture of this digest, which only who has seen an item with it knows. Raises NotFound."""
    with reading() as work:
        picture = pictures_store.find_picture(work, digest)
    if picture is None:
        raise NotFound
    return picture
