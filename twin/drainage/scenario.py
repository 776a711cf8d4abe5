"""What may be asked of the drainage twin: a storm, a river level, and what is done about it.

Values only. What may be picked is options.py; where a storm's rain comes from, storms.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic.alias_generators import to_camel

from language import told
from twin.naming import listed_name, measure_name
from twin.refusal import refusal

ALL = "all"  # the key of rain that falls everywhere alike
MOST_H = 72.0
MOST_MM_H = 500.0  # above any rain ever measured over minutes to an hour (305 mm in 42 minutes)
MOST_MM = 3000.0  # above any rain ever measured over three days, but for one island
MOST_STEPS = 1000
LEAST_STEP_MIN, MOST_STEP_MIN = 1, 1440
CITY_MODEL = "city"


class _Value(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        allow_inf_nan=False,
    )


class NamedStorm(_Value):
    """A storm of the city's list: one that was observed, or a design storm."""

    kind: Literal["named"] = "named"
    id: str = Field(max_length=80)


class Hyetograph(_Value):
    """Rain as depths per step: by area code, and under `all` where a ward has none of its own.

    `source` says where it comes from: drawn by hand, the gauges of the store, a forecast. `note`
    is what is to be said about it beside the result, `name` what it is called, in both languages.
    """

    kind: Literal["hyetograph"] = "hyetograph"
    step_min: int = Field(ge=LEAST_STEP_MIN, le=MOST_STEP_MIN)
    mm: dict[str, tuple[float, ...]] = Field(min_length=1, max_length=1000)
    source: Literal["drawn", "gauges", "forecast"] = "drawn"
    note: dict[str, str] | None = None
    name: dict[str, str] | None = None

    @field_validator("mm")
    @classmethod
    def _rain(cls, mm: dict[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
        for area, depths in mm.items():
            if not 1 <= len(depths) <= MOST_STEPS:
                raise ValueError(
                    told(
                        "rain of {area} has {count} steps, not 1 to {most}",
                        area=area,
                        count=len(depths),
                        most=MOST_STEPS,
                    )
                )
            for depth in depths:
                if not depth >= 0:  # a NaN is not either
                    raise ValueError(
                        told(
                            "rain of {area} is {mm:g} mm in a step; rain is 0 or more",
                            area=area,
                            mm=depth,
                        )
                    )
            if round(sum(depths), 3) > MOST_MM:  # sums of tenths are not whole
                raise ValueError(
                    told(
                        "{mm:g} mm on {area}; at most {most:g} mm are run",
                        mm=sum(depths),
                        area=area,
                        most=MOST_MM,
                    )
                )
        return mm

    @model_validator(mode="after")
    def _intensity(self) -> Hyetograph:
        for area, depths in self.mm.items():
            highest = max(depths) * 60 / self.step_min
            if highest > MOST_MM_H:
                raise ValueError(
                    told(
                        "rain of {area} reaches {mm:g} mm/h; at most {most:g} are run",
                        area=area,
                        mm=highest,
                        most=MOST_MM_H,
                    )
                )
        return self


Storm = Annotated[NamedStorm | Hyetograph, Field(discriminator="kind")]


class PumpsOff(_Value):
    """So many pumps of a station do not run."""

    kind: Literal["pumpsOff"] = "pumpsOff"
    station: str
    pumps: int = Field(ge=1, le=1000)


class PumpsEarly(_Value):
    """A station pumps its reservoir down from so many hours before the rain."""

    kind: Literal["pumpsEarly"] = "pumpsEarly"
    station: str
    hours: float = Field(gt=0, le=24)


class Block(_Value):
    """A share of a conduit's capacity is gone; 1 is blocked altogether."""

    kind: Literal["block"] = "block"
    conduit: str
    share: float = Field(gt=0, le=1)


class Drawdown(_Value):
    """A lake is lower by so many metres when the rain begins."""

    kind: Literal["drawdown"] = "drawdown"
    lake: str
    m: float = Field(gt=0, le=20)


class Gate(_Value):
    """A gate is open by a share; 0 is shut."""

    kind: Literal["gate"] = "gate"
    gate: str
    open: float = Field(ge=0, le=1)


Measure = Annotated[PumpsOff | PumpsEarly | Block | Drawdown | Gate, Field(discriminator="kind")]
_TARGETS = {  # kind of measure -> (its field, the list of the options it is picked from)
    "pumpsOff": ("station", "stations"),
    "pumpsEarly": ("station", "stations"),
    "block": ("conduit", "conduits"),
    "drawdown": ("lake", "lakes"),
    "gate": ("gate", "gates"),
}


class DrainageScenario(_Value):
    """A what-if. The base it is compared with has the same storm and river, and no measure."""

    storm: Storm
    river_level_m: float | None = Field(default=None, ge=-20, le=100)  # None: the model's own
    duration_h: float = Field(default=6.0, gt=0, le=MOST_H)
    measures: tuple[Measure, ...] = Field(default=(), max_length=20)
    model: str = Field(default=CITY_MODEL, pattern=r"^[a-z0-9]([a-z0-9-]{0,60}[a-z0-9])?$")
    model_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{8,64}$")  # of an imported one

    @property
    def lead_h(self) -> float:
        """Hours that are run before the rain begins: what pumping early needs."""
        return max((m.hours for m in self.measures if isinstance(m, PumpsEarly)), default=0.0)


def read_scenario(given: Mapping[str, Any]) -> DrainageScenario:
    """Read a scenario as it travels; raises ValueError: where it is wrong, and what is."""
    try:
        return DrainageScenario.model_validate(given)
    except ValidationError as error:
        raise ValueError(refusal(error)) from error


def check_picked(scenario: DrainageScenario, options: Mapping[str, Any]) -> None:
    """Refuse what the model does not have; `options` as of options.py. Raises ValueError."""
    if isinstance(scenario.storm, NamedStorm):
        _find(options, "storms", scenario.storm.id)
    river = options["river"]
    level = scenario.river_level_m
    if level is not None and not river["leastM"] <= level <= river["mostM"]:
        raise ValueError(
            told(
                "river level {level:g} m; expected {least:g} to {most:g} m",
                level=level,
                least=river["leastM"],
                most=river["mostM"],
            )
        )
    seen: set[tuple[str, str]] = set()
    for measure in scenario.measures:
        field, listed = _TARGETS[measure.kind]
        picked = getattr(measure, field)
        if (measure.kind, picked) in seen:
            raise ValueError(
                told(
                    "{measure} of {picked} is there twice",
                    measure=measure_name(measure.kind),
                    picked=picked,
                )
            )
        seen.add((measure.kind, picked))
        _fits(measure, _find(options, listed, picked))


def _find(options: Mapping[str, Any], listed: str, wanted: str) -> Mapping[str, Any]:
    for option in options[listed]:
        if option["id"] == wanted:
            found: Mapping[str, Any] = option
            return found
    raise ValueError(
        told("this model has no {wanted} ({listed})", wanted=wanted, listed=listed_name(listed))
    )


def _fits(measure: Measure, option: Mapping[str, Any]) -> None:
    if isinstance(measure, PumpsOff) and measure.pumps > option["pumps"]:
        raise ValueError(
            told(
                "{station} has {count} pumps, not {asked}",
                station=measure.station,
                count=option["pumps"],
                asked=measure.pumps,
            )
        )
    if isinstance(measure, PumpsEarly) and not option["canPumpEarly"]:
        raise ValueError(
            told("{station} has no reservoir that could be pumped down", station=measure.station)
        )
    if isinstance(measure, Drawdown) and measure.m > option["mostDrawdownM"]:
        raise ValueError(
            told(
                "{lake} can be lowered by {most:g} m, not {asked:g}",
                lake=measure.lake,
                most=option["mostDrawdownM"],
                asked=measure.m,
            )
        )
