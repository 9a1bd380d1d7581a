"""Trains the models that the package ships, on made-up data: `python train.py`."""

from pathlib import Path

import lightgbm
import numpy as np

MODELS = Path(__file__).parent / "models"
ROWS = 600
FEATURES = ["age", "visits", "basket", "discount", "country"]
COMMON = {
    "num_leaves": 7,
    "learning_rate": 0.2,
    "min_data_in_leaf": 20,
    "min_data_per_group": 20,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 1,
    "verbose": -1,
}


def shoppers(random):
    """Rows of shoppers, as many as there are."""
    columns = [
        random.integers(18, 80, ROWS),
        random.integers(0, 40, ROWS),
        random.uniform(5, 200, ROWS).round(1),
        random.integers(0, 4, ROWS) * 5,
        random.integers(0, 4, ROWS),
    ]
    return np.column_stack(columns).astype(np.float64)


def train(rows, labels, rounds, **parameters):
    """A model of the labels."""
    data = lightgbm.Dataset(rows, labels, feature_name=FEATURES, categorical_feature=["country"])
    return lightgbm.train({**COMMON, **parameters}, data, num_boost_round=rounds)


def main():
    """Whether a shopper buys, and where one comes from."""
    MODELS.mkdir(exist_ok=True)
    random = np.random.default_rng(1)
    rows = shoppers(random)
    age, visits, basket, discount, country = rows.T
    noise = random.normal(0, 6, ROWS)
    buys = visits + discount - basket / 10 + 4 * (country == 2) + noise > 15
    train(rows, buys, 20, objective="binary").save_model(MODELS / "purchase.txt")
    channel = (age > 45).astype(int) + (discount + noise > 10)
    train(rows, channel, 8, objective="multiclass", num_class=3).save_model(MODELS / "channel.txt")


if __name__ == "__main__":
    main()
