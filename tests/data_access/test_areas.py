"""Units by code, by name and by point; boundaries, schematic and the layers drawn from them."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
import shapely
import shapely.geometry
from vietnam_provinces import Ward

from data_access.areas import Areas, Unit
from data_access.boundaries import import_boundaries, simplify
from data_access.city import City, load_city
from data_access.errors import BoundaryError
from data_access.geometry import schematic, write_geometry
from data_access.model import Entity
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
