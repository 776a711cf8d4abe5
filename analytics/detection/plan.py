"""What is watched, with which detector: `city/detection.toml`, checked against the datasets.

A city without the file watches nothing. Nothing here is fitted to files: thresholds are the city's,
each with where it is from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from analytics.detection.air import Air
from analytics.detection.congestion import Congestion
from analytics.detection.fault import Fault
from analytics.detection.flood import Level, Rain
from analytics.detection.novelty import Novelty
from analytics.detection.outbreak import Outbreak
from analytics.detection.surge import Surge
from analytics.detection.trust import Rule
from data_access.city import City
from data_access.city_file import by_id, read_optional
from data_access.errors import CityError

FILE = "detection.toml"

Detector = Annotated[
    Congestion | Air | Rain | Level | Outbreak | Surge | Fault | Novelty,
    Field(discriminator="kind"),
]


class Plan(BaseModel):
    """The detectors of a city, in the order in which they are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: Annotated[tuple[Detector, ...], Field(min_length=1)]
    trust: Rule = Rule()  # what people's labels make of a detector


def read_plan(folder: Path, city: City) -> Plan | None:
    """Read what a city watches, None when it watches nothing; raises CityError."""
    plan = read_optional(folder / FILE, Plan)
    if plan is None:
        return None
    known = by_id(FILE, plan.detector)
    for each in plan.detector:
        contract = city.datasets.get(each.dataset)
        if contract is None or each.indicator not in contract.indicators:
            wrong = f"{each.indicator!r} is no indicator of a dataset {each.dataset!r}"
            raise CityError(FILE, f"detector[{each.id}]", wrong)
        if isinstance(each, Congestion):
            for dataset in each.causes:
                if dataset not in city.datasets or city.datasets[dataset].shape != "record":
                    wrong = f"{dataset!r} is no dataset of records"
                    raise CityError(FILE, f"detector[{each.id}].causes", wrong)
        rain = known.get(each.with_rain) if isinstance(each, Level) and each.with_rain else None
        if isinstance(each, Level) and each.with_rain and not isinstance(rain, Rain):
            wrong = f"{each.with_rain!r} is no detector of rain"
            raise CityError(FILE, f"detector[{each.id}].with_rain", wrong)
    return plan
