"""Places for what has none in this city: detectors on road links, foreign records in units.

Deterministic and steady: the same id goes to the same place on every machine, and one more id moves
few others. What is placed so is for showing only, and marked by whoever asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from data_access.areas import Areas, Unit
from data_access.city import Link, Network

FRACTIONS = (0.5, 0.25, 0.75, 0.375, 0.625)  # of a link's length, in the order detectors come


@dataclass(frozen=True, slots=True)
class Placement:
    """A point on one direction of a link."""

    link: Link
    direction: str  # forward: from the link's start to its end; backward
    lat: float
    lon: float


def on_links(ids: Sequence[str], network: Network) -> dict[str, Placement]:
    """Place each id on a link: every link gets one before any gets a second (its other way)."""
    if not network.links:
        return {}
    loads: dict[str, int] = dict.fromkeys(network.links, 0)
    placed: dict[str, Placement] = {}
    free = set(network.links)
    for detector in sorted(set(ids)):
        if not free:
            free = set(network.links)
        chosen = max(free, key=lambda link: _draw(detector, link))
        free.discard(chosen)
        placed[detector] = _placement(network.links[chosen], loads[chosen])
        loads[chosen] += 1
    return placed


def link_of(key: str, network: Network) -> Link | None:
    """Return the link a record with this key is shown on."""
    if not network.links:
        return None
    return network.links[max(network.links, key=lambda link: _draw(key, link))]


def unit_of(key: str, areas: Areas) -> Unit | None:
    """Return the unit a record with this key is shown in; larger populations draw no more."""
    if not len(areas):
        return None
    return max(areas, key=lambda unit: _draw(key, unit.code))


def line(link: Link) -> dict[str, Any]:
    """Return a link as a GeoJSON LineString."""
    ends = [[link.start.lon, link.start.lat], [link.end.lon, link.end.lat]]
    return {"type": "LineString", "coordinates": ends}


def _draw(*keys: str) -> int:
    digest = blake2b("\0".join(keys).encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big")


def _placement(link: Link, before: int) -> Placement:
    ways = 1 if link.one_way else 2
    fraction = FRACTIONS[(before // ways) % len(FRACTIONS)]
    direction = "forward" if before % ways == 0 else "backward"
    along = fraction if direction == "forward" else 1 - fraction
    return Placement(
        link,
        direction,
        lat=link.start.lat + (link.end.lat - link.start.lat) * along,
        lon=link.start.lon + (link.end.lon - link.start.lon) * along,
    )
