"""What a tile kind is: a name, options, what it reads, and one function from values to components.

A kind is one module of this folder; `layouts.tiles.registry` finds it. Tile modules have no
callback, no clock, no cache: the player and the consoles draw what time alone changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dash.development.base_component import Component
from pydantic import BaseModel, ConfigDict

from data_access.envelope import Envelope, Text


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle a tile is made for. `unit_px` is the 20-arc-minute type size of the display."""

    width_px: float
    height_px: float
    unit_px: float
    detail: Literal["wall", "console"] = "wall"
    language: str = "vi"
    seams_x_px: tuple[tuple[float, float], ...] = ()  # bezels inside the tile: [from, to) in x …
    seams_y_px: tuple[tuple[float, float], ...] = ()  # … and in y, in the tile's own pixels


class TileOptions(BaseModel):
    """Base of every kind's options: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: dict[str, str] | None = None  # {vi, en}; default: the label of what is shown


@dataclass(frozen=True, slots=True)
class TileKind:
    """A registered kind."""

    kind: str
    name: Text
    options: type[TileOptions]
    needs: Callable[[Any], tuple[str, ...]]  # options -> names of aggregates read
    build: Callable[[Frame, Any, Mapping[str, Envelope | None], TileContext], Component]


@dataclass(frozen=True, slots=True)
class TileContext:
    """What a tile may look up besides its envelopes; plain values, no store."""

    city_name: Text
    timezone: str
    geometry: Mapping[str, Mapping[str, Any]]  # layer -> {url, bounds [[s,w],[n,e]], schematic, …}
    scales: Mapping[str, Mapping[str, Any]]  # scale id -> {name, unit, bands: [...]}
    sites: tuple[Mapping[str, Any], ...] = ()
    core: Mapping[str, Any] | None = None  # the inner city: {name, bounds [[s,w],[n,e]]}
