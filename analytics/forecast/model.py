"""One gradient-boosted model for all series of a panel, for every slot ahead.

It learns the profile's error (features.py) and is trained on rows drawn from the past; the same
panel gives the same model (the draws are seeded by its size alone).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from threadpoolctl import threadpool_limits

from analytics.forecast.features import NAMES, Design
from analytics.forecast.panel import Panel
from analytics.grid import Ints
from analytics.series import Floats
from data_access.rollup import DAY_US

ROWS = 100_000  # that a model learns from, at most
LEAST_ROWS = 200  # fewer teach nothing: the baselines stand alone
CHUNK = 100_000  # rows predicted at a time
SEED = 20_260_217
CLIP = 30.0  # scales beyond which a row teaches no more: Tết is within, a broken sensor is not
LEAF = 25  # values a leaf is made of; each is drawn several times, at other distances
RIDGE = 10.0
# Days that must have been seen before a feature of the calendar is one: what has not come round
# twice only tells one day from another.
SPANS_D = {
    "weekday": 21, "is_off": 14, "off_season_ago": 14, "off_day_ago": 14, "is_eve": 60,
    "is_holiday": 60, "is_school": 60, "lunar_day": 120, "tet_days": 400, "year_day": 800,
}  # fmt: skip
STRAIGHT = [
    NAMES.index(name)
    for name in NAMES
    if name.startswith(("naive", "daily", "level", "newest", "error", "rain"))
]
METHOD = "HistGradientBoosting"


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model and how many rows it has seen."""

    linear: Any
    regressor: Any
    horizon: int
    columns: npt.NDArray[np.intp]  # of features.NAMES, those that told anything
    rows: int

    def predict(self, design: Design, rows: Ints, origins: Ints, ahead: Ints) -> Floats:
        """Return the forecast of each (series, origin, slots ahead)."""
        found = np.empty(len(rows))
        for begin in range(0, len(rows), CHUNK):
            part = slice(begin, begin + CHUNK)
            sheet = design.sheet(rows[part], origins[part], ahead[part])
            error = self.linear.predict(_straight(sheet.features, self.horizon))
            with threadpool_limits(limits=1, user_api="openmp"):
                error += self.regressor.predict(sheet.features[:, self.columns])
            found[part] = sheet.profile + error * sheet.scale
        return found


def train(panel: Panel, design: Design, until: Ints, *, rows: int = ROWS) -> Model | None:
    """Return the model of what is known at column `until` of each series; None of too little."""
    drawn = draw(panel, until, rows=rows)
    if len(drawn[0]) < LEAST_ROWS:
        return None
    sheet = design.sheet(*drawn)
    truth = panel.values[drawn[0], drawn[1] + drawn[2]]
    error = np.clip((truth - sheet.profile) / sheet.scale, -CLIP, CLIP)
    good = np.isfinite(error)
    if good.sum() < LEAST_ROWS:
        return None
    told, learned = sheet.features[good], int(good.sum())
    days = _days(panel, drawn[1] + drawn[2])
    columns = np.flatnonzero(
        [
            days >= SPANS_D.get(name, 0) and _varies(told[:, column])
            for column, name in enumerate(NAMES)
        ]
    )
    width = panel.values.shape[1]
    targets = len(np.unique(drawn[0][good] * width + (drawn[1] + drawn[2])[good]))
    regressor = _regressor(learned, targets)
    straight = _straight(told, panel.horizon)
    linear = Ridge(alpha=RIDGE).fit(straight, error[good])
    left = error[good] - linear.predict(straight)
    with threadpool_limits(limits=1, user_api="openmp"):  # it runs beside the room
        regressor.fit(told[:, columns], left)
    return Model(linear, regressor, panel.horizon, columns, learned)


def draw(panel: Panel, until: Ints, *, rows: int) -> tuple[Ints, Ints, Ints]:
    """Draw (series, origin, slots ahead) whose targets are known at column `until` of each.

    Origins begin when a season has passed, so that the profile says something.
    """
    random = np.random.default_rng(SEED + panel.values.size)
    at = np.arange(panel.values.shape[1])
    known = np.isfinite(panel.values) & (at <= until[:, None])
    started = np.argmax(known, axis=1) + panel.short
    targets, columns = np.nonzero(known & (at > started[:, None]))
    if not len(targets):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    # Every target is drawn from as often as needed, each time with another distance.
    times = max(1, min(panel.horizon, -(-rows // len(targets))))
    picked = np.tile(np.arange(len(targets)), times)
    if len(picked) > rows:
        picked = random.permutation(picked)[:rows]
    ahead = random.integers(1, panel.horizon + 1, len(picked))
    series, target = targets[picked].astype(np.int64), columns[picked].astype(np.int64)
    kept = target - ahead >= started[series]
    return series[kept], (target - ahead)[kept], ahead[kept]


def _straight(features: Floats, horizon: int) -> Floats:
    """Return what a straight line is drawn through: differences, each also as it fades ahead."""
    told = np.clip(np.nan_to_num(features[:, STRAIGHT]), -CLIP, CLIP)
    near = 1.0 - features[:, :1] / horizon
    found: Floats = np.hstack([told, told * near, told * near**4])
    return found


def _days(panel: Panel, columns: Ints) -> float:
    first, last = (
        panel.grid.begin_us(int(panel.slots[at])) for at in (columns.min(), columns.max())
    )
    return (last - first) / DAY_US


def _varies(column: Floats) -> bool:
    known = column[np.isfinite(column)]
    return len(known) > 0 and bool(known.min() < known.max())


def _regressor(rows: int, targets: int) -> HistGradientBoostingRegressor:
    """Return the learner for rows drawn from so many values: a leaf must hold several of those."""
    return HistGradientBoostingRegressor(
        loss="squared_error",
        learning_rate=0.06,
        max_iter=80,
        max_leaf_nodes=15,
        min_samples_leaf=max(20, LEAF * rows // max(1, targets)),
        l2_regularization=10.0,
        max_features=0.7,
        early_stopping=False,
        random_state=SEED,
    )
