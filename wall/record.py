"""A wall's desired state as it is kept: layers and preview with their scenes whole.

Scenes are kept whole so that what is on air stays what it was when its file changes or goes.
"""

from __future__ import annotations

from typing import Any

from wall.classification import Classification, ClassificationFields
from wall.effects import WallRecord
from wall.errors import BadFields, InvalidScene
from wall.geometry import Trim
from wall.layers import CITY, ORDER, REAL, Layer, Windows
from wall.peers.following import Following
from wall.playlists import Run, RunFields
from wall.protocol import check
from wall.realm import LIVE
from wall.scene import scene_from_json
from wall.schedules import Window
from wall.standing import Lock, Mask, Preview
from wall.state import WallState


def wall_record(ws: WallState) -> WallRecord:
    """Return what must be durable of a wall's desired state."""
    body: dict[str, Any] = {
        "realm": ws.realm,
        "layers": {
            name: {
                "scene": layer.arrangement.scene.to_json(),
                "by": layer.by,
                "sinceAtMs": layer.since_at_ms,
                "untilAtMs": layer.until_at_ms,
                "run": layer.run.to_json() if layer.run is not None else None,
            }
            for name, layer in ws.layers.items()
        },
        "windows": {
            "current": ws.windows.current.to_json() if ws.windows.current is not None else None,
            "dismissed": [each.to_json() for each in ws.windows.dismissed],
        },
        "preview": None,
        "lock": ws.lock.to_json() if ws.lock is not None else None,
        "masks": [mask.to_json() for mask in ws.masks.values()],
        "overlays": [
            {"outputId": place, "fields": each} for (_, place), each in ws.overlays.items()
        ],
        "frozen": ws.is_frozen,
        "following": ws.following.to_json() if ws.following is not None else None,
        "glass": {
            "trims": {name: each.to_json() for name, each in ws.trims.items()},
            "night": ws.night_mode,
            "isOrbitOff": ws.is_orbit_off,
        },
    }
    if ws.preview is not None:
        body["preview"] = {
            "scene": ws.preview.arrangement.scene.to_json(),
            "by": ws.preview.by,
            "sinceAtMs": ws.preview.since_at_ms,
        }
    return WallRecord(ws.wall.wall_id, body)


def restore(ws: WallState, body: dict[str, Any] | None, *, now_ms: float) -> list[str]:
    """Bring a wall back to a kept state, or to its base when there is none.

    A base that nobody changed follows the wall's file. Returns a sentence for each kept scene that
    breaks today's rules and was dropped.
    """
    dropped: list[str] = []
    is_base_by_city = body is None
    kept = (body or {}).get("layers", {})
    ws.realm = str((body or {}).get("realm", LIVE))
    for name in ORDER:
        each = kept.get(name)
        if each is None:
            continue
        if name == "base" and each["by"] == CITY:
            is_base_by_city = True
            continue
        try:
            realm = LIVE if name in REAL else ws.realm
            arrangement = ws.arrange(scene_from_json(each["scene"]), realm=realm)
        except InvalidScene as error:
            dropped.append(f"layer {name} of wall {ws.wall.wall_id!r}: {error}")
            continue
        run = _run(each.get("run"))
        ws.layers[name] = Layer(arrangement, each["by"], *_times(each, now_ms), run)
    base = ws.scene(ws.wall.base)
    if is_base_by_city and base is not None:
        ws.layers["base"] = Layer(ws.arrange(base), CITY, now_ms, None)
    ws.windows = _windows((body or {}).get("windows") or {})
    preview = (body or {}).get("preview")
    if preview is not None:
        try:
            arrangement = ws.arrange(scene_from_json(preview["scene"]))
            ws.preview = Preview(arrangement, preview["by"], preview["sinceAtMs"])
        except InvalidScene as error:
            dropped.append(f"preview of wall {ws.wall.wall_id!r}: {error}")
    _restore_hold(ws, body or {})
    return dropped


def _times(layer: dict[str, Any], now_ms: float) -> tuple[float, float | None]:
    """Return since and until when a layer is set.

    One that began later than now does so now: the machine's clock went back, and a hold of half an
    hour must not become one of two.
    """
    since_ms, until_ms = float(layer["sinceAtMs"]), layer["untilAtMs"]
    ahead_ms = max(0.0, since_ms - now_ms)
    return since_ms - ahead_ms, None if until_ms is None else float(until_ms) - ahead_ms


def _run(body: Any) -> Run | None:
    try:
        return Run.of(check(RunFields, body)) if body is not None else None
    except BadFields:
        return None  # the picture stays, the list does not go on


def _windows(body: dict[str, Any]) -> Windows:
    current = body.get("current")
    return Windows(
        _window(current) if current is not None else None,
        tuple(_window(each) for each in body.get("dismissed", ())),
    )


def _window(body: dict[str, Any]) -> Window:
    return Window(body["scheduleId"], body["target"], body["startAtMs"], body["endAtMs"])


def _restore_hold(ws: WallState, body: dict[str, Any]) -> None:
    """Bring back what stands over a wall's scenes: lock, masks, overlays, freeze."""
    lock = body.get("lock")
    if lock is not None:
        ws.lock = Lock(lock["by"], lock["sinceAtMs"])
    for each in body.get("masks", ()):
        ceiling = Classification.of(ClassificationFields.model_validate(each["ceiling"]))
        ws.masks[each["maskId"]] = Mask(
            each["maskId"], ceiling, each["by"], each["sinceAtMs"], each["untilAtMs"]
        )
    for each in body.get("overlays", ()):
        ws.overlays[each["fields"]["kind"], each["outputId"]] = each["fields"]
    ws.is_frozen = bool(body.get("frozen", False))
    following = body.get("following")
    if following is not None:
        ws.following = Following(following["of"], following["by"], following["sinceAtMs"])
    glass = body.get("glass", {})
    ws.trims = {
        name: Trim(**each) for name, each in glass.get("trims", {}).items() if name in ws.outputs
    }
    ws.night_mode = glass.get("night", "auto")
    ws.is_orbit_off = bool(glass.get("isOrbitOff", False))
