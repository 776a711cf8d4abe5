"""A wall as the pages show it: its outputs, scenes, layers and who holds it.

Rectangles are fractions of the canvas, so that a page draws a wall of any size. Not for how the
controller says it: `wall_reading.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from data_access.classification import LEVELS, Classification
from data_access.envelope import Text
from language import pick
from layouts.pages.tools_view import ToolsView

LIVE = "live"
SWITCH_PROBLEMS = ("late", "failed", "offline", "noAnswer")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions of the canvas."""

    x: float
    y: float
    width: float
    height: float

    def style(self) -> dict[str, str]:
        """Return the CSS of an absolutely placed child of a box shaped like the canvas."""
        return {
            "left": f"{self.x * 100:.4f}%",
            "top": f"{self.y * 100:.4f}%",
            "width": f"{self.width * 100:.4f}%",
            "height": f"{self.height * 100:.4f}%",
        }


@dataclass(frozen=True, slots=True)
class TileView:
    """A tile of a scene: what kind, where."""

    kind: str
    box: Box


@dataclass(frozen=True, slots=True)
class SceneView:
    """A scene that can be shown on a wall."""

    scene_id: str
    revision: str
    name: Text
    tiles: tuple[TileView, ...] = ()


@dataclass(frozen=True, slots=True)
class OutputView:
    """One output: is it there, does it show what it should, how did it take the last switch."""

    output_id: str
    box: Box
    online: bool
    behind: bool = False  # online and showing something else than the program
    status: str | None = None  # in the last switch: shown | late | failed | offline | noAnswer
    late_ms: float | None = None
    skew_ms: float | None = None  # after the first of those shown in time
    uncertainty_ms: float | None = None  # of its clock
    last_seen_at_ms: float | None = None
    reason: str = ""
    is_known: bool = True  # False: nobody could be asked
    is_expected: bool = True  # False: never there, as no other output of this wall is

    @property
    def has_problem(self) -> bool:
        """Tell whether somebody should look at it."""
        if not self.is_known or not self.is_expected:
            return False
        return not self.online or self.behind or self.status in SWITCH_PROBLEMS


@dataclass(frozen=True, slots=True)
class LayerView:
    """A layer that is set."""

    layer: str
    scene_id: str
    by: str
    since_at_ms: float
    until_at_ms: float | None


@dataclass(frozen=True, slots=True)
class SwitchView:
    """How the last switch went."""

    committed: bool
    show_at_ms: float | None
    skew_ms: float | None
    latency_ms: float | None
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LockView:
    """Who holds the wall: nobody else changes what is on air."""

    user_id: str
    by: str
    since_at_ms: float


@dataclass(frozen=True, slots=True)
class MaskView:
    """What is above this ceiling is covered."""

    mask_id: str
    level: str
    compartments: tuple[str, ...]
    by: str
    since_at_ms: float
    until_at_ms: float | None

    @property
    def level_rank(self) -> int:
        """The place of its level, the lowest first."""
        return LEVELS.index(self.level) if self.level in LEVELS else len(LEVELS)


@dataclass(frozen=True, slots=True)
class PeerView:
    """Another site, whose wall this is: whether the line to it is cut, and since when."""

    name: Text
    is_lost: bool = False
    heard_at_ms: float | None = None  # last; None: never
    has_pictures: bool = False  # pages here reach its controller: its walls are seen live


@dataclass(frozen=True, slots=True)
class WallView:
    """A wall, its outputs and what is on it.

    `reachable` False: whose wall it is did not answer; another site's is then as last heard of.
    """

    wall_id: str
    name: Text
    aspect: float
    outputs: tuple[OutputView, ...]
    columns: int
    scenes: tuple[SceneView, ...] = ()
    program: LayerView | None = None
    program_revision: str | None = None
    preview_scene: str | None = None
    layers: Mapping[str, LayerView] | None = None
    last_switch: SwitchView | None = None
    manual_hold_min: float = 30.0
    lock: LockView | None = None
    masks: tuple[MaskView, ...] = ()
    reachable: bool = True
    site_id: str = ""
    ceiling: Classification = field(default_factory=Classification)
    tools: ToolsView = field(default_factory=ToolsView)
    peer: PeerView | None = None  # None: it is this site's own
    realm: str = LIVE  # of all its layers but those that are always of live
    program_realm: str = LIVE  # of what is on air

    @property
    def online(self) -> int:
        """How many outputs are connected."""
        return sum(each.online for each in self.outputs)

    @property
    def is_lost(self) -> bool:
        """Whether it is another site's, and the line to that is cut."""
        return self.peer is not None and self.peer.is_lost

    @property
    def is_live_here(self) -> bool:
        """Whether pages can show its live picture."""
        return self.peer is None or self.peer.has_pictures

    @property
    def problems(self) -> tuple[OutputView, ...]:
        """Outputs somebody should look at."""
        return tuple(each for each in self.outputs if each.has_problem)

    @property
    def program_scene(self) -> str | None:
        """The scene on air."""
        return self.program.scene_id if self.program is not None else None

    @property
    def manual(self) -> LayerView | None:
        """The manual layer, when it is set."""
        return (self.layers or {}).get("manual")

    def scene(self, scene_id: str | None) -> SceneView | None:
        """Return the scene of that id, if the wall has it."""
        return next((each for each in self.scenes if each.scene_id == scene_id), None)

    def scene_name(self, scene_id: str | None, language: str) -> str:
        """Return what a scene is called; one that is gone by its id, none at all by nothing."""
        found = self.scene(scene_id)
        return pick(found.name, language) if found is not None else (scene_id or "")
