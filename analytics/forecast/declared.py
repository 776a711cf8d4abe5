"""What a city forecasts: `forecasts.toml` of its folder. A city without the file forecasts nothing.

An entry is a kind of series: indicators of one dataset (or its records, counted) by place, on one
step. They share a model and become one finding, `forecast.<id>`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from analytics.grid import StepName
from data_access.city import City
from data_access.city_file import by_id, read_optional
from data_access.contracts import Duration, Id, Named
from data_access.durations import duration_s
from data_access.errors import CityError
from data_access.promises import STRICT

FILE = "forecasts.toml"
PREFIX = "forecast."
DRIFT = f"{PREFIX}drift"  # the finding of which entries have drifted: no entry may be called so
LEAST_RETRAIN_S = 3600.0
PlaceName = Literal["city", "areas", "entities"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Declared:
    """One kind of series. Steps and horizons are of the series' own time."""

    id: Id
    name: Named
    dataset: Id
    indicators: tuple[Id, ...] = ()  # none: how many records were opened
    places: tuple[PlaceName, ...] = ("city",)
    step: StepName
    ahead: int = Field(ge=1, le=400)  # slots; fewer where the past is too short to test as many
    history: Duration = "P90D"  # that is read
    how: Literal["mean", "sum"] = "mean"  # rows of a slot, and of several entities
    absent: Literal["gap", "zero"] = "gap"  # what a slot without rows means
    in_logs: bool = False  # errors grow with the figure: cases, counts of an outbreak
    shown: int = Field(default=12, ge=1, le=200)  # series with a chart; all are in the table
    total: Literal["year"] | None = None  # forecast is the sum of the year, from day or month
    target: Id | None = None  # of a total: the indicator that is the year's plan
    beside: Literal["environment.rain_forecast"] | None = None  # known ahead, used if it helps
    retrain: Duration | None = None  # how often it is learned anew; a total's method always is

    def __post_init__(self) -> None:
        if self.total is not None and self.step not in ("P1D", "P1M"):
            raise ValueError('a total of the year is made of days or months: step "P1D" or "P1M"')
        if self.total is not None and self.how != "sum":
            raise ValueError('a total adds up: how = "sum"')
        if self.beside is not None and (self.step != "PT1H" or self.total is not None):
            raise ValueError('forecasts beside the series are read by the hour: step = "PT1H"')
        if (self.retrain is None) != (self.total is not None):
            raise ValueError('expected retrain = "P1D" or another duration; of a total none')
        if self.retrain is not None and duration_s(self.retrain) < LEAST_RETRAIN_S:
            raise ValueError("nothing is learned more often than every hour")
        if not self.indicators and (self.how != "sum" or "entities" in self.places):
            raise ValueError('records are counted, by city or area: how = "sum"')

    @property
    def retrain_ms(self) -> float:
        """How old what was learned may be."""
        return 0.0 if self.retrain is None else duration_s(self.retrain) * 1000

    @property
    def finding(self) -> str:
        """The name under which it is published."""
        return f"{PREFIX}{self.id}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _File:
    forecast: tuple[Declared, ...] = ()


def declared(folder: Path, city: City) -> dict[str, Declared]:
    """Return what `city` forecasts, by id; raises CityError."""
    file = read_optional(folder / FILE, _File) or _File()
    found = by_id(FILE, file.forecast)
    for each in found.values():
        if each.finding == DRIFT:
            raise _wrong(each, "id", f"{DRIFT} is what tells of models that drifted")
        contract = city.datasets.get(each.dataset)
        if contract is None:
            raise _wrong(each, "dataset", f"{each.dataset!r} is no dataset")
        named = {*each.indicators, *([each.target] if each.target else ())}
        unknown = sorted(named - contract.indicators.keys())
        if unknown:
            raise _wrong(each, "indicators", f"{', '.join(unknown)} is no indicator of the dataset")
        if contract.shape == "observation" and not each.indicators:
            raise _wrong(each, "indicators", "a dataset of observations needs indicators")
        if contract.shape == "record" and each.indicators:
            raise _wrong(each, "indicators", "records are counted; expected none")
    return found


def _wrong(each: Declared, key: str, expected: str) -> CityError:
    return CityError(FILE, f"forecast[{each.id}].{key}", expected)
