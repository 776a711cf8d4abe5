"""The city folder: what this one says, and how a wrong one is refused."""

from __future__ import annotations

import shutil
import unicodedata
from pathlib import Path

import pytest

from data_access.aggregates.registry import aggregates
from data_access.city import City, load_city
from data_access.errors import CityError
from data_access.sources import registry
from tests.conftest import ROOT

IDS = (
    "economy.investment",
    "economy.prices",
    "transport.speed",
    "economy.grdp",
    "economy.activity",
    "economy.projects",
    "economy.business",
    "economy.budget",
    "environment.water",
    "environment.rain_forecast",
    "environment.land",
    "security.incidents",
    "security.fires",
    "security.accidents",
    "urban.order",
    "transport.cameras",
    "transport.camera_events",
    "transport.transit",
    "transport.vehicles",
    "transport.signals",
    "transport.situations",
    "environment.air",
    "environment.rain",
    "health.dengue",
    "health.capacity",
    "health.epidemics",
    "health.outbreaks",
    "education.schools",
    "education.closures",
    "education.meals",
    "food.safety",
    "security.alerts",
    "security.logins",
    "feedback.requests",
    "feedback.calls",
    "feedback.social",
    "party.documents",
)


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the city folder to be spoilt."""
    for name in (
        "city.toml", "agencies.toml", "datasets.toml", "scales.toml", "areas.csv", "network.toml",
        "names.toml", "limits.toml", "register.toml",
    ):  # fmt: skip
        shutil.copy(ROOT / "city" / name, tmp_path)
    shutil.copytree(ROOT / "city" / "datasets", tmp_path / "datasets")
    return tmp_path


def _spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_all_datasets_are_there_with_an_owner_and_a_source(city: City) -> None:
    assert set(city.datasets) == set(IDS)
    for dataset in city.datasets.values():
        assert dataset.owner in city.agencies
        assert dataset.stale_after_ms > dataset.cadence_s * 1000
    registry.verify(city)


def test_each_of_the_five_groups_has_data(city: City) -> None:
    groups = {dataset.group for dataset in city.datasets.values()}
    assert groups == {"economy", "transport", "environment", "security", "feedback"}


def test_layers_of_datasets_are_drawn_from_entities(city: City) -> None:
    layers = {d.id: d.layer for d in city.datasets.values() if d.layer}
    assert layers == {
        "transport.speed": "links",
        "transport.cameras": "cameras",
        "environment.water": "stations.environment.water",
        "health.capacity": "hospitals",
        "environment.air": "stations.environment.air",
        "environment.rain": "gauges.environment.rain",
    }


@pytest.mark.parametrize(
    ("aqi", "band", "colour"),
    [
        (0, "good", "#00e400"),
        (50, "good", "#00e400"),
        (51, "moderate", "#ffff00"),
        (150, "poor", "#ff7e00"),
        (151, "bad", "#ff0000"),
        (300, "very_bad", "#8f3f97"),
        (500, "hazardous", "#7e0023"),
    ],
)
def test_the_official_index_has_its_official_colours(
    city: City, aqi: float, band: str, colour: str
) -> None:
    found = city.scales["vn_aqi"].band(aqi)
    assert found is not None
    assert (found.id, found.colour) == (band, colour)


@pytest.mark.parametrize(
    ("percent", "band"), [(0, "F"), (30, "F"), (30.1, "E"), (50, "D"), (81, "A")]
)
def test_level_of_service_falls_with_speed(city: City, percent: float, band: str) -> None:
    found = city.scales["los"].band(percent)
    assert found is not None
    assert found.id == band


def test_what_is_no_value_has_no_band(city: City) -> None:
    for scale in city.scales.values():
        below = (scale.min or 0.0) - 1
        assert scale.band(None) is scale.band(float("nan")) is scale.band(below) is None


def test_every_band_tells_by_colour_shape_and_word(city: City) -> None:
    for scale in city.scales.values():
        bands = scale.to_json()["bands"]
        assert len({band["colour"] for band in bands}) == len(bands)
        assert all(band["label"]["vi"] and band["label"]["en"] and band["shape"] for band in bands)


def test_writing_on_a_band_can_be_read(city: City) -> None:
    for scale in city.scales.values():
        for band in scale.bands:
            assert _contrast(band.colour, band.text) >= 4.5, (scale.id, band.id)


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_network_is_one_piece_of_39_junctions_and_61_links(city: City) -> None:
    network = city.network
    assert (len(network.nodes), len(network.links)) == (39, 61)
    reached, waiting = set(), ["N01"]
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            for link in network.links.values():
                ends = [link.start.id, link.end.id]
                if node in ends:
                    waiting += ends
    assert reached == set(network.nodes)
    assert all(link.lanes_estimated for link in network.links.values())


def test_all_text_of_the_city_is_nfc() -> None:
    for path in (ROOT / "city").rglob("*.*"):
        assert unicodedata.is_normalized("NFC", path.read_text("utf-8")), path.name


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "expected"),
    [
        (
            "datasets.toml",
            'owner = "cong-an"',
            'owner = "ubnd"',
            "transport.speed.owner",
            "no agency",
        ),
        ("datasets.toml", 'cadence = "PT5M"', 'cadence = "5 min"', "transport.speed", "ISO 8601"),
        ("datasets.toml", "min = 0, max = 180", 'min = "low"', "speed_kmh.min", "number"),
        ("datasets.toml", 'shape = "record"', 'shape = "cube"', "transport.situations", "record"),
        (
            "datasets.toml",
            "cpi_mom = {",
            "yoy = {",
            "economy.prices.indicators.yoy",
            "Sở Tài chính",
        ),
        (
            "datasets.toml",
            'steward = "cdc"',
            'deputy = "nobody"',
            "health.dengue.deputy",
            "no agency",
        ),
        (
            "datasets.toml",
            "expects = { inside = true }",
            'expects = { areas = ["99999"] }',
            "environment.air.expects.areas",
            "99999",
        ),
        (
            "datasets.toml",
            'rule = "at-most", indicator = "violations", of = "inspections"',
            'rule = "source", indicator = "violations", dataset = "food", of = "breaches"',
            "food.safety.reconcile",
            "no indicator of a dataset 'food'",
        ),
        ("datasets.toml", 'of = "inspections"', 'of = "visits"', "food.safety", "visits is no"),
        ("datasets.toml", 'share = "open"', 'share = "free"', "economy.investment].share", "open"),
        ("agencies.toml", 'id = "thue"', 'id = "thue"\nphone = "ask"', "agency[thue].phone", ""),
        ("agencies.toml", 'id = "thue"', 'id = "tai-chinh"', "tai-chinh", "twice"),
        ("scales.toml", "upper = 100, colour", "upper = 40, colour", "scale[vn_aqi]", "rise"),
        ("scales.toml", "#ffff00", "yellow", "bands", "pattern"),
        ("network.toml", 'to = "N02"', 'to = "N99"', "link N01-N99", "no node"),
        ("city.toml", "Asia/Ho_Chi_Minh", "Asia/Saigon_2", "timezone", "time zone"),
        ("city.toml", "lat = 21.095", "lat = 20.095", "core", "north and east"),
        ("city.toml", "unit_code", "unit_kode", "unit_", ""),
        ("city.toml", '= "trung-tam-du-lieu"', '= "nobody"', "data_office", "agencies.toml"),
        ("city.toml", '"drainage"', '"drains"', "bottleneck_requests.flooding", "no category"),
        ("economy.toml", 'cadence = "P3M"', 'cadence = "3"', "economy.grdp].cadence", "ISO"),
        ("limits.toml", "caution = 8.0", "caution = 2.0", "grdp_growth", "get worse"),
        ("limits.toml", "2026 = 11.0", "y26 = 11.0", "grdp_growth", "no year"),
        ("names.toml", '["economy.prices"]', '["economy.price"]', "economy.price", "no dataset"),
        ("names.toml", 'en = "Earthquake"', 'en = ""', "security.alerts.Earthquake", "both filled"),
        ("areas.csv", "00070,", "00004,", "line", "twice"),
        ("areas.csv", "21.0385", "north", "line 2", "expected code"),
        ("datasets.toml", "[[dataset]]", "[dataset", "all", "readable TOML"),
    ],
)
def test_a_wrong_entry_is_named_by_file_and_key(
    folder: Path, file: str, old: str, new: str, key: str, expected: str
) -> None:
    _spoil(folder, f"datasets/{file}" if file == "economy.toml" else file, old, new)
    with pytest.raises(CityError) as caught:
        load_city(folder)
    assert caught.value.file == file
    assert key in caught.value.key
    assert expected in caught.value.expected


def test_an_entry_of_two_files_is_refused(folder: Path) -> None:
    _spoil(folder, "datasets/economy.toml", 'id = "economy.grdp"', 'id = "economy.prices"')
    with pytest.raises(CityError, match=r"economy\.prices: is there twice"):
        load_city(folder)


def test_every_limit_is_of_an_aggregate_there_is(city: City) -> None:
    assert set(city.limits) <= set(aggregates())


def test_an_indicator_in_another_unit_than_aggregates_count_in_is_refused(folder: Path) -> None:
    _spoil(folder, "datasets/economy.toml", 'en = "Revenue of the day" }, unit = "triệu đồng"',
         'en = "Revenue of the day" }, unit = "tỷ đồng"')  # fmt: skip
    with pytest.raises(CityError) as caught:
        load_city(folder)
    assert caught.value.key == "economy.budget.indicators.revenue.unit"
    assert "'triệu đồng'" in caught.value.expected


def test_a_scale_that_a_city_does_not_have_is_the_products_own(folder: Path) -> None:
    (folder / "scales.toml").unlink()
    assert load_city(folder).scales == load_city(ROOT / "city").scales


def test_a_city_that_knows_none_of_its_roads_needs_no_file_of_them(folder: Path) -> None:
    (folder / "network.toml").unlink()
    assert (load_city(folder).network.nodes, load_city(folder).network.links) == ({}, {})


def test_r01_a_second_source_of_an_owned_indicator_is_refused_naming_owner_and_dataset(
    folder: Path,
) -> None:
    path = folder / "datasets.toml"
    connector = """
[[dataset]]
id = "environment.sensors"
group = "environment"
name = { vi = "Cảm biến", en = "Sensors" }
owner = "khoa-hoc-cong-nghe"
shape = "observation"
cadence = "PT1M"
stale_after = "PT5M"
indicators = { pm25 = { name = { vi = "Bụi mịn", en = "Fine dust" }, unit = "µg/m³" } }
source = { format = "ngsi", paths = ["sensors/*.json"], options = { types = "Sensor" } }
"""
    path.write_text(path.read_text("utf-8") + connector, "utf-8")
    with pytest.raises(CityError) as caught:
        load_city(folder)
    assert caught.value.key == "environment.sensors.indicators.pm25"
    assert "Sở Nông nghiệp và Môi trường" in caught.value.expected
    assert "environment.air" in caught.value.expected


def test_what_is_registered_has_an_owner_and_ends_with_a_contract(folder: Path) -> None:
    registered = load_city(folder).register
    assert registered
    path = folder / "register.toml"
    name = next(iter(registered))
    path.write_text(path.read_text("utf-8").replace(name, "environment.air"), "utf-8")
    assert len(load_city(folder).register) == len(registered) - 1
    path.write_text(
        path.read_text("utf-8").replace('owner = "du-lich"', 'owner = "nobody"'), "utf-8"
    )
    with pytest.raises(CityError, match="nobody"):
        load_city(folder)
    path.unlink()
    assert load_city(folder).register == {}


def test_no_telephone_number_is_made_up(city: City) -> None:
    assert all(agency.phone is None for agency in city.agencies.values())
    assert all(dataset.phone is None for dataset in city.datasets.values())


def test_a_city_whose_sources_speak_as_it_does_needs_no_names(folder: Path) -> None:
    (folder / "names.toml").unlink()
    city = load_city(folder)
    assert city.called("environment.air", "Ba Dinh") == {"vi": "Ba Dinh", "en": "Ba Dinh"}


@pytest.mark.parametrize("file", ["agencies.toml", "areas.csv", "datasets.toml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CityError, match=file):
        load_city(folder)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('format = "cap"', 'format = "capp"', "dataset[security.alerts].source.format"),
        ('lifetime = "P1D"', 'lifetimes = "P1D"', "options.lifetimes"),
        ("factor = 1.609344", "factor = -1", "options.factor"),
        ('"Asia/Ho_Chi_Minh"  # … and', '"Hanoi"  # … and', "options.timezone"),
        (
            'format = "cap"',
            'format = "cap"\nurl = { address = "https://a.test", paging = "next" }',
            "url.paging",
        ),
    ],
)
def test_wrong_options_of_a_source_are_named(folder: Path, old: str, new: str, key: str) -> None:
    _spoil(folder, "datasets.toml", old, new)
    city = load_city(folder)
    with pytest.raises(CityError) as caught:
        registry.verify(city)
    assert key in caught.value.key
