"""What the engine wrote, read back: trips one by one, edges in time, its own statistics.

A run that was stopped leaves files without an end; what is whole of them is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from jobs.working import WorkFailed

TRIPS, EDGES, STATISTICS = "tripinfo.xml", "edges.xml", "statistics.xml"
ROUTES_DRIVEN = "driven.xml"
DRIVEN_OPTIONS = (
    "--vehroute-output", ROUTES_DRIVEN,
    "--vehroute-output.last-route", "true",
    "--vehroute-output.write-unfinished", "true",
    "--vehroute-output.exit-times", "true",
)  # fmt: skip


_COUNTS = ("loaded", "inserted", "running", "waiting")


@dataclass(frozen=True, slots=True)
class TripEnd:
    """How one trip went; `is_done` False: still under way at the end, or not let in yet.

    `loss_s` is time lost on the way to slower driving than the road allows, and waiting to start.
    """

    id: str
    kind: str
    is_done: bool
    is_in: bool
    duration_s: float
    length_m: float
    loss_s: float


@dataclass(slots=True)
class EdgeTimes:
    """One edge over the intervals of a run, in the order of time."""

    vehicle_s: list[float] = field(default_factory=list)  # vehicles times seconds on it
    vehicle_m: list[float] = field(default_factory=list)  # metres driven on it
    entered: list[float] = field(default_factory=list)
    loss_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Statistics:
    """The engine's own count of vehicles."""

    loaded: int
    inserted: int
    running: int
    waiting: int
    teleports: int


def read_trips(path: Path) -> list[TripEnd]:
    """Return every trip the engine speaks of."""
    found = []
    for each in _elements(path, "tripinfo"):
        waited_s = max(float(each.get("departDelay", 0)), 0.0)
        found.append(
            TripEnd(
                id=each.get("id"),
                kind=each.get("vType"),
                is_done=float(each.get("arrival", -1)) >= 0,
                is_in=float(each.get("depart", -1)) >= 0,
                duration_s=max(float(each.get("duration", 0)), 0.0),
                length_m=max(float(each.get("routeLength", 0)), 0.0),
                loss_s=max(float(each.get("timeLoss", 0)), 0.0) + waited_s,
            )
        )
    return found


def read_edges(path: Path, intervals: int) -> tuple[dict[str, EdgeTimes], int]:
    """Return edges by id over `intervals`, and how many of these the engine came to."""
    found: dict[str, EdgeTimes] = {}
    place = 0
    for interval in _elements(path, "interval"):
        if place >= intervals:
            break
        for each in interval:
            times = found.get(each.get("id"))
            if times is None:
                times = EdgeTimes(*([0.0] * intervals for _ in range(4)))
                found[each.get("id")] = times
            seconds = float(each.get("sampledSeconds", 0))
            times.vehicle_s[place] = seconds
            times.vehicle_m[place] = seconds * float(each.get("speed", 0))
            times.entered[place] = float(each.get("entered", 0)) + float(each.get("departed", 0))
            times.loss_s[place] = float(each.get("timeLoss", 0))
        place += 1
    return found, place


def read_statistics(path: Path) -> Statistics | None:
    """Return what the engine counted; None when it was stopped before it wrote that."""
    counts: dict[str, int] | None = None
    teleports = 0
    for each in _elements(path, "vehicles", "teleports"):
        if each.tag == "vehicles":
            counts = {name: int(each.get(name, 0)) for name in _COUNTS}
        else:
            teleports = int(each.get("total", 0))
    return None if counts is None else Statistics(**counts, teleports=teleports)


def read_driven(path: Path) -> dict[str, list[str]]:
    """Return for each trip the edges it has driven to their end, in order.

    Needs the engine run with DRIVEN_OPTIONS.
    """
    found: dict[str, list[str]] = {}
    for vehicle in _elements(path, "vehicle"):
        for route in vehicle.iter("route"):
            edges = (route.get("edges") or "").split()
            exits = (route.get("exitTimes") or "").split()
            found[vehicle.get("id")] = [
                edge for edge, left_s in zip(edges, exits, strict=False) if float(left_s) >= 0
            ]
    return found


def _elements(path: Path, *tags: str) -> Iterator[Any]:
    """Yield whole elements of an XML file, until it ends or breaks off."""
    if not path.is_file():
        raise WorkFailed("engine", f"the engine wrote no {path.name}")
    try:
        for _, element in ElementTree.iterparse(path):
            if element.tag in tags:
                yield element
                element.clear()
    except ElementTree.ParseError:
        return
