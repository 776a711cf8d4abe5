"""A network as the engine reads it: streets written as plain XML, made a net once, kept by hash.

What is kept stands in the data folder (`twin/traffic/networks/<hash>/`): streets.json and
net.net.xml, and nothing that a time or a machine has a part in decides the hash.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from xml.sax.saxutils import quoteattr

from jobs.working import WorkFailed
from language import told
from settings import Settings
from twin.traffic import engine
from twin.traffic.grid import Plane
from twin.traffic.streets import Edge, Streets

NET, STREETS = "net.net.xml", "streets.json"
METHOD = "1"  # part of the hash: change it with how a net is made
MAKING_S = 120.0
YELLOW_S = 3
SMALL_LANES = 1


@dataclass(frozen=True, slots=True)
class Net:
    """A network that is there: its streets, the engine's file, and the hash of both."""

    streets: Streets
    path: Path
    hash: str
    cycle_s: int


def kept_folder(settings: Settings) -> Path:
    """Return where everything the traffic twin keeps stands."""
    return settings.data_dir / "twin" / "traffic"


def digest(*parts: bytes) -> str:
    """Return the hash under which what is made of `parts` is kept."""
    made = blake2b(digest_size=12)
    for part in parts:
        made.update(len(part).to_bytes(8, "big") + part)
    return made.hexdigest()


def make_net(
    streets: Streets,
    folder: Path,
    *,
    cycle_s: int,
    check: Callable[[], None],
    extra: Iterable[tuple[Edge, str]] = (),
) -> Net:
    """Return the net of `streets`, made now unless it is kept under `folder`.

    `extra` are edges for some vehicles alone, with the classes that may use them. Raises
    WorkFailed with the engine's reason.
    """
    nodes, edges, name = _written(streets, cycle_s, extra)
    kept = folder / "networks" / name
    if not (kept / NET).is_file():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as scratch:
            making = Path(scratch)
            (making / "plain.nod.xml").write_bytes(nodes)
            (making / "plain.edg.xml").write_bytes(edges)
            files = ["--node-files", "plain.nod.xml", "--edge-files", "plain.edg.xml"]
            convert([*files, *_signal_options(cycle_s)], making, check)
            keep_net(making, streets, kept)
    return Net(streets, kept / NET, name, cycle_s)


def net_hash(streets: Streets, cycle_s: int) -> str:
    """Return the hash of the net that make_net makes of `streets`, without making it."""
    return _written(streets, cycle_s, ())[2]


def _written(
    streets: Streets, cycle_s: int, extra: Iterable[tuple[Edge, str]]
) -> tuple[bytes, bytes, str]:
    """Return nodes and edges as the engine reads them, and the hash of what is made of them."""
    nodes, edges = _nodes(streets), _edges(streets, sorted(extra, key=lambda each: each[0].id))
    parts = (METHOD.encode(), engine.version().encode(), nodes, edges, str(cycle_s).encode())
    return nodes, edges, digest(*parts)


def keep_net(making: Path, streets: Streets, kept: Path) -> None:
    """Move a made net to where it is kept, at once; whoever came first is as good."""
    (making / STREETS).write_bytes(streets.encode())
    draft = Path(tempfile.mkdtemp(dir=making.parent, prefix=".keeping-"))
    for name in (NET, STREETS):
        shutil.copyfile(making / name, draft / name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    try:
        draft.rename(kept)
    except OSError:
        shutil.rmtree(draft)
        if not (kept / NET).is_file():
            raise


def _signal_options(cycle_s: int) -> list[str]:
    return ["--tls.cycle.time", str(cycle_s), "--tls.yellow.time", str(YELLOW_S)]


def convert(arguments: Iterable[str], folder: Path, check: Callable[[], None]) -> None:
    """Run netconvert in `folder`, which writes net.net.xml; raises WorkFailed."""
    options = [*arguments, "--no-turnarounds.except-deadend", "true", "--no-internal-links",
               "true", "--xml-validation", "never", "--output-file", NET]  # fmt: skip
    running = engine.start("netconvert", options, folder, timeout_s=MAKING_S)
    engine.finish([running], check)
    if running.is_late or not (folder / NET).is_file():
        reason = engine.said(running.log, 0)
        raise WorkFailed("engine", told("netconvert made no network: {reason}", reason=reason))


def load_net(kept: Path, cycle_s: int) -> Net:
    """Return an imported network that is kept in a folder; raises WorkFailed."""
    try:
        streets = Streets.decode((kept / STREETS).read_bytes())
        content = (kept / NET).read_bytes()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WorkFailed(
            "input", told("{network}: no network of that name was imported", network=kept.name)
        ) from error
    return Net(streets, kept / NET, digest(streets.encode(), content), cycle_s)


def _nodes(streets: Streets) -> bytes:
    junctions = [junction for _, junction in sorted(streets.junctions.items())]
    plane = Plane(junctions[0].lat, junctions[0].lon) if junctions else Plane(0, 0)
    lines = ["<nodes>"]
    for junction in junctions:
        x, y = plane.flat(junction.lat, junction.lon)
        kind = "traffic_light" if junction.signal else "priority"
        lines.append(f'<node id={quoteattr(junction.id)} x="{x:.2f}" y="{y:.2f}" type="{kind}"/>')
    return "\n".join([*lines, "</nodes>\n"]).encode()


def _edges(streets: Streets, extra: Iterable[tuple[Edge, str]]) -> bytes:
    lines = ["<edges>"]
    lines += [_edge(edge, streets) for _, edge in sorted(streets.edges.items())]
    lines += [_edge(edge, streets, f" allow={quoteattr(classes)}") for edge, classes in extra]
    return "\n".join([*lines, "</edges>\n"]).encode()


def _edge(edge: Edge, streets: Streets, more: str = "") -> str:
    priority = 1 if streets.links[edge.link].invented or edge.lanes <= SMALL_LANES else 3
    return (
        f"<edge id={quoteattr(edge.id)} from={quoteattr(edge.start)} to={quoteattr(edge.end)}"
        f' numLanes="{edge.lanes}" speed="{edge.speed_kmh / 3.6:.3f}" length="{edge.length_m:.2f}"'
        f' priority="{priority}"{more}/>'
    )
