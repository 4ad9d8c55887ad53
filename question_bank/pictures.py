"""Pictures in items: what is taken, and under which name."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

LARGEST_PICTURE = 2 * 1024 * 1024
"""Bytes."""
MOST_PIXELS = 16_000_000
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


class WrongPicture(ValueError):
    """A picture that is not taken; the text is an English message id."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is stored. ``digest`` is the SHA-256 of the content, in hexadecimal."""

    digest: str
    media_type: str
    content: bytes


def read_picture(content: bytes) -> Picture:
    """Check that the bytes are a whole picture of a kind that every browser shows. Raises WrongPicture.

    Not taken are drawings of Office (WMF, EMF), which browsers do not show, and SVG, which can hold script.
    """
    if len(content) > LARGEST_PICTURE:
        raise WrongPicture("a picture is larger than 2 MB")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                media_type = MEDIA_TYPES[image.format or ""]
                if image.width * image.height > MOST_PIXELS:
                    raise WrongPicture("a picture has more than 16 million pixels")
                image.load()
    except WrongPicture:
        raise
    except UnidentifiedImageError:
        raise WrongPicture("a picture is not PNG, JPEG, GIF or WebP") from None
    except Exception as error:
        raise WrongPicture("a picture is damaged") from error
    return Picture(hashlib.sha256(content).hexdigest(), media_type, content)
