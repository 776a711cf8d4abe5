"""The chain as one job: water first, then traffic on what it leaves, then how far help is."""

from __future__ import annotations

from typing import Any

import pytest

from jobs.working import Cancelled, WorkFailed
from tests.twin.drainage.conftest import Heard
from twin.coupled.run import work
from twin.coupled.scenario import read_scenario
from twin.drainage import run as drainage
from twin.drainage.opening import Twin

STORM = {"kind": "hyetograph", "stepMin": 60, "mm": {"all": [90, 60]}}
FEW = {"base": {"tripsScale": 0.02, "horizonMin": 30, "seeds": [1]}}
SCENARIO: dict[str, Any] = {"drainage": {"storm": STORM, "durationH": 3}, "traffic": FEW}


@pytest.fixture(autouse=True)
def _small_city(small: Twin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drainage, "open_twin", lambda *_: small)


def test_flooded_roads_slow_traffic_and_help_and_each_part_comes_as_it_is_known(
    heard: Heard,
) -> None:
    result = work({"scenario": SCENARIO}, heard)
    assert result["kind"] == "coupled"
    floods = result["details"]["floods"]
    assert max(floods.values()) > 0.5
    figures = {each["id"]: each for each in result["kpis"]}
    assert {"floodVolume", "speed", "reach.hospital", "reach.fire"} <= set(figures)
    assert figures["reach.hospital"]["value"]["mean"] > figures["reach.hospital"]["base"]["mean"]
    first = heard.partials[0]
    assert first["kind"] == "coupled"
    assert first["details"]["traffic"] is None
    assert set(first["frames"]) == {"depth", "areaDepth"}
    assert set(result["frames"]) >= {"depth", "areaDepth", "speed"}
    assert result["details"]["massBalance"]["value"]["trusted"]
    assert [each.aggregate for each in heard.published] == ["twin.latest.coupled"]
    shares = [share for share, _ in heard.steps]
    assert shares == sorted(shares)
    codes = {kpi["id"] for kpis in result["areas"].values() for kpi in kpis}
    assert {"depth", "reach.hospital"} <= codes


def test_the_chain_can_be_cancelled_between_its_parts(heard: Heard) -> None:
    class Impatient(Heard):
        def partial(self, result: Any) -> None:
            super().partial(result)
            self._left = 0  # the water is known: now it is told to end

    told = Impatient(heard.folder, heard.settings)
    with pytest.raises(Cancelled):
        work({"scenario": SCENARIO}, told)
    assert told.partials


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"traffic": {"floods": {"N01-N02": 1}}}, "floods come from the water"),
        ({"atMin": 200}, "the hour begins 200 minutes after the rain"),
        ({"drainage": {"storm": {**STORM, "mm": {"all": [-3]}}}}, "rain is 0 or more"),
        ({"colour": 1}, "colour: there is no such field"),
    ],
)
def test_what_cannot_be_asked_is_refused(changed: dict[str, Any], said: str, heard: Heard) -> None:
    with pytest.raises(WorkFailed, match=said) as refused:
        work({"scenario": SCENARIO | changed}, heard)
    assert refused.value.code == "input"


def test_a_scenario_comes_and_goes_unchanged() -> None:
    read = read_scenario(SCENARIO | {"atMin": 60})
    again = read_scenario(read.model_dump(by_alias=True, mode="json"))
    assert again == read
