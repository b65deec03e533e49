"""Models of XGBoost and LightGBM, fitted on a few rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import xgboost
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

_RANDOM = np.random.default_rng(0)
FEATURES = pd.DataFrame(_RANDOM.normal(size=(60, 3)), columns=["a", "b", "c"])
YES = (FEATURES["a"] > 0).astype(int)
AMOUNT = FEATURES["a"] * 2 + FEATURES["b"]

BOOSTERS: dict[str, Callable[[], Any]] = {
    "xgboost classifier": lambda: xgboost.XGBClassifier(n_estimators=3).fit(FEATURES, YES),
    "xgboost regressor": lambda: xgboost.XGBRegressor(n_estimators=3).fit(FEATURES, AMOUNT),
    "xgboost in a pipeline": lambda: make_pipeline(StandardScaler(), xgboost.XGBClassifier(n_estimators=3)).fit(
        FEATURES, YES
    ),
    "xgboost booster": lambda: xgboost.train({"objective": "reg:squarederror"}, xgboost.DMatrix(FEATURES, AMOUNT), 3),
    "lightgbm classifier": lambda: lightgbm.LGBMClassifier(n_estimators=3, verbose=-1).fit(FEATURES, YES),
    "lightgbm regressor": lambda: lightgbm.LGBMRegressor(n_estimators=3, verbose=-1).fit(FEATURES, AMOUNT),
    "lightgbm in a pipeline": lambda: make_pipeline(
        StandardScaler(), lightgbm.LGBMRegressor(n_estimators=3, verbose=-1)
    ).fit(FEATURES, AMOUNT),
    "lightgbm booster": lambda: lightgbm.train({"verbose": -1}, lightgbm.Dataset(FEATURES, AMOUNT), 3),
}
