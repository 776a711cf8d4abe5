"""Holding the drainage twin against what was observed: levels at gauges, depths at black spots.

The work of the kind "twin.drainage.calibrate". Inputs: {"scenario": the storm that was observed,
without measures; "levels": what gauges.levels_from_gauges returns; "spots": {black spot: deepest
water seen, m}}. Half of the gauges fit two factors (runoff, roughness) by trying a small grid; the
other half, never looked at before, says how good the fit is. Zeros of gauges are often unknown, so
that it is the rise over the first level that is compared. Where nothing was observed the answer is
that nothing is calibrated, and the model is not run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from data_access.envelope import Text
from jobs.working import WorkFailed, Working
from language import told
from twin.drainage.calibration import NOT_CALIBRATED, Calibration, fitted_to
from twin.drainage.case import SAMPLE_S, write_case
from twin.drainage.engine import Case, run_cases
from twin.drainage.flooding import Water, water_of
from twin.drainage.run import Asked, read_asked
from twin.refusal import refusal
from twin.result import text
from twin.seen import SeenModel

RUNOFF, ROUGHNESS = (0.8, 1.0, 1.2), (0.8, 1.0, 1.3)
AT_ONCE = 2
NEAR_M = 500.0  # a gauge this far from a river's vertex or a lake is none of this model
LEAST_GAUGES, LEAST_LEVELS = 2, 6
LEAST_MOVE_M = 0.05  # a level that moved less says nothing of rain: waves and rounding do as much
LEAST_NSE = 0.5  # below this a hydrological model is not called satisfactory (Moriasi 2007)
M_PER_DEGREE = 111_195.0
Levels = npt.NDArray[np.float64]  # rows of minute, metres


class Gauge(BaseModel):
    """A station, and what it told."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: str
    name: str
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    levels: tuple[tuple[float, float], ...] = Field(max_length=20_000)


class Observed(BaseModel):
    """Everything that was observed of a storm."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    levels: tuple[Gauge, ...] = Field(default=(), max_length=500)
    spots: dict[str, Annotated[float, Field(ge=0, le=10)]] = {}
    seen: tuple[SeenModel, ...] = Field(default=(), max_length=20)


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return factors, the fit at gauges that were held back, and both courses of each gauge.

    Raises WorkFailed.
    """
    try:
        given = {key: inputs[key] for key in ("levels", "spots", "seen") if key in inputs}
        observed = Observed.model_validate(given)
    except ValidationError as error:
        raise WorkFailed(
            "input", told("{where}: {what}", where="observed", what=refusal(error, "observed"))
        ) from error
    working.progress(0.0, "twin.model")
    asked = read_asked(inputs.get("scenario"), None, working)
    gauges = _placed(asked, observed.levels)
    if len(gauges) < LEAST_GAUGES and not observed.spots:
        return _nothing(asked, observed)
    ranked = sorted(gauges, key=lambda pair: pair[0].id)
    fitted, held = ranked[::2], ranked[1::2]
    grid = [(r, n) for r in RUNOFF for n in ROUGHNESS] if held else [(1.0, 1.0)]
    waters = _run_all(asked, grid, working)
    runoff, roughness = min(grid, key=lambda each: (_misfit(waters[each], fitted), each))
    best = waters[runoff, roughness]
    return _answer(asked, observed, best, fitted, held, runoff=runoff, roughness=roughness)


def nash_sutcliffe(observed: Levels, simulated: Levels) -> float:
    """Return the efficiency of Nash and Sutcliffe: 1 is perfect, 0 no better than the mean."""
    spread = float(((observed - observed.mean()) ** 2).sum())
    missed = float(((observed - simulated) ** 2).sum())
    return 1 - missed / spread if spread > 0 else (1.0 if missed == 0 else -math.inf)


def _placed(asked: Asked, gauges: Sequence[Gauge]) -> list[tuple[Gauge, str]]:
    """Give each gauge the open water it stands at, river or lake; others are left out."""
    known = asked.twin.model.waters
    found = []
    for gauge in gauges:
        ranked = sorted((_metres(gauge, *place), node) for node, place in known.items())
        if ranked and ranked[0][0] <= NEAR_M and len(gauge.levels) >= LEAST_LEVELS:
            found.append((gauge, ranked[0][1]))
    return found


def _metres(gauge: Gauge, lat: float, lon: float) -> float:
    east = (gauge.lon - lon) * math.cos(math.radians(lat))
    return math.hypot(gauge.lat - lat, east) * M_PER_DEGREE


def _run_all(
    asked: Asked, grid: Sequence[tuple[float, float]], working: Working
) -> dict[tuple[float, float], Water]:
    model = asked.twin.model
    waters: dict[tuple[float, float], Water] = {}
    for begin in range(0, len(grid), AT_ONCE):
        some = grid[begin : begin + AT_ONCE]
        cases = {f"case-{begin + n}": factors for n, factors in enumerate(some)}
        written = [
            Case(name, _written(asked, *factors), model.nodes, model.pumps, SAMPLE_S)
            for name, factors in cases.items()
        ]
        runs = run_cases(written, working.folder, steps=lambda at: working.check())
        waters |= {
            factors: water_of(model, runs[name], SAMPLE_S) for name, factors in cases.items()
        }
        working.progress(min(0.95, (begin + len(some)) / len(grid)), "twin.water")
    return waters


def _written(asked: Asked, runoff: float, roughness: float) -> str:
    factors = Calibration(runoff=runoff, roughness=roughness)
    return write_case(asked.twin.model, asked.rain, asked.scenario, (), calibration=factors)


def _rises(water: Water, gauge: Gauge, node: str) -> tuple[Levels, Levels]:
    """Return observed and simulated rises at the times of the gauge, both over the first."""
    times = np.array([minute for minute, _ in gauge.levels])
    levels = np.array([level for _, level in gauge.levels])
    inside = (times >= 0) & (times <= water.minutes[-1])
    course = np.interp(times[inside], water.minutes, water.level_m(node))
    seen = levels[inside]
    return (seen - seen[0], course - course[0]) if len(seen) else (seen, course)


def _misfit(water: Water, gauges: Sequence[tuple[Gauge, str]]) -> float:
    missed = [((seen - made) ** 2).mean() for seen, made in _pairs(water, gauges)]
    return float(np.mean(missed)) if missed else 0.0


def _pairs(water: Water, gauges: Sequence[tuple[Gauge, str]]) -> list[tuple[Levels, Levels]]:
    found = [_rises(water, gauge, node) for gauge, node in gauges]
    return [(seen, made) for seen, made in found if len(seen)]


def _answer(
    asked: Asked,
    observed: Observed,
    water: Water,
    fitted: Sequence[tuple[Gauge, str]],
    held: Sequence[tuple[Gauge, str]],
    *,
    runoff: float,
    roughness: float,
) -> dict[str, Any]:
    pairs = [pair for pair in _pairs(water, held) if np.ptp(pair[0]) >= LEAST_MOVE_M]
    efficiencies = [nash_sutcliffe(seen, made) for seen, made in pairs]
    peaks = [float(made.max() - seen.max()) for seen, made in pairs]
    depths = _spots(asked, observed, water)
    figures = {"runoff": runoff, "roughness": roughness, "gaugesHeldBack": float(len(pairs))}
    if pairs:
        figures["nse"] = round(float(np.median(efficiencies)), 3)
        figures["peakErrorM"] = round(float(np.median(np.abs(peaks))), 3)
    if depths:
        missed = [abs(each["simulatedM"] - each["observedM"]) for each in depths]
        figures["spotErrorM"] = round(float(np.median(missed)), 3)
    good = bool(pairs) and figures["nse"] >= LEAST_NSE
    return {
        "model": asked.twin.model.id,
        "modelHash": asked.scenario.model_hash,
        "runoff": runoff,
        "roughness": roughness,
        "state": "calibrated" if good else "uncalibrated",
        "why": _why(
            len(pairs),
            figures.get("nse"),
            has_depths=bool(depths),
            is_made_up=any(each.origin == "simulated" for each in observed.seen),
        ),
        "figures": figures,
        "seen": [each.told() for each in observed.seen],
        "fitted": fitted_to(asked.twin.model).model_dump(),
        "gauges": [
            _course(water, gauge, node, held=(gauge, node) in held)
            for gauge, node in (*fitted, *held)
        ],
        "spots": depths,
    }


def _why(held: int, nse: float | None, *, has_depths: bool, is_made_up: bool) -> Text:
    if nse is None and has_depths:
        return text(
            "Chỉ có độ sâu lớn nhất tại điểm đen, không có trạm mực nước để riêng",
            "Only greatest depths at black spots are known; no gauge was kept back",
        )
    if nse is None:
        return text(
            "Mực nước ở mọi trạm để riêng hầu như không đổi: không biết mô hình đúng hay sai",
            "The water hardly moved at the gauges kept back: nobody knows how right the model is",
        )
    comma = f"{nse:.2f}".replace(".", ",")
    streets = ("", "") if has_depths else ("; ngập trên phố chưa được đo", "; streets not measured")
    of = ("mực nước mô phỏng; ", "simulated levels; ") if is_made_up else ("", "")
    return text(
        f"NSE {comma} tại {held} trạm để riêng ({of[0]}đạt từ 0,5){streets[0]}",
        f"NSE {nse:.2f} at {held} gauges kept back ({of[1]}satisfactory from 0.5){streets[1]}",
    )


def _course(water: Water, gauge: Gauge, node: str, *, held: bool) -> dict[str, Any]:
    seen, made = _rises(water, gauge, node)
    inside = [minute for minute, _ in gauge.levels if 0 <= minute <= water.minutes[-1]]
    return {
        "id": gauge.id,
        "name": gauge.name,
        "node": node,
        "heldBack": held,
        "minutes": inside,
        "observedM": [round(float(m), 3) for m in seen],
        "simulatedM": [round(float(m), 3) for m in made],
        "nse": round(nash_sutcliffe(seen, made), 3) if len(seen) and np.ptp(seen) > 0 else None,
        "peakErrorM": round(float(made.max() - seen.max()), 3) if len(seen) else None,
    }


def _spots(asked: Asked, observed: Observed, water: Water) -> list[dict[str, Any]]:
    deepest = water.deepest_m()
    return [
        {
            "id": spot.id,
            "name": spot.name,
            "observedM": observed.spots[spot.id],
            "simulatedM": round(deepest.get(spot.node, 0.0), 2),
        }
        for spot in asked.twin.model.spots
        if spot.id in observed.spots
    ]


def _nothing(asked: Asked, observed: Observed) -> dict[str, Any]:
    near = text(
        f"Chỉ {len(observed.levels)} trạm mực nước có số liệu; cần ít nhất hai trạm trên sông, hồ",
        f"Only {len(observed.levels)} gauges told levels; two on rivers or lakes are needed",
    )
    why = near if observed.levels else NOT_CALIBRATED
    answer: dict[str, Any] = Calibration(
        model=asked.twin.model.id,
        modelHash=asked.scenario.model_hash,
        state="uncalibrated",
        why=why,
        seen=observed.seen,
        fitted=fitted_to(asked.twin.model),
    ).model_dump(mode="json")
    return answer | {"gauges": [], "spots": []}
