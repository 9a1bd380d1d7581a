"""Draws the images of the events and writes the events: `python make_events.py`."""

import base64
import io
import json
from pathlib import Path

from PIL import Image, ImageDraw

EVENTS = Path(__file__).parent / "events"
SIZE = (96, 72)
COINS = [(20, 18, 9, 200), (60, 20, 12, 170), (35, 50, 7, 230), (90, 60, 14, 210)]
CELLS = [(25, 30, 12, 150), (43, 34, 11, 180), (72, 25, 9, 160), (74, 41, 10, 190)]


def draw(disks):
    """Ellipses on a background that grows brighter downwards."""
    image = Image.new("L", SIZE)
    pen = ImageDraw.Draw(image)
    for y in range(SIZE[1]):
        pen.line((0, y, SIZE[0], y), fill=30 + y // 3)
    for x, y, radius, grey in disks:
        pen.ellipse((x - radius, y - radius * 4 // 5, x + radius, y + radius * 4 // 5), fill=grey)
    return image


def write(path, image, target, **fields):
    """Writes one event."""
    buffer = io.BytesIO()
    image.save(buffer, target)
    event = {"image": base64.b64encode(buffer.getvalue()).decode(), **fields}
    (EVENTS / path).write_text(json.dumps(event, indent=1) + "\n")


def main():
    """All events."""
    write("coins.json", draw(COINS), "PNG")
    write("edges.json", draw(CELLS), "PNG", method="edges")
    write("heldout/cells.json", draw(CELLS), "PNG", method="touching")
    write("heldout/outlines.json", draw(COINS), "TIFF", method="outlines")
    write("heldout/blank.json", Image.new("L", SIZE, 128), "PNG", method="edges")


if __name__ == "__main__":
    main()
