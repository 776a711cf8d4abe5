"""The work of the chain: water first, then traffic on what it leaves of the roads, then reach.

The work of the kind "twin.coupled". Inputs are {"scenario": …, "calibration": {"drainage": … or
null, "traffic": … or null} or null}. What is known so far is given as partial: water within two
seconds, then with traffic of one seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_access.envelope import Envelope
from jobs.working import WorkFailed, Working
from language import words_of
from settings import Settings
from twin.coupled.roads import Line, city_lines, floods_of, hour_of, street_lines
from twin.coupled.scenario import CoupledScenario, picked_from, read_scenario
from twin.coupled.summing import joined, water_only
from twin.drainage import run as drainage
from twin.drainage.engine import waiting
from twin.drainage.run import Simulated
from twin.envelope import publish_latest
from twin.result import RunResult
from twin.traffic.imports import open_import
from twin.traffic.plan import read_plan
from twin.traffic.run import open_model, picked_of, simulate
from twin.traffic.scenario import TrafficScenario

WATER_SHARE = 0.2  # of the whole time


@dataclass(slots=True)
class _Part:
    """A part of the chain as its work sees it: a share of the progress, a folder of its own."""

    whole: Working
    settings: Settings
    folder: Path
    water: RunResult
    floods: Mapping[str, float]
    hour_min: tuple[float, float]

    def progress(self, share: float, step: str) -> None:
        self.whole.progress(WATER_SHARE + (1 - WATER_SHARE) * share, step)

    def partial(self, result: Mapping[str, Any]) -> None:
        self.whole.partial(self.join(result))

    def join(self, result: Mapping[str, Any]) -> RunResult:
        """Return the answer of the chain with this of the roads."""
        return joined(self.water, result, self.floods, self.hour_min)

    def publish(self, envelope: Envelope) -> None:
        self.whole.publish(envelope)

    def check(self) -> None:
        self.whole.check()


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return the RunResult of the chain; raises WorkFailed, Cancelled."""
    working.progress(0.0, "twin.model")
    try:
        scenario = read_scenario(inputs.get("scenario"))
    except ValueError as error:
        raise WorkFailed("input", words_of(error)) from error
    calibration = inputs.get("calibration") or {}
    water = _water(scenario, calibration.get("drainage"), working)
    answer = water.result()
    horizon_min = float(scenario.traffic.base.horizonMin)
    hour = hour_of(
        water.value,
        at_min=scenario.at_min,
        lead_min=scenario.drainage.lead_h * 60,
        horizon_min=horizon_min,
    )
    floods = floods_of(water.value, _lines(scenario, water, working), hour)
    begins = hour.start * water.value.step_s / 60
    folder = working.folder / "traffic"
    folder.mkdir()
    part = _Part(working, working.settings, folder, answer, floods, (begins, begins + horizon_min))
    working.partial(water_only(answer, floods, part.hour_min))
    flooded = TrafficScenario.model_validate(scenario.traffic.model_dump() | {"floods": floods})
    working.check()
    model = open_model(flooded, calibration.get("traffic"), part)
    result = part.join(simulate(model, flooded, part))
    twin = water.asked.twin
    of_roads = picked_of(model, twin.city)
    lists = picked_from(twin.model.options, of_roads)
    publish_latest(result, inputs["scenario"], lists, twin.city, working)
    return result


def _lines(scenario: CoupledScenario, water: Simulated, working: Working) -> dict[str, Line]:
    """Return where the streets lie on which water may stand; raises WorkFailed."""
    base, city = scenario.traffic.base, water.asked.twin.city
    plan = read_plan(working.settings.city, city)
    if base.network is None or plan is None:  # without a plan opening the model says so
        return city_lines(city)
    return street_lines(open_import(working.settings, base.network, plan, base.networkHash).streets)


def _water(scenario: CoupledScenario, calibration: Any, working: Working) -> Simulated:
    given = scenario.drainage.model_dump(by_alias=True)

    def first(picture: RunResult) -> None:
        working.partial(water_only(picture, {}, None))

    with waiting(drainage.CASES) as ready:
        asked = drainage.read_asked(given, calibration, working)
        return drainage.simulate(asked, working, partial=first, upto=WATER_SHARE, ready=ready)
