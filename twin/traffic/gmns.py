"""A GMNS folder (node.csv, link.csv) as streets: the General Modeling Network Specification.

https://github.com/zephyr-data-specs/GMNS. Coordinates are degrees, or of the system that config.csv
or whoever imports names. Units of lengths stand in no table of most folders, so the one is taken
that agrees with the places; that is said.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

from data_access.areas import KM_PER_DEGREE
from data_access.envelope import Text
from jobs.working import WorkFailed
from twin.traffic import gmns_config
from twin.traffic.gmns_config import Config, read_config
from twin.traffic.options import SIGNALS
from twin.traffic.projection import Point, degrees_of, is_degrees
from twin.traffic.streets import Edge, Junction, Link, Streets

Row = Mapping[str, str]
METRES = {"m": 1.0, "ft": 0.3048, "km": 1000.0, "mi": 1609.344}
KMH_OF_MPH = 1.609344
MOST_ROWS = 500_000
MOST_LOST = 0.2  # share of links that may be refused before the whole folder is
FAR_OFF = 3.0  # a length that differs by more from its places is not believed
SPEED_KMH, SLOWEST_KMH, FASTEST_KMH = 40.0, 5.0, 130.0
SIGNAL_WORDS = ("signal", "traffic_signals", "signalized")


def read_gmns(
    folder: Path, name: str, *, crs: str | None, scratch: Path, check: Callable[[], None]
) -> Streets:
    """Return the streets of a folder; raises WorkFailed with the file and line of what is wrong.

    `crs` is what was declared of its coordinates; `scratch` is where they may be projected.
    """
    about = folder / gmns_config.FILE
    config = read_config(_rows(about, ()) if about.is_file() else [], crs)
    junctions = _junctions(folder / "node.csv", config.crs, scratch, check)
    rows = _rows(folder / "link.csv", ("from_node_id", "to_node_id"))
    reasons: list[str] = []
    usable: list[tuple[int, Row, float]] = []
    for number, row in enumerate(rows, start=2):
        ends = [junctions.get(row[key]) for key in ("from_node_id", "to_node_id")]
        if None in ends:
            reasons.append(f"link.csv line {number}: a node that is not in node.csv")
            continue
        apart_m = _apart_m(*(end for end in ends if end is not None))
        if apart_m < 1:
            reasons.append(f"link.csv line {number}: both ends at one place")
            continue
        usable.append((number, row, apart_m))
    if not usable or len(reasons) > MOST_LOST * len(rows):
        first = reasons[0] if reasons else "link.csv: no links"
        raise WorkFailed("input", f"{name}: {len(reasons)} of {len(rows)} links refused; {first}")
    unit = config.length or _unit(usable)
    kmh = config.speed_kmh or (KMH_OF_MPH if unit in ("mi", "ft") else 1.0)
    links: dict[str, Link] = {}
    edges: dict[str, Edge] = {}
    repaired = 0
    for number, row, apart_m in usable:
        length_m, was_repaired = _length_m(row, apart_m, METRES[unit])
        repaired += was_repaired
        _add(number, row, length_m, kmh, junctions, links, edges)
    said = (*_repaired(repaired), *_refused(reasons), *_units(unit, config))
    return Streets(name, junctions, links, edges, (SIGNALS,), said)


def _rows(path: Path, needed: tuple[str, ...]) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [key for key in needed if key not in (reader.fieldnames or ())]
            if missing:
                raise WorkFailed("input", f"{path.name}: expected columns {', '.join(missing)}")
            found: list[Row] = []
            for row in reader:
                found.append({k: (v or "").strip() for k, v in row.items() if isinstance(k, str)})
                if len(found) > MOST_ROWS:
                    raise WorkFailed("input", f"{path.name}: more than {MOST_ROWS} rows")
            return found
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise WorkFailed("input", f"{path.name}: cannot be read ({error})") from error


def _junctions(
    path: Path, crs: str | None, scratch: Path, check: Callable[[], None]
) -> dict[str, Junction]:
    rows = _rows(path, ("node_id", "x_coord", "y_coord"))
    points = _points(rows, is_plane=crs is not None and not is_degrees(crs))
    if points and crs is not None and not is_degrees(crs):
        points = degrees_of(points, crs, scratch, check)
    found: dict[str, Junction] = {}
    for row, (name, (lon, lat)) in zip(rows, points.items(), strict=True):
        signal = row.get("ctrl_type", "").lower() in SIGNAL_WORDS
        found[name] = Junction(name, row.get("name", ""), lat, lon, signal)
    return found


def _points(rows: list[Row], *, is_plane: bool) -> dict[str, Point]:
    """Return x and y of each node as they are told; of a plane or in degrees."""
    found: dict[str, Point] = {}
    for number, row in enumerate(rows, start=2):
        x, y = _number(row["x_coord"]), _number(row["y_coord"])
        where = f"{row['x_coord']}, {row['y_coord']}"
        if x is None or y is None:
            raise WorkFailed("input", f"node.csv line {number}: {where} are no numbers")
        if not is_plane and not (abs(y) <= 90 and abs(x) <= 180):
            expected = "expected degrees, or the system they are of: crs in config.csv, or --crs"
            raise WorkFailed("input", f"node.csv line {number}: {where} are no degrees; {expected}")
        if row["node_id"] in found:
            raise WorkFailed(
                "input", f"node.csv line {number}: node {row['node_id']} is there twice"
            )
        found[row["node_id"]] = x, y
    return found


def _number(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _apart_m(one: Junction, other: Junction) -> float:
    east = (one.lon - other.lon) * math.cos(math.radians(one.lat))
    return math.hypot(one.lat - other.lat, east) * KM_PER_DEGREE * 1000


def _unit(usable: list[tuple[int, Row, float]]) -> str:
    """Return the unit in which lengths agree best with the places."""
    ratios = [
        apart_m / length
        for _, row, apart_m in usable
        if (length := _number(row.get("length"))) is not None and length > 0
    ]
    if not ratios:
        return "m"
    typical = median(ratios)
    return min(METRES, key=lambda unit: abs(math.log(METRES[unit] / typical)))


def _length_m(row: Row, apart_m: float, metres: float) -> tuple[float, bool]:
    """Return a link's length, from its places where it is none or far off; whether so."""
    length = _number(row.get("length"))
    if length is None:
        return apart_m, False
    if length <= 0 or not 1 / FAR_OFF < length * metres / apart_m < FAR_OFF:
        return apart_m, True
    return length * metres, False


def _add(
    number: int,
    row: Row,
    length_m: float,
    kmh: float,
    junctions: Mapping[str, Junction],
    links: dict[str, Link],
    edges: dict[str, Edge],
) -> None:
    start, end = row["from_node_id"], row["to_node_id"]
    link_id = row.get("link_id") or f"{start}-{end}"
    if link_id in links:
        raise WorkFailed("input", f"link.csv line {number}: link {link_id} is there twice")
    lanes = min(max(int(_number(row.get("lanes")) or 1), 1), 12)
    speed = _number(row.get("free_speed"))
    speed_kmh = SPEED_KMH if speed is None or speed <= 0 else speed * kmh
    speed_kmh = round(min(max(speed_kmh, SLOWEST_KMH), FASTEST_KMH), 2)
    one_way = row.get("directed", "1").lower() not in ("0", "false", "f", "no")
    ways = [(link_id, start, end)] + ([] if one_way else [(f"-{link_id}", end, start)])
    for edge_id, one, other in ways:
        edges[edge_id] = Edge(edge_id, link_id, one, other, round(length_m, 1), lanes, speed_kmh)
    line = tuple((junctions[node].lon, junctions[node].lat) for node in (start, end))
    backward = () if one_way else (f"-{link_id}",)
    label = row.get("name") or link_id
    links[link_id] = Link(link_id, label, start, end, line, (link_id,), backward)


def _repaired(count: int) -> tuple[Text, ...]:
    if not count:
        return ()
    return (
        {
            "vi": f"{count} đoạn có chiều dài bằng 0 hoặc vô lý: lấy theo tọa độ hai đầu",
            "en": f"{count} links of length zero or absurd: taken from the places of their ends",
        },
    )


def _refused(reasons: list[str]) -> tuple[Text, ...]:
    if not reasons:
        return ()
    return (
        {
            "vi": f"Từ chối {len(reasons)} đoạn, như {reasons[0]}",
            "en": f"{len(reasons)} links refused, such as {reasons[0]}",
        },
    )


def _units(unit: str, config: Config) -> tuple[Text, ...]:
    if config.length is not None:  # it was said
        return ()
    return (
        {
            "vi": f"Chiều dài được hiểu là {unit}, khớp nhất với tọa độ",
            "en": f"Lengths are taken to be in {unit}, which agrees best with the places",
        },
    )
