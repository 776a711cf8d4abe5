"""What has drifted is told to the models' owner until it is known to be over."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analytics.forecast import words
from analytics.forecast.declared import DRIFT, Declared, declared
from analytics.forecast.drifting import drift_finding
from data_access.city import City
from data_access.envelope import Envelope
from tests.conftest import ROOT
from tests.layouts.tiles.sample import forecasts

NOW_MS = 1_790_000_000_000.0


def drift(state: str, times: float | None = None, since: float | None = None) -> dict[str, Any]:
    return {"drift": words.DRIFT[state], "drift_state": state, "drift_times": times,
            "lived80": None if times is None else 58.2, "drifted_at": since}  # fmt: skip


def said(city: City, **quality: Any) -> tuple[Declared, Envelope]:
    made = next(each for each in forecasts.findings() if each.aggregate == "forecast.air")
    what = declared(ROOT / "city", city)["air"]
    return what, replace(made, quality={**made.quality, **quality})


def told(city: City, **quality: Any) -> Envelope:
    found = drift_finding([said(city, **quality)], city, now_ms=NOW_MS, stale_after_ms=1.0)
    return Envelope.decode(found.encode())


def test_a_forecast_that_drifted_is_told_to_the_models_owner_by_how_much_and_since_when(
    city: City,
) -> None:
    off = {"pm25": drift("drifted", 1.83, NOW_MS - 5.0), "o3": drift("drifted", 1.6, NOW_MS - 9.0)}
    found = told(city, drift={**off, "no2": drift("steady", 1.0)})
    (item,) = found.payload["items"]["active"]

    assert (found.aggregate, found.owner) == (DRIFT, city.data_office)
    assert found.classification == city.datasets["environment.air"].classification
    assert item["title"]["en"].endswith(": drifted")
    assert item["detail"]["vi"] == "sai gấp 1,83 lần kiểm định; khoảng 80% giữ được 58,2%"
    assert (item["severity"], item["atMs"]) == ("caution", NOW_MS - 9.0)
    assert item["place"] == city.agencies[city.data_office].name
    assert found.payload["numbers"]["drifted"]["value"] == 1


def test_it_stays_until_what_was_learned_anew_has_come_true_often_enough(city: City) -> None:
    anew = {"trainedWhy": "drift", "trainedAtMs": NOW_MS - 60.0}
    (item,) = told(city, drift={"pm25": drift("unknown")}, **anew).payload["items"]["active"]

    assert (item["severity"], item["atMs"]) == ("information", NOW_MS - 60.0)
    assert "learned anew" in item["detail"]["en"]
    steady = told(city, drift={"pm25": drift("steady", 1.0)}, **anew)
    assert steady.payload["items"]["active"] == []
    assert steady.payload["numbers"]["drifted"]["status"] == "normal"
    assert told(city, drift={}, trainedWhy="stale").payload["items"]["active"] == []
