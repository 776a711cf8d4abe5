"""A calibration as a run takes it: which pairs of places have more trips, how fast roads are free.

Made by twin/traffic/calibrate.py, given with the inputs of a run, so that a run stays a function of
them. Counts of one hour say nothing of another: there it is not used, and that is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jobs.working import WorkFailed
from language import told
from twin.fitted import Fitted, outdated
from twin.refusal import refusal
from twin.result import Fit
from twin.traffic import engine
from twin.traffic.demand import Zone
from twin.traffic.limits import NOT_CALIBRATED, other_time, uncalibrated
from twin.traffic.network import digest
from twin.traffic.plan import TrafficPlan
from twin.traffic.scenario import Base, DayKind

Weight = Annotated[float, Field(gt=0, le=100)]


class Calibrated(BaseModel):
    """What a run needs of the result of a calibration; the rest of that is for the page."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    hour: int = Field(ge=0, le=23)
    dayKind: DayKind
    network: str | None = None
    networkHash: str | None = None
    factors: dict[str, Annotated[float, Field(ge=0, le=100_000)]]
    places: dict[str, tuple[Weight, Weight]] = Field(default_factory=dict)
    freeKmh: dict[str, Annotated[float, Field(gt=1, le=150)]]
    fit: dict[str, Any]
    fitted: Fitted | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a run uses; empty where nothing was calibrated."""

    factors: Mapping[str, float] = field(default_factory=dict)  # pair of zones -> times its trips
    free_kmh: Mapping[str, float] = field(default_factory=dict)
    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # as places.py has them
    fit: Fit = field(default_factory=lambda: uncalibrated(NOT_CALIBRATED))


def fitted_to(plan: TrafficPlan, zones: Sequence[Zone], net_hash: str) -> Fitted:
    """Return what a calibration is fitted to: a net, who drives on it and how often, an engine."""
    kinds = [(v.id, v.share, v.car_equivalent, v.barred_hours) for v in plan.vehicle]
    people = [(zone.id, zone.people, zone.draws) for zone in zones]
    assumed = repr((plan.wards, plan.cycle_s, plan.demand, kinds, people))
    return Fitted(
        network=net_hash,
        assumed=digest(assumed.encode()),
        engine=f"{engine.PACKAGE} {engine.version()}",
    )


def read_calibration(body: Any, base: Base, now: Fitted) -> Calibration:
    """Return what of a calibration holds for a base as it is now; raises WorkFailed for no such.

    Where the network, what is assumed or the engine is another nothing does, and the fit says why.
    """
    if body is None:
        return Calibration()
    try:
        found = Calibrated.model_validate(body)
    except ValidationError as error:
        raise WorkFailed(
            "input",
            told("{where}: {what}", where="calibration", what=refusal(error, "calibration")),
        ) from error
    if found.network != base.network:
        return Calibration()
    why = outdated(found.fitted, now)
    if why is not None:
        return Calibration(fit=uncalibrated(why))
    if (found.hour, found.dayKind) != (base.begins_h, base.dayKind):
        fit = uncalibrated(other_time(found.hour, found.dayKind))
        return Calibration(free_kmh=found.freeKmh, fit=_with_seen(fit, found))
    fit = {"state": found.fit["state"], "why": found.fit["why"]}
    if "figures" in found.fit:
        fit["figures"] = found.fit["figures"]
    return Calibration(found.factors, found.freeKmh, found.places, _with_seen(fit, found))


def _with_seen(fit: Fit, found: Calibrated) -> Fit:
    """Return a fit with what it was observed by; of a calibration of before, as it is."""
    return {**fit, "seen": found.fit["seen"]} if "seen" in found.fit else fit


def for_run(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a calibration's result what belongs into the inputs of a run."""
    keys = tuple(Calibrated.model_fields)
    return {key: result[key] for key in keys if key in result}
