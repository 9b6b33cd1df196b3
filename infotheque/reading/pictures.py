"""First pages as small pictures, always drawn again here: nothing of the original bytes is kept."""

import io

from PIL import Image, UnidentifiedImageError

WIDTH, HEIGHT = 320, 452
# Beyond, a picture costs more memory than its file lets guess.
MOST_PIXELS = 20_000_000


def as_png(image: Image.Image) -> bytes:
    """A PNG of at most WIDTH × HEIGHT pixels, in 64 colours, without any of the original's metadata."""
    flat = image.convert("RGB")
    flat.thumbnail((WIDTH, HEIGHT))
    written = io.BytesIO()
    flat.quantize(64, method=Image.Quantize.FASTOCTREE).save(written, "PNG", compress_level=4)
    return written.getvalue()


def redrawn(picture: bytes) -> bytes:
    """A PNG of the JPEG or PNG that an office document carries of itself; nothing when it is not one."""
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as image:
            if image.width * image.height > MOST_PIXELS:
                return b""
            # Many writers put a blank page there: it shows nothing.
            is_blank = image.convert("RGB").getcolors(1) is not None
            return b"" if is_blank else as_png(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        # What Pillow raises on a damaged picture depends on its decoder.
        return b""
