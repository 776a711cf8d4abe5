"""What is kept as bytes and back: arrays as numpy's own, the model by skops, nothing pickled.

Whoever can write the store could otherwise have code of theirs run here: skops makes only objects
of types it knows to be data, and of the one type of scikit-learn that is named here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson
import skops.io

from analytics.forecast.choice import Choice
from analytics.forecast.features import Scale
from analytics.forecast.fitting import Fitted, Tried
from analytics.forecast.intervals import LEVELS, Band
from analytics.forecast.model import Model
from analytics.forecast.published import TOLD, Said

TREES = "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"
COLUMNS = ("series", "origin", "ahead", "horizon", "fit_ms")  # of published forecasts
DAMAGED = (ValueError, TypeError, KeyError, OSError, EOFError, zipfile.BadZipFile, AttributeError)


class Unreadable(ValueError):
    """Bytes that are no fit."""


def written(fits: Mapping[str, Fitted | None]) -> bytes:
    """Return the fits of an entry by indicator; None of one without a series to learn from."""
    arrays: dict[str, Any] = {}
    told: dict[str, Any] = {}
    for number, (name, fit) in enumerate(fits.items()):
        if fit is None:
            told[name] = None
            continue
        found, told[name] = _parts(fit)
        told[name]["at"] = number
        arrays |= {f"{number}.{part}": each for part, each in found.items()}
    arrays["told"] = np.frombuffer(orjson.dumps(told), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def read(body: bytes) -> dict[str, Fitted | None]:
    """Return what `written` wrote; raises Unreadable."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            told = orjson.loads(arrays["told"].tobytes())
            return {
                name: None if said is None else _fit(said, f"{said['at']}.", arrays)
                for name, said in told.items()
            }
    except DAMAGED as error:
        raise Unreadable(f"no fit: {error}") from error


def said_written(said: Said) -> bytes:
    """Return published forecasts."""
    buffer = io.BytesIO()
    columns = {name: getattr(said, name) for name in COLUMNS}
    told = said.told.astype(np.float32)
    np.savez_compressed(buffer, names=np.array(said.names, np.str_), told=told, **columns)
    return buffer.getvalue()


def said_read(body: bytes) -> Said:
    """Return what `said_written` wrote; raises Unreadable."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            columns = {name: arrays[name].astype(np.int64) for name in COLUMNS}
            names = tuple(str(name) for name in arrays["names"])
            said = Said(names=names, told=arrays["told"].astype(np.float64), **columns)
    except DAMAGED as error:
        raise Unreadable(f"no published forecasts: {error}") from error
    lengths = {len(getattr(said, name)) for name in (*COLUMNS, "told")}
    if len(lengths) != 1 or said.told.shape[1] != len(TOLD):
        raise Unreadable("columns of published forecasts differ in length")
    if len(said) and not 0 <= said.series.min() <= said.series.max() < len(names):
        raise Unreadable("published forecasts of no series")
    return said


def _parts(fit: Fitted) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays: dict[str, Any] = {
        "part": fit.part,
        "ahead": fit.ahead,
        "errors": fit.errors,
        "scale": np.stack([fit.scale.error, fit.scale.middle, fit.scale.spread]),
        "weights": np.stack([choice.weights for choice in fit.choices]),
    }
    if fit.band is not None:
        for level in LEVELS:
            sides = (fit.band.low[level], fit.band.high[level])
            arrays[f"band{round(level * 100)}"] = np.stack(sides)
    told: dict[str, Any] = {
        "names": fit.names,
        "horizon": fit.horizon,
        "choices": [_choice_told(choice) for choice in fit.choices],
        "coverage": [[each[level] for level in LEVELS] for each in fit.coverage],
        "model": None,
        "tried": None if fit.tried is None else asdict(fit.tried),
    }
    if fit.model is not None:
        model = fit.model
        arrays["columns"] = model.columns
        for part in ("linear", "regressor"):
            arrays[part] = np.frombuffer(skops.io.dumps(getattr(model, part)), np.uint8)
        told["model"] = {"horizon": model.horizon, "rows": model.rows}
    return arrays, told


def _choice_told(choice: Choice) -> dict[str, Any]:
    return {
        name: getattr(choice, name)
        for name in ("method", "naive", "baseline", "errors", "mase", "tested", "mix")
    }


def _fit(told: Mapping[str, Any], at: str, arrays: Mapping[str, Any]) -> Fitted:
    names = tuple(told["names"])
    weights = arrays[f"{at}weights"]
    choices = tuple(
        Choice(weights=weights[row], **each) for row, each in enumerate(told["choices"])
    )
    error, middle, spread = arrays[f"{at}scale"]
    coverage = tuple(dict(zip(LEVELS, each, strict=True)) for each in told["coverage"])
    if not len(names) == len(choices) == len(coverage) == len(error):
        raise ValueError("series and what was learned of them differ in number")
    band = None
    if f"{at}band{round(LEVELS[0] * 100)}" in arrays:
        sides = {level: arrays[f"{at}band{round(level * 100)}"] for level in LEVELS}
        band = Band(*({level: each[n] for level, each in sides.items()} for n in (0, 1)))
    return Fitted(
        names=names,
        horizon=int(told["horizon"]),
        choices=choices,
        part=arrays[f"{at}part"],
        ahead=arrays[f"{at}ahead"],
        band=band,
        coverage=coverage,
        errors=arrays[f"{at}errors"],
        scale=Scale(error=error, middle=middle, spread=spread),
        model=_model(told["model"], at, arrays),
        tried=None if told["tried"] is None else Tried(**told["tried"]),
    )


def _model(told: Mapping[str, Any] | None, at: str, arrays: Mapping[str, Any]) -> Model | None:
    if told is None:
        return None
    linear, regressor = (
        skops.io.loads(arrays[f"{at}{part}"].tobytes(), trusted=[TREES])
        for part in ("linear", "regressor")
    )
    return Model(linear, regressor, int(told["horizon"]), arrays[f"{at}columns"], told["rows"])
