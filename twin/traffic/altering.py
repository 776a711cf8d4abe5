"""The engine's files of a base or what-if: its net with what changes, and its signals.

Nobody can enter an edge that is closed: no lane of it lets any class in, so that the engine's own
router has no way over it. (Closing by a rerouter beside the road lets vehicles through.)
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import numpy as np

from jobs.working import WorkFailed
from language import told
from twin.traffic import network
from twin.traffic.changes import Change, Rebuilt, changes_of, check_names, rebuilt
from twin.traffic.network import NET, Net
from twin.traffic.plan import TrafficPlan
from twin.traffic.scenario import GreenWave, Signals, TrafficScenario
from twin.traffic.signals import Plan, Stop, green_wave, read_plans, serving, written
from twin.traffic.streets import Streets
from twin.traffic.ways import Mask, Ways

ADDED = "added.add.xml"  # capacities and signals
# The engine's own headways (s): free to free, free to jam, jam to free, jam to jam.
# https://sumo.dlr.de/docs/Simulation/Meso.html
TAUS_S = {"tauff": 1.13, "taufj": 1.13, "taujf": 1.73, "taujj": 1.4}
CAR_M = 7.5  # length and gap of the vehicle that is 1 passenger car
Approaches = tuple[tuple[str, ...], ...]
CLASSES = ("motorcycle", "car", "bus", "truck", "emergency")
ENGINE_CLASS = {"car": "passenger"}  # what the engine calls our classes, where it differs


@dataclass(frozen=True, slots=True)
class Altered:
    """What the engine is given: net and signals in a folder, and what of it we must know."""

    streets: Streets
    ways: Ways
    open_to: Mapping[str, Mask]  # vehicle class -> by edge number of `ways`
    plans: Mapping[str, Plan]  # every signal
    changed: frozenset[str]  # signals with another plan than the net's own
    lets_in: Mapping[str, Approaches]  # of those: by green phase the links it lets in
    speed_kmh: Mapping[str, float]  # edge -> what may be driven there


def alter(
    net: Net,
    scenario: TrafficScenario,
    plan: TrafficPlan,
    folder: Path,
    *,
    free_kmh: Mapping[str, float],
    kept: Path,
    check: Callable[[], None],
) -> Altered:
    """Write net.net.xml and added.add.xml into `folder`; raises WorkFailed.

    `free_kmh`: link -> observed free flow, which replaces what the network assumes.
    """
    root = parsed(net.path)
    check_names(scenario, net.streets, read_plans(root))
    new = rebuilt(scenario, net.streets)
    if not new.is_same:
        root = parsed(_rebuild(net, new, kept, check))
    changes = dict(changes_of(scenario, new.streets, plan))
    speeds = {
        edge: speed
        for link, speed in free_kmh.items()
        if link in new.streets.links
        for edge in new.streets.edges_of(link)
    }
    ways = Ways.of(root)
    types: dict[str, str] = {}
    open_to = _write_changes(root, changes, speeds, ways, types)
    ElementTree.ElementTree(root).write(folder / NET, encoding="utf-8", xml_declaration=True)
    plans, changed = _plans(root, scenario, new.streets, ways)
    body = "\n".join([*(types[name] for name in sorted(types)),
                      written(plans[name] for name in sorted(changed))])  # fmt: skip
    (folder / ADDED).write_text(f"<additional>\n{body}\n</additional>\n", "utf-8")
    limits = {
        edge.get("id"): float(lane.get("speed")) * 3.6
        for edge in root.iter("edge")
        for lane in edge.iter("lane")
    }
    lets_in = {name: _lets_in(root, plans[name], new.streets) for name in sorted(changed)}
    return Altered(new.streets, ways, open_to, plans, frozenset(changed), lets_in, limits)


def parsed(path: Path) -> Any:
    """Read a net that our own netconvert wrote."""
    return ElementTree.parse(path).getroot()


def _rebuild(net: Net, new: Rebuilt, kept: Path, check: Callable[[], None]) -> Path:
    """Return a net with edges of other widths, kept by what it is made of."""
    lines = ["<edges>"]
    lines += [f"<delete id={quoteattr(edge)}/>" for edge in sorted(new.removed)]
    for edge in sorted(new.widened, key=lambda each: each.id):
        lines.append(f'<edge id={quoteattr(edge.id)} numLanes="{edge.lanes}"/>')
    for edge, classes in sorted(new.added, key=lambda each: each[0].id):
        lines.append(
            f"<edge id={quoteattr(edge.id)} from={quoteattr(edge.start)} to={quoteattr(edge.end)}"
            f' numLanes="1" speed="{edge.speed_kmh / 3.6:.3f}" length="{edge.length_m:.2f}"'
            f" allow={quoteattr(classes)}/>"
        )
    patch = "\n".join([*lines, "</edges>\n"]).encode()
    found = kept / "networks" / network.digest(net.hash.encode(), patch)
    if not (found / NET).is_file():
        kept.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept, prefix=".making-") as scratch:
            making = Path(scratch)
            (making / "patch.edg.xml").write_bytes(patch)
            files = ["--sumo-net-file", str(net.path.resolve()), "--edge-files", "patch.edg.xml"]
            network.convert(
                [*files, "--tls.cycle.time", str(net.cycle_s), "--tls.rebuild", "true"],
                making,
                check,
            )
            network.keep_net(making, new.streets, found)
    return found / NET


def _write_changes(
    root: Any,
    changes: Mapping[str, Change],
    speeds: Mapping[str, float],
    ways: Ways,
    types: dict[str, str],
) -> dict[str, Mask]:
    """Change the edges of a net; return which are open to each class of vehicles.

    Kinds of edges with less capacity are added to `types`. They stand beside the net: in it the
    engine reads them without a word and does not use them.
    """
    open_to = {kind: np.ones(len(ways.edges), dtype=bool) for kind in CLASSES}
    for edge in root.iter("edge"):
        edge_id = edge.get("id")
        if edge_id not in ways.number:
            continue
        change = changes.get(edge_id, Change())
        lanes = list(edge.iter("lane"))
        for lane in lanes:
            free_kmh = speeds.get(edge_id, float(lane.get("speed")) * 3.6)
            lane.set("speed", f"{change.speed_kmh(free_kmh) / 3.6:.3f}")
            _restrict(lane, change)
        number = ways.number[edge_id]
        for kind in CLASSES:
            open_to[kind][number] = any(_lets(lane, ENGINE_CLASS.get(kind, kind)) for lane in lanes)
        if change.capacity_share < 1:
            edge.set("type", _type(types, change.capacity_share, float(lanes[0].get("speed"))))
    return open_to


def _restrict(lane: Any, change: Change) -> None:
    if change.is_closed:
        lane.attrib.pop("allow", None)
        lane.set("disallow", "all")
        return
    for kind in sorted(change.closed_to):
        name = ENGINE_CLASS.get(kind, kind)
        allowed = lane.get("allow")
        if allowed is None or allowed == "all":
            lane.attrib.pop("allow", None)
            lane.set("disallow", f"{lane.get('disallow', '')} {name}".strip())
        else:
            left = [each for each in allowed.split() if each != name]
            lane.attrib.pop("allow")
            lane.set(*(("allow", " ".join(left)) if left else ("disallow", "all")))


def _lets(lane: Any, name: str) -> bool:
    allowed, refused = lane.get("allow"), lane.get("disallow")
    if allowed is not None:
        return allowed == "all" or name in allowed.split()
    return refused is None or not ({"all", name} & set(refused.split()))


def _type(types: dict[str, str], share: float, speed_ms: float) -> str:
    """Return the id of a kind of edge whose headways leave `share` of the capacity.

    A headway is a time and the time a vehicle's length takes; both together grow by 1/share.
    """
    name = f"share{share:.4f}at{speed_ms:.3f}"
    if name not in types:
        length_s = CAR_M / max(speed_ms, 0.1)
        taus = {key: (tau + length_s) / share - length_s for key, tau in TAUS_S.items()}
        meso = " ".join(f'{key}="{tau:.4f}"' for key, tau in taus.items())
        types[name] = f'<type id="{name}"><meso {meso} junctionControl="true"/></type>'
    return name


def _plans(
    root: Any, scenario: TrafficScenario, streets: Streets, ways: Ways
) -> tuple[dict[str, Plan], set[str]]:
    """Return every signal's plan under the scenario, and which of them are other than the net's."""
    own = read_plans(root)
    plans = dict(own)
    for measure in scenario.measures:
        if isinstance(measure, Signals):
            for junction in measure.junctions:
                plans[junction] = plans[junction].retimed(
                    cycle_s=measure.cycleS,
                    green_share=measure.greenShare,
                    phase=_letting_in(root, plans[junction], measure.fromLink, streets),
                    splits=measure.splits,
                )
        elif isinstance(measure, GreenWave):
            stops = _stops(root, measure.corridor, streets, ways)
            plans |= green_wave(plans, stops, speed_kmh=measure.speedKmh, cycle_s=measure.cycleS)
    return plans, {name for name in plans if plans[name] != own[name]}


def _letting_in(root: Any, plan: Plan, link: str | None, streets: Streets) -> int | None:
    """Return the green phase that lets most of a link into a junction; None where none is named."""
    if link is None:
        return None
    for edge in streets.edges_of(link):  # the one that leads away moves nobody in
        found = serving(plan, movements(root, plan.junction, edge, None))
        if found is not None:
            return found
    raise WorkFailed(
        "input",
        told("signal {signal} lets nobody in from link {link}", signal=plan.junction, link=link),
    )


def _lets_in(root: Any, plan: Plan, streets: Streets) -> Approaches:
    """Return the links each green phase lets in, the one with most movements first."""
    into = [
        (int(each.get("linkIndex")), streets.edges[each.get("from")].link)
        for each in root.iter("connection")
        if each.get("tl") == plan.junction and each.get("from") in streets.edges
    ]
    found = []
    for phase in plan.greens:
        state = plan.phases[phase].state
        going = Counter(link for place, link in into if state[place] in "Gg")
        found.append(tuple(sorted(going, key=lambda link: (-going[link], link))))
    return tuple(found)


def _stops(root: Any, corridor: list[str], streets: Streets, ways: Ways) -> list[Stop]:
    """Return the corridor's signals with the movements of the column that goes along it."""
    edges = [streets.edges[edge] for edge in ways.edges]
    cost = np.array([edge.length_m for edge in edges])
    chains: list[list[str]] = []
    for one, other in pairwise(corridor):
        starts = [edge.id for edge in edges if edge.start == one]
        ends = [edge.id for edge in edges if edge.end == other]
        chain = ways.path(starts, ends, cost)
        if not chain:
            raise WorkFailed(
                "input", told("no street leads from {one} to {other}", one=one, other=other)
            )
        chains.append(chain)
    stops, at_m = [], 0.0
    for place, junction in enumerate(corridor):
        into = chains[place - 1][-1] if place else None
        out = chains[place][0] if place < len(chains) else None
        stops.append(Stop(junction, movements(root, junction, into, out), at_m))
        if place < len(chains):
            at_m += sum(streets.edges[edge].length_m for edge in chains[place])
    return stops


def movements(root: Any, signal: str, into: str | None, out: str | None) -> tuple[int, ...]:
    """Return the places in a signal's state that are of the way from `into` to `out`."""
    found = [
        each
        for each in root.iter("connection")
        if each.get("tl") == signal
        and (into is None or each.get("from") == into)
        and (out is None or each.get("to") == out)
    ]
    straight = [each for each in found if each.get("dir") == "s"]
    return tuple(sorted(int(each.get("linkIndex")) for each in straight or found))
