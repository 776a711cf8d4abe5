"""Layers of a wall: the highest one set is on air, clearing it reveals the next.

What is real lies over what is exercised: alarms and emergencies are of live whatever realm the wall
shows, and on air before any layer of an exercise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from wall.arrangement import Arrangement
from wall.peers.following import Following
from wall.playlists import Run
from wall.realm import LIVE
from wall.schedules import Window

LayerName = Literal["emergency", "presenter", "manual", "alarm", "scheduled", "base"]
ORDER: tuple[LayerName, ...] = get_args(LayerName)  # highest first
REAL: tuple[LayerName, ...] = ("emergency", "alarm")  # of live in every realm
CITY = "city"  # who set a base that nobody has changed


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer that is set."""

    arrangement: Arrangement
    by: str
    since_at_ms: float
    until_at_ms: float | None
    run: Run | None = None  # of the list that fills it

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, an entry of `layers`."""
        scene = self.arrangement.scene
        return {
            "sceneId": scene.scene_id,
            "revision": self.arrangement.revision,
            "by": self.by,
            "sinceAtMs": self.since_at_ms,
            "untilAtMs": self.until_at_ms,
        }


@dataclass(frozen=True, slots=True)
class Windows:
    """Which schedule's window the layer `scheduled` was last set for, and those put away."""

    current: Window | None = None
    dismissed: tuple[Window, ...] = ()  # by a person, and overlaid by another since


@dataclass(frozen=True, slots=True)
class LayerChange:
    """Set `name` to `layer`, or clear it when `layer` is None; `windows` go along with it.

    With it `ends`, the following that stood when a person asked for it; not one asked for since.
    With a `realm` all layers are brought there; without a `name` nothing else is changed.
    """

    name: LayerName | None
    layer: Layer | None
    windows: Windows | None = None
    ends: Following | None = None
    realm: str | None = None

    def applied_to(self, layers: Mapping[LayerName, Layer]) -> dict[LayerName, Layer]:
        """Return the layers after this change."""
        after = {name: each for name, each in layers.items() if name != self.name}
        if self.layer is not None and self.name is not None:
            after[self.name] = self.layer
        return after


def on_air(layers: Mapping[LayerName, Layer]) -> tuple[LayerName, Layer] | None:
    """Return the highest layer that is set, with its name; those of live before all others."""
    named = [name for name in ORDER if name in layers]
    named.sort(key=lambda name: layers[name].arrangement.realm != LIVE)  # stable
    return (named[0], layers[named[0]]) if named else None


def event_of(change: LayerChange) -> str:
    """Return what a change is called when it is told."""
    if change.name is None:
        return "realm"
    return "taken" if change.layer is not None else "cleared"


def expired(layers: Mapping[LayerName, Layer], now_ms: float) -> list[LayerName]:
    """Return the names of layers whose time is over, highest first."""
    return [
        name
        for name in ORDER
        if name in layers and (until := layers[name].until_at_ms) is not None and until <= now_ms
    ]
