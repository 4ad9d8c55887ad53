"""The pictures of a spreadsheet, checked once each and within what can be checked in the time allowed."""

from __future__ import annotations

import hashlib
import warnings
from io import BytesIO

from PIL import Image

from question_bank.pictures import MEDIA_TYPES, Picture, WrongPicture, read_picture
from question_bank.readers.report import mark_message as N_

MOST_PIXELS_OF_FILE = 120_000_000
"""Of all pictures together: unpacking takes about a second per 80 million."""


class PictureStore:
    """By digest the pictures taken so far."""

    def __init__(self) -> None:
        self.pictures: dict[str, Picture] = {}
        self._refused: dict[str, str] = {}
        self._pixels = 0

    def take(self, content: bytes) -> str:
        """Keep a picture and return its digest. Raises WrongPicture for one that is not taken."""
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._refused:
            raise WrongPicture(self._refused[digest])
        if digest not in self.pictures:
            try:
                self._count_pixels(content)
                self.pictures[digest] = read_picture(content)
            except WrongPicture as error:
                self._refused[digest] = str(error)
                raise
        return digest

    def _count_pixels(self, content: bytes) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                    pixels = image.width * image.height
        except Exception:  # what is wrong with it is said by read_picture
            return
        self._pixels += pixels
        if self._pixels > MOST_PIXELS_OF_FILE:
            raise WrongPicture(N_("the pictures of this file have more than 120 million pixels together"))
