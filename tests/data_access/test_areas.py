"""Units by code, by name and by point; boundaries, schematic and the layers drawn from them."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
import shapely.geometry
from vietnam_provinces import Ward

from data_access.areas import Areas, Unit, names_in_doubt
from data_access.boundaries import import_boundaries, simplify
from data_access.city import City, load_city
from data_access.contract_check import check
from data_access.contracts import SourceSpec
from data_access.errors import BoundaryError, CityError
from data_access.geometry import schematic, write_geometry
from data_access.model import Entity
from data_access.old_units import read_old_units
from data_access.sources.registry import read
from data_access.spelling import ascii_key, tone_key
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


def _unit(code: str, name: str, kind: str = "xã", lat: float = 21.0, lon: float = 105.8) -> Unit:
    return Unit(code, name, kind, lat, lon, 4.0, None, date(2025, 7, 1))


def _square(west: float, south: float, size: float = 0.1) -> list[list[float]]:
    east, north = west + size, south + size
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _feature(code: str, ring: list[list[float]], **properties: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": code,
        "properties": properties,
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }


def _write(folder: Path, name: str, *features: dict[str, Any]) -> None:
    collection = {"type": "FeatureCollection", "features": list(features)}
    (folder / name).write_bytes(orjson.dumps(collection))


def test_hanoi_has_51_wards_and_75_communes(city: City) -> None:
    kinds = [unit.kind for unit in city.areas]
    assert (kinds.count("phường"), kinds.count("xã")) == (51, 75)
    assert sum(unit.km2 for unit in city.areas) == pytest.approx(3359.8, abs=0.1)


def test_names_are_those_of_the_official_list(city: City) -> None:
    def key(kind: str, name: str) -> tuple[str, str]:
        return kind, tone_key(re.sub(r"^(Phường|Xã) ", "", name))

    listed = {
        key(ward.division_type.value, unicodedata.normalize("NFC", ward.name))
        for ward in Ward.iter_all()
        if ward.province_code.value == int(city.unit_code)
    }
    assert {key(unit.kind, unit.name) for unit in city.areas} == listed


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Hoàn Kiếm", "00070"),
        ("Phường Hoàn Kiếm", "00070"),
        ("phường  hoàn kiếm ", "00070"),
        ("Yên Hoà", "00175"),
        ("Yên Hòa", "00175"),
        ("Hoà Lạc", "09988"),
        ("Xã Hòa Lạc", "09988"),
        ("Văn Miếu - Quốc Tử Giám", "00226"),
        ("Ba Dinh", "00004"),
        ("O Cho Dua", "00190"),
        (unicodedata.normalize("NFD", "Ô Chợ Dừa"), "00190"),
        ("Phường Hoàng Mai", "00331"),
    ],
)
def test_a_unit_is_found_however_its_name_is_written(city: City, name: str, code: str) -> None:
    found = city.areas.find(name)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("name", ["", "Hà Nội", "Phường", "Không Có", "Quận Hoàn Kiếm"])
def test_what_is_no_unit_is_not_found(city: City, name: str) -> None:
    assert city.areas.find(name) is None


def test_a_name_two_units_have_needs_its_kind() -> None:
    areas = Areas({"1": _unit("1", "Sơn Tây", "phường"), "2": _unit("2", "Sơn Tây", "xã")})
    assert areas.find("Sơn Tây") is None
    assert areas.find("Xã Sơn Tây") == areas.units["2"]
    assert names_in_doubt(areas) == [tone_key("Sơn Tây")]


def test_names_that_differ_in_marks_are_two_names() -> None:
    areas = Areas({"1": _unit("1", "Phú Lương"), "2": _unit("2", "Phù Lưỡng")})
    assert areas.find("Phù Lưỡng") == areas.units["2"]
    assert areas.find("Phu Luong") is None  # either


def test_a_code_means_the_unit_only_since_its_day(city: City) -> None:
    assert city.areas.get("00004") is not None  # Ba Đình; Trúc Bạch before
    assert city.areas.get("00004", on=date(2025, 6, 30)) is None
    assert city.areas.get("00004", on=date(2025, 7, 1)) is not None


def test_keys_ignore_where_the_tone_stands_but_not_which_it_is() -> None:
    assert tone_key("Hòa") == tone_key("Hoà") != tone_key("Hoá")
    assert ascii_key("Đống Đa") == "dong da"


def test_without_boundaries_a_point_belongs_to_the_nearest_centroid(city: City) -> None:
    assert city.areas.at(21.0287, 105.8524) == "00070"
    assert city.areas.at(21.36, 105.83) is not None
    assert city.areas.at(10.77, 106.70) is None  # Thành phố Hồ Chí Minh
    assert city.areas.locate([float("nan"), 21.0287], [105.8, 105.8524]) == [None, "00070"]


def test_with_boundaries_a_point_belongs_to_its_polygon() -> None:
    areas = Areas({"1": _unit("1", "Một"), "2": _unit("2", "Hai")}).with_boundaries(
        {"1": shapely.Polygon(_square(105.0, 21.0)), "2": shapely.Polygon(_square(105.1, 21.0))}
    )
    assert areas.locate([21.05, 21.05, 21.05], [105.05, 105.15, 105.3]) == ["1", "2", None]
    assert areas.at(21.05, 105.1) == "1"  # the first unit has the border


def test_a_unit_without_boundary_claims_what_no_boundary_holds() -> None:
    units = {"1": _unit("1", "Một", lat=21.05, lon=105.05), "2": _unit("2", "Hai")}
    areas = Areas(units).with_boundaries({"1": shapely.Polygon(_square(105.0, 21.0))})
    assert areas.at(21.05, 105.05) == "1"
    assert areas.at(21.0, 105.801) == "2"
    assert areas.at(21.2, 105.05) is None


def test_units_a_shape_reaches_into(city: City) -> None:
    inner = shapely.box(105.80, 21.00, 105.87, 21.05)
    assert {"00070", "00235"} <= set(city.areas.touched_by(inner))
    small = shapely.Point(105.8504, 21.0320).buffer(0.0005)
    assert city.areas.touched_by(small) == ["00070"]
    assert city.areas.touched_by(shapely.box(0, 0, 1, 1)) == []


def test_boundaries_are_matched_by_code_then_by_name(tmp_path: Path) -> None:
    areas = Areas({"00001": _unit("00001", "Một"), "00002": _unit("00002", "Hòa Hai")})
    _write(tmp_path, "one.geojson", _feature("00001", _square(105.0, 21.0)))
    _write(tmp_path, "two.json", _feature("x-9", _square(105.1, 21.0), name="Xã Hoà Hai"))
    _write(tmp_path, "city.geojson", _feature("01", _square(105.0, 21.0), ma="01", name="Một"))
    assert set(import_boundaries(tmp_path, areas).boundaries) == {"00001", "00002"}


def test_a_shared_border_stays_one_line_when_simplified() -> None:
    wiggle = [[105.1 + (0.00003 if n % 2 else 0), 21.0 + n / 1000] for n in range(101)]
    left = shapely.Polygon([[105.0, 21.0], *wiggle, [105.0, 21.1]])
    right = shapely.Polygon([[105.2, 21.0], *wiggle, [105.2, 21.1]])
    made = simplify({"1": left, "2": right})
    assert shapely.get_num_coordinates(made["1"]) < 50
    assert made["1"].intersection(made["2"]).area == 0
    border = made["1"].intersection(made["2"])
    assert border.length == pytest.approx(0.1, rel=1e-3)


def test_the_result_is_kept_and_made_anew_when_the_files_change(tmp_path: Path) -> None:
    areas = Areas({"00001": _unit("00001", "Một")})
    folder, cache = tmp_path / "in", tmp_path / "kept"
    folder.mkdir()
    _write(folder, "a.geojson", _feature("00001", _square(105.0, 21.0)))
    first = import_boundaries(folder, areas, cache=cache)
    (kept,) = cache.iterdir()
    assert (
        import_boundaries(folder, areas, cache=cache).boundaries.keys() == first.boundaries.keys()
    )
    assert list(cache.iterdir()) == [kept]
    kept.write_text("{")  # damaged: made again
    assert import_boundaries(folder, areas, cache=cache).has_boundaries
    _write(folder, "a.geojson", _feature("00001", _square(105.0, 21.0, 0.2)))
    moved = import_boundaries(folder, areas, cache=cache)
    assert moved.boundaries["00001"].area == pytest.approx(0.04)
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "no JSON"),
        (b"[1]", "Feature or FeatureCollection"),
        (
            b'{"type": "Feature", "id": "00001", "geometry": {"type": "Blob"}}',
            "no readable geometry",
        ),
        (b'{"type": "Feature", "id": "00001", "geometry": null}', "no readable geometry"),
        (
            orjson.dumps(_feature("00001", _square(588000.0, 2325000.0, 900))),
            "WGS84 degrees",
        ),
        (orjson.dumps(_feature("99999", _square(105.0, 21.0))), "none of 1 files"),
    ],
)
def test_a_folder_that_is_none_of_boundaries_is_refused(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "unit.geojson").write_bytes(content)
    with pytest.raises(BoundaryError, match=words):
        import_boundaries(tmp_path, Areas({"00001": _unit("00001", "Một")}))


def test_a_folder_without_geojson_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="no file named"):
        import_boundaries(tmp_path, Areas({"00001": _unit("00001", "Một")}))


def test_a_unit_with_two_boundaries_is_refused(tmp_path: Path) -> None:
    for name in ("a.geojson", "b.geojson"):
        _write(tmp_path, name, _feature("00001", _square(105.0, 21.0)))
    with pytest.raises(BoundaryError, match="in another file already"):
        import_boundaries(tmp_path, Areas({"00001": _unit("00001", "Một")}))


def test_the_schematic_has_a_cell_for_each_unit_with_its_centroid_in_it(city: City) -> None:
    cells = schematic(city.areas)
    assert set(cells) == city.areas.codes
    for unit in city.areas:
        assert cells[unit.code].covers(shapely.Point(unit.lon, unit.lat)), unit.name
    overlap = (
        sum(cell.area for cell in cells.values()) - shapely.union_all(list(cells.values())).area
    )
    assert overlap == pytest.approx(0, abs=1e-5)


def test_one_unit_alone_has_a_schematic_too() -> None:
    assert set(schematic(Areas({"1": _unit("1", "Một")}))) == {"1"}


def test_layers_are_files_named_by_content_and_the_catalogue_says_where(
    city: City, tmp_path: Path
) -> None:
    stations = [Entity("s1", "Hồ Gươm", 21.0287, 105.8524, "00070"), Entity("s2", "Nowhere")]
    layers = write_geometry(
        city, city.areas, tmp_path, entities={"stations.environment.air": stations}
    )
    assert set(layers) == {"areas", "links", "nodes", "stations.environment.air"}
    assert {name: layer["features"] for name, layer in layers.items()} == {
        "areas": 126,
        "links": 61,
        "nodes": 39,
        "stations.environment.air": 1,
    }
    assert layers["areas"]["schematic"] is True
    assert layers["links"]["schematic"] is False
    (south, west), (north, east) = layers["areas"]["bounds"]
    assert 20.5 < south < north < 21.5
    assert 105.2 < west < east < 106.1
    for name, layer in layers.items():
        assert layer["url"] == f"/geometry/{name}-{layer['hash']}.json"
        collection = json.loads((tmp_path / f"{name}-{layer['hash']}.json").read_text("utf-8"))
        assert len(collection["features"]) == layer["features"]
        assert all(f["properties"]["id"] == f["id"] for f in collection["features"])
    area = json.loads((tmp_path / Path(layers["areas"]["url"]).name).read_text("utf-8"))
    assert area["features"][0]["properties"] == {
        "id": "00004", "code": "00004", "name": "Ba Đình", "kind": "phường",
    }  # fmt: skip


def test_writing_the_same_again_writes_nothing(city: City, tmp_path: Path) -> None:
    once = write_geometry(city, city.areas, tmp_path)
    written = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert write_geometry(city, city.areas, tmp_path) == once
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == written


@pytest.mark.real_files
def test_the_real_boundaries_are_126_units_that_share_their_borders(
    real_data: Path, city: City, tmp_path: Path
) -> None:
    folder = real_data / "geo" / "2025" / "01_ha_noi"
    areas = import_boundaries(folder, city.areas, cache=tmp_path)
    assert set(areas.boundaries) == city.areas.codes
    shapes = list(areas.boundaries.values())
    assert shapely.is_valid(shapes).all()
    union = shapely.union_all(shapes)
    degrees = sum(shape.area for shape in shapes)
    assert (degrees - union.area) / union.area < 1e-6  # no overlap
    for code, shape in areas.boundaries.items():
        (path,) = (folder / "wards").glob(f"{code}_*.geojson")
        (feature,) = json.loads(path.read_text("utf-8"))["features"]
        real = shapely.geometry.shape(feature["geometry"])
        assert shape.symmetric_difference(real).area / real.area < 0.02, code
    assert sum(shapely.get_num_coordinates(shapes)) < 30_000
    for node in city.network.nodes.values():
        assert areas.at(node.lat, node.lon) is not None
    layers = write_geometry(city, areas, tmp_path)
    assert layers["areas"]["schematic"] is False
    assert (tmp_path / Path(layers["areas"]["url"]).name).stat().st_size < 700_000


@pytest.mark.real_files
def test_the_real_boundaries_say_where_the_junctions_are(real_data: Path, city: City) -> None:
    areas = import_boundaries(real_data / "geo" / "2025" / "01_ha_noi", city.areas)
    wards = {"N01": "Ba Đình", "N02": "Hoàn Kiếm", "N21": "Tương Mai", "N39": "Vĩnh Hưng"}
    for node_id, ward in wards.items():
        node = city.network.nodes[node_id]
        code = areas.at(node.lat, node.lon)
        assert code is not None
        assert areas.units[code].name == ward


# Before the reform of 2025-07-01 (R05)

BEFORE, SINCE = date(2025, 6, 30), date(2025, 7, 1)


def test_each_unit_of_today_came_of_old_ones_and_each_old_one_is_somewhere(city: City) -> None:
    old = city.areas.before.by_code.values()
    assert len(old) == 526
    assert {code for unit in old for code in unit.became} == city.areas.codes
    assert {unit.valid_to for unit in old} == {unit.valid_from for unit in city.areas}


@pytest.mark.parametrize(
    ("word", "on", "area"),
    [
        ("00013", BEFORE, "00004"),  # Quán Thánh, whole in Ba Đình
        ("Phường Quán Thánh", BEFORE, "00004"),
        ("Quan Thanh", BEFORE, "00004"),
        ("00013", SINCE, None),  # no unit any more
        ("Ngọc Hà", SINCE, "00008"),  # one name, two units …
        ("Ngọc Hà", BEFORE, "city"),  # … and the old one was divided
        ("Xã Quang Trung", BEFORE, "city"),  # with its kind one of two, and that was divided
        ("Quang Trung", BEFORE, None),  # without it nobody knows which
        ("Từ Liêm", BEFORE, "00592"),  # only today's has the name
    ],
)
def test_a_code_or_name_means_what_it_meant_on_its_day(
    city: City, word: str, on: date, area: str | None
) -> None:
    found = city.areas.known(word, on=on)
    assert (None if found is None else getattr(found, "area", found.code)) == area


def test_r05_history_by_old_units_joins_that_of_today(city: City, tmp_path: Path) -> None:
    contract = city.datasets["food.safety"]
    name = next(iter(contract.indicators))
    options = {"time": "day", "area": "ward", "values": {name: "n"}}
    source = SourceSpec(format="table", paths=("*.csv",), options=options)
    contract = replace(contract, source=source)
    file = tmp_path / "history.csv"
    rows = [
        ("2025-06-30", "00013", 2),  # Quán Thánh …
        ("2025-06-30", "00004", 3),  # … and Trúc Bạch, both in Ba Đình, whose code is 00004 too
        ("2025-06-30", "00016", 4),  # Ngọc Hà, divided between two
        ("2025-07-01", "00004", 6),
        ("2025-07-01", "00013", 7),  # nobody may say that any more
    ]
    file.write_text("day,ward,n\n" + "".join(f"{d},{w},{n}\n" for d, w, n in rows))
    (batch,) = read([file], contract=contract, city=city)
    assert batch.observations is not None
    found = batch.observations[["entity", "area", "value"]].itertuples(index=False, name=None)
    assert list(found) == [
        ("00013@2025-07-01", "00004", 2.0),
        ("00004@2025-07-01", "00004", 3.0),
        ("00016@2025-07-01", "city", 4.0),
        ("00004", "00004", 6.0),
        ("00013", "00013", 7.0),
    ]
    now = datetime(2025, 7, 2, tzinfo=UTC)
    checked = check(batch, contract, now=now, areas=city.areas.codes)
    assert [each.reason for each in checked.rejected] == ["unknownArea"]


def test_a_crosswalk_to_a_unit_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "areas_before.csv").write_text(
        "code,name,kind,valid_to,became\n1,A,xã,2025-07-01,99999\n", "utf-8"
    )
    with pytest.raises(CityError, match=r"line 2.*99999 is no unit"):
        read_old_units(tmp_path / "areas_before.csv", {"00004"})


def test_r05_a_register_of_visits_adds_up_old_units_in_that_of_today(
    city: City, tmp_path: Path
) -> None:
    file = tmp_path / "register.csv"
    heading = "Ngày,Mã đơn vị,Đơn vị,Số cơ sở kiểm tra,Số cơ sở vi phạm"
    rows = ["30/06/2025,00013,,4,1", "30/06/2025,,Phường Trúc Bạch,5,0", "30/06/2025,00016,,3,1"]
    file.write_text("\n".join([heading, *rows, ""]), "utf-8")
    contract = city.datasets["food.safety"]
    (batch,) = read([file], contract=contract, city=city)
    assert batch.rejected == []
    assert batch.observations is not None
    found = batch.observations[batch.observations["indicator"] == "inspections"]
    assert dict(zip(found["area"], found["value"], strict=True)) == {"00004": 9.0, "city": 3.0}
