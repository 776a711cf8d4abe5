"""A wall as the pages show it: what the controller told, checked and put in order.

Values in, values out: no link, no request. Rectangles are fractions of the canvas, so that a page
draws a wall of any size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from data_access.classification import LEVELS, Classification
from data_access.envelope import Text
from language import pick
from layouts.pages.tools_view import ToolsView, read_tools

LIVE = "live"
IN_TIME = ("shown",)
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
    preview_by: str | None = None
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


def read_wall(
    body: Mapping[str, Any], *, base: str | None = None, names: Mapping[str, str] | None = None
) -> WallView:
    """Return a wall from what `wall.state` or `walls.list` told of it.

    `base` is the scene to list first; the others keep the controller's order. `names` are what
    people are called, by account.
    """
    canvas = body["canvasPx"]
    width, height = float(canvas["width"]), float(canvas["height"])
    program, layers = body.get("program"), _layers(body.get("layers") or {}, names or {})
    switch = body.get("lastSwitch")
    answers = {each["outputId"]: each for each in (switch or {}).get("outputs", ())}
    scenes = [_scene(each, width, height) for each in body.get("scenes", ())]
    scenes.sort(key=lambda scene: scene.scene_id != base)
    somebody_is_there = any(each["online"] for each in body["outputs"])
    shown = [each["shownAtMs"] for each in answers.values() if each.get("status") in IN_TIME]
    outputs = tuple(
        _output(
            each,
            box=_box(each["rectPx"], width, height),
            answer=answers.get(each["outputId"], {}),
            program=program,
            first_shown_at_ms=min(shown, default=None),
            is_expected=somebody_is_there or each.get("lastSeenAtMs") is not None,
        )
        for each in body["outputs"]
    )
    preview = body.get("preview")
    return WallView(
        wall_id=str(body["wallId"]),
        name=dict(body["name"]),
        aspect=width / height,
        outputs=outputs,
        columns=_columns(outputs),
        scenes=tuple(scenes),
        program=layers.get(program["layer"]) if program else None,
        program_revision=str(program["revision"]) if program else None,
        preview_scene=preview["sceneId"] if preview else None,
        preview_by=preview.get("by") if preview else None,
        layers=layers,
        last_switch=_switch(switch, len(outputs)) if switch else None,
        manual_hold_min=float(body.get("manualHoldMin", 30.0)),
        lock=_lock(body["lock"], names or {}) if body.get("lock") else None,
        masks=tuple(_mask(each, names or {}) for each in body.get("masks") or ()),
        site_id=str(body.get("siteId", "")),
        ceiling=Classification.from_json(body.get("ceiling") or {"level": "public"}),
        tools=read_tools(body, names or {}),
        realm=str(body.get("realm", LIVE)),
        program_realm=str((program or {}).get("realm", LIVE)),
    )


def actors(body: Mapping[str, Any]) -> set[str]:
    """Return who is said to have changed the wall that `body` tells of."""
    holds = [body.get("lock"), body.get("following"), *(body.get("masks") or ())]
    told = [*(body.get("layers") or {}).values(), *holds]
    return {str(each["by"]) for each in told if each and each.get("by")}


def unheard(wall: WallView) -> WallView:
    """Return a wall of a site that is not heard now: what was last told of it, none of it sure."""
    outputs = tuple(
        OutputView(each.output_id, each.box, online=False, is_known=False) for each in wall.outputs
    )
    return replace(wall, outputs=outputs, reachable=False)


def unreachable(
    wall_id: str,
    name: Text,
    *,
    site_id: str,
    canvas: tuple[int, int],
    outputs: Sequence[tuple[str, Any]],
) -> WallView:
    """Return a wall the controller could not be asked about, as the city folder has it."""
    width, height = canvas
    views = tuple(
        OutputView(output_id, _box(rect, width, height), online=False, is_known=False)
        for output_id, rect in outputs
    )
    return WallView(
        wall_id,
        name,
        width / height,
        views,
        columns=_columns(views),
        reachable=False,
        site_id=site_id,
    )


def _columns(outputs: Sequence[OutputView]) -> int:
    return max(1, len({round(each.box.x, 4) for each in outputs}))


def _box(rect: Mapping[str, Any], width: float, height: float) -> Box:
    return Box(
        rect["x"] / width, rect["y"] / height, rect["width"] / width, rect["height"] / height
    )


def _scene(body: Mapping[str, Any], width: float, height: float) -> SceneView:
    tiles = [
        TileView(str(each["kind"]), _box(each["rectPx"], width, height))
        for each in body.get("tiles", ())
        if "rectPx" in each
    ]
    return SceneView(body["sceneId"], str(body["revision"]), dict(body["name"]), tuple(tiles))


def _layers(body: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, LayerView]:
    return {
        name: LayerView(
            layer=name,
            scene_id=each["sceneId"],
            by=names.get(str(each.get("by")), str(each.get("by") or "")),
            since_at_ms=float(each.get("sinceAtMs") or 0),
            until_at_ms=each.get("untilAtMs"),
        )
        for name, each in body.items()
    }


def _lock(body: Mapping[str, Any], names: Mapping[str, str]) -> LockView:
    by = str(body["by"])
    return LockView(by, names.get(by, by), float(body["sinceAtMs"]))


def _mask(body: Mapping[str, Any], names: Mapping[str, str]) -> MaskView:
    ceiling, by = body["ceiling"], str(body.get("by") or "")
    return MaskView(
        mask_id=str(body["maskId"]),
        level=str(ceiling["level"]),
        compartments=tuple(ceiling.get("compartments", ())),
        by=names.get(by, by),
        since_at_ms=float(body["sinceAtMs"]),
        until_at_ms=body.get("untilAtMs"),
    )


def _output(
    body: Mapping[str, Any],
    *,
    box: Box,
    answer: Mapping[str, Any],
    program: Mapping[str, Any] | None,
    first_shown_at_ms: float | None,
    is_expected: bool,
) -> OutputView:
    showing, clock = body.get("showing"), body.get("clock") or {}
    behind = bool(
        body["online"]
        and program
        and "showing" in body
        and (showing or {}).get("revision") != program["revision"]
    )
    status = answer.get("status")
    if body["online"] and body.get("showing") and not behind and status not in IN_TIME:
        # It shows what it should by now: only that it was late is left to tell.
        status = "late" if status == "late" else None
    shown_at_ms = answer.get("shownAtMs")
    skew_ms = None
    if shown_at_ms is not None and first_shown_at_ms is not None:
        skew_ms = float(shown_at_ms) - float(first_shown_at_ms)
    return OutputView(
        output_id=str(body["outputId"]),
        box=box,
        online=bool(body["online"]),
        behind=behind,
        status=status,
        late_ms=answer.get("lateMs"),
        skew_ms=skew_ms,
        uncertainty_ms=clock.get("uncertaintyMs"),
        last_seen_at_ms=body.get("lastSeenAtMs"),
        reason=str(answer.get("comment") or answer.get("code") or ""),
        is_expected=is_expected,
    )


def _switch(body: Mapping[str, Any], outputs: int) -> SwitchView:
    counts: dict[str, int] = {}
    for each in body.get("outputs", ()):
        counts[each["status"]] = counts.get(each["status"], 0) + 1
    return SwitchView(
        committed=bool(body.get("committed")),
        show_at_ms=body.get("showAtMs"),
        skew_ms=body.get("skewMs"),
        latency_ms=body.get("latencyMs"),
        counts=counts,
    )
