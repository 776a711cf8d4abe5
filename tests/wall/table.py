"""A hub on the table: no socket, no file, a clock that moves when told to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from tests.wall.room import SECRET, make_settings
from wall.effects import Change, Close, Effect, Persist, Send
from wall.hub import Hub
from wall.protocol import PROTOCOL, encode_inbound
from wall.server import assemble
from wall.store import Kept
from wall.tokens import Device, device_token

START_MS = 1_790_000_000_000.0
OPERATOR = {"userId": "binh", "role": "operator", "siteId": "east"}
ADMINISTRATOR = {"userId": "an", "role": "administrator", "siteId": "east"}


class Seat:
    """One client at the table."""

    def __init__(self, table: Table, client_id: int) -> None:
        self.table, self.client_id = table, client_id
        self.frames: list[dict[str, Any]] = []
        self.raw: list[bytes] = []
        self.closed: int | None = None

    def say(self, kind: str, /, **fields: Any) -> None:
        self.table.hear(self, encode_inbound(kind, fields))

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [each["d"] for each in self.frames if each["type"] == kind]

    def last(self, kind: str) -> dict[str, Any]:
        found = self.all(kind)
        assert found, f"no {kind} among {[each['type'] for each in self.frames]}"
        return found[-1]

    def types(self) -> list[str]:
        return [each["type"] for each in self.frames]

    def forget(self) -> None:
        self.frames.clear()
        self.raw.clear()

    # What a player does
    def ready(self, status: str = "ok") -> None:
        self.say("ready", switchId=self.last("prepare")["switchId"], status=status, preparedMs=5)

    def shown(self, late_ms: float = 1.0) -> None:
        commit = self.last("commit")
        self.say(
            "shown",
            switchId=commit["switchId"],
            shownAtMs=commit["showAtMs"] + late_ms,
            lateMs=late_ms,
            uncertaintyMs=0.5,
        )

    def staged(self, status: str = "ok") -> None:
        self.say("staged", stageId=self.last("stage")["stageId"], status=status)

    def heartbeat(self, showing: dict[str, Any] | None, uncertainty_ms: float = 0.5) -> None:
        clock = {"offsetMs": 0, "uncertaintyMs": uncertainty_ms}
        self.say("heartbeat", showing=showing, fps=60, heapMb=20, errors=[], clock=clock)

    # What a service does
    def ask(self, op: str, args: dict[str, Any], actor: dict[str, Any] | None = None) -> str:
        request_id = f"q{len(self.table.asked)}"
        self.table.asked.append(request_id)
        self.say("request", requestId=request_id, op=op, args=args, actor=actor or OPERATOR)
        return request_id

    def answer(self, request_id: str) -> dict[str, Any] | None:
        found = [each for each in self.all("response") if each["requestId"] == request_id]
        assert len(found) <= 1, "answered twice"
        return found[0] if found else None

    def result(self, request_id: str) -> dict[str, Any]:
        answered = self.answer(request_id)
        assert answered is not None, "not answered"
        assert answered["ok"], answered
        result: dict[str, Any] = answered["result"]
        return result

    def error(self, request_id: str) -> dict[str, Any]:
        answered = self.answer(request_id)
        assert answered is not None, "not answered"
        assert not answered["ok"], answered
        error: dict[str, Any] = answered["error"]
        return error


class Table:
    """A hub with one wall of two outputs, three scenes, and whoever sits down."""

    def __init__(self, folder: Path, *, kept: Kept | None = None, now_ms: float = START_MS) -> None:
        self.settings = make_settings(folder)
        self.now_ms = now_ms
        kept = kept or Kept(epoch=int(START_MS / 1000), controller_id="wall-test")
        state, problems = assemble(self.settings, self.settings.city, kept, now_ms=self.now_ms)
        assert problems == []
        self.hub = Hub(state)
        self.state = state
        self.north = state.walls["north"]
        self.seats: dict[int, Seat] = {}
        self.changes: list[Change] = []
        self.asked: list[str] = []
        self.is_disk_full = False
        self.carry_out(self.hub.started(self.now_ms))

    def sit(self) -> Seat:
        seat = Seat(self, len(self.seats) + 1)
        self.seats[seat.client_id] = seat
        self.carry_out(self.hub.connected(seat.client_id, self.now_ms))
        return seat

    def service(self, service: str = "web") -> Seat:
        seat = self.sit()
        seat.say("identify", kind="service", service=service, token=SECRET, protocol=PROTOCOL)
        return seat

    def player(
        self,
        output_id: str | None = "a1",
        view: str | None = None,
        *,
        wall_id: str = "north",
        **more: Any,
    ) -> Seat:
        """Let an output or view join; enrolled behind the scenes."""
        name = (wall_id, output_id or f"view/{view}")
        generation, _ = self.state.devices.setdefault(name, (1, False))
        token = device_token(SECRET, Device(wall_id, output_id, view, generation))
        seat = self.sit()
        kind = "output" if output_id else "view"
        seat.say("identify", kind=kind, token=token, protocol=PROTOCOL, **more)
        return seat

    def render(self) -> Seat:
        return self.service("render")

    def answer_wanted(self, render: Seat, *, version: int = 1, level: str = "public") -> None:
        """Give content for all that this render service was last told is wanted."""
        for each in render.last("wanted")["renders"]:
            self.give(render, each["renderId"], version=version, level=level)

    def answer_wanted_except(self, render: Seat, render_id: str) -> None:
        """Give content for all that is wanted but one."""
        for each in render.last("wanted")["renders"]:
            if each["renderId"] != render_id:
                self.give(render, each["renderId"])

    def give(
        self, render: Seat, render_id: str, *, version: int = 1, level: str = "public", **more: Any
    ) -> None:
        fields = {
            "renderId": render_id,
            "version": version,
            "contentHash": f"{render_id}-{version}",
            "asOfAtMs": START_MS,
            "staleAfterMs": 60_000,
            "content": {"props": {"children": f"{render_id} {version}"}},
            "classification": {"level": level, "compartments": []},
        }
        render.say("content", **{**fields, **more})

    def render_id(self, scene_id: str, tile_id: str) -> str:
        scene = self.north.scene(scene_id)
        assert scene is not None
        placed = self.north.arrange(scene).placed
        return next(each.render.render_id for each in placed if each.tile.tile_id == tile_id)

    def showing(self, scene_id: str) -> dict[str, Any]:
        scene = self.north.scene(scene_id)
        assert scene is not None
        return {"sceneId": scene_id, "revision": scene.revision}

    def hear(self, seat: Seat, frame: str | bytes) -> None:
        is_binary = isinstance(frame, bytes)
        effects = self.hub.received(seat.client_id, frame, self.now_ms, is_binary=is_binary)
        self.carry_out(effects)

    def leave(self, seat: Seat) -> None:
        self.carry_out(self.hub.disconnected(seat.client_id, self.now_ms))

    def wait(self, ms: float) -> None:
        """Let time pass, tick by tick as the hub asks for."""
        until_ms = self.now_ms + ms
        for _ in range(10_000):
            due_ms = self.hub.next_tick_ms()
            if due_ms is None or due_ms > until_ms:
                break
            self.now_ms = max(self.now_ms, due_ms)
            self.carry_out(self.hub.ticked(self.now_ms))
        else:
            raise AssertionError("the hub asks for ticks without end")
        self.now_ms = until_ms
        self.carry_out(self.hub.ticked(self.now_ms))

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(to, frame):
                    for each in to:
                        seat = self.seats[each]
                        if seat.closed is None:
                            seat.raw.append(frame)
                            seat.frames.append(orjson.loads(frame))
                case Close(client_id, code, _):
                    self.seats[client_id].closed = code
                    self.carry_out(self.hub.disconnected(client_id, self.now_ms))
                case Persist(changes, then, otherwise):
                    if self.is_disk_full:
                        self.carry_out(list(otherwise))
                    else:
                        self.changes.extend(changes)
                        self.carry_out(list(then))
                case _:
                    pass


class FullTable(Table):
    """A table with a web service, a render service and both outputs, the base scene on glass."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.web = self.service("web")
        self.renderer = self.render()
        self.answer_wanted(self.renderer)
        self.left, self.right = self.player("a1"), self.player("a2")
        for each in (self.left, self.right):
            each.ready()
            each.shown()
        self.wait(3_000)
        for each in (self.left, self.right):
            each.heartbeat(self.showing("overview"))

    def players(self) -> tuple[Seat, Seat]:
        return self.left, self.right

    def take(self, scene_id: str | None = None, **more: Any) -> str:
        """Ask for a take and render what it wants."""
        args = {"wallId": "north", **more}
        if scene_id is not None:
            args["sceneId"] = scene_id
        request_id = self.web.ask("wall.take", args)
        self.answer_wanted(self.renderer)
        return request_id

    def taken(self, scene_id: str, **more: Any) -> dict[str, Any]:
        """Take a scene all the way."""
        request_id = self.take(scene_id, **more)
        self.follow()
        return self.web.result(request_id)

    def follow(self) -> None:
        """Let both players prepare and show what they were sent last."""
        for each in self.players():
            each.ready()
        self.wait(70)
        for each in self.players():
            each.shown()

    def preview(self, scene_id: str) -> str:
        request_id = self.web.ask("wall.preview", {"wallId": "north", "sceneId": scene_id})
        self.answer_wanted(self.renderer)
        return request_id
