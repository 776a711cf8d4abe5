"""An answer to `proof.at`, as the controller gives it: every state of an output and of a tile."""

from __future__ import annotations

from typing import Any

from tests.player import trees
from wall.geometry import Wall

HASH = "5c1c616b76ed2b56f48aada0fa828b59a9732538f2c34723a4c0bc39a31af84b"
JPEG = (  # one pixel
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////"
    "////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
_TAKEN = {"switchId": "s1-9", "takenAtMs": 1_795_396_000_000.0, "uncertaintyMs": 40.0}
THUMBNAILS = ({**_TAKEN, "isWithheld": False, "image": JPEG}, {**_TAKEN, "isWithheld": True})
MAP = "/geometry/areas-0123456789abcdef.json"


def shown_body(wall: Wall, at_ms: float, *, with_contents: bool = True) -> dict[str, Any]:
    """Return what a wall showed: outputs well, late, slow and not known, a tile above a ceiling."""
    canvas = wall.canvas
    states: tuple[dict[str, Any], ...] = (
        {"status": "shown"},
        {"status": "late", "lateMs": 84.0},
        {"status": "told", "owed": ["r2"]},
        {"state": "notKnown", "reason": "offline", "online": False},
        {"status": "shown", "isChanging": True},
        {"status": "failed", "isProgram": False},
        {"state": "notKnown", "reason": "noAnswer"},
    )
    outputs = [
        {
            "outputId": each.output_id,
            "rectPx": each.rect.to_json(),
            "state": "shown",
            "online": True,
            "sceneId": "traffic",
            "revision": "r-traffic",
            "shownAtMs": at_ms - 60_000 + index,
            "lateMs": 2.0,
            "uncertaintyMs": 0.4,
            "isProgram": True,
            "isChanging": False,
            "owed": [],
            **states[index % len(states)],
            **({"thumbnail": THUMBNAILS[index]} if index < len(THUMBNAILS) else {}),
        }
        for index, each in enumerate(wall.outputs)
    ]
    contents = (
        ("kpi", {"content": trees.words("41")}),
        ("trend", {"content": trees.graph([1.0, 3.0, 2.0])}),
        ("map", {"content": trees.map_({}, url=MAP)}),
        ("alerts", {"isWithheld": True}),
        ("table", {"isMissing": True}),
        ("clock", {"content": trees.words("09:14"), "isMasked": True}),
    )
    tiles: list[dict[str, Any]] = []
    for index, (kind, told) in enumerate(contents):
        tile: dict[str, Any] = {
            "tileId": f"t{index}",
            "renderId": f"r{index}",
            "kind": kind,
            "rectPx": {
                "x": canvas.width // 6 * index,
                "y": 0,
                "width": canvas.width // 6,
                "height": canvas.height,
            },
            "version": 1_795_396_898_788 + index,
            "contentHash": f"h{index}",
            "sha256": HASH,
            "asOfAtMs": at_ms - 42_000,
            "staleAfterMs": 600_000,
            "classification": {"level": "internal", "compartments": []},
            "isMasked": False,
            "isWithheld": False,
            **told,
        }
        if tile["isWithheld"]:
            tile = {name: each for name, each in tile.items() if name not in ("sha256",)}
        if not with_contents:
            tile.pop("content", None)
        tiles.append(tile)
    return {
        "wallId": wall.wall_id,
        "atMs": at_ms,
        "name": dict(wall.name),
        "canvasPx": {"width": canvas.width, "height": canvas.height},
        "unitPx": wall.unit_px,
        "language": "vi",
        "program": {
            "switchId": "s1-9",
            "sceneId": "traffic",
            "revision": "a808ea9f336e5c1c",
            "name": {"vi": "Giao thông", "en": "Traffic"},
            "layer": "manual",
            "by": "operator",
            "showAtMs": at_ms - 60_000,
        },
        "tiles": tiles,
        "outputs": outputs,
        "masks": [{"maskId": "m", "ceiling": {"level": "public", "compartments": []}}],
        "overlays": [
            {"kind": "banner", "text": "Họp giao ban 10:00", "outputId": None},
            {"kind": "testPattern", "outputId": "a1"},
        ],
        "notes": [{"vi": "Cảnh báo đang chờ: Úng ngập", "en": "Alarm waiting: Flood"}],
        "frozenSinceMs": at_ms - 5_000,
        "gap": None,
        "aside": {"first": 1238, "last": 1240, "epoch": 1},
        "isFinal": False,
        "entry": {"sequence": 1234, "hash": HASH, "kind": "standing", "atMs": at_ms, "epoch": 1},
        "broughtBy": {"sequence": 1229, "hash": HASH, "kind": "switch", "atMs": at_ms, "epoch": 1},
        "chain": {
            "isWhole": True,
            "broken": None,
            "from": 1229,
            "to": 1240,
            "contents": 6,
            "head": {"wallId": wall.wall_id, "sequence": 4096, "hash": HASH},
        },
        "previousAtMs": at_ms - 60_000,
        "nextAtMs": at_ms + 60_000,
        "oldestAtMs": at_ms - 86_400_000,
    }


VERDICT = {
    "isWhole": False,
    "broken": {"code": "changed", "entry": 9, "message": "wall le-lai: entry 9 was changed"},
    "entries": 8,
    "contents": 3,
    "anchorSequence": 0,
    "head": {"wallId": "le-lai", "sequence": 4096, "hash": HASH},
    "missing": [{"first": 2001, "last": 2999}],
    "aside": [{"first": 1999, "last": 2002, "epoch": 1}],
}
