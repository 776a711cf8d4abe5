"""What the controller told of a wall, checked and put in order for the pages (`wall_view.py`).

Values in, values out: no link, no request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from data_access.classification import Classification
from data_access.envelope import Text
from layouts.pages.tools_view import read_tools
from layouts.pages.wall_view import (
    LIVE,
    Box,
    LayerView,
    LockView,
    MaskView,
    OutputView,
    SceneView,
    SwitchView,
    TileView,
    WallView,
)

IN_TIME = ("shown",)


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
        layers=layers,
        last_switch=_switch(switch) if switch else None,
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


def _switch(body: Mapping[str, Any]) -> SwitchView:
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
