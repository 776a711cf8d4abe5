"""What the engine wrote, read back: trips one by one, edges in time, its own statistics.

A run that was stopped leaves files without an end; what is whole of them is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from jobs.working import WorkFailed
from language import told

TRIPS, EDGES, STATISTICS = "tripinfo.xml", "edges.xml", "statistics.xml"
ROUTES_DRIVEN = "driven.xml"
DRIVEN_OPTIONS = (
    "--vehroute-output", ROUTES_DRIVEN,
    "--vehroute-output.last-route", "true",
    "--vehroute-output.write-unfinished", "true",
    "--vehroute-output.exit-times", "true",
)  # fmt: skip


Attributes = Mapping[str, str]
_COUNTS = ("loaded", "inserted", "running", "waiting")


class TripEnd(NamedTuple):
    """How one trip went; `is_done` False: still under way at the end, or not let in yet.

    `waited_s`: to be let onto the road. `loss_s` is that and time lost on the way to slower driving
    than the road allows; a longer way is not in it.
    """

    id: str
    kind: str
    is_done: bool
    is_in: bool
    duration_s: float
    length_m: float
    waited_s: float
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
    found: list[TripEnd] = []

    def begin(tag: str, about: Attributes) -> None:
        if tag == "tripinfo":
            waited_s = max(float(about["departDelay"]), 0.0)
            found.append(
                TripEnd(
                    id=about["id"],
                    kind=about["vType"],
                    is_done=float(about["arrival"]) >= 0,
                    is_in=float(about["depart"]) >= 0,
                    duration_s=max(float(about["duration"]), 0.0),
                    length_m=max(float(about["routeLength"]), 0.0),
                    waited_s=waited_s,
                    loss_s=max(float(about["timeLoss"]), 0.0) + waited_s,
                )
            )

    _read(path, begin)
    return found


def read_edges(path: Path, intervals: int) -> tuple[dict[str, EdgeTimes], int]:
    """Return edges by id over `intervals`, and how many of these the engine came to the end of."""
    found: dict[str, EdgeTimes] = {}
    place = 0

    def begin(tag: str, about: Attributes) -> None:
        if tag != "edge" or place >= intervals:
            return
        times = found.get(about["id"])
        if times is None:
            times = EdgeTimes(*([0.0] * intervals for _ in range(4)))
            found[about["id"]] = times
        seconds = float(about.get("sampledSeconds", 0))
        times.vehicle_s[place] = seconds
        times.vehicle_m[place] = seconds * float(about.get("speed", 0))
        times.entered[place] = float(about.get("entered", 0)) + float(about.get("departed", 0))
        times.loss_s[place] = float(about.get("timeLoss", 0))

    def end(tag: str) -> None:
        nonlocal place
        place += tag == "interval"

    _read(path, begin, end)
    return found, min(place, intervals)


def read_statistics(path: Path) -> Statistics | None:
    """Return what the engine counted; None when it was stopped before it wrote that."""
    counts: dict[str, int] = {}

    def begin(tag: str, about: Attributes) -> None:
        if tag == "vehicles":
            counts.update({name: int(about[name]) for name in _COUNTS})
        elif tag == "teleports":
            counts["teleports"] = int(about["total"])

    _read(path, begin)
    return Statistics(**counts) if len(counts) == len(_COUNTS) + 1 else None


def read_driven(path: Path) -> dict[str, list[str]]:
    """Return for each trip the edges it has driven to their end, in order.

    Needs the engine run with DRIVEN_OPTIONS.
    """
    found: dict[str, list[str]] = {}
    vehicle = ""

    def begin(tag: str, about: Attributes) -> None:
        nonlocal vehicle
        if tag == "vehicle":
            vehicle = about["id"]
        elif tag == "route":
            edges, exits = about.get("edges", "").split(), about.get("exitTimes", "").split()
            found[vehicle] = [
                edge for edge, left_s in zip(edges, exits, strict=False) if float(left_s) >= 0
            ]

    _read(path, begin)
    return found


def _read(
    path: Path,
    begin: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
) -> None:
    """Tell of every element of a file of our own engine, until it ends or breaks off."""
    if not path.is_file():
        raise WorkFailed("engine", told("the engine wrote no {file}", file=path.name))
    parser = expat.ParserCreate()
    parser.StartElementHandler = begin
    if end is not None:
        parser.EndElementHandler = end
    with path.open("rb") as file:
        try:
            parser.ParseFile(file)
        except expat.ExpatError:  # of a run that was stopped
            return
