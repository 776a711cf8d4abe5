"""Rain that others know, resolved by who asks: it stands in the inputs, with what it is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callbacks.desk import Desk
from callbacks.what_if_rain import resolved, seen, with_rain
from data_access.model import Entity
from data_access.rain_issue import DATASET
from layouts.pages.what_if_draft import Draft, new_draft, pressed, scenario_of
from tests.data_access.aggregates.conftest import NOW, Table, city, table
from tests.data_access.test_rain_issue import HOUR, told
from twin.drainage.scenario import read_scenario

__all__ = ["city", "table"]
GAUGES = [
    Entity("g1", "Ô Chợ Dừa", 21.0233, 105.8258, "00190"),
    Entity("g2", "Ba Đình", 21.04, 105.84),
]


@pytest.fixture
def here(reach: Desk, table: Table) -> Desk:
    """The desk of a room whose store is the table's."""
    return replace(
        reach,
        rows=table.reader,
        snapshot=table.reader.snapshot,
        now_ms=lambda: NOW.timestamp() * 1000,
    )


def draft(here: Desk, storm: str, kind: str = "drainage") -> tuple[Draft, dict]:
    options = here.twins.options(kind, here.settings, here.city)
    assert options is not None
    made = pressed(new_draft(kind, options), "storm", storm, {}, options)
    return made, dict(options)


@pytest.mark.parametrize("kind", ["drainage", "coupled"])
def test_the_forecasts_rain_is_in_the_inputs_with_the_hour_it_was_issued(
    here: Desk, table: Table, kind: str
) -> None:
    table.feed(DATASET, records=[told((3 * n, 3 * n + 3), 30.0 - n) for n in range(8)])
    made, options = draft(here, "forecast", kind)
    scenario = with_rain(here, made, scenario_of(made, options))
    water = scenario["drainage"] if kind == "coupled" else scenario
    read = read_scenario(water)
    assert read.storm.source == "forecast"
    assert read.storm.name["vi"].startswith("Mưa theo dự báo phát lúc 08:00")
    assert len(read.storm.mm["all"]) == made.terms.hours  # no more than is run
    course, said = seen(here, made.terms, options, "vi")
    assert said.startswith("Mưa theo dự báo phát lúc 08:00")
    assert course is not None
    assert course.mm[0] == pytest.approx(5.0)  # half an hour of ten


def test_the_gauges_rain_is_that_of_the_hours_one_chose(here: Desk, table: Table) -> None:
    rain = [("rain_mm", name, None, NOW - 6 * HOUR, mm) for name, mm in (("g1", 120), ("g2", 40))]
    rain.append(("rain_mm", "g1", None, NOW - 90 * HOUR, 300))
    table.feed("environment.rain", rain, entities=GAUGES)
    made, options = draft(here, "gauges")
    assert options["backsH"] == [24, 48, 72]
    found = resolved(here, made.terms)
    assert found is not None
    assert sum(found.mm["00190"]) == pytest.approx(120, abs=2)
    assert 40 < sum(found.mm["all"]) < 120
    assert found.name is not None
    assert "24" in found.name["en"]


@pytest.mark.parametrize("storm", ["gauges", "forecast"])
def test_where_nobody_told_any_rain_that_is_said(here: Desk, storm: str) -> None:
    made, options = draft(here, storm)
    course, why = seen(here, made.terms, options, "en")
    assert course is None
    assert why
    with pytest.raises(ValueError):
        with_rain(here, made, scenario_of(made, options))
