"""A small town for the traffic twin: a grid of streets, its plan, and a job to work in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from data_access.envelope import Envelope
from jobs.working import Cancelled
from settings import Settings
from tests.conftest import ROOT
from twin.traffic import demand
from twin.traffic.calibration import Calibration
from twin.traffic.grid import Plane
from twin.traffic.network import make_net
from twin.traffic.plan import TrafficPlan
from twin.traffic.reach import station_edges
from twin.traffic.run import Model
from twin.traffic.streets import Edge, Junction, Link, Streets

LAT, LON, SPACING_M = 21.02, 105.85, 300.0
WEST, EAST = "00082", "00256"


def plan_of(**changes: Any) -> TrafficPlan:
    """Return a plan of two wards with a few hundred trips."""
    named = {"vi": "thử", "en": "trial"}
    lat, lon = Plane(LAT, LON).place((SPACING_M, SPACING_M))
    body: dict[str, Any] = {
        "name": named,
        "wards": (WEST, EAST),
        "cycle_s": 60,
        "inner": {"spacing_m": 300, "reach_m": 900, "join_m": 60, "lanes": 1, "speed_kmh": 30},
        "arterial": {"speed_kmh": 45},
        "demand": {
            "trips_h": 400,
            "through_share": 0.0,
            "gate_share": 0.0,
            "distance_km": 3,
            "day": (1.0,) * 24,
            "day_kinds": dict.fromkeys(("workday", "friday", "saturday", "sunday", "holiday"), 1.0),
            "friday_evening": 1.0,
            "inbound_morning": 0.5,
        },
        "vehicle": (
            {"id": "motorcycle", "name": named, "share": 0.6, "car_equivalent": 0.3},
            {"id": "car", "name": named, "share": 0.3, "car_equivalent": 1.0},
            {"id": "bus", "name": named, "share": 0.05, "car_equivalent": 2.0},
            {"id": "emergency", "name": named, "share": 0.05, "car_equivalent": 1.0},
        ),
        "rain": {
            "source": "x",
            "band": ({"from_mm_h": 0, "capacity_loss": 0.1, "speed_loss": 0.1},),
        },
        "station": (
            {"id": "h", "kind": "hospital", "name": named, "lat": lat, "lon": lon},
            {"id": "f", "kind": "fire", "name": named, "lat": lat, "lon": lon},
        ),
        "timeout_s": 60,
    }
    return TypeAdapter(TrafficPlan).validate_python(body | changes)


def town(columns: int = 3, rows: int = 3, *, lanes: int = 2, signals: bool = True) -> Streets:
    """Return a grid of two-way streets; the left columns lie in one ward, the others in another."""
    plane = Plane(LAT, LON)
    junctions: dict[str, Junction] = {}
    for i in range(columns):
        for j in range(rows):
            lat, lon = plane.place((i * SPACING_M, j * SPACING_M))
            name = f"J{i}{j}"
            middle = 0 < i < columns - 1 or 0 < j < rows - 1
            junctions[name] = Junction(name, f"Nút {i}{j}", lat, lon, signals and middle)
    links: dict[str, Link] = {}
    edges: dict[str, Edge] = {}
    for i in range(columns):
        for j in range(rows):
            for k, m in ((i + 1, j), (i, j + 1)):
                if k < columns and m < rows:
                    area = WEST if i < columns / 2 else EAST
                    street(f"J{i}{j}", f"J{k}{m}", junctions, links, edges, lanes, area)
    return Streets("town", junctions, links, edges)


def street(
    one: str,
    other: str,
    junctions: Mapping[str, Junction],
    links: dict[str, Link],
    edges: dict[str, Edge],
    lanes: int,
    area: str,
    length_m: float = SPACING_M,
) -> None:
    """Add a two-way street."""
    link = f"{one}-{other}"
    for edge, start, end in ((link, one, other), (f"-{link}", other, one)):
        edges[edge] = Edge(edge, link, start, end, length_m, lanes, 45.0, area)
    line = tuple((junctions[node].lon, junctions[node].lat) for node in (one, other))
    links[link] = Link(link, link, one, other, line, (link,), (f"-{link}",))


@dataclass
class TrialWorking:
    """A job that remembers what it was told, and is cancelled after so many checks."""

    settings: Settings
    folder: Path
    cancelled_after: int | None = None
    checks: int = 0
    partials: list[Mapping[str, Any]] = field(default_factory=list)
    said: list[tuple[float, str]] = field(default_factory=list)
    published: list[Envelope] = field(default_factory=list)

    def progress(self, share: float, step: str) -> None:
        self.said.append((share, step))

    def partial(self, result: Mapping[str, Any]) -> None:
        self.partials.append(result)

    def publish(self, envelope: Envelope) -> None:
        self.published.append(envelope)

    def check(self) -> None:
        self.checks += 1
        if self.cancelled_after is not None and self.checks > self.cancelled_after:
            raise Cancelled


def working_in(folder: Path, *, cancelled_after: int | None = None) -> TrialWorking:
    """Return a job whose scratch and data lie in `folder`; a second one finds what is kept."""
    data = folder / "data"
    number = len(list(folder.glob("scratch-*")))
    scratch = folder / f"scratch-{number}"
    scratch.mkdir(parents=True)
    settings = Settings(data_dir=data, city=ROOT / "city")
    return TrialWorking(settings, scratch, cancelled_after)


def model_of(
    streets: Streets, folder: Path, *, plan: TrafficPlan | None = None, areas: Any
) -> Model:
    """Return the model of a town, its net made under `folder`."""
    plan = plan or plan_of()
    net = make_net(streets, folder / "nets", cycle_s=plan.cycle_s, check=nothing)
    return Model(
        plan,
        net,
        demand.zones_of(streets, plan, areas),
        station_edges(plan, streets),
        Calibration(),
    )


nothing: Callable[[], None] = lambda: None  # noqa: E731
