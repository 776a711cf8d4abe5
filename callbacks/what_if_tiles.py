"""Drawing runs on the pages of what-ifs: the walls' own tiles, of results as jobs keep them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks import runs
from callbacks.desk import Desk
from callbacks.tile_context import GEOMETRY, tile_context
from data_access.envelope import Envelope, Text
from layouts.pages.console_plan import UNIT_PX, Rect
from layouts.pages.what_if_placed import placed
from layouts.tiles.absence import undrawn
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame
from layouts.tiles.registry import build
from permissions.roles import Person
from twin.comparison import MOST, Compared
from twin.envelope import Run, envelopes, run_name
from twin.result import RunResult

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A tile of a page: its kind and options, and where it stands."""

    kind: str
    options: Mapping[str, Any]
    rect: Rect
    key: str


def envelope_of(
    reach: Desk,
    job_id: str,
    title: Text,
    result: RunResult,
    *,
    result_hash: str = "",
    against: Text | None = None,
    pair: str = "",
) -> Envelope:
    """Return a run as tiles read it; its layers are written where the pages' maps find them."""
    run = Run(job_id, title, result_hash=result_hash, against=against, pair=pair)
    made = envelopes(
        result,
        run,
        reach.city,
        geometry_dir=reach.settings.geometry_dir,
        now_ms=reach.now_ms(),
    )
    return next(each for each in made if each.aggregate == run_name(pair or job_id))


def seen(
    reach: Desk, job_ids: Sequence[str], who: Person
) -> tuple[list[Compared], dict[str, Envelope]]:
    """Return the finished runs the person may see, with what tiles read of each by its name."""
    found: list[Compared] = []
    given: dict[str, Envelope] = {}
    for run in runs.compared(reach, list(job_ids)[:MOST]):
        envelope = envelope_of(reach, run.job_id, run.title, run.result)
        if who.may_see(envelope.classification):
            found.append(run)
            given[envelope.aggregate] = envelope
    return found, given


def draw(
    reach: Desk, tiles: Sequence[Shown], given: Mapping[str, Envelope], language: str
) -> list[Component]:
    """Return the tiles in their places; one that cannot be drawn says so and stops no other."""
    context = tile_context(reach.city, reach.cache.read(GEOMETRY))
    drawn = []
    for tile in tiles:
        frame = Frame(
            width_px=tile.rect.width,
            height_px=tile.rect.height,
            unit_px=UNIT_PX,
            detail="console",
            language=language,
        )
        try:
            built = build(tile.kind, tile.options, frame, given, context)
        except Exception:  # one tile must not take the page with it
            log.exception("tile %s (%s) cannot be drawn", tile.key, tile.kind)
            built = undrawn(Tile(frame, tile.kind))
        drawn.append(placed(built, tile.key, tile.rect))
    return drawn


def maps_of(kind: str) -> tuple[str, ...]:
    """Return which maps a twin's runs have."""
    return {"traffic": ("speed",), "drainage": ("depth",)}.get(kind, ("depth", "speed"))


def tile_kind(of: str) -> str:
    """Return the kind of tile that shows a map of a run."""
    return "twin_traffic" if of == "speed" else "flood_depth"


def of_change(of: str) -> Mapping[str, Any]:
    """Return what more a tile is told to map what changes; speed is always told as a change."""
    return {"by": "change"} if of == "depth" else {}
