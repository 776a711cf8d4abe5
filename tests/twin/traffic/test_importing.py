"""Networks of others: OSM as XML and Overpass JSON, GMNS folders; nonsense is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from data_access.city import City
from jobs.working import WorkFailed
from settings import Settings
from tests.conftest import ROOT
from tests.twin.traffic.small import LAT, LON, SPACING_M, working_in
from twin.traffic.grid import Plane
from twin.traffic.importing import Imported, import_network, osm_of_overpass
from twin.traffic.imports import imported_names, open_import, options_of
from twin.traffic.plan import read_plan
from twin.traffic.run import open_model, simulate
from twin.traffic.scenario import read_scenario

PLANE = Plane(LAT, LON)


def overpass(*, island: bool = False) -> dict[str, Any]:
    """Return a grid of 3 x 3 crossings; an island is a street of its own far away."""
    nodes: list[dict[str, Any]] = []
    for i in range(3):
        for j in range(3):
            lat, lon = PLANE.place((i * SPACING_M, j * SPACING_M))
            tags = {"highway": "traffic_signals"} if (i, j) == (1, 1) else {}
            nodes.append(
                {"type": "node", "id": 10 * i + j + 1, "lat": lat, "lon": lon, "tags": tags}
            )
    tags = {"highway": "secondary", "lanes": "2", "name": "Phố Huế"}
    ways = [
        {"type": "way", "id": 100 + i, "nodes": [10 * i + j + 1 for j in range(3)], "tags": tags}
        for i in range(3)
    ] + [
        {"type": "way", "id": 200 + j, "nodes": [10 * i + j + 1 for i in range(3)],
         "tags": {"highway": "residential"}}
        for j in range(3)
    ]  # fmt: skip
    if island:
        for number in (900, 901):
            lat, lon = PLANE.place((5000.0 + number, 5000.0))
            nodes.append({"type": "node", "id": number, "lat": lat, "lon": lon})
        ways.append(
            {"type": "way", "id": 999, "nodes": [900, 901], "tags": {"highway": "residential"}}
        )
    pond = {"type": "way", "id": 500, "nodes": [1, 2, 11], "tags": {"natural": "water"}}
    return {"version": 0.6, "elements": [*nodes, *ways, pond]}


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", city=ROOT / "city")


def imported(source: Path, city: City, folder: Path) -> Imported:
    return import_network(source, city, settings_in(folder), cycle_s=60)


def test_overpass_json_is_imported_and_can_be_asked(hanoi: City, tmp_path: Path) -> None:
    source = tmp_path / "Phố Huế.json"
    source.write_bytes(orjson.dumps(overpass(island=True)))
    found = imported(source, hanoi, tmp_path)
    assert found.name == "pho-hue"
    assert found.signals >= 1
    assert "OpenStreetMap" in found.streets.attribution
    assert len(found.streets.junctions) == 9  # without the island
    assert {edge.area for edge in found.streets.edges.values()} <= hanoi.areas.codes
    working = working_in(tmp_path)
    working.settings = settings_in(tmp_path)
    scenario = read_scenario(
        {
            "base": {"network": "pho-hue", "tripsScale": 0.02, "horizonMin": 30, "seeds": [1]},
            "measures": [{"kind": "close", "links": [sorted(found.streets.links)[0]]}],
        }
    )
    result = simulate(open_model(scenario, None, working), scenario, working)
    assert result["details"]["closedEntered"] == 0
    assert result["details"]["network"]["attribution"]
    said = " ".join(each["en"] for each in result["limits"])
    assert "“pho-hue”" in said
    assert "OpenStreetMap" in said
    assert "of 7 hospitals and fire stations lie off this network" in said


def test_an_imported_network_is_offered_and_named_by_its_hash(hanoi: City, tmp_path: Path) -> None:
    source = tmp_path / "Phố Huế.json"
    source.write_bytes(orjson.dumps(overpass()))
    settings = settings_in(tmp_path)
    assert imported_names(settings) == []
    imported(source, hanoi, tmp_path)
    assert imported_names(settings) == ["pho-hue"]
    plan = read_plan(settings.city, hanoi)
    assert plan is not None
    net = open_import(settings, "pho-hue", plan, None)
    offered = options_of(net, hanoi, plan)
    assert "Phố Huế, đoạn 1/6" in {each["name"]["vi"] for each in offered["links"]}
    names = [each["name"]["en"] for each in offered["links"]]
    assert len(set(names)) == len(names)  # who picks of a list knows which is which
    assert {each["id"] for each in offered["links"]} == set(net.streets.links)
    assert {each["id"] for each in offered["areas"]} <= hanoi.areas.codes
    assert [each["id"] for each in offered["junctions"]] == [
        each.id for each in net.streets.junctions.values() if each.signal
    ]
    assert 1 <= offered["tripsPct"] < 100
    assert open_import(settings, "pho-hue", plan, offered["networkHash"]).hash == net.hash
    with pytest.raises(WorkFailed, match="imported anew"):
        open_import(settings, "pho-hue", plan, "0" * 24)
    with pytest.raises(WorkFailed, match="no network of that name"):
        open_import(settings, "elsewhere", plan, None)


def test_stretches_of_a_street_are_told_by_the_streets_they_lie_between(
    hanoi: City, tmp_path: Path
) -> None:
    body = overpass()
    for way, name in zip(body["elements"][9:15], "ABCDEF", strict=True):
        way["tags"] = {**way["tags"], "name": name}
    source = tmp_path / "crossing.json"
    source.write_bytes(orjson.dumps(body))
    imported(source, hanoi, tmp_path)
    plan = read_plan(ROOT / "city", hanoi)
    assert plan is not None
    net = open_import(settings_in(tmp_path), "crossing", plan, None)
    names = {each["name"]["vi"] for each in options_of(net, hanoi, plan)["links"]}
    assert len(names) == 12
    assert {name for name in names if name[0] in "AF"} == {
        "A (D – E)", "A (E – F)", "F (A – B)", "F (B – C)",
    }  # fmt: skip


def test_a_street_without_a_limit_is_driven_as_in_a_built_up_area_and_that_is_said(
    hanoi: City, tmp_path: Path
) -> None:
    body = overpass()
    body["elements"][9]["tags"] = {**body["elements"][9]["tags"], "maxspeed": "30"}
    source = tmp_path / "limits.json"
    source.write_bytes(orjson.dumps(body))
    found = imported(source, hanoi, tmp_path).streets
    assert {round(edge.speed_kmh) for edge in found.edges.values()} == {30, 50}
    assert any("5 streets say no speed limit" in each["en"] for each in found.said)


def test_osm_xml_says_the_same_as_overpass_json(hanoi: City, tmp_path: Path) -> None:
    json_file, xml_file = tmp_path / "as-json.json", tmp_path / "as-xml.osm"
    json_file.write_bytes(orjson.dumps(overpass()))
    xml_file.write_bytes(osm_of_overpass(json_file.read_bytes(), "x"))
    one, other = (imported(each, hanoi, tmp_path).streets for each in (json_file, xml_file))
    assert one.links == other.links
    assert one.edges == other.edges


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.osm", b"<gpx/>", "expected an <osm> extract"),
        ("a.osm", b"<osm><node", "no XML"),
        ("a.osm", b'<!DOCTYPE x [<!ENTITY a "b">]><osm>&a;</osm>', "no XML"),
        ("a.osm", b"<osm version='0.6'/>", "no way with a highway"),
        ("a.json", b'{"elements": [{"type": "way"', "expected Overpass JSON"),
        ("a.json", b'{"elements": []}', "no way with a highway"),
        ("a.json", b'{"elements": [{"type": "node", "id": 1, "lat": "x", "lon": 1}, {"type": "way",'
                   b' "id": 2, "nodes": [1], "tags": {"highway": "x"}}]}', "expected Overpass"),
    ],
)  # fmt: skip
def test_what_is_no_map_of_streets_is_refused(
    name: str, content: bytes, said: str, hanoi: City, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(WorkFailed, match=said) as refused:
        imported(tmp_path / name, hanoi, tmp_path)
    assert refused.value.code == "input"
    assert not (tmp_path / "data" / "twin" / "traffic" / "imported").exists()


def gmns(folder: Path, *, links: list[str] | None = None, lat: float = LAT) -> Path:
    """Write a folder of 2 x 2 crossings, in kilometres."""
    source = folder / "gmns"
    source.mkdir()
    plane = Plane(lat, LON)
    nodes = ["node_id,x_coord,y_coord,ctrl_type"]
    for i in range(2):
        for j in range(2):
            at = plane.place((i * 500.0, j * 500.0))
            nodes.append(f"{i}{j},{at[1]},{at[0]},{'signal' if i == j else ''}")
    rows = [
        f"{n},{one},{other},0,0.5,2,50"
        for n, (one, other) in enumerate(
            [("00", "01"), ("00", "10"), ("01", "11"), ("10", "11")], start=1
        )
    ]
    heading = "link_id,from_node_id,to_node_id,directed,length,lanes,free_speed"
    (source / "node.csv").write_text("\n".join(nodes) + "\n", "utf-8")
    (source / "link.csv").write_text("\n".join([heading, *rows, *(links or [])]) + "\n", "utf-8")
    return source


def test_a_gmns_folder_is_imported_in_its_own_unit(hanoi: City, tmp_path: Path) -> None:
    found = imported(gmns(tmp_path), hanoi, tmp_path).streets
    assert len(found.edges) == 8
    assert {edge.length_m for edge in found.edges.values()} == {500.0}
    assert {edge.speed_kmh for edge in found.edges.values()} == {50.0}
    assert any("km" in said["en"] for said in found.said)


def test_a_length_of_zero_is_repaired_and_an_island_left_out_both_said(
    hanoi: City, tmp_path: Path
) -> None:
    source = gmns(tmp_path, links=["9,00,11,0,0,1,40"])
    plane = Plane(LAT, LON)
    with (source / "node.csv").open("a", encoding="utf-8") as file:
        for name, x in (("i1", 3000.0), ("i2", 3400.0)):
            lat, lon = plane.place((x, 0.0))
            file.write(f"{name},{lon},{lat},\n")
    with (source / "link.csv").open("a", encoding="utf-8") as file:
        file.write("island,i1,i2,0,0.4,1,40\n")
    found = imported(source, hanoi, tmp_path).streets
    assert found.edges["9"].length_m == pytest.approx(707, abs=2)
    assert "island" not in found.links
    words = " ".join(said["en"] for said in found.said)
    assert "1 links of length zero" in words
    assert "1 links left out" in words


@pytest.mark.parametrize(
    ("links", "said"),
    [
        (["9,00,77,0,1,1,40"] * 3, "line 6: a node that is not in node.csv"),
        (["9,00,00,0,1,1,40"] * 3, "line 6: both ends at one place"),
        (["1,00,11,0,0.7,1,40"], "link 1 is there twice"),
    ],
)
def test_links_that_lead_nowhere_refuse_the_folder(
    links: list[str], said: str, hanoi: City, tmp_path: Path
) -> None:
    with pytest.raises(WorkFailed, match=said):
        imported(gmns(tmp_path, links=links), hanoi, tmp_path)


def test_a_network_of_elsewhere_and_a_name_taken_are_refused(hanoi: City, tmp_path: Path) -> None:
    far, here = tmp_path / "far", tmp_path / "here"
    far.mkdir()
    here.mkdir()
    with pytest.raises(WorkFailed, match="no street of it lies in Hanoi"):
        imported(gmns(far, lat=48.2), hanoi, tmp_path)
    source = gmns(here)
    imported(source, hanoi, tmp_path)
    with pytest.raises(WorkFailed, match="there is a network of that name"):
        imported(source, hanoi, tmp_path)
    with pytest.raises(WorkFailed, match="no such file"):
        imported(tmp_path / "nothing.osm", hanoi, tmp_path)
