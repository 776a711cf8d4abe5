"""What is watched, with which detector: `city/detection.toml`, checked against the datasets.

A city without the file watches nothing. Nothing here is fitted to files: thresholds are the city's,
each with where it is from.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from analytics.detection.together import FoundSign, RecordSign, Sign, Together
from analytics.detection.trust import Rule
from data_access.city import City
from data_access.city_file import by_id, read_optional
from data_access.errors import CityError

FILE = "detection.toml"

OfSeries = Congestion | Air | Rain | Level | Outbreak | Surge | Fault | Novelty
Detector = Annotated[OfSeries | Together, Field(discriminator="kind")]


class Plan(BaseModel):
    """The detectors of a city, in the order in which they are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: Annotated[tuple[Detector, ...], Field(min_length=1)]
    trust: Rule = Rule()  # what people's labels make of a detector

    def datasets(self, options: Detector) -> tuple[str, ...]:
        """Return the datasets whose news a detector looks at."""
        if not isinstance(options, Together):
            return (options.dataset,)
        named = {each.id: each for each in self.detector}
        found: list[str] = []
        for sign in options.sign:
            if isinstance(sign, FoundSign):
                found += self.datasets(named[sign.detector])
            else:
                found.append(sign.dataset)
        return tuple(dict.fromkeys(found))


def read_plan(folder: Path, city: City) -> Plan | None:
    """Read what a city watches, None when it watches nothing; raises CityError."""
    plan = read_optional(folder / FILE, Plan)
    if plan is None:
        return None
    known = by_id(FILE, plan.detector)
    for each in plan.detector:
        if isinstance(each, Together):
            for number, sign in enumerate(each.sign):
                wrong = _fault(sign, known, city)
                if wrong:
                    raise CityError(FILE, f"detector[{each.id}].sign[{number}]", wrong)
            continue
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


def _fault(sign: Sign, known: Mapping[str, Detector], city: City) -> str:
    """Return what is wrong with a sign, nothing when nothing is.

    Where something secret happened, or few people are ill, is nothing to bear out a warning with.
    """
    if isinstance(sign, FoundSign):
        of = known.get(sign.detector)
        is_event = of is not None and not isinstance(of, Fault | Together)
        return "" if is_event else f"{sign.detector!r} is no detector of events of one series"
    contract = city.datasets.get(sign.dataset)
    if contract is None or contract.shape != _SHAPE[sign.kind]:
        return f"{sign.dataset!r} is no dataset of the shape {_SHAPE[sign.kind]!r}"
    if contract.classification.compartments:
        return f"{sign.dataset!r} is of a compartment; expected one that all who watch may know"
    if isinstance(sign, RecordSign):
        strange = [each for each in sign.categories if each not in contract.categories]
        if strange and contract.categories:
            return f"{strange[0]!r} is no category of {sign.dataset!r}"
        unknown = sorted(sign.at_least.keys() - contract.fields.keys())
        return f"{unknown[0]!r} is no field of {sign.dataset!r}" if unknown else ""
    indicator = contract.indicators.get(sign.indicator)
    if indicator is None:
        return f"{sign.indicator!r} is no indicator of a dataset {sign.dataset!r}"
    if indicator.mask_below:
        return f"{sign.indicator!r} has small counts that are told to nobody; expected another"
    return ""


_SHAPE: Mapping[str, str] = {"records": "record", "measure": "observation"}
