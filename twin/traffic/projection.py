"""Coordinates of a plane as degrees, by the library of projections (PROJ) that is in netconvert.

So no library of our own is needed, and any system of the EPSG's list is known, datums with it.
"""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from jobs.working import WorkFailed
from twin.traffic import engine

MAKING_S = 120.0
WGS84 = ("EPSG:4326", "CRS84", "WGS84", "WGS 84")
_CODE = re.compile(r"(?:urn:ogc:def:crs:)?(?:EPSG:{1,2})?(\d{4,6})", re.IGNORECASE)
Point = tuple[float, float]  # x to the east, y to the north


def crs_of(words: str) -> str | None:
    """Return a system as PROJ names it: EPSG:n, or +proj=…; None of what is neither.

    A number alone is the EPSG's.
    """
    said = words.strip()
    code = _CODE.fullmatch(said)
    if code is not None:
        return f"EPSG:{code.group(1)}"
    if said.upper() in WGS84:
        return WGS84[0]
    return said if said.startswith("+proj=") else None


def is_degrees(crs: str) -> bool:
    """Tell whether a system is WGS84's degrees, which need no projection."""
    return crs in WGS84


def degrees_of(
    points: Mapping[str, Point], crs: str, folder: Path, check: Callable[[], None]
) -> dict[str, Point]:
    """Return lon and lat (WGS84) of points of a plane; raises WorkFailed.

    Refused is what PROJ does not know, and points that lie nowhere in such a system.
    """
    if all(abs(x) <= 180 and abs(y) <= 90 for x, y in points.values()):
        raise WorkFailed("input", f"these are degrees, no coordinates of {crs}; expected EPSG:4326")
    with tempfile.TemporaryDirectory(dir=folder, prefix="projecting-") as scratch:
        found = _projected(list(points.values()), crs, Path(scratch), check)
    placed = dict(zip(points, found, strict=True))
    for name, (lon, lat) in placed.items():
        if not (math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90 and abs(lon) <= 180):
            x, y = points[name]
            raise WorkFailed("input", f"node {name}: {x:g}, {y:g} lies nowhere in {crs}")
    return placed


def _projected(
    points: Sequence[Point], crs: str, scratch: Path, check: Callable[[], None]
) -> list[Point]:
    """Have netconvert write nodes of a plane in degrees: nodes are kept that edges lead to."""
    line = [*points, points[0]]  # of one node no edge would lead to another
    span = 'netOffset="0,0" convBoundary="0,0,1,1" origBoundary="0,0,1,1"'
    nodes = ["<nodes>", f"<location {span} projParameter={quoteattr(crs)}/>"]
    nodes += [f'<node id="{n}" x="{x!r}" y="{y!r}"/>' for n, (x, y) in enumerate(line)]
    edges = [
        f'<edge id="{n}" from="{n}" to="{n + 1}" numLanes="1" speed="10"/>'
        for n in range(len(points))
    ]
    (scratch / "flat.nod.xml").write_text("\n".join([*nodes, "</nodes>"]), "utf-8")
    (scratch / "flat.edg.xml").write_text("\n".join(["<edges>", *edges, "</edges>"]), "utf-8")
    options = [
        "--node-files", "flat.nod.xml", "--edge-files", "flat.edg.xml",
        "--plain-output-prefix", "round", "--proj.plain-geo", "true", "--precision.geo", "8",
        "--offset.disable-normalization", "true", "--xml-validation", "never",
        "--no-turnarounds", "true", "--no-internal-links", "true", "--no-warnings", "true",
    ]  # fmt: skip
    running = engine.start("netconvert", options, scratch, timeout_s=MAKING_S)
    try:
        engine.finish([running], check)
    except WorkFailed as error:
        if "projection" in str(error):
            raise WorkFailed("input", f"{crs} is no system of coordinates that is known") from error
        raise
    written = scratch / "round.nod.xml"
    if running.is_late or not written.is_file():
        raise WorkFailed("engine", f"netconvert projected nothing: {engine.said(running.log, 0)}")
    root = ElementTree.parse(written).getroot()
    at = {
        int(node.attrib["id"]): (float(node.attrib["x"]), float(node.attrib["y"]))
        for node in root.iter("node")
    }
    return [at[number] for number in range(len(points))]
