"""Thumbnails of images that the event brings, and links for storing them and fetching them."""

import base64
import io
from datetime import datetime

import boto3
import botocore.auth
from PIL import Image, ImageOps, ImageStat, UnidentifiedImageError

BUCKET = "gallery-thumbnails"
LIFETIME_IN_SECONDS = 900
SIGNED_AT = datetime(2024, 1, 1)
SUFFIXES = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}

# Made up: they open nothing. Signing needs no network.
session = boto3.Session(
    aws_access_key_id="example-key-id",
    aws_secret_access_key="example-secret-that-opens-nothing",
    region_name="eu-central-1",
)
s3 = session.client("s3", config=boto3.session.Config(signature_version="s3v4"))

# A link carries the time it was signed at: a fixed one, so that the same event gives the same link.
botocore.auth.get_current_datetime = lambda *arguments, **options: SIGNED_AT


def handler(event, context):
    """What the image was, what its thumbnail is, and the links."""
    data = base64.b64decode(event["image"])
    try:
        image = Image.open(io.BytesIO(data))
        thumbnail = shrink(image, event["box"])
    except UnidentifiedImageError:
        return {"error": "not an image", "bytes": len(data)}
    target = event.get("format", "JPEG")
    encoded = encode(thumbnail, target)
    answer = {
        "source": describe(image),
        "thumbnail": describe(Image.open(io.BytesIO(encoded))),
        "smaller": len(encoded) < len(data),
        "links": links("%s.%s" % (event["name"], SUFFIXES[target]), Image.MIME[target]),
    }
    if "description" in event:
        answer["links"]["speech"] = speech(event["description"])
    return answer


def shrink(image, box):
    """A copy, the right way up, that fits into the box."""
    thumbnail = ImageOps.exif_transpose(image)
    thumbnail.thumbnail(tuple(box), Image.Resampling.LANCZOS)
    return thumbnail


def encode(image, target):
    """The image's bytes in the target's format; JPEG knows no transparency."""
    buffer = io.BytesIO()
    (flatten(image) if target == "JPEG" else image).save(buffer, target, quality=80)
    return buffer.getvalue()


def flatten(image):
    """The image on a white background."""
    flat = Image.new("RGB", image.size, "white")
    layer = image.convert("RGBA")
    flat.paste(layer, mask=layer)
    return flat


def describe(image):
    """Format, mode, size and mean color, in steps of 16, so that no encoder's rounding shows."""
    color = [round(mean / 16) for mean in ImageStat.Stat(flatten(image)).mean]
    return {"format": image.format, "mode": image.mode, "size": list(image.size), "color": color}


def links(name, content_type):
    """Where to store the thumbnail, and where to fetch it."""
    place = {"Bucket": BUCKET, "Key": "small/" + name}
    return {
        "store": sign(s3, "put_object", dict(place, ContentType=content_type)),
        "fetch": sign(s3, "get_object", place),
    }


def speech(text):
    """Where the description is read aloud."""
    polly = session.client("polly")
    return sign(polly, "synthesize_speech", {"Text": text, "OutputFormat": "mp3", "VoiceId": "Joanna"})


def sign(client, operation, parameters):
    """A link that performs the operation for whoever has it."""
    return client.generate_presigned_url(operation, Params=parameters, ExpiresIn=LIFETIME_IN_SECONDS)
