"""A controller that does what a test tells it: one thread, the sync server of `websockets`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

Frame = dict[str, Any]
PATIENCE_S = 20.0


class ScriptedController:
    """Greets and answers clocks by itself; everything else is sent and awaited by the test."""

    def __init__(self, *, epoch: int = 100, offset_ms: float = 0, port: int = 0) -> None:
        self.epoch = epoch
        self.offset_ms = offset_ms
        self.identified: Frame = {
            "sessionId": "s",
            "heartbeatMs": 200,
            "siteId": "site",
            "wallId": "w",
            "outputId": "o",
            "rectPx": {"x": 0, "y": 0, "width": 1280, "height": 720},
            "canvasPx": {"width": 1280, "height": 720},
            "unitPx": 24,
            "language": "vi",
            "ceiling": {"level": "restricted", "compartments": []},
        }
        self.close_with: int | None = None  # refuse whoever identifies
        self.mute = False  # accept, and never answer anything more
        self.frames: list[Frame] = []
        self.connections: list[ServerConnection] = []
        self.joins = 0
        self._changed = threading.Condition()
        self._server: Server = serve(
            self._serve, "127.0.0.1", port, subprotocols=["ioc-wall.v1"], compression=None
        )
        self.port = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def now_ms(self) -> float:
        return time.time() * 1000 + self.offset_ms

    def send(self, kind: str, fields: Frame, *, epoch: int | None = None) -> None:
        """Send a frame to the newest connection."""
        self.connections[-1].send(self._encode(kind, fields, epoch))

    def wait(self, kind: str, that: Callable[[Frame], bool] = lambda d: True) -> Frame:
        """Return the fields of the first frame of a kind that fits, taking it from the list."""

        def found() -> Frame | None:
            for frame in self.frames:
                if frame["type"] == kind and that(frame["d"]):
                    return frame
            return None

        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None, PATIENCE_S):
                seen = sorted({frame["type"] for frame in self.frames})
                raise AssertionError(f"no {kind!r} came; came: {seen}")
            frame = found()
            assert frame is not None
            self.frames.remove(frame)
            fields: Frame = frame["d"]
            return fields

    def wait_for_join(self, number: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.joins >= number, PATIENCE_S), "nobody joined"

    def show(
        self,
        switch_id: str,
        scene_id: str,
        tiles: list[Frame],
        *,
        realm: Frame | None = None,
        **commit: Any,
    ) -> Frame:
        """Prepare, wait for ready, commit at once and return `shown`."""
        self.prepare(switch_id, scene_id, tiles, realm=realm)
        ready = self.wait("ready", lambda d: d["switchId"] == switch_id)
        assert ready["status"] == "ok", ready
        return self.commit(switch_id, **commit)

    def prepare(
        self, switch_id: str, scene_id: str, tiles: list[Frame], *, realm: Frame | None = None
    ) -> None:
        fields = {"switchId": switch_id, "sceneId": scene_id, "revision": 1, "layer": "manual"}
        deadline = {"deadlineAtMs": self.now_ms() + 1000}
        of_realm = {} if realm is None else {"realm": realm}
        self.send("prepare", {**fields, **deadline, **of_realm, "tiles": tiles})

    def commit(
        self, switch_id: str, *, lead_ms: float = 80, fade_ms: float = 0, kind: str = "fade"
    ) -> Frame:
        transition = {"kind": kind if fade_ms else "cut", "durationMs": fade_ms}
        at = {"switchId": switch_id, "showAtMs": self.now_ms() + lead_ms}
        self.send("commit", {**at, "transition": transition})
        return self.wait("shown", lambda d: d["switchId"] == switch_id)

    def stop(self) -> None:
        self._server.shutdown()
        for connection in self.connections:
            connection.socket.close() if self.mute else connection.close(1001)
        self._thread.join(PATIENCE_S)

    def _encode(self, kind: str, fields: Frame, epoch: int | None = None) -> str:
        return json.dumps({"type": kind, "epoch": epoch or self.epoch, "d": fields})

    def _serve(self, connection: ServerConnection) -> None:
        hello = {"protocols": ["ioc-wall.v1"], "controllerId": "scripted", "siteId": "site"}
        connection.send(self._encode("hello", {**hello, "serverAtMs": self.now_ms()}))
        try:
            for text in connection:
                self._received(connection, json.loads(text))
        except ConnectionClosed:
            return

    def _received(self, connection: ServerConnection, frame: Frame) -> None:
        if self.mute:
            return
        kind, fields = frame["type"], frame["d"]
        with self._changed:
            self.frames.append(frame)
            if kind == "identify" and self.close_with is None:
                self.connections.append(connection)
                connection.send(self._encode("identified", self.identified))
                self.joins += 1
            self._changed.notify_all()
        if kind == "identify" and self.close_with is not None:
            connection.close(self.close_with, "scripted")
        if kind == "clock":
            now_ms = self.now_ms()
            reply = {"t0AtMs": fields["t0AtMs"], "t1AtMs": now_ms, "t2AtMs": now_ms}
            connection.send(self._encode("clockReply", reply))
