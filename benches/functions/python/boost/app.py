"""What boosted trees, shipped as text, expect of shoppers."""

from functools import lru_cache
from pathlib import Path

import lightgbm
import numpy as np

MODELS = Path(__file__).parent / "models"
CHANNELS = ["post", "shop", "web"]


@lru_cache(maxsize=None)
def load(name):
    """A model by its name."""
    return lightgbm.Booster(model_file=MODELS / (name + ".txt"))


# What most requests ask for is there before the first of them.
load("purchase")


def handler(event, context):
    """How likely each shopper buys, why, or by which channel each comes."""
    question = QUESTIONS.get(event.get("question", "purchase"))
    if question is None:
        return {"error": "no such question", "questions": sorted(QUESTIONS)}
    return {"answers": question(event["shoppers"])}


def purchase(shoppers):
    """How likely each buys."""
    return [round(float(likely), 4) for likely in predict("purchase", shoppers)]


def reasons(shoppers):
    """What each feature adds to the logarithm of the odds, the weightiest first."""
    names = load("purchase").feature_name() + ["base"]
    answers = []
    for row in predict("purchase", shoppers, pred_contrib=True):
        weighty_first = np.argsort(-np.abs(row), kind="stable")
        answers.append([[names[column], round(float(row[column]), 3)] for column in weighty_first])
    return answers


def channel(shoppers):
    """By which channel each comes, and how unsure that is: 0 is certain, 1 is a guess."""
    from scipy.stats import entropy  # Costs more to import than all else, and is seldom needed.

    return [
        {
            "channel": CHANNELS[int(np.argmax(row))],
            "unsure": round(float(entropy(row, base=len(row))), 3),
        }
        for row in predict("channel", shoppers)
    ]


def predict(name, shoppers, **options):
    """What the model says of each shopper; what is not known of one is left to the model."""
    model = load(name)
    rows = [[shopper.get(feature, np.nan) for feature in model.feature_name()] for shopper in shoppers]
    return model.predict(np.array(rows, dtype=np.float64), num_threads=1, **options)


QUESTIONS = {"purchase": purchase, "reasons": reasons, "channel": channel}
