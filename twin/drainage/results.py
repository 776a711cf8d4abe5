"""The answer of the drainage twin: two waters, base and what-if, as figures, frames and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from data_access.envelope import Text
from data_access.scales import Scale
from twin.depths import depth_band
from twin.drainage.calibration import unseen
from twin.drainage.flooding import THRESHOLDS_M, Water
from twin.drainage.model import Model, Spot
from twin.drainage.scenario import DrainageScenario
from twin.drainage.storms import Rain
from twin.result import Fit, Frames, Kpi, RunResult, Spread, text

DEPTH_SCALE = "flood_depth"
MOST_FRAMES = 73
FRAME_STEPS_MIN = (5, 10, 15, 30, 60)
SEEN_M, STOPS_M = THRESHOLDS_M[0], THRESHOLDS_M[1]
Rows = npt.NDArray[np.float64]


def result_of(
    scenario: DrainageScenario,
    rain: Rain,
    base: Water,
    value: Water,
    *,
    scale: Scale | None,
    engine: Mapping[str, str],
    fit: Fit,
) -> RunResult:
    """Return the result; both waters are as long as each other, a first answer shorter than all."""
    samples = min(len(base.street_m), len(value.street_m))
    model = value.model
    return {
        "kind": "drainage",
        "engine": dict(engine),
        "seeds": [],  # chance has no part in it
        "seedsDone": 0,
        "fit": fit,
        "kpis": _kpis(model, base, value),
        "areas": _areas(base, value),
        "frames": _frames(base, value, samples),
        "geometry": {layer: dict(drawn) for layer, drawn in model.geometry.items()},
        "invented": list(model.invented),
        "limits": [*unseen(fit), *model.limits, *_limits(scenario, rain, base, value)],
        "details": _details(scenario, rain, base, value, scale),
    }


def kpi(
    kpi_id: str,
    label: Text,
    unit: str,
    decimals: int,
    better: Literal["up", "down"],
    base: float,
    value: float,
) -> Kpi:
    """Return a figure without spread."""
    return {
        "id": kpi_id,
        "label": label,
        "unit": unit,
        "decimals": decimals,
        "better": better,
        "base": _sure(base, decimals),
        "value": _sure(value, decimals),
        "delta": _sure(round(value, decimals) - round(base, decimals), decimals),
    }


def _sure(number: float, decimals: int) -> Spread:
    rounded = round(number, decimals) + 0.0  # no -0
    return {"mean": rounded, "low": rounded, "high": rounded, "bySeed": [rounded]}


def _kpis(model: Model, base: Water, value: Water) -> list[Kpi]:
    return [
        kpi(each.id, each.label, each.unit, each.decimals, each.better,
            each.of(base), each.of(value))
        for each in FIGURES
        if each.is_known(model)
    ]  # fmt: skip


def _over(water: Water, threshold_m: float) -> float:
    return float(sum(depth > threshold_m for depth in water.deepest_m().values()))


def _spots_over(water: Water, threshold_m: float) -> float:
    deepest = water.deepest_m()
    return float(sum(deepest.get(spot.node, 0.0) > threshold_m for spot in water.model.spots))


def _spot_hours(water: Water) -> float:
    return sum(water.minutes_over(spot.node, STOPS_M) for spot in water.model.spots) / 60


def _is_deep(model: Model) -> bool:
    """Tell whether a model says of any place how deep water stands."""
    return any(place.ponding_m2 > 0 for place in model.places)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a case, and of which models it is known."""

    id: str
    label: Text
    unit: str
    decimals: int
    better: Literal["up", "down"]
    of: Callable[[Water], float]
    is_known: Callable[[Model], bool] = lambda _: True


FIGURES = (
    Figure(
        "floodVolume", text("Lượng nước ngập lớn nhất", "Most water standing"), "m³", 0, "down",
        Water.peak_m3,
    ),
    Figure(
        "placesFlooded", text("Nơi ngập trên 0,1 m", "Places over 0.1 m"), "", 0, "down",
        lambda water: _over(water, SEEN_M), _is_deep,
    ),
    Figure(
        "placesStopped", text("Nơi ngập trên 0,3 m", "Places over 0.3 m"), "", 0, "down",
        lambda water: _over(water, STOPS_M), _is_deep,
    ),
    Figure(
        "spotsFlooded", text("Điểm đen ngập trên 0,1 m", "Black spots over 0.1 m"), "", 0, "down",
        lambda water: _spots_over(water, SEEN_M), lambda model: bool(model.spots),
    ),
    Figure(
        "spotHours", text("Tổng số giờ điểm đen ngập trên 0,3 m",
                          "Hours of black spots over 0.3 m"), "h", 1, "down",
        _spot_hours, lambda model: bool(model.spots),
    ),
    Figure(
        "pumped", text("Lượng nước bơm", "Pumped water"), "m³", 0, "up",
        lambda water: water.pumped_m3(water.model.pumps), lambda model: bool(model.pumps),
    ),
)  # fmt: skip


def _areas(base: Water, value: Water) -> dict[str, list[Kpi]]:
    deepest = base.by_area(), value.by_area()
    volumes = base.volume_by_area_m3(), value.volume_by_area_m3()

    def worst(of: Mapping[str, Rows], area: str) -> float:
        return float(of[area].max()) if len(of[area]) else 0.0

    return {
        area: [
            kpi(
                "depth", text("Độ sâu ngập lớn nhất", "Greatest depth"), "m", 2, "down",
                worst(deepest[0], area), worst(deepest[1], area),
            ),
            kpi(
                "floodVolume", text("Lượng nước ngập lớn nhất", "Most water standing"),
                "m³", 0, "down", volumes[0][area], volumes[1][area],
            ),
        ]
        for area in deepest[1]
    }  # fmt: skip


def _frames(base: Water, value: Water, samples: int) -> dict[str, Frames]:
    step = _frame_step(value.step_s, samples)
    taken = list(range(0, samples, step))
    minutes = [value.minutes[n] for n in taken]
    wet = np.flatnonzero(
        (base.street_m[:samples] > 0).any(axis=0) | (value.street_m[:samples] > 0).any(axis=0)
    )
    ids = [value.model.places[n].id for n in wet]
    followed = [place.id for place in value.model.places if place.ponding_m2 > 0]
    dry = sorted(set(followed) - set(ids))  # elsewhere nobody knows how deep water stands

    def columns(water: Water) -> dict[str, list[float | None]]:
        rows = water.street_m[taken][:, wet]
        return {each: _rounded(rows[:, n]) for n, each in enumerate(ids)}

    def areas(water: Water) -> dict[str, list[float | None]]:
        return {area: _rounded(depth[taken]) for area, depth in water.by_area().items()}

    def frames(
        layer: str, of: Callable[[Water], dict[str, list[float | None]]], **more: Any
    ) -> Frames:
        found: Any = {
            "layer": layer,
            "unit": "m",
            "decimals": 2,
            "scale": DEPTH_SCALE,
            "minutes": minutes,
            "base": of(base),
            "value": of(value),
            **more,
        }
        return cast(Frames, found)

    return {"depth": frames("twin.nodes", columns, dry=dry), "areaDepth": frames("areas", areas)}


def _frame_step(step_s: int, samples: int) -> int:
    for minutes in FRAME_STEPS_MIN:
        step = max(1, minutes * 60 // step_s)
        if samples / step <= MOST_FRAMES:
            return step
    return max(1, -(-samples // MOST_FRAMES))


def _rounded(depths: Rows) -> list[float | None]:
    return [round(float(each), 2) for each in depths]


def _limits(scenario: DrainageScenario, rain: Rain, base: Water, value: Water) -> list[Text]:
    found: list[Text] = [] if rain.note is None else [rain.note]
    for water, of in ((base, ("nền", "base")), (value, ("giả định", "what-if"))):
        worst = max(abs(water.runoff_error_pct), abs(water.routing_error_pct))
        comma = f"{worst:.2f}".replace(".", ",")
        if not water.trusted:
            found.append(
                text(
                    f"Sai số cân bằng nước {comma}% (phương án {of[0]}): không nên tin kết quả",
                    f"Mass balance error {worst:.2f}% ({of[1]}): this result is not to be trusted",
                )
            )
    if rain.hours > scenario.duration_h:
        found.append(
            text(
                f"Mưa dài {rain.hours:g} giờ, chỉ mô phỏng {scenario.duration_h:g} giờ đầu",
                f"It rains for {rain.hours:g} hours; the first {scenario.duration_h:g} are run",
            )
        )
    return found


def _details(
    scenario: DrainageScenario, rain: Rain, base: Water, value: Water, scale: Scale | None
) -> dict[str, Any]:
    model, both = value.model, {"base": base, "value": value}
    where = {place.id: place for place in model.places}
    return {
        "model": {"id": model.id, "name": model.name, "digest": model.digest},
        "rainBeginsMin": round(scenario.lead_h * 60, 3),
        "untilMin": value.minutes[-1] if len(value.street_m) else 0.0,
        "rain": {
            "hours": rain.hours,
            "mm": {
                area: round(sum(rain.on(area)), 1) for area in sorted(set(model.gages.values()))
            },
        },
        "riverLevelM": (
            model.river_level_m if scenario.river_level_m is None else scenario.river_level_m
        ),
        "thresholdsM": list(THRESHOLDS_M),
        "blackSpots": [
            {
                "id": spot.id,
                "name": spot.name,
                "area": spot.area,
                "node": spot.node,
                "lat": where[spot.node].lat,
                "lon": where[spot.node].lon,
                **{case: _at_spot(water, spot, scale) for case, water in both.items()},
            }
            for spot in model.spots
        ],
        "stations": [
            {
                "id": station.id,
                "name": station.name,
                "pumps": len(station.pumps),
                **{
                    case: {
                        "pumpedM3": round(water.pumped_m3(station.pumps)),
                        "mostRunning": _most_running(water, station.pumps),
                    }
                    for case, water in both.items()
                },
            }
            for station in model.stations.values()
        ],
        "lakes": [
            {
                "id": pool.id,
                "name": pool.name,
                "brimM": pool.brim_m,
                **{case: _of_pool(water, number) for case, water in both.items()},
            }
            for number, pool in enumerate(model.pools.values())
        ],
        "massBalance": {
            case: {
                "runoffPct": round(water.runoff_error_pct, 3),
                "routingPct": round(water.routing_error_pct, 3),
                "trusted": water.trusted,
            }
            for case, water in both.items()
        },
    }


def _at_spot(water: Water, spot: Spot, scale: Scale | None) -> dict[str, Any]:
    depth = water.deepest_m().get(spot.node, 0.0)
    band = depth_band(scale, depth) if scale is not None else None
    return {
        "depthM": round(depth, 2),
        "band": None if band is None else band.id,
        "minutesOver": [water.minutes_over(spot.node, over_m) for over_m in THRESHOLDS_M],
    }


def _most_running(water: Water, pumps: Sequence[str]) -> int:
    columns = [water.model.pumps.index(pump) for pump in pumps]
    running = (water.pumped_m3s[:, columns] > 0).sum(axis=1)
    return int(running.max()) if len(running) else 0


def _of_pool(water: Water, number: int) -> dict[str, float | None]:
    levels = water.pool_m[:, number]
    if not len(levels):
        return {"peakM": None, "endM": None}
    return {"peakM": round(float(levels.max()), 2), "endM": round(float(levels[-1]), 2)}
