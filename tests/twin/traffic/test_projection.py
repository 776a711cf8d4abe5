"""Coordinates of a plane: the published ones become the published degrees, nonsense is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from data_access.city import City
from jobs.working import WorkFailed
from tests.twin.traffic.small import LAT, LON
from tests.twin.traffic.test_importing import gmns, settings_in
from twin.traffic.grid import Plane
from twin.traffic.importing import import_network
from twin.traffic.projection import crs_of, degrees_of
from twin.traffic.streets import Streets


def go(at: object = None) -> None:
    """Go on, whoever asks."""


@pytest.mark.parametrize(
    ("words", "crs"),
    [
        ("EPSG:32648", "EPSG:32648"),
        ("epsg:3405 ", "EPSG:3405"),
        ("urn:ogc:def:crs:EPSG::26986", "EPSG:26986"),
        ("4326", "EPSG:4326"),
        ("WGS84", "EPSG:4326"),
        ("+proj=utm +zone=48", "+proj=utm +zone=48"),
        ("UTM 48", None),
        ("EPSG:../../x", None),
        ("", None),
    ],
)
def test_a_system_is_named_in_several_ways(words: str, crs: str | None) -> None:
    assert crs_of(words) == crs


@pytest.mark.parametrize(
    ("crs", "point", "lon", "lat"),
    [
        # The worked examples of EPSG guidance note 7-2: transverse Mercator (British National
        # Grid, without its datum), and Lambert with two parallels in US feet (Texas South Central).
        (
            "+proj=tmerc +lat_0=49 +lon_0=-2 +k=0.9996012717 +x_0=400000 +y_0=-100000"
            " +a=6377563.396 +b=6356256.909",
            (577274.99, 69740.50), 0.5, 50.5,
        ),
        (
            "+proj=lcc +lat_1=28.3833333333 +lat_2=30.2833333333 +lat_0=27.8333333333 +lon_0=-99"
            " +x_0=609601.218 +y_0=0 +ellps=clrk66 +units=us-ft",
            (2963503.91, 254759.80), -96.0, 28.5,
        ),
        ("EPSG:32648", (500000.0, 0.0), 105.0, 0.0),
    ],
)  # fmt: skip
def test_published_places_become_their_degrees(
    crs: str, point: tuple[float, float], lon: float, lat: float, tmp_path: Path
) -> None:
    found = degrees_of({"a": point, "b": point}, crs, tmp_path, go)
    assert found["a"] == found["b"]
    assert found["a"] == pytest.approx((lon, lat), abs=2e-6)


@pytest.mark.parametrize(
    ("crs", "x", "said"),
    [
        ("EPSG:99999", 587000.0, "no system of coordinates that is known"),
        ("EPSG:32648", 5e9, "lies nowhere in EPSG:32648"),
        ("EPSG:4269", 105.8, "expected EPSG:4326"),
    ],
)
def test_what_is_nowhere_is_refused(crs: str, x: float, said: str, tmp_path: Path) -> None:
    with pytest.raises(WorkFailed, match=said) as refused:
        degrees_of({"a": (x, 21.0)}, crs, tmp_path, go)
    assert refused.value.code == "input"
    assert list(tmp_path.iterdir()) == []


def flat(folder: Path) -> Path:
    """Write the folder of `gmns` in metres of a plane through its first crossing."""
    source = gmns(folder)
    nodes = (source / "node.csv").read_text("utf-8").splitlines()
    plane = Plane(LAT, LON)
    rows = []
    for node in nodes[1:]:
        name, lon, lat, signal = node.split(",")
        x, y = plane.flat(float(lat), float(lon))
        rows.append(f"{name},{500_000 + x:.3f},{y:.3f},{signal}")
    (source / "node.csv").write_text("\n".join([nodes[0], *rows]) + "\n", "utf-8")
    return source


CRS = f"+proj=eqc +lat_ts={LAT} +lat_0={LAT} +lon_0={LON} +x_0=500000 +R=6371000"


def taken(source: Path, city: City, folder: Path, crs: str | None = None) -> Streets:
    return import_network(source, city, settings_in(folder), cycle_s=60, crs=crs).streets


@pytest.mark.parametrize("where", ["config", "declared"])
def test_a_gmns_folder_of_a_plane_is_taken_where_its_system_is_named(
    where: str, hanoi: City, tmp_path: Path
) -> None:
    source = flat(tmp_path)
    if where == "config":
        (source / "config.csv").write_text(f"dataset_name,crs\nx,{CRS}\n", "utf-8")
    found = taken(source, hanoi, tmp_path, CRS if where == "declared" else None)
    assert len(found.edges) == 8
    first = found.junctions["00"]
    assert math.hypot(first.lat - LAT, first.lon - LON) < 1e-4
    assert {edge.length_m for edge in found.edges.values()} == {500.0}


def test_without_a_system_it_is_refused_and_told_what_is_wanted(
    hanoi: City, tmp_path: Path
) -> None:
    source = flat(tmp_path)
    with pytest.raises(WorkFailed, match=r"no degrees; expected degrees, .* crs in config\.csv"):
        taken(source, hanoi, tmp_path)
    with pytest.raises(WorkFailed, match="crs UTM 48; expected EPSG"):
        taken(source, hanoi, tmp_path, "UTM 48")


def test_units_that_config_names_hold_without_a_guess(hanoi: City, tmp_path: Path) -> None:
    source = gmns(tmp_path)
    about = "dataset_name,short_length,long_length,speed,crs\nx,foot,kilometer,mph,4326\n"
    (source / "config.csv").write_text(about, "utf-8")
    found = taken(source, hanoi, tmp_path)
    assert {edge.length_m for edge in found.edges.values()} == {500.0}
    assert {edge.speed_kmh for edge in found.edges.values()} == {80.47}
    assert not any("taken to be" in said["en"] for said in found.said)
    (source / "config.csv").write_text(about.replace("kilometer", "league"), "utf-8")
    with pytest.raises(WorkFailed, match="long_length is league"):
        taken(source, hanoi, tmp_path / "other")
