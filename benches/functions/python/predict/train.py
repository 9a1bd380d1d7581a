"""Trains the models that the package ships: `python train.py`. They come from data sets of scikit-learn itself."""

from pathlib import Path

import joblib
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

MODELS = Path(__file__).parent / "models"
TRAINERS = {
    "wine": (load_wine, make_pipeline(StandardScaler(), LogisticRegression(C=0.5))),
    "iris": (load_iris, KNeighborsClassifier(n_neighbors=7, algorithm="kd_tree", weights="distance")),
    "diabetes": (load_diabetes, GradientBoostingRegressor(n_estimators=30, max_depth=2, random_state=0)),
}


def main():
    """All models, each with the names of what goes in and what comes out."""
    MODELS.mkdir(exist_ok=True)
    for name, (load, estimator) in TRAINERS.items():
        data = load()
        estimator.fit(data.data, data.target)
        model = {
            "estimator": estimator,
            "features": list(data.feature_names),
            "labels": [str(label) for label in data.get("target_names", [])],
        }
        joblib.dump(model, MODELS / (name + ".joblib"), compress=3)


if __name__ == "__main__":
    main()
