"""Networks of others for the twin: OSM extracts (.osm, Overpass JSON) and GMNS folders.

One command makes a network of ours out of them, or refuses with its reasons. Where it stands is
twin/traffic/network.py; what a GMNS table says is twin/traffic/gmns.py.
"""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import defusedxml.ElementTree
import numpy as np
import orjson
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from data_access.city import City
from data_access.envelope import Text
from jobs.working import WorkFailed
from settings import Settings
from twin.traffic import engine, network
from twin.traffic.gmns import read_gmns
from twin.traffic.network import NET, kept_folder
from twin.traffic.options import SIGNALS
from twin.traffic.streets import CITY, Edge, Junction, Link, Streets
from twin.traffic.ways import Ways

MOST_BYTES = 400_000_000
LEAST_EDGES = 4
OSM_SAID = "© OpenStreetMap contributors, ODbL 1.0"
TYPES = ("osmNetconvert.typ.xml", "osmNetconvertUrbanDe.typ.xml")
OSM_OPTIONS = (
    "--osm-files", "streets.osm",
    "--geometry.remove", "true", "--ramps.guess", "true", "--junctions.join", "true",
    "--tls.guess-signals", "true", "--tls.discard-simple", "true", "--tls.join", "true",
    "--keep-edges.by-vclass", "passenger", "--remove-edges.isolated", "true",
    "--output.street-names", "true", "--no-warnings", "true",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: under which name a scenario finds it, and what was left out."""

    name: str
    streets: Streets
    signals: int


def import_network(
    source: Path,
    city: City,
    settings: Settings,
    *,
    cycle_s: int,
    crs: str | None = None,
    check: Callable[[], None] = lambda: None,
) -> Imported:
    """Keep the network of a file or folder under the name it has; raises WorkFailed.

    `crs` names the system of a GMNS folder's coordinates, where its config.csv does not.
    """
    name = _name(source)
    kept = kept_folder(settings) / "imported" / name
    if kept.exists():
        raise WorkFailed("input", f"{name}: there is a network of that name; expected another one")
    kept_folder(settings).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept_folder(settings), prefix=".importing-") as scratch:
        making = Path(scratch)
        if source.is_dir():
            streets, dropped = _largest(
                read_gmns(source, name, crs=crs, scratch=making, check=check)
            )
            streets = replace(streets, said=(*streets.said, *_said(dropped)))
            made = network.make_net(streets, making, cycle_s=cycle_s, check=check)
            path = made.path
        else:
            if crs is not None:
                raise WorkFailed("input", f"{source.name}: OSM is in degrees; expected no crs")
            streets = _from_osm(source, name, making, cycle_s, check)
            path = making / NET
        streets = _placed(streets, city)
        folder = making / "made"
        folder.mkdir()
        (folder / NET).write_bytes(path.read_bytes())
        network.keep_net(folder, streets, kept)
    signals = sum(junction.signal for junction in streets.junctions.values())
    return Imported(name, streets, signals)


def _name(source: Path) -> str:
    if not source.exists():
        raise WorkFailed("input", "there is no such file or folder")
    plain = unicodedata.normalize("NFKD", source.name.split(".")[0].replace("đ", "d"))
    name = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode().lower()).strip("-")
    if not name or name == CITY:
        raise WorkFailed("input", f"{source.name}: expected another file name")
    return name[:40]


def _from_osm(
    source: Path, name: str, making: Path, cycle_s: int, check: Callable[[], None]
) -> Streets:
    if source.stat().st_size > MOST_BYTES:
        raise WorkFailed("input", f"{source.name}: more than {MOST_BYTES // 1_000_000} MB")
    content = source.read_bytes()
    if content.lstrip()[:1] in (b"{", b"["):
        content = osm_of_overpass(content, source.name)
    unlimited = _check_osm(content, source.name)
    (making / "streets.osm").write_bytes(content)
    cycle = ["--tls.cycle.time", str(cycle_s)]
    network.convert([*OSM_OPTIONS, *_types(), *cycle], making, check)
    root = ElementTree.parse(making / NET).getroot()
    kept, dropped = _strongest(Ways.of(root))
    if len(kept) < LEAST_EDGES:
        raise WorkFailed("input", f"{source.name}: no streets that hang together for cars")
    if dropped:
        (making / "kept.txt").write_text("".join(f"edge:{edge}\n" for edge in kept), "utf-8")
        (making / NET).rename(making / "all.net.xml")
        files = ["--sumo-net-file", "all.net.xml", "--keep-edges.input-file", "kept.txt"]
        network.convert([*files, *cycle], making, check)
    plain = ["--sumo-net-file", NET, "--plain-output-prefix", "plain", "--proj.plain-geo", "true"]
    (making / "plain").mkdir()
    running = engine.start("netconvert", plain, making, timeout_s=network.MAKING_S)
    engine.finish([running], check)
    return _streets(making, name, (*_said(dropped), *_assumed(unlimited)))


def _types() -> list[str]:
    """Return what streets are like where OSM does not say it, speeds those of built-up areas.

    Without the second file of the engine's own a main street is driven at 100 km/h.
    """
    folder = engine.data(Path(engine.program("netconvert")), "typemap")
    files = [folder / name for name in TYPES]
    found = all(each.is_file() for each in files)
    return ["--type-files", ",".join(map(str, files))] if found else []


def _assumed(unlimited: int) -> tuple[Text, ...]:
    if not unlimited:
        return ()
    return (
        {
            "vi": f"{unlimited} đường không ghi tốc độ tối đa: lấy tốc độ trong khu dân cư",
            "en": f"{unlimited} streets say no speed limit: those of built-up areas are taken",
        },
    )


def _check_osm(content: bytes, name: str) -> int:
    """Return how many streets say no speed limit; raises WorkFailed for what is no map of any."""
    try:
        root = defusedxml.ElementTree.fromstring(content)
    except (ElementTree.ParseError, ValueError) as error:
        raise WorkFailed("input", f"{name}: no XML that can be read ({error})") from error
    if root.tag != "osm":
        raise WorkFailed("input", f"{name}: <{root.tag}>; expected an <osm> extract")
    ways = [{tag.get("k") for tag in way.iter("tag")} for way in root.iter("way")]
    streets = [keys for keys in ways if "highway" in keys]
    if not streets:
        raise WorkFailed("input", f"{name}: no way with a highway in it")
    return sum("maxspeed" not in keys for keys in streets)


def osm_of_overpass(content: bytes, name: str) -> bytes:
    """Return Overpass JSON as .osm XML: nodes with places, and ways that are highways.

    Raises WorkFailed for what is none.
    """
    try:
        body = orjson.loads(content)
        elements = body["elements"]
        nodes = {each["id"]: each for each in elements if each["type"] == "node"}
        ways = [e for e in elements if e["type"] == "way" and "highway" in e.get("tags", {})]
        lines = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
        used = sorted({ref for way in ways for ref in way["nodes"] if ref in nodes})
        for ref in used:
            at = f'lat="{float(nodes[ref]["lat"])!r}" lon="{float(nodes[ref]["lon"])!r}"'
            tags = _tags(nodes[ref])
            lines.append(f'<node id="{int(ref)}" version="1" {at}>{tags}</node>')
        for way in sorted(ways, key=lambda each: int(each["id"])):
            refs = "".join(f'<nd ref="{int(ref)}"/>' for ref in way["nodes"] if ref in nodes)
            lines.append(f'<way id="{int(way["id"])}" version="1">{refs}{_tags(way)}</way>')
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        expected = "expected Overpass JSON with elements: nodes with lat and lon, ways with nodes"
        raise WorkFailed("input", f"{name}: {expected} ({error})") from error
    if not ways:
        raise WorkFailed("input", f"{name}: no way with a highway in it")
    return "\n".join([*lines, "</osm>\n"]).encode()


def _tags(element: Mapping[str, Any]) -> str:
    tags = element.get("tags") or {}
    return "".join(
        f"<tag k={quoteattr(str(key))} v={quoteattr(str(value))}/>"
        for key, value in sorted(tags.items())
    )


def _strongest(ways: Ways) -> tuple[list[str], int]:
    """Return the edges of the largest part in which all can drive everywhere; how many not."""
    size = len(ways.edges)
    ones = np.ones(len(ways.tails), dtype=np.int8)
    graph = csr_array((ones, (ways.tails, ways.heads)), shape=(size, size))
    _, part = connected_components(graph, connection="strong")
    if not size:
        return [], 0
    largest = int(np.bincount(part).argmax())
    kept = [edge for edge, of in zip(ways.edges, part, strict=True) if of == largest]
    return kept, size - len(kept)


def _largest(streets: Streets) -> tuple[Streets, int]:
    """Return the streets among which everybody can drive everywhere, and how many links are not."""
    names = sorted(streets.junctions)
    number = {name: n for n, name in enumerate(names)}
    pairs = [(number[e.start], number[e.end]) for e in streets.edges.values()]
    ones = np.ones(len(pairs), dtype=np.int32)
    tails, heads = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    graph = csr_array((ones, (tails, heads)), shape=(len(names), len(names)))
    _, part = connected_components(graph, connection="strong")
    largest = int(np.bincount(part).argmax())
    inside = {name for name in names if part[number[name]] == largest}
    links = {k: v for k, v in streets.links.items() if {v.start, v.end} <= inside}
    edges = {k: v for k, v in streets.edges.items() if v.link in links}
    used = {node for edge in edges.values() for node in (edge.start, edge.end)}
    if len(edges) < LEAST_EDGES:
        raise WorkFailed("input", f"{streets.origin}: no streets that hang together")
    junctions = {k: v for k, v in streets.junctions.items() if k in used}
    made = replace(streets, links=links, edges=edges, junctions=junctions)
    return made, len(streets.links) - len(links)


def _said(dropped: int) -> tuple[Text, ...]:
    if not dropped:
        return ()
    return (
        {
            "vi": f"Bỏ {dropped} đoạn không nối hai chiều với phần lớn nhất của mạng lưới",
            "en": f"{dropped} links left out: no way there and back from the largest part",
        },
    )


def _streets(making: Path, name: str, said: tuple[Text, ...]) -> Streets:
    """Read what netconvert made: the net, and its plain files with places in degrees."""
    root = ElementTree.parse(making / NET).getroot()
    places = {
        node.get("id"): (float(node.get("y", "0")), float(node.get("x", "0")))
        for node in ElementTree.parse(making / "plain.nod.xml").getroot().iter("node")
    }
    shapes = {
        edge.get("id"): edge.get("shape")
        for edge in ElementTree.parse(making / "plain.edg.xml").getroot().iter("edge")
    }
    lights = {each.get("tl") for each in root.iter("connection") if each.get("tl")}
    edges: dict[str, Edge] = {}
    names: dict[str, str] = {}
    for each in root.iter("edge"):
        if each.get("function") is not None:
            continue
        edge_id, lanes = str(each.get("id")), list(each.iter("lane"))
        link = edge_id.removeprefix("-")
        length_m = round(max(float(lane.get("length", "0")) for lane in lanes), 1)
        speed_kmh = round(max(float(lane.get("speed", "0")) for lane in lanes) * 3.6, 1)
        names[edge_id] = each.get("name") or ""
        edges[edge_id] = Edge(
            edge_id, link, str(each.get("from")), str(each.get("to")), length_m, len(lanes),
            speed_kmh,
        )  # fmt: skip
    links: dict[str, Link] = {}
    for edge_id, edge in sorted(edges.items()):
        back = f"-{edge.link}"
        if edge_id == back and edge.link in edges:
            continue
        line = _line(shapes.get(edge_id), places[edge.start], places[edge.end])
        backward = (back,) if edge_id == edge.link and back in edges else ()
        label = names[edge_id] or edge_id
        links[edge.link] = Link(edge.link, label, edge.start, edge.end, line, (edge_id,), backward)
    ends = {node for edge in edges.values() for node in (edge.start, edge.end)}
    junctions = {
        node: Junction(node, _crossing(node, edges, names), *places[node], node in lights)
        for node in sorted(ends)
    }
    return Streets(name, junctions, links, edges, (SIGNALS,), said, OSM_SAID)


def _crossing(node: str, edges: Mapping[str, Edge], names: Mapping[str, str]) -> str:
    """Return what people call a crossing: the names of its streets."""
    found = {names[e.id] for e in edges.values() if node in (e.start, e.end) and names[e.id]}
    return " - ".join(sorted(found)[:3]) if len(found) > 1 else ""


def _line(
    shape: str | None, start: tuple[float, float], end: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    if shape:
        points = [each.split(",")[:2] for each in shape.split()]
        return tuple((round(float(x), 6), round(float(y), 6)) for x, y in points)
    return tuple((round(lon, 6), round(lat, 6)) for lat, lon in (start, end))


def _placed(streets: Streets, city: City) -> Streets:
    """Return the streets with the unit of each edge, and gates; raises WorkFailed elsewhere."""
    ids = sorted(streets.edges)
    ends = [[streets.junctions[node] for node in (streets.edges[e].start, streets.edges[e].end)]
            for e in ids]  # fmt: skip
    lats = [(one.lat + other.lat) / 2 for one, other in ends]
    lons = [(one.lon + other.lon) / 2 for one, other in ends]
    codes = city.areas.locate(lats, lons)
    if not any(codes):
        raise WorkFailed("input", f"{streets.origin}: no street of it lies in {city.name['en']}")
    edges = {
        edge: replace(streets.edges[edge], area=code) for edge, code in zip(ids, codes, strict=True)
    }
    near: dict[str, set[str]] = {}
    for edge in edges.values():
        near.setdefault(edge.start, set()).add(edge.end)
        near.setdefault(edge.end, set()).add(edge.start)
    junctions = {
        key: replace(each, gate=len(near[key]) == 1) for key, each in streets.junctions.items()
    }
    return replace(streets, edges=edges, junctions=junctions)
