"""Predictions by models that the package ships."""

from functools import lru_cache
from pathlib import Path

import joblib
import numpy as np

MODELS = Path(__file__).parent / "models"


@lru_cache(maxsize=None)
def load(name):
    """A model by its name. Reading it imports what it is made of."""
    return joblib.load(MODELS / (name + ".joblib"))


# What most requests ask for is there before the first of them.
load("wine")


def handler(event, context):
    """What the named model makes of each sample."""
    try:
        model = load(event.get("model", "wine"))
        samples = matrix(event["samples"], model["features"])
    except FileNotFoundError:
        return {"error": "no such model"}
    except KeyError as missing:
        return {"error": "a sample lacks a feature", "feature": missing.args[0]}
    if model["labels"]:
        return {"predictions": classify(model, samples)}
    return {"predictions": [round(float(value), 2) for value in model["estimator"].predict(samples)]}


def matrix(samples, features):
    """One row a sample, its features in the order that the model knows."""
    return np.array([[sample[feature] for feature in features] for sample in samples], dtype=np.float64)


def classify(model, samples):
    """The likeliest label of each sample, and how likely each label is."""
    return [
        {
            "label": model["labels"][int(np.argmax(row))],
            "probabilities": {label: round(float(value), 3) for label, value in zip(model["labels"], row)},
        }
        for row in model["estimator"].predict_proba(samples)
    ]
