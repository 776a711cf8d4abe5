"""The streets a twin drives on: junctions, links, and the directed edges the engine knows them by.

A link is what people name and maps draw; the engine drives on its pieces (edges), a chain each way.
Places are WGS84; `x` and `y` are metres east and north of the network's own origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from data_access.envelope import Text

CITY = "city"  # the origin of the city's own network


@dataclass(frozen=True, slots=True)
class Junction:
    """Where streets meet. `gate`: traffic comes from and goes to the world outside here."""

    id: str
    name: str
    lat: float
    lon: float
    signal: bool = False
    gate: bool = False
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """One direction of one piece of a link; `area` is the code of the unit its middle lies in."""

    id: str
    link: str
    start: str
    end: str
    length_m: float
    lanes: int
    speed_kmh: float
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A street between two junctions as people know it; edges in the order they are driven."""

    id: str
    name: str
    start: str
    end: str
    line: tuple[tuple[float, float], ...]  # lon, lat
    forward: tuple[str, ...]
    backward: tuple[str, ...] = ()
    invented: bool = False


@dataclass(frozen=True, slots=True)
class Streets:
    """A network. `origin`: "city" or the name it was imported under; `said`: what to know of it."""

    origin: str
    junctions: Mapping[str, Junction]
    links: Mapping[str, Link]
    edges: Mapping[str, Edge]
    invented: tuple[Text, ...] = ()
    said: tuple[Text, ...] = ()
    attribution: str = ""

    def edges_of(self, link_id: str) -> tuple[str, ...]:
        """Return the edges of a link, both ways."""
        link = self.links[link_id]
        return (*link.forward, *link.backward)

    def encode(self) -> bytes:
        """Return bytes that `decode` reads; equal networks give equal bytes."""
        return orjson.dumps(
            {
                "origin": self.origin,
                "junctions": [self.junctions[key] for key in sorted(self.junctions)],
                "links": [self.links[key] for key in sorted(self.links)],
                "edges": [self.edges[key] for key in sorted(self.edges)],
                "invented": self.invented,
                "said": self.said,
                "attribution": self.attribution,
            },
            option=orjson.OPT_SORT_KEYS,
        )

    @classmethod
    def decode(cls, encoded: bytes) -> Streets:
        """Read `encode`d bytes; raises ValueError, KeyError or TypeError for others."""
        body = orjson.loads(encoded)
        links = [
            Link(
                **each
                | {
                    "line": tuple((lon, lat) for lon, lat in each["line"]),
                    "forward": tuple(each["forward"]),
                    "backward": tuple(each["backward"]),
                }
            )
            for each in body["links"]
        ]
        return cls(
            origin=body["origin"],
            junctions={each["id"]: Junction(**each) for each in body["junctions"]},
            links={link.id: link for link in links},
            edges={each["id"]: Edge(**each) for each in body["edges"]},
            invented=tuple(body["invented"]),
            said=tuple(body["said"]),
            attribution=body["attribution"],
        )

    def geometry(self) -> dict[str, Any]:
        """Return the links as GeoJSON (layer "twin.links"), each with what is invented of it."""
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": link.id,
                    "properties": {"id": link.id, "name": link.name, "invented": link.invented},
                    "geometry": {
                        "type": "LineString",
                        "coordinates": [list(at) for at in link.line],
                    },
                }
                for _, link in sorted(self.links.items())
            ],
        }
