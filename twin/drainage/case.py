"""One case of a scenario written for SWMM: the model's text with rain, times, levels and measures.

Only the sections that change are read and written again; all others stay as they came.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from swmm_api import SwmmInput
from swmm_api.input_file.sections import Curve

from twin.drainage.calibration import Calibration
from twin.drainage.model import Model
from twin.drainage.scenario import (
    Block,
    DrainageScenario,
    Drawdown,
    Gate,
    Measure,
    PumpsEarly,
    PumpsOff,
)
from twin.drainage.storms import Rain

NONE = Calibration()
SAMPLE_S = 300  # between the depths that are followed; a case ends on one
LEAST_FLOW_M3S = 0.001  # SWMM reads a limit of 0 as none
LEAST_GATE_M = 0.001
EARLY_STEP_M = 0.01  # between the starts of pumps that pump down before the rain


def write_case(
    model: Model,
    rain: Rain,
    scenario: DrainageScenario,
    measures: Iterable[Measure],
    *,
    calibration: Calibration = NONE,
) -> str:
    """Return the .inp of a case; `measures` none for the base."""
    inp = SwmmInput.read_text(model.text)
    _set_times(inp, scenario)
    _set_rain(inp, model, rain, scenario.lead_h)
    level = model.river_level_m if scenario.river_level_m is None else scenario.river_level_m
    if model.river is not None and level is not None:
        _set_river(inp, model, level)
    for gate in model.sluices:
        _open(inp, model, gate, model.sluices[gate].open)
    if calibration.runoff != 1 or calibration.roughness != 1:
        _calibrate(inp, calibration)
    for measure in sorted(measures, key=lambda each: each.kind):
        _take(inp, model, measure)
    return str(inp.to_string())


def _set_times(inp: SwmmInput, scenario: DrainageScenario) -> None:
    options = inp["OPTIONS"]
    start = datetime.combine(options["START_DATE"], options["START_TIME"])
    samples = math.ceil((scenario.lead_h + scenario.duration_h) * 3600 / SAMPLE_S)
    end = start + timedelta(seconds=samples * SAMPLE_S)
    for key, at in (("REPORT_START", start), ("END", end)):
        options[f"{key}_DATE"] = at.date()
        options[f"{key}_TIME"] = at.time()


def _set_rain(inp: SwmmInput, model: Model, rain: Rain, lead_h: float) -> None:
    interval = f"{rain.step_min // 60}:{rain.step_min % 60:02d}"
    lines, unit_mm = ["[TIMESERIES]"], model.units.rain_mm
    for name, area in model.gages.items():
        gage, series = inp["RAINGAGES"][name], f"of-{name}"
        gage.form, gage.interval, gage.source = "VOLUME", interval, "TIMESERIES"
        gage.timeseries = series
        lines += [
            f"{series} {lead_h + n * rain.step_min / 60:.6f} {round(mm, 4) / unit_mm:.6f}"
            for n, mm in enumerate((*rain.on(area), 0.0))
        ]
    # As text: the reader would make dates of hours.
    inp.update(SwmmInput.read_text("\n".join(lines)), convert_inp_data=False)


def _calibrate(inp: SwmmInput, found: Calibration) -> None:
    for catchment in _of(inp, "SUBCATCHMENTS"):
        hard = float(catchment.imperviousness) * found.runoff
        catchment.imperviousness = round(min(100.0, hard), 2)
    for conduit in _of(inp, "CONDUITS"):
        conduit.roughness = round(float(conduit.roughness) * found.roughness, 5)


def _of(inp: SwmmInput, section: str) -> Iterable[Any]:
    """Return what stands in a section that a model may be without."""
    found: Iterable[Any] = inp[section].values() if section in inp else ()
    return found


def _set_river(inp: SwmmInput, model: Model, level_m: float) -> None:
    outfall = inp["OUTFALLS"][model.river]
    outfall.kind, outfall.data = "FIXED", _own(level_m, model)
    before = model.river_level_m
    for station in model.stations:
        name = f"B-{station}"
        if before is not None and name in inp["JUNCTIONS"]:
            basin = inp["JUNCTIONS"][name]
            basin.depth_init = round(max(0.0, basin.depth_init + _own(level_m - before, model)), 3)


def _take(inp: SwmmInput, model: Model, measure: Measure) -> None:
    if isinstance(measure, PumpsOff):
        for pump in model.stations[measure.station].pumps[-measure.pumps :]:
            _stop(inp, pump)
    elif isinstance(measure, PumpsEarly):
        _pump_early(inp, model, measure.station)
    elif isinstance(measure, Block):
        for conduit in model.stretches[measure.conduit]:
            _block(inp, model, conduit, measure.share)
    elif isinstance(measure, Drawdown):
        pool = inp["STORAGE"][model.pools[measure.lake].node]
        pool.depth_init = round(max(0.0, pool.depth_init - _own(measure.m, model)), 3)
    elif isinstance(measure, Gate):
        _open(inp, model, measure.gate, measure.open)


def _stop(inp: SwmmInput, pump: str) -> None:
    """Give a pump a curve of no flow.

    Its status would not do: a pump with a startup depth, or in a control rule, turns itself on.
    """
    name = "Q-none"
    if "CURVES" not in inp or name not in inp["CURVES"]:
        inp.add_obj(Curve(name, "PUMP2", [[0, 0.0], [1000, 0.0]]))
    inp["PUMPS"][pump].curve_name = name


def _pump_early(inp: SwmmInput, model: Model, station_id: str) -> None:
    station = model.stations[station_id]
    stop = round((station.early_stop_m or 0.0) - station.bed_m, 3)
    for number, pump in enumerate(station.pumps):
        each = inp["PUMPS"][pump]
        each.depth_off = stop
        each.depth_on = round(stop + 0.1 + number * EARLY_STEP_M, 3)
        each.status = "ON"


def _block(inp: SwmmInput, model: Model, conduit: str, share: float) -> None:
    each = inp["CONDUITS"][conduit]
    full, unit_m3s = model.full_m3s[conduit], model.units.flow_m3s
    if _is_set(each.flow_max):
        full = min(full, float(each.flow_max) * unit_m3s)
    each.flow_max = round(max(full * (1 - share), LEAST_FLOW_M3S) / unit_m3s, 4)


def _open(inp: SwmmInput, model: Model, gate: str, share: float) -> None:
    sluice = model.sluices[gate]
    height_m = max(sluice.height_m * share, LEAST_GATE_M)
    inp["XSECTIONS"][sluice.orifice].height = _own(height_m, model)


def _own(metres: float, model: Model) -> float:
    """Return a length in the unit the model is written in."""
    return round(metres / model.units.length_m, 4)


def _is_set(number: Any) -> bool:
    return number is not None and not math.isnan(float(number)) and float(number) > 0
