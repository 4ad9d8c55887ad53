"""The pictures of one file: each checked once, and all of them within a limit of work."""

from __future__ import annotations

import base64
import binascii
import hashlib
import warnings
from io import BytesIO

from PIL import Image

from question_bank.pictures import MEDIA_TYPES, Picture, WrongPicture, read_picture
from question_bank.readers.report import mark_message as N_

MOST_PICTURES = 2000
MOST_PIXELS = 120_000_000
"""Of all pictures of a file. To unpack more takes longer than an import may; screenshots have about a million."""


class PictureShelf:
    """Takes pictures in and keeps those that are sound."""

    def __init__(self) -> None:
        self.pictures: dict[str, Picture] = {}
        self._refused: dict[str, str] = {}
        self._pixels_left = MOST_PIXELS

    def take(self, content: bytes) -> str:
        """The digest of a picture. Raises WrongPicture."""
        digest = hashlib.sha256(content).hexdigest()
        if digest in self._refused:
            raise WrongPicture(self._refused[digest])
        if digest not in self.pictures:
            try:
                self._ensure_room(content)
                self.pictures[digest] = read_picture(content)
            except WrongPicture as error:
                self._refused[digest] = str(error)
                raise
        return digest

    def take_base64(self, text: str) -> str:
        """The same for a content written in base 64."""
        try:
            return self.take(base64.b64decode(text))
        except (binascii.Error, ValueError) as error:
            raise error if isinstance(error, WrongPicture) else WrongPicture(N_("a picture is damaged")) from error

    def take_data_address(self, address: str) -> str:
        """The same for an address that holds its content: ``data:image/png;base64,…``."""
        head, _, body = address.partition(",")
        if not head.lower().endswith(";base64"):
            raise WrongPicture(N_("a picture is damaged"))
        return self.take_base64(body.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="))

    def _ensure_room(self, content: bytes) -> None:
        self._pixels_left -= _count_pixels(content)
        if self._pixels_left < 0 or len(self.pictures) + len(self._refused) >= MOST_PICTURES:
            raise WrongPicture(N_("the pictures of the file are too many or too large"))


def _count_pixels(content: bytes) -> int:
    """As the beginning of the file says; what is no picture is refused elsewhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                return image.width * image.height
    except Exception:
        return 0
