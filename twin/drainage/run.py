"""The work of a drainage what-if: base and what-if beside each other, a first picture on the way.

The work of the kind "twin.drainage". Inputs are {"scenario": …, "calibration": … or null}; a result
is a function of them, the city's files and the engine. `simulate` is also the first half of the
chain in twin/coupled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from data_access.errors import DataError
from jobs.working import WorkFailed, Working
from language import words_of
from settings import Settings
from twin.drainage.calibration import Calibration, fitted_to, read_calibration
from twin.drainage.case import SAMPLE_S, write_case
from twin.drainage.engine import Case, Rows, Waiting, rows_so_far, run_cases, waiting
from twin.drainage.flooding import Water, water_of, water_so_far
from twin.drainage.opening import Twin, open_twin
from twin.drainage.results import DEPTH_SCALE, result_of
from twin.drainage.scenario import DrainageScenario, check_picked, read_scenario
from twin.drainage.storms import Rain, rain_of
from twin.envelope import publish_latest
from twin.result import RunResult

FIRST_PICTURE_S, NEXT_PICTURE_S = 0.9, 4.0
BASE, VALUE = "base", "value"
CASES = 2
Partial = Callable[[RunResult], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be run: a scenario on its model, with its rain."""

    twin: Twin
    scenario: DrainageScenario
    rain: Rain
    calibration: Calibration

    def result(self, base: Water, value: Water, swmm: str) -> RunResult:
        """Return the answer that two waters are."""
        engine = {
            "SWMM": swmm,
            "swmm-toolkit": version("swmm-toolkit"),
            "model": self.twin.model.digest,
        }
        return result_of(
            self.scenario,
            self.rain,
            base,
            value,
            scale=self.twin.city.scales.get(DEPTH_SCALE),
            engine=engine,
            fit=self.calibration.fit,
        )

    def cases(self) -> Iterator[Case]:
        """Yield what SWMM is to run as it is written; without a measure the base is the answer."""
        model = self.twin.model
        named = [(BASE, ()), (VALUE, self.scenario.measures)]
        for name, taken in named[: 2 if self.scenario.measures else 1]:
            written = write_case(
                model, self.rain, self.scenario, taken, calibration=self.calibration
            )
            yield Case(name, written, model.nodes, model.pumps, SAMPLE_S)


@dataclass(frozen=True, slots=True)
class Simulated:
    """Both waters of what was asked."""

    asked: Asked
    base: Water
    value: Water
    swmm: str

    def result(self) -> RunResult:
        """Return the answer."""
        return self.asked.result(self.base, self.value, self.swmm)


def warm(settings: Settings) -> None:
    """Open what most questions are asked of, before any is."""
    open_twin(settings)


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return the RunResult of a scenario; a first one, of the first hours, is given as partial."""
    working.progress(0.0, "twin.model")
    with waiting(CASES) as ready:
        asked = read_asked(inputs.get("scenario"), inputs.get("calibration"), working)
        result = simulate(asked, working, partial=working.partial, ready=ready).result()
    twin = asked.twin
    publish_latest(result, inputs["scenario"], twin.model.options, twin.city, working)
    return result


def read_asked(scenario: Any, calibration: Any, working: Working) -> Asked:
    """Read what is asked and open its model; raises WorkFailed("input")."""
    try:
        read = read_scenario(scenario)
        twin = open_twin(working.settings, read.model, read.model_hash)
        check_picked(read, twin.model.options)
        rain = rain_of(read.storm, twin.plan, twin.city)
    except (ValueError, DataError) as error:
        raise WorkFailed("input", words_of(error)) from error
    found = read_calibration(calibration, read.model, fitted_to(twin.model))
    return Asked(twin, read, rain, found)


def simulate(
    asked: Asked,
    working: Working,
    *,
    partial: Partial,
    upto: float = 1.0,
    ready: Waiting | None = None,
) -> Simulated:
    """Run both cases; progress goes to `upto`. Raises WorkFailed("engine"), Cancelled."""
    working.check()
    watch = _Watch(asked, working, partial, upto)
    runs = run_cases(watch.noted(asked.cases()), working.folder, steps=watch.steps, ready=ready)
    base = water_of(asked.twin.model, runs[BASE], SAMPLE_S)
    value = water_of(asked.twin.model, runs[VALUE], SAMPLE_S) if VALUE in runs else base
    return Simulated(asked, base, value, runs[BASE].version)


class _Watch:
    """Follows running cases: progress, a first picture, and whether to go on."""

    def __init__(self, asked: Asked, working: Working, partial: Partial, upto: float) -> None:
        self._asked, self._working = asked, working
        self._partial, self._upto = partial, upto
        self._cases: list[Case] = []
        hours = asked.scenario.lead_h + asked.scenario.duration_h
        self._steps = max(1.0, hours * 3600 / SAMPLE_S)
        self._due_s = time.monotonic() + FIRST_PICTURE_S

    def noted(self, cases: Iterable[Case]) -> Iterator[Case]:
        """Yield cases as they come, and take note of them."""
        for case in cases:
            self._cases.append(case)
            yield case

    def steps(self, at: Mapping[str, int]) -> None:
        """Take note of how far the cases are."""
        self._working.check()
        least = min(at.values())
        done = min(least / self._steps, 1.0)
        self._working.progress(self._upto * (0.05 + 0.9 * done), "twin.water")
        if time.monotonic() >= self._due_s and least > 1 and done < 1:
            self._due_s = time.monotonic() + NEXT_PICTURE_S
            self._partial(self._picture())

    def _picture(self) -> RunResult:
        found = [rows_so_far(case, self._working.folder) for case in self._cases]
        rows = min(len(depths) for depths, _ in found)
        waters = [self._so_far(depths[:rows], flows[:rows]) for depths, flows in found]
        return self._asked.result(waters[0], waters[-1], "")

    def _so_far(self, depths: Rows, flows: Rows) -> Water:
        return water_so_far(self._asked.twin.model, depths, flows, SAMPLE_S)
