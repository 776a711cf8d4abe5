"""What may be asked of the traffic twin: an hour to begin with, and what is done to it.

Values only: whether a link or junction exists is the network's to say (twin/traffic/changes.py).
What is absurd in itself is refused here, in a sentence.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from language import told
from twin.refusal import refusal

MAX_SEEDS = 5
LONGEST_CYCLE_S = 300
Id = Annotated[str, Field(min_length=1, max_length=120)]
T = TypeVar("T")


def _once(ids: list[str]) -> list[str]:
    """Return the ids sorted; the same one twice is one."""
    return sorted(set(ids))


def _all_different(values: list[T]) -> list[T]:
    if len(set(values)) != len(values):
        raise ValueError(told("expected every one once"))
    return values


Ids = Annotated[list[Id], Field(min_length=1, max_length=400), AfterValidator(_once)]
Direction = Literal["forward", "backward"]  # as the link is drawn, or against it
DayKind = Literal["workday", "friday", "saturday", "sunday", "holiday"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Base(_Model):
    """The hour it begins with, how long it lasts, and how often it is drawn anew."""

    peak: Literal["morning", "evening"] | None = None
    hour: int | None = Field(default=None, ge=0, le=23)  # instead of a peak
    dayKind: DayKind = "workday"
    horizonMin: Literal[30, 60] = 60
    tripsScale: float = Field(default=1.0, gt=0, le=10)
    seeds: Annotated[list[int], AfterValidator(_all_different)] = Field(
        default=[1, 2, 3, 4, 5], min_length=1, max_length=MAX_SEEDS
    )
    network: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")  # imported
    networkHash: str | None = Field(default=None, pattern=r"^[0-9a-f]{8,64}$")

    @model_validator(mode="after")
    def _one_time(self) -> Base:
        if self.peak is not None and self.hour is not None:
            raise ValueError(told("expected a peak or an hour, not both"))
        if any(not 0 < seed < 2**31 for seed in self.seeds):
            raise ValueError(told("expected seeds from 1 to 2147483647"))
        return self

    @property
    def begins_h(self) -> int:
        """The hour of the day it begins at: 7 h and 17 h are the peaks by rule."""
        if self.hour is not None:
            return self.hour
        return 17 if self.peak == "evening" else 7


class Close(_Model):
    """Nobody drives on these links; `both` or only as the link is drawn."""

    kind: Literal["close"] = "close"
    links: Ids
    both: bool = True


class Reduce(_Model):
    """What is left of these links: a share of their capacity, and a speed limit."""

    kind: Literal["reduce"] = "reduce"
    links: Ids
    capacityShare: float = Field(default=1.0, ge=0.05, le=1)
    speedKmh: float | None = Field(default=None, ge=3, le=120)

    @model_validator(mode="after")
    def _something(self) -> Reduce:
        if self.capacityShare == 1 and self.speedKmh is None:
            raise ValueError(told("expected a share of the capacity below 1, or a speed"))
        return self


class Signals(_Model):
    """Another cycle and split of green; `splits` by phase in the order of the plan, adding to 1.

    `greenShare` is of the phase that lets most of `fromLink` into the junction, else of the first.
    """

    kind: Literal["signals"] = "signals"
    junctions: Ids
    cycleS: int | None = Field(default=None, ge=20, le=LONGEST_CYCLE_S)
    greenShare: float | None = Field(default=None, ge=0.1, le=0.9)
    fromLink: Id | None = None
    splits: list[Annotated[float, Field(gt=0, lt=1)]] | None = Field(default=None, max_length=8)

    @model_validator(mode="after")
    def _something(self) -> Signals:
        if self.greenShare is not None and self.splits is not None:
            raise ValueError(told("expected a share of green or splits, not both"))
        if self.fromLink is not None and self.greenShare is None:
            raise ValueError(told("expected a share of green for the link"))
        if self.cycleS is None and self.greenShare is None and self.splits is None:
            raise ValueError(told("expected a cycle, a share of green or splits"))
        if self.splits is not None and abs(sum(self.splits) - 1) > 0.005:
            raise ValueError(told("splits add up to {sum:.3f}; expected 1", sum=sum(self.splits)))
        return self


class GreenWave(_Model):
    """Junctions one after another that turn green as a column of `speedKmh` comes to them."""

    kind: Literal["greenWave"] = "greenWave"
    corridor: Annotated[list[Id], AfterValidator(_all_different)] = Field(
        min_length=2, max_length=40
    )
    speedKmh: float = Field(default=40, ge=10, le=80)
    cycleS: int | None = Field(default=None, ge=30, le=LONGEST_CYCLE_S)


class Demand(_Model):
    """More or fewer trips into, out of, or into and out of an area; `event` only names it."""

    kind: Literal["demand"] = "demand"
    area: Id | Literal["all"]
    factor: float = Field(ge=0, le=10)
    purpose: Literal["in", "out", "both"] = "both"
    event: str | None = Field(default=None, max_length=120)


class OneWay(_Model):
    """Links that are driven one way only; the lanes of the other way are added to it."""

    kind: Literal["oneWay"] = "oneWay"
    links: Ids
    direction: Direction = "forward"


class Rain(_Model):
    """Rain on the whole network; what it takes off capacity and speed is the city's table."""

    kind: Literal["rain"] = "rain"
    mmPerH: float = Field(gt=0, le=300)


class BusLane(_Model):
    """One lane each way of these links for buses and emergency vehicles alone."""

    kind: Literal["busLane"] = "busLane"
    links: Ids


Measure = Annotated[
    Close | Reduce | Signals | GreenWave | Demand | OneWay | Rain | BusLane,
    Field(discriminator="kind"),
]


# What can be done to a link once, as it is said where two of them are asked for.
_SAID = {"close": told("closing it"), "oneWay": told("one way"), "busLane": told("a bus lane")}


class TrafficScenario(_Model):
    """What is asked: measures on a base. `floods`: link -> depth, m, as the drainage twin says."""

    base: Base = Base()
    measures: list[Measure] = Field(default=[], max_length=60)
    floods: dict[Id, Annotated[float, Field(ge=0, le=5)]] = Field(default={}, max_length=50_000)

    @model_validator(mode="after")
    def _agree(self) -> TrafficScenario:
        if sum(isinstance(measure, Rain) for measure in self.measures) > 1:
            raise ValueError(told("expected one rain"))
        touched: dict[str, str] = {}
        for measure in self.measures:
            if not isinstance(measure, Close | OneWay | BusLane):
                continue
            for link in measure.links:
                other = touched.setdefault(link, measure.kind)
                if other != measure.kind:
                    raise ValueError(
                        told(
                            "link {link}: expected {one} or {other}, not both",
                            link=link,
                            one=_SAID[other],
                            other=_SAID[measure.kind],
                        )
                    )
        return self


def read_scenario(body: Any) -> TrafficScenario:
    """Return the scenario; raises ValueError with one sentence: where it is wrong, what is."""
    try:
        return TrafficScenario.model_validate(body)
    except ValidationError as error:
        raise ValueError(refusal(error)) from error
