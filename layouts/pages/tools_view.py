"""What the room's and the installer's tools do to a wall now, as the controller told it.

Values in, values out, like `wall_view`. Masks and lock are there: they hold the whole wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from language.formats import local

PARTS = ("grid", "lines", "colours", "text", "flash", "counter")  # of the test pattern
PARTS_AT_FIRST = ("grid", "lines", "colours", "text")  # those of a pattern that names none
NIGHT_MODES = ("auto", "on", "off")


@dataclass(frozen=True, slots=True)
class NightView:
    """The wall's night: by the clock (`auto`), or on or off whatever the hour."""

    mode: str
    begins: str  # HH:MM
    ends: str
    timezone: str
    dim: float
    white_k: float

    def is_now(self, now_ms: float) -> bool:
        """Tell whether it is night on the glass; coming and going count as what they lead to."""
        if self.mode != "auto":
            return self.mode == "on"
        at = local(now_ms, timezone=self.timezone).time()
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        return begins <= at < ends if begins < ends else at >= begins or at < ends


@dataclass(frozen=True, slots=True)
class OverlayView:
    """Something that lies over the scenes, on one output or (None) on all."""

    kind: str
    output_id: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FollowingView:
    """Which wall of another site is followed, and on whose word; `is_shown`: it is on air."""

    of: str
    by: str
    since_at_ms: float
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ToolsView:
    """All of it."""

    night: NightView | None = None  # None: the wall's file has none
    orbit_px: int = 0
    is_frozen: bool = False
    overlays: tuple[OverlayView, ...] = ()
    following: FollowingView | None = None
    trims_px: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # by output

    def pattern(self, output_id: str | None) -> tuple[str, ...]:
        """Return the parts of the test pattern that lies on one output, or on all (None)."""
        return next(
            (
                each.parts or PARTS_AT_FIRST
                for each in self.overlays
                if each.kind == "testPattern" and each.output_id == output_id
            ),
            (),
        )

    def has(self, kind: str, output_id: str | None) -> bool:
        """Tell whether an overlay of a kind lies on one output, or on all (None)."""
        return any(each.kind == kind and each.output_id == output_id for each in self.overlays)


def read_tools(body: Mapping[str, Any], names: Mapping[str, str]) -> ToolsView:
    """Return what `wall.state` or `walls.list` told of a wall; an older controller tells less."""
    following, night = body.get("following"), body.get("night")
    layers = body.get("layers") or {}
    return ToolsView(
        night=_night(night) if night else None,
        orbit_px=int(body.get("orbitPx", 0)),
        is_frozen=bool(body.get("frozen", False)),
        overlays=tuple(
            OverlayView(str(each["kind"]), each.get("outputId"), tuple(each.get("parts", ())))
            for each in body.get("overlays", ())
        ),
        following=_following(following, layers, names) if following else None,
        trims_px={
            str(each["outputId"]): (int(each["trimPx"]["x"]), int(each["trimPx"]["y"]))
            for each in body["outputs"]
            if "trimPx" in each
        },
    )


def _night(body: Mapping[str, Any]) -> NightView:
    return NightView(
        mode=str(body["mode"]),
        begins=str(body["from"]),
        ends=str(body["to"]),
        timezone=str(body["timezone"]),
        dim=float(body["dim"]),
        white_k=float(body["whiteK"]),
    )


def _following(
    body: Mapping[str, Any], layers: Mapping[str, Any], names: Mapping[str, str]
) -> FollowingView:
    of, by = str(body["of"]), str(body["by"])
    manual = layers.get("manual") or {}
    is_shown = manual.get("by") == f"follow:{of}"
    return FollowingView(of, names.get(by, by), float(body["sinceAtMs"]), is_shown)
