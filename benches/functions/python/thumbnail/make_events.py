"""Draws the images of the events and writes the events: `python make_events.py`."""

import base64
import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

ORIENTATION = 0x0112
ROTATED = 6
EVENTS = Path(__file__).parent / "events"


def draw(mode, size, background, shape):
    """A disc and a bar on a plain background."""
    image = Image.new(mode, size, background)
    pen = ImageDraw.Draw(image)
    width, height = size
    pen.ellipse((width // 8, height // 8, width // 2, height // 2), fill=shape)
    pen.rectangle((0, height * 3 // 4, width, height * 7 // 8), fill=shape)
    return image


def encode(image, target, **options):
    """The image's bytes, as an event holds them."""
    buffer = io.BytesIO()
    image.save(buffer, target, **options)
    return base64.b64encode(buffer.getvalue()).decode()


def write(path, event):
    """Writes one event."""
    (EVENTS / path).write_text(json.dumps(event, indent=1) + "\n")


def main():
    """All events."""
    poster = draw("RGBA", (240, 320), (20, 90, 160, 255), (230, 200, 40, 128))
    write("poster.json", {"name": "poster", "image": encode(poster, "PNG"), "box": [64, 64], "format": "PNG"})

    photo = draw("RGB", (320, 200), (90, 140, 70), (200, 60, 50))
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED
    write("photo.json", {"name": "photo", "image": encode(photo, "JPEG", exif=exif), "box": [80, 80]})

    scan = draw("CMYK", (180, 120), (10, 20, 60, 0), (120, 40, 0, 30))
    scan = encode(scan, "TIFF", compression="tiff_lzw")
    write("heldout/scan.json", {"name": "scan", "image": scan, "box": [60, 60]})

    sticker = draw("RGBA", (160, 160), (0, 0, 0, 0), (40, 200, 60, 255))
    sticker = encode(sticker, "WEBP", lossless=True)
    write(
        "heldout/sticker.json",
        {
            "name": "sticker",
            "image": sticker,
            "box": [48, 96],
            "format": "WEBP",
            "description": "A green disc above a green bar",
        },
    )

    text = base64.b64encode(b"This is a text, not an image.\n").decode()
    write("heldout/text.json", {"name": "text", "image": text, "box": [64, 64]})


if __name__ == "__main__":
    main()
