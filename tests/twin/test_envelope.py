"""What a run tells tiles: figures, maps over time, and all that limits it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from data_access.city import City, load_city
from data_access.envelope import Envelope
from data_access.figure import figure_at
from settings import Settings
from tests.conftest import ROOT
from tests.twin.hand_made import kpi, result
from twin.envelope import Run, envelopes, figures, publish_latest
from twin.result import RunResult

RUN = Run("0f", {"vi": "Đóng Lê Duẩn", "en": "Close Lê Duẩn"}, result_hash="abc")


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


def published(told: RunResult, city: City, folder: Path) -> Envelope:
    made = envelopes(told, RUN, city, geometry_dir=folder, now_ms=1.0)
    assert [each.aggregate for each in made] == ["twin.run.0f", f"twin.latest.{told['kind']}"]
    return made[0]


def test_a_run_is_published_as_itself_and_as_the_newest_of_its_kind(city, tmp_path) -> None:
    envelope = published(result(), city, tmp_path)
    assert Envelope.decode(envelope.encode()) == envelope
    assert envelope.origin == "simulated"
    assert envelope.payload["numbers"]["delay"]["previous"] == 100.0
    assert "+30,0 … +50,0" in envelope.payload["numbers"]["delay"]["note"]["vi"]
    row = envelope.payload["tables"]["kpis"]["rows"][0]
    assert (row["delta"], row["low"], row["high"]) == (40.0, 30.0, 50.0)


def test_geometry_is_a_file_named_by_its_content_and_never_travels(city, tmp_path) -> None:
    envelope = published(result(), city, tmp_path)
    layer = envelope.quality["layers"]["twin.links"]
    assert b"coordinates" not in envelope.encode()
    kept = orjson.loads((tmp_path / layer["url"].rsplit("/", 1)[1]).read_bytes())
    assert [each["id"] for each in kept["features"]] == ["a", "b"]


def test_a_layer_says_how_many_of_its_streets_nobody_knows(city, tmp_path) -> None:
    made = result()
    made["geometry"]["twin.links"]["features"][0]["properties"]["invented"] = True
    layers = published(made, city, tmp_path).quality["layers"]
    assert layers["twin.links"]["invented"] == 1


def test_speed_is_shown_as_change_from_the_base_over_time(city, tmp_path) -> None:
    speed = published(result(), city, tmp_path).payload["maps"]["speed"]
    assert speed["frames"] == {
        "minutes": [0.0, 30.0],
        "values": {"a": [-50.0, -75.0], "b": [0.0, None]},
    }
    assert speed["values"]["a"] == {
        "value": -62.5,
        "band": "much_slower",
        "label": {"vi": "Phố a", "en": "Phố a"},
    }
    assert speed["worst"] == ["a"]


def test_depth_is_in_metres_with_the_deepest_named_and_how_long(city, tmp_path) -> None:
    payload = published(result("drainage"), city, tmp_path).payload
    depth = payload["maps"]["depth"]
    assert depth["values"]["a"]["value"] == 0.45
    assert depth["values"]["a"]["band"] == "motorbikes_stop"
    row = payload["tables"]["spots"]["rows"][0]
    assert (row["depth"], row["base"], row["minutes"]) == (0.45, 0.05, 20)


def test_dry_ground_is_known_to_be_dry_and_never_called_wet(city, tmp_path) -> None:
    told = result("drainage")
    told["frames"]["depth"]["dry"] = ["c"]
    depth = published(told, city, tmp_path).payload["maps"]["depth"]
    assert depth["values"]["c"] == {"value": 0.0, "band": "dry"}
    assert "c" not in depth["frames"]["values"]  # it is what it is all the while
    assert depth["frames"]["values"]["a"][0] == 0.0
    wet = tuple(band for band in city.scales["flood_depth"].bands if band.id != "dry")
    elsewhere = {"flood_depth": replace(city.scales["flood_depth"], bands=wet)}
    depth = published(told, replace(city, scales=elsewhere), tmp_path).payload["maps"]["depth"]
    assert depth["values"]["c"] == {"value": 0.0, "band": None}
    assert depth["frames"]["values"]["a"] == [None, 0.45, 0.2]


def test_of_places_of_one_name_the_deepest_is_named(city, tmp_path) -> None:
    told = result("drainage")
    told["frames"]["depth"]["value"]["b"] = [0.0, 30.0, 0.0]
    first, second = told["geometry"]["twin.nodes"]["features"]
    assert published(told, city, tmp_path).payload["maps"]["depth"]["worst"] == ["a", "b"]
    first["properties"]["name"] = second["properties"]["name"] = {"vi": "Sông", "en": "River"}
    assert published(told, city, tmp_path).payload["maps"]["depth"]["worst"] == ["a"]


def test_the_twins_own_black_spots_are_the_flooded_places(city, tmp_path) -> None:
    told = {"depthM": 0.31, "band": "motorbikes_stop", "minutesOver": [75.0, 10.0]}
    spot = {"name": {"vi": "Hoa Bằng", "en": "Hoa Bằng"}, "base": {"depthM": 0.1}, "value": told}
    payload = published(result("drainage", details={"blackSpots": [spot]}), city, tmp_path).payload
    assert [row["minutes"] for row in payload["tables"]["spots"]["rows"]] == [75]


def test_long_runs_are_thinned_and_keep_their_last_minute(city, tmp_path) -> None:
    told = result()
    minutes = [float(each) for each in range(100)]
    told["frames"]["speed"] |= {"minutes": minutes, "base": {"a": [20.0] * 100},
                                "value": {"a": [10.0] * 100}}  # fmt: skip
    frames = published(told, city, tmp_path).payload["maps"]["speed"]["frames"]
    assert len(frames["minutes"]) <= 25
    assert frames["minutes"][-1] == 99.0


def test_what_limits_a_run_goes_with_it_with_the_errors_of_the_water(city, tmp_path) -> None:
    balance = {"value": {"runoffPct": -0.12, "routingPct": 0.31, "trusted": True}}
    said = published(result("drainage", details={"massBalance": balance}), city, tmp_path).quality[
        "twin"
    ]
    assert [each["vi"] for each in said["limits"]] == [
        "3 chuyến bị bỏ",
        "Sai số cân bằng nước lớn nhất 0,31%",
    ]
    assert said["invented"]
    assert said["fit"]["state"] == "uncalibrated"


def test_water_is_mapped_by_ward_too_with_the_wards_own_names(city, tmp_path) -> None:
    told = result("drainage")
    told["frames"]["areaDepth"] = {
        "layer": "areas", "unit": "m", "decimals": 2, "minutes": [0.0, 10.0],
        "base": {"00190": [0.0, 0.1]}, "value": {"00190": [0.0, 0.6]},
    }  # fmt: skip
    wards = published(told, city, tmp_path).payload["maps"]["areaDepth"]
    assert wards["layer"] == "areas"
    assert wards["values"]["00190"]["band"] == "closed"
    assert wards["values"]["00190"]["label"]["vi"] == "Ô Chợ Dừa"
    assert wards["frames"]["values"]["00190"] == [0.0, 0.6]


def test_r50_figures_of_wards_travel_by_the_wards_own_names(city, tmp_path) -> None:
    told = result(areas={"00190": [kpi("lossHours", 10.0, 12.0, wide=1.0)]})
    payload = published(told, city, tmp_path).payload
    (row,) = payload["tables"]["wards.lossHours"]["rows"]
    assert row["name"] == {"vi": "Ô Chợ Dừa", "en": "Ô Chợ Dừa"}
    figure = figure_at(payload, "tables/wards.lossHours/0/delta")
    assert figure is not None
    assert (figure["value"], figure["unit"]) == (2.0, "h")


class Heard:
    """A job as its work sees it, as far as it publishes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings(data_dir=folder)
        self.published: list[Envelope] = []

    def publish(self, envelope: Envelope) -> None:
        self.published.append(envelope)


def test_the_newest_run_says_what_was_asked_by_its_inputs_alone(city, tmp_path) -> None:
    working: Any = Heard(tmp_path)
    scenario = {
        "drainage": {
            "storm": {"kind": "named", "id": "burst"},
            "measures": [{"kind": "block", "conduit": "c1", "share": 0.5}],
        },
        "traffic": {"measures": [{"kind": "close", "links": ["a", "gone"]}]},
    }
    options = {
        "storms": [{"id": "burst", "name": {"vi": "Mưa 100 mm", "en": "100 mm of rain"}}],
        "conduits": [{"id": "c1", "name": {"vi": "Cống Lê Duẩn", "en": "Lê Duẩn sewer"}}],
        "links": [{"id": "a", "name": {"vi": "Lê Duẩn", "en": "Lê Duẩn"}}],
    }
    publish_latest(result(), scenario, options, city, working)
    (envelope,) = working.published
    assert envelope.aggregate == "twin.latest.traffic"
    assert envelope.quality["twin"]["title"]["vi"] == (
        "Tắc cống Lê Duẩn (50%) · Mưa 100 mm; Đóng đường Lê Duẩn; Đóng đường gone"
    )


def test_wards_of_the_city_are_named_by_the_city(city, tmp_path) -> None:
    told = result("drainage")
    told["frames"]["areaDepth"] = {**told["frames"]["depth"], "layer": "areas"}
    assert published(told, city, tmp_path).payload["maps"]["areaDepth"]["worst"] == ["a"]


def test_a_difference_in_which_chance_has_no_part_is_told_no_interval() -> None:
    water, traffic = kpi("flooded", 100.0, 82.0), kpi("delay", 100.0, 82.0, wide=3.0)
    told = figures(result("drainage", kpis=[water, traffic]))["numbers"]
    assert told["flooded"]["note"]["en"] == "\u221218.0"
    assert told["delay"]["note"]["en"] == "95%: \u221221.0 … \u221215.0"
