"""One seed of one base or what-if through the engine: its files, its run, what came of it.

The engine is mesoscopic (queues, not single cars) with junctions controlled and drivers choosing
their way anew: without the first it is fast and wrong, without the second a closure means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs.working import WorkFailed
from language import told
from twin.traffic import demand, engine, figures, outputs
from twin.traffic.altering import ADDED, Altered
from twin.traffic.demand import Trip
from twin.traffic.network import NET, digest
from twin.traffic.plan import TrafficPlan

ROUTES, MEASURING = "trips.rou.xml", "measuring.add.xml"
REROUTING_S = 300  # drivers look for a better way so often
TELEPORT_S = 300  # a vehicle that stands for longer is moved on past the jam, and counted
# Who has waited so long to cross takes a gap that others brake for. At the engine's own 180 s the
# first who turns left holds up all lanes of a queue: approaches of a full junction let through half
# of what they do in its microscopic model, or starve; at this one -28 to +18 % of it.
IMPATIENT_S = 2
OPTIONS = (
    "--mesosim", "true",
    "--meso-junction-control", "true",
    "--device.rerouting.probability", "1",
    "--device.rerouting.period", str(REROUTING_S),
    "--device.rerouting.pre-period", "0",  # who waits to be let in has nothing new to choose by
    "--device.rerouting.adaptation-interval", "10",
    "--time-to-teleport", str(TELEPORT_S),
    "--time-to-impatience", str(IMPATIENT_S),
    "--ignore-route-errors", "true",
    "--tripinfo-output", outputs.TRIPS,
    "--tripinfo-output.write-undeparted", "true",
    "--statistic-output", outputs.STATISTICS,
    "--xml-validation", "never",
    "--no-step-log", "true",
    "--no-warnings", "true",
)  # fmt: skip
SeedRun = dict[str, Any]  # plain JSON: what `harvest` returns


@dataclass(frozen=True, slots=True)
class Case:
    """A base or a what-if of one seed, with its files in a folder of its own."""

    folder: Path
    altered: Altered
    seed: int
    horizon_s: int
    asked: int
    closed_ends: int  # trips that begin or end where nobody may drive
    no_way: int  # trips that cannot be driven
    stands_for: float  # vehicles that one which is simulated stands for
    hash: str  # of what the engine is given

    @property
    def intervals(self) -> int:
        """How many intervals of figures.INTERVAL_S there are."""
        return self.horizon_s // figures.INTERVAL_S


def prepare(
    folder: Path,
    shared: Path,
    altered: Altered,
    trips: Sequence[Trip],
    plan: TrafficPlan,
    *,
    seed: int,
    horizon_s: int,
) -> Case:
    """Write one seed's files into `folder`; `shared` holds the net and signals of all seeds.

    Trips that cannot be driven are left out here and counted, so that none is lost unseen.
    """
    folder.mkdir(parents=True)
    kept, closed_ends, no_way = possible(altered, trips)
    routes = demand.written(kept, plan).encode()
    measuring = (
        f'<additional>\n<edgeData id="edges" file="{outputs.EDGES}"'
        f' period="{figures.INTERVAL_S}" excludeEmpty="true"'
        ' writeAttributes="sampledSeconds speed entered departed timeLoss"/>\n</additional>\n'
    )
    (folder / ROUTES).write_bytes(routes)
    (folder / MEASURING).write_text(measuring, "utf-8")
    for name in (NET, ADDED):
        (folder / name).symlink_to((shared / name).resolve())
    files = [(shared / name).read_bytes() for name in (NET, ADDED)]
    facts = f"{engine.version()} {seed} {horizon_s} {' '.join(OPTIONS)} {measuring}".encode()
    made = digest(*files, routes, facts)
    counts = (len(trips), closed_ends, no_way, plan.demand.stands_for)
    return Case(folder, altered, seed, horizon_s, *counts, made)


def possible(altered: Altered, trips: Sequence[Trip]) -> tuple[list[Trip], int, int]:
    """Return trips that can be driven; how many have a closed end, how many no way."""
    found: list[Trip] = []
    closed_ends = no_way = 0
    number = altered.ways.number
    for kind in sorted({trip.kind for trip in trips}):
        of_kind = [trip for trip in trips if trip.kind == kind]
        open_ = altered.open_to[kind]
        reach = altered.ways.reachable([(trip.start, trip.end) for trip in of_kind], open_)
        for trip, is_reached in zip(of_kind, reach, strict=True):
            ends = (number.get(trip.start), number.get(trip.end))
            if any(end is None or not open_[end] for end in ends):
                closed_ends += 1
            elif not is_reached:
                no_way += 1
            else:
                found.append(trip)
    return sorted(found, key=lambda trip: (trip.depart_s, trip.id)), closed_ends, no_way


def arguments(case: Case, more: Sequence[str] = ()) -> list[str]:
    """Return the engine's arguments; its files are named as they lie in the case's folder."""
    return [
        "--net-file", NET,
        "--route-files", ROUTES,
        "--additional-files", f"{ADDED},{MEASURING}",
        "--seed", str(case.seed),
        "--end", str(case.horizon_s),
        *OPTIONS,
        *more,
    ]  # fmt: skip


def launch(case: Case, *, timeout_s: float, more: Sequence[str] = ()) -> engine.Running:
    """Start the engine on a case; raises WorkFailed when it cannot be started."""
    return engine.start("sumo", arguments(case, more), case.folder, timeout_s=timeout_s)


def harvest(case: Case, wards: Sequence[str], *, is_late: bool) -> SeedRun:
    """Return what came of a case as plain JSON; raises WorkFailed when trips were lost unseen."""
    streets = case.altered.streets
    edges, reached = outputs.read_edges(case.folder / outputs.EDGES, case.intervals)
    ends = outputs.read_trips(case.folder / outputs.TRIPS)
    counts = _conservation(case, ends, is_late=is_late)
    if is_late and not reached:
        raise WorkFailed(
            "tooLong", told("the engine did not come to the first five minutes in its time")
        )
    hours = case.horizon_s / 3600
    city = figures.city_figures(ends, edges, dropped=counts["dropped"], per=case.stands_for)
    city["arrived"] /= hours
    if is_late:
        waiting = case.asked - counts["dropped"] - counts["arrived"]
        city = {"arrived": city["arrived"], "unfinished": waiting * case.stands_for}
    frames = figures.link_frames(edges, streets, case.intervals, per=case.stands_for)
    if is_late:
        frames = {key: _cut(frame, reached) for key, frame in frames.items()}
    return {
        "seed": case.seed,
        "hash": case.hash,
        "isLate": is_late,
        "reachedMin": reached * figures.INTERVAL_S / 60,
        "conservation": counts,
        "city": city,
        "areas": {}
        if is_late
        else figures.area_figures(edges, streets, wards, per=case.stands_for),
        "frames": frames,
        "edgeSeconds": figures.edge_seconds(edges, streets),
        "closedEntered": _entered_closed(case, edges),
    }


def _cut(frame: Mapping[str, list[float | None]], reached: int) -> dict[str, list[float | None]]:
    return {
        link: [each if n < reached else None for n, each in enumerate(values)]
        for link, values in frame.items()
    }


def _conservation(case: Case, ends: Sequence[outputs.TripEnd], *, is_late: bool) -> dict[str, int]:
    """Return where the trips went; what the engine says of itself must agree with its trips."""
    statistics = outputs.read_statistics(case.folder / outputs.STATISTICS) if not is_late else None
    arrived = sum(end.is_done for end in ends)
    dropped = case.closed_ends + case.no_way
    found = {
        "asked": case.asked,
        "closedEnds": case.closed_ends,
        "noWay": case.no_way,
        "arrived": arrived,
        "dropped": dropped,
    }
    if statistics is None:
        return found
    inside = sum(not end.is_done and end.is_in for end in ends)
    by_engine = inside - statistics.running  # moved past a jam to where its way was over
    found |= {
        "departed": statistics.inserted,
        "running": statistics.running,
        "waiting": statistics.waiting,
        "teleports": statistics.teleports,
        "byEngine": by_engine,
        "dropped": dropped + by_engine,
    }
    seen = (len(ends), sum(not end.is_in for end in ends))
    if seen != (case.asked - dropped, statistics.waiting) or not (
        0 <= by_engine <= statistics.teleports
    ):
        raise WorkFailed(
            "engine",
            f"trips are not conserved: {case.asked} asked, {dropped} dropped before, {seen[0]} told"
            f" of, {arrived} arrived, {inside} on the way, {statistics.running} of them running,"
            f" {seen[1]} waiting of {statistics.waiting}, {statistics.teleports} moved past a jam",
        )
    return found


def _entered_closed(case: Case, edges: Mapping[str, outputs.EdgeTimes]) -> int:
    """Return how many vehicles entered an edge that is closed to all; it must be 0."""
    ways = case.altered.ways
    masks = list(case.altered.open_to.values())
    closed = [e for e in ways.edges if not any(mask[ways.number[e]] for mask in masks)]
    return round(sum(sum(edges[edge].entered) for edge in closed if edge in edges))
