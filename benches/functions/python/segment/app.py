"""What is to be seen in an image that the event brings: its parts, edges, outlines."""

import base64
import io

import numpy as np
from skimage import feature, filters, io as images, measure, morphology, segmentation

SMALLEST = 12


def handler(event, context):
    """The image's size, and what the named method finds in it."""
    method = METHODS.get(event.get("method", "parts"))
    if method is None:
        return {"error": "no such method", "methods": sorted(METHODS)}
    image = images.imread(io.BytesIO(base64.b64decode(event["image"])))
    if image.min() == image.max():
        return {"error": "nothing but one shade of grey"}
    return {"size": list(image.shape), **method(image)}


def parts(image):
    """The parts brighter than the rest, the largest first."""
    regions = measure.regionprops(measure.label(bright(image)), intensity_image=image)
    found = [describe(region) for region in regions if region.area >= SMALLEST]
    return {"parts": sorted(found, key=lambda part: (-part["area"], part["center"]))}


def touching(image):
    """The parts, those that touch kept apart: where each is deepest, and its usual shade."""
    from scipy import ndimage

    mask = bright(image)
    depth = ndimage.distance_transform_edt(mask)
    tops = feature.peak_local_max(depth, min_distance=5, labels=measure.label(mask))
    markers = np.zeros(image.shape, dtype=np.int32)
    markers[tuple(tops.T)] = np.arange(1, len(tops) + 1)
    labels = segmentation.watershed(-depth, markers, mask=mask)
    shades = ndimage.median(image, labels, index=np.arange(1, len(tops) + 1))
    return {"parts": [{"top": top.tolist(), "shade": int(shade)} for top, shade in zip(tops, shades)]}


def edges(image):
    """How much of the image is edge, and in how many pieces."""
    found = feature.canny(image, sigma=1.5)
    return {"pixels": int(found.sum()), "pieces": int(measure.label(found, connectivity=2).max())}


def outlines(image):
    """The closed curves around bright parts, and the skeletons within."""
    mask = bright(image)
    curves = measure.find_contours(mask, 0.5)
    return {
        "lengths": sorted((len(curve) for curve in curves), reverse=True),
        "skeleton": int(morphology.skeletonize(mask).sum()),
    }


def bright(image):
    """Where the image is brighter than the threshold that parts it best."""
    mask = image > filters.threshold_otsu(image)
    return segmentation.clear_border(mask)


def describe(region):
    """Area, place, shape and brightness."""
    return {
        "area": int(region.area),
        "center": [round(float(coordinate), 1) for coordinate in region.centroid],
        "eccentricity": round(float(region.eccentricity), 2),
        "brightness": round(float(region.intensity_mean)),
    }


METHODS = {"parts": parts, "touching": touching, "edges": edges, "outlines": outlines}
