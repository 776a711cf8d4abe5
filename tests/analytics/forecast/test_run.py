"""From the store to the finding: whose, how old, how secret, what is hidden; what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.forecast.declared import DRIFT, Declared, declared
from analytics.forecast.run import finding, work
from analytics.forecast.source import Stock
from data_access.city import City
from data_access.envelope import Envelope
from data_access.errors import CityError
from data_access.replay import Timeline
from jobs.working import WorkFailed
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table
from tests.twin.traffic.small import working_in

AIR, EPIDEMICS = "environment.air", "health.epidemics"


def of(table: Table, what: Declared) -> Envelope:
    with table.reader.snapshot() as snapshot:
        stock = Stock.of(snapshot, table.city, what, now_ms=table.now.timestamp() * 1000)
    return Envelope.decode(finding(stock, table.city, what).encode())


@pytest.fixture(scope="module")
def known(city: City) -> dict[str, Declared]:
    return declared(ROOT / "city", city)


def breathe(table: Table, *, days: int = 15, stations: int = 3) -> None:
    chance = np.random.default_rng(1)
    rows: list[tuple[Any, ...]] = []
    for station in range(stations):
        for hours in range(days * 24):
            value = 50 + 20 * np.sin(2 * np.pi * hours / 24) + chance.normal()
            rows.append(("pm25", f"s{station}", "00070", table.ago(hours=hours), float(value)))
    table.feed(AIR, rows, origin="simulated")


def test_a_finding_is_whole_and_says_whose_how_old_and_of_what_origin(
    table: Table, known: dict[str, Declared]
) -> None:
    breathe(table)
    found = of(table, known["air"])
    contract = table.city.datasets[AIR]
    assert (found.state, found.origin, found.datasets) == ("ok", "simulated", (AIR,))
    assert found.owner == table.city.data_office
    assert found.classification == contract.classification
    assert found.as_of_ms == table.now.timestamp() * 1000
    rows = found.payload["tables"]["series"]["rows"]
    assert {row["id"] for row in rows} == {"pm25", "pm25.s0", "pm25.s1", "pm25.s2"}
    assert {line["id"] for line in found.payload["series"]["pm25"]["lines"]} == {
        "observed", "forecast", "low80", "high80", "low95", "high95"
    }  # fmt: skip
    observed, ahead = found.payload["series"]["pm25"]["lines"][:2]
    assert ahead["points"][0] == observed["points"][-1]
    step_ms = ahead["points"][2][0] - ahead["points"][1][0]  # type: ignore[operator]
    assert step_ms == 3_600_000
    assert ahead["points"][1][0] == found.as_of_ms + step_ms
    assert found.payload["numbers"]["pm25"]["value"] == pytest.approx(50, abs=25)
    assert found.quality["features"]


def test_r42_a_small_count_is_hidden_in_history_and_forecast(
    table: Table, known: dict[str, Declared]
) -> None:
    monday = table.now - timedelta(days=table.now.weekday(), hours=10)
    rows = [
        ("measles_cases", "u", "00070", monday - timedelta(weeks=week), float(week % 4))
        for week in range(160)
    ]
    table.feed(EPIDEMICS, rows)
    found = of(table, known["epidemics"])
    series = found.payload["series"]["measles_cases"]
    told = {point[1] for line in series["lines"][:2] for point in line["points"]}
    assert told <= {None, 0.0}
    figure = found.payload["numbers"]["measles_cases"]
    assert figure.get("masked") or figure["value"] == 0
    assert "note" not in figure


def test_of_what_is_played_in_a_loop_one_lap_is_read(
    table: Table, known: dict[str, Declared], monkeypatch: pytest.MonkeyPatch
) -> None:
    breathe(table)
    line = Timeline.live()
    week_us = 7 * 24 * 3_600_000_000
    with table.reader.snapshot() as snapshot:
        current = replace(
            snapshot._current[AIR], timeline=replace(line, mode="window", period_us=week_us)
        )
        snapshot._current[AIR] = current
        stock = Stock.of(snapshot, table.city, known["air"], now_ms=table.now.timestamp() * 1000)
    assert {each.series.known for each in stock.reads} <= {167, 168, 169}


def test_without_a_source_it_says_so(table: Table, known: dict[str, Declared]) -> None:
    found = of(table, known["water"])
    assert (found.state, found.payload) == ("absent", {})
    assert found.reason
    assert found.reason["vi"]


def test_a_city_without_the_file_forecasts_nothing(tmp_path: Path, city: City) -> None:
    assert declared(tmp_path, city) == {}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dataset": '"no.such"'}, "is no dataset"),
        ({"indicators": '["pm99"]'}, "pm99 is no indicator"),
        ({"indicators": "[]"}, "counted"),
        ({"ahead": "0"}, "greater than or equal to 1"),
        ({"step": '"PT7M"'}, "Input should be"),
        ({"total": '"year"'}, "a total of the year"),
        ({"extra": "1"}, "Unexpected keyword"),
        ({"id": '"drift"'}, "models that drifted"),
        ({"retrain": '"PT5M"'}, "every hour"),
        ({"beside": '"environment.rain_forecast"', "step": '"PT15M"'}, "by the hour"),
    ],
)
def test_a_wrong_entry_is_named(
    tmp_path: Path, city: City, change: dict[str, str], said: str
) -> None:
    entry = {"id": '"air"', "name": '{ vi = "a", en = "a" }', "dataset": f'"{AIR}"',
             "indicators": '["pm25"]', "step": '"PT1H"', "ahead": "24",
             "retrain": '"P1D"'} | change  # fmt: skip
    text = "[[forecast]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items())
    (tmp_path / "forecasts.toml").write_text(text)
    with pytest.raises(CityError, match=said):
        declared(tmp_path, city)


def test_work_publishes_what_is_asked_and_refuses_what_is_none(tmp_path: Path) -> None:
    working = working_in(tmp_path)
    with pytest.raises(WorkFailed, match="no forecast is called weather"):
        work({"only": ["weather"]}, working)
    assert not working.published


def test_what_has_drifted_is_told_where_all_were_asked_for(tmp_path: Path, table: Table) -> None:
    working = working_in(tmp_path)
    working.settings = Settings(data_dir=tmp_path, city=ROOT / "city")
    table.feed("feedback.calls")
    work({"only": ["air"]}, working)
    assert [each.aggregate for each in working.published] == ["forecast.air"]
    work({}, working)
    last = working.published[-1]
    assert (last.aggregate, last.state) == (DRIFT, "absent")
