"""What tiles read of a run of a twin: its figures with intervals, its map, what is to be doubted.

Whoever shows a run says with it that it is simulated, how well the model fits, which parts of it
nobody surveyed and what it left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Envelope
from layouts.tiles import reading
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame, TileContext, TileOptions
from layouts.tiles.map import Bounds
from layouts.tiles.map_values import Values

LATEST = "latest"
RUN = r"^[A-Za-z0-9_.-]{1,80}$"  # of a job, or of two
Show = Literal["all", "map", "figures"]
WITH_MAP: Mapping[str, Show] = {"all": "all", "map": "map"}  # of what a tile shows, else a column


class Options(TileOptions):
    """Options of tiles that show one run: a job's id, a pair's, or the newest of a kind."""

    run: str = Field(LATEST, pattern=RUN)
    labels: int = Field(6, ge=0, le=40)
    slider: bool = True
    kpis: tuple[str, ...] = Field((), max_length=60)  # of the figures, in this order; () all


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run against its base; `low` and `high` of the difference, 95 %.

    A difference of no more than `unsure` is none: the engine's own error is as large.
    """

    kpi: str
    label: Mapping[str, str]
    unit: str
    decimals: int
    better: str
    base: float
    value: float
    delta: float
    low: float
    high: float
    unsure: float = 0.0

    @property
    def verdict(self) -> str:
        """`better`, `worse`, or `same`: not told apart from the base."""
        if self.low <= 0 <= self.high or abs(self.delta) <= self.unsure:
            return "same"
        return "better" if (self.delta < 0) == (self.better == "down") else "worse"


def aggregate_of(run: str, kind: str) -> str:
    """Return the envelope a tile reads (twin/envelope.py gives them these names)."""
    return f"twin.latest.{kind}" if run == LATEST else f"twin.run.{run}"


def tile_of(
    frame: Frame,
    name: str,
    envelope: Envelope | None,
    title: Mapping[str, str] | None,
    *,
    kind: Mapping[str, str],
    spans: bool,
) -> Tile:
    """Return the tile around a run: its title is what was asked, where the scene gives none.

    Of a run that is not there, and of none, it is the tile's `kind`.
    """
    asked = said(envelope).get("title") if envelope else None
    label = asked if isinstance(asked, Mapping) else envelope.label if envelope else None
    words = lang.pick(title or label or kind, frame.language)
    return Tile(frame, name, title=words, envelope=envelope, spans=spans)


def none_yet(tile: Tile, envelope: Envelope | None) -> html.Section:
    """Return the tile that says that nobody has asked yet, or why there is no answer."""
    if envelope is None:
        return tile.reason(tile.say("twin.none"))
    owner = tile.words(envelope.owner_label)
    return tile.reason(tile.words(envelope.reason) or tile.say("noSource"), owner=owner)


def said(envelope: Envelope) -> Mapping[str, Any]:
    """Return what the run says of itself; empty where it says nothing."""
    found = envelope.quality.get("twin")
    return found if isinstance(found, Mapping) else {}


def against(tile: Tile, envelope: Envelope) -> str:
    """Return what the run is held against in words; empty where that is its own base."""
    found = said(envelope).get("against")
    return tile.words(found) if isinstance(found, Mapping) else ""


def figures_of(envelope: Envelope) -> list[Figure]:
    """Return the well-formed figures of a run."""
    table = reading.table(envelope, "kpis")
    return [made for row in (table["rows"] if table else ()) if (made := figure_in(row))]


def figure_in(row: Mapping[str, Any]) -> Figure | None:
    """Return the figure a row of a run's table tells; None where it is not well formed."""
    numbers = [row.get(name) for name in ("base", "value", "delta", "low", "high")]
    label, unit, decimals = row.get("name"), row.get("unit"), row.get("decimals")
    if not (
        isinstance(row.get("id"), str)
        and isinstance(label, Mapping)
        and isinstance(unit, str)
        and isinstance(decimals, int)
        and all(reading.finite(each) for each in numbers)
    ):
        return None
    base, value, delta, low, high = (float(each) for each in numbers if each is not None)
    better = str(row.get("better", "down"))
    unsure = float(row["unsure"]) if reading.finite(row.get("unsure")) else 0.0
    return Figure(row["id"], label, unit, decimals, better, base, value, delta, low, high, unsure)


def chosen(figures: Sequence[Figure], kpis: Sequence[str]) -> list[Figure]:
    """Return the figures a tile is asked for, as far as the run has them."""
    by_id = {figure.kpi: figure for figure in figures}
    return [by_id[kpi] for kpi in kpis or by_id if kpi in by_id]


def values_of(tile: Tile, envelope: Envelope, name: str, context: TileContext) -> Values | None:
    """Return a map of the run, over the run's own geometry; None where it has none."""
    layer = reading.map_layer(envelope, name)
    if layer is None:
        return None
    own = envelope.quality.get("layers")
    geometry = {**context.geometry, **(own if isinstance(own, Mapping) else {})}
    context = replace(context, geometry=geometry)
    return Values(tile, layer, context.scales.get(str(layer.get("scale")), {}), context)


def focus_of(envelope: Envelope, values: Values) -> Literal["data"] | Bounds:
    """Return what a map of the run shows: its layer, of the whole city where the run lies."""
    own = envelope.quality.get("layers")
    if not isinstance(own, Mapping) or values.layer["layer"] in own:
        return "data"
    for layer in own.values():
        if layer.get("bounds"):
            (south, west), (north, east) = layer["bounds"]
            return (south, west), (north, east)
    return "data"


def caveats(tile: Tile, envelope: Envelope) -> list[str]:
    """Return what is to be doubted: the fit first, then what chance, model and run left out."""
    run = said(envelope)
    fit = run.get("fit")
    told = [tile.say(f"twin.{_state(fit)}")]
    done, asked = run.get("seedsDone"), run.get("seeds")
    if isinstance(done, int) and isinstance(asked, Sequence) and done < len(asked):
        told.append(tile.say("twin.firstSeed", done=done, of=len(asked)))
    for part in ("limits", "invented"):
        given = run.get(part)
        told += [tile.words(each) for each in given or () if isinstance(each, Mapping)]
    return told


def _state(fit: Any) -> str:
    """Return whether it is calibrated, and whether that was by what a simulator made up."""
    if not isinstance(fit, Mapping) or fit.get("state") != "calibrated":
        return "uncalibrated"
    seen = [each for each in fit.get("seen") or () if isinstance(each, Mapping)]
    is_made_up = any(each.get("origin") == "simulated" for each in seen)
    return "calibratedBySimulated" if is_made_up else "calibrated"
