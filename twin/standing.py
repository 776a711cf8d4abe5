"""What the twins are asked by themselves: the next hours as forecast, before anybody asks.

`twin/standing.toml` of the city says what, and how often; a city without it asks nothing. Each time
the rain that is forecast then is written into the inputs, so that such a run can be made again like
any other. Not for asking: that is the jobs role's schedule.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.city import City
from data_access.city_file import read_optional
from data_access.contracts import Duration, Named
from data_access.errors import CityError
from data_access.promises import STRICT
from data_access.store.reader import StoreReader
from language import told
from twin.coupled.scenario import read_scenario as read_chain
from twin.drainage.forecast_storm import ForecastStorm, storm_from_forecast
from twin.drainage.plan import read_plan
from twin.drainage.scenario import read_scenario as read_water

FILE = Path("twin") / "standing.toml"
Kind = Literal["drainage", "coupled"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Question:
    """One question: of which twin, how often, and over how many hours of the rain forecast."""

    kind: Kind
    title: Named
    every: Duration
    hours: Annotated[int, Field(ge=1, le=72)] = 12

    @property
    def job_kind(self) -> str:
        """The kind of job that answers it."""
        return f"twin.{self.kind}"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Standing:
    """All of them."""

    question: tuple[Question, ...] = ()


def read_standing(folder: Path) -> tuple[Question, ...]:
    """Read what a city folder has its twins asked; raises CityError."""
    found = read_optional(folder / FILE, Standing)
    questions = () if found is None else found.question
    kinds = [each.kind for each in questions]
    if twice := next((each for each in kinds if kinds.count(each) > 1), None):
        raise CityError(FILE.name, "question", f"{twice} is asked twice; expected once")
    return questions


def scenario_of(
    question: Question, reader: StoreReader, city: City, folder: Path, now: datetime
) -> dict[str, Any]:
    """Return the scenario that asks it now; raises ValueError where no rain is forecast."""
    plan = read_plan(folder, city)
    if plan is None:
        raise ValueError(told("this city has no drainage twin"))
    rain = storm_from_forecast(reader, city, plan, now, hours=question.hours)
    storm = rain.storm.model_dump(mode="json", by_alias=True)
    water = {"storm": storm, "durationH": float(rain.hours)}
    if question.kind == "drainage":
        read_water(water)
        return water
    both = {"drainage": water, "traffic": {"base": {"hour": _wettest(rain, city)}}}
    read_chain(both)
    return both


def _wettest(told: ForecastStorm, city: City) -> int:
    """Return the city's hour of the day in which most of it falls; of a dry forecast its first."""
    per_hour = [math.fsum(depths) for depths in zip(*told.storm.mm.values(), strict=True)]
    at = told.begins_at + timedelta(hours=per_hour.index(max(per_hour)))
    return at.astimezone(city.zone).hour
