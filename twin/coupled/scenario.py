"""What may be asked of the chain: a scenario of water, one of traffic, and the hour they meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from data_access.city import City
from language import told
from twin.drainage import options as water
from twin.drainage.plan import DrainagePlan
from twin.drainage.scenario import DrainageScenario
from twin.refusal import refusal
from twin.traffic import options as roads
from twin.traffic.plan import TrafficPlan
from twin.traffic.scenario import TrafficScenario


class CoupledScenario(BaseModel):
    """Traffic of an hour on the roads that water leaves.

    `at_min` is the minute after the rain began at which that hour begins; without it, the hour in
    which most water stands. The base is traffic on dry roads.
    """

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )

    drainage: DrainageScenario
    traffic: TrafficScenario = TrafficScenario()
    at_min: float | None = Field(default=None, ge=0, le=72 * 60)

    @model_validator(mode="after")
    def _agree(self) -> CoupledScenario:
        if self.traffic.floods:
            raise ValueError(
                told("floods come from the water; expected none in the traffic scenario")
            )
        if self.at_min is not None and self.at_min > self.drainage.duration_h * 60:
            raise ValueError(
                told(
                    "the hour begins {begins:g} minutes after the rain; only {most:g} are run",
                    begins=self.at_min,
                    most=self.drainage.duration_h * 60,
                )
            )
        return self


def read_scenario(given: Any) -> CoupledScenario:
    """Read a scenario as it travels; raises ValueError: where it is wrong, and what is."""
    try:
        return CoupledScenario.model_validate(given)
    except ValidationError as error:
        raise ValueError(refusal(error)) from error


def options(city: City, drainage: DrainagePlan, traffic: TrafficPlan) -> Mapping[str, Any]:
    """Return what may be picked for both halves: {"drainage": …, "traffic": …}."""
    return {
        "drainage": water.options(city, drainage),
        "traffic": roads.options(city, traffic),
    }


def picked_from(of_water: Mapping[str, Any], of_roads: Mapping[str, Any]) -> dict[str, Any]:
    """Return the lists of both halves as one page picks from them.

    Both have `stations` and `areas`: the pumps, and the wards that have traffic, are picked.
    """
    invented = [*of_water["invented"], *of_roads["invented"]]
    of_both = {
        "areas": of_roads["areas"],
        "invented": invented,
        "leftOut": of_water.get("leftOut", 0) + of_roads.get("leftOut", 0),
    }
    return {**of_roads, **of_water, **of_both}
