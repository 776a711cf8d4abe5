"""A player at the table, for fuzzed rooms: answers when it is told to, and checks what it holds."""

from __future__ import annotations

from typing import Any

from tests.wall.table import Seat


class Player:
    """What a faithful client knows, and asserts of what it is told."""

    def __init__(self, seat: Seat, *, is_output: bool, frames: bool = True) -> None:
        self.seat, self.is_output, self.frames = seat, is_output, frames
        self.handled = 0
        self.hashes: set[str] = set()
        self.versions: dict[str, int] = {}
        self.prepared: dict[str, dict[str, Any]] = {}
        self.stage: dict[str, Any] | None = None
        self.showing: dict[str, Any] | None = None
        self.masks: set[str] = set()

    def handle(self, status: str = "ok") -> None:
        """Handle all frames that came, answering as asked to."""
        while self.handled < len(self.seat.frames):
            frame = self.seat.frames[self.handled]
            self.handled += 1
            getattr(self, f"on_{frame['type']}", lambda d, status: None)(frame["d"], status)

    def on_prepare(self, d: dict[str, Any], status: str) -> None:
        if "tiles" in d:
            self.take_in(d["tiles"])
        else:
            assert self.stage is not None
            assert self.stage["stageId"] == d["stageId"]
        assert d["switchId"] not in self.prepared
        assert ("realm" in d) == ("exercise:" in (d["revision"] or ""))
        self.marks(d)
        self.prepared[d["switchId"]] = d
        if status == "failed":
            del self.prepared[d["switchId"]]
        self.seat.say("ready", switchId=d["switchId"], status=status)

    def on_commit(self, d: dict[str, Any], status: str) -> None:
        prepared = self.prepared.pop(d["switchId"], None)
        if prepared is not None:
            self.showing = {"sceneId": prepared["sceneId"], "revision": prepared["revision"]}
            shown_at_ms = max(d["showAtMs"], self.seat.table.now_ms)
            late_ms = shown_at_ms - d["showAtMs"]
            self.seat.say("shown", switchId=d["switchId"], shownAtMs=shown_at_ms, lateMs=late_ms)

    def on_abort(self, d: dict[str, Any], status: str) -> None:
        self.prepared.pop(d["switchId"], None)

    def on_stage(self, d: dict[str, Any], status: str) -> None:
        self.take_in(d["tiles"])
        self.marks(d)
        self.stage = d
        self.seat.say("staged", stageId=d["stageId"], status=status)

    def on_content(self, d: dict[str, Any], status: str) -> None:
        self.hold(d)

    def on_mask(self, d: dict[str, Any], status: str) -> None:
        self.masks.add(d["maskId"])
        at_ms = self.seat.table.now_ms
        self.seat.say("masked", maskId=d["maskId"], maskedAtMs=at_ms)

    def on_unmask(self, d: dict[str, Any], status: str) -> None:
        self.masks.discard(d["maskId"])

    def on_error(self, d: dict[str, Any], status: str) -> None:
        raise AssertionError(d)

    def marks(self, d: dict[str, Any]) -> None:
        """Nobody is sent what is exercised who would not say so."""
        if "realm" in d and not self.frames:
            for tile in d.get("tiles", ()):
                assert "tile-withheld" in str(tile.get("content", "tile-withheld"))

    def take_in(self, tiles: list[dict[str, Any]]) -> None:
        for tile in tiles:
            assert "content" in tile or tile["contentHash"] in self.hashes
            self.hold(tile)

    def hold(self, fields: dict[str, Any]) -> None:
        # Every mask here lets only the public through.
        assert not self.masks or fields["classification"]["level"] == "public"
        self.hashes.add(fields["contentHash"])
        self.versions[fields["renderId"]] = fields["version"]

    def beat(self) -> None:
        showing = self.showing if self.showing and self.showing["sceneId"] else None
        self.seat.heartbeat(showing)
