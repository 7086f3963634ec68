"""Images of documents, made small enough for paper and kept for the next document."""

import base64
import binascii
import io
import logging
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

_logger = logging.getLogger(__name__)

# 90 x 27 mm at about 300 dpi.
MAX_SIZE = (1063, 319)
MAX_PIXELS = 40_000_000


def image_address(field_value):
    """Return a ``data:`` address for the value of a binary field, or ``None`` if it is no image.

    Larger images are scaled down; SVG stays as it is, what it refers to is never loaded.
    """
    if not field_value:
        return None
    try:
        return _address(base64.b64decode(field_value))
    except binascii.Error:
        return None


@lru_cache(maxsize=16)
def _address(content):
    if b"<svg" in content[:2000].lower():
        return _encode("svg+xml", content)
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValueError("too many pixels")
            image.thumbnail(MAX_SIZE)
            return _encode(*_save(image))
    except (UnidentifiedImageError, OSError, ValueError) as error:
        _logger.warning("A logo cannot be shown: %s", error)
        return None


def _save(image):
    """Photos stay JPEG; everything else becomes PNG, on white as the paper is."""
    out = io.BytesIO()
    if image.format == "JPEG" and image.mode == "RGB":
        image.save(out, "JPEG", quality=88)
        return "jpeg", out.getvalue()
    image = image.convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")
    Image.alpha_composite(paper, image).convert("RGB").save(out, "PNG", optimize=True)
    return "png", out.getvalue()


def _encode(kind, content):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
