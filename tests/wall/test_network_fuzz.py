"""Hub and players over a bad network, and a controller that is killed: what holds all the same.

Frames of one connection keep their order, those of different ones overtake each other; links break
with frames on their way; two browsers open one output; clocks of machines jump; the controller is
killed between any two steps, with writes that were not made durable yet.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.wall.keeping import kept_of
from tests.wall.room import SCENES
from tests.wall.table import ADMINISTRATOR, START_MS, Seat, Table
from wall.effects import Close, Effect, Persist, Send
from wall.protocol import PROTOCOL, encode_inbound
from wall.tokens import Device, device_token

OUTPUTS = ("a1", "a2")
PUBLIC = {"level": "public", "compartments": []}
LEVELS = st.sampled_from(["public", "internal", "restricted"])


class SlowDisk(Table):
    """A hub whose writes are durable, and acknowledged, only when the disk gets to them."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.unwritten: deque[Persist] = deque()
        self.on_send: Callable[[Seat, dict[str, Any]], None] | None = None
        super().__init__(folder, **more)

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Persist():
                    self.unwritten.append(effect)
                case Send(to, frame):
                    for each in to:
                        if self.seats[each].closed is None and self.on_send is not None:
                            self.on_send(self.seats[each], orjson.loads(frame))
                case Close():
                    super().carry_out([effect])
                case _:
                    pass

    def write(self, count: int) -> None:
        """Let the disk do what was asked of it first."""
        for _ in range(min(count, len(self.unwritten))):
            done = self.unwritten.popleft()
            self.changes.extend(done.changes)
            self.carry_out(list(done.then))


class Display:
    """A browser of one output: what it knows survives its links, and the controller."""

    def __init__(self, output_id: str) -> None:
        self.output_id = output_id
        self.epoch = 0
        self.showing: dict[str, Any] | None = None
        self.seat: Seat | None = None
        self.to_hub: deque[str] = deque()
        self.to_me: deque[dict[str, Any]] = deque()
        self.masks: set[str] = set()
        self._forget_link()

    def _forget_link(self) -> None:
        self.to_hub.clear()
        self.to_me.clear()
        self.prepared: dict[str, dict[str, Any]] = {}
        self.stage: dict[str, Any] | None = None
        self.hashes: set[str] = set()

    def cut(self) -> None:
        """Lose the link, and whatever was on its way."""
        self.seat = None
        self._forget_link()

    def say(self, kind: str, /, **fields: Any) -> None:
        self.to_hub.append(encode_inbound(kind, fields))

    def hear(self, frame: dict[str, Any], now_ms: float) -> None:
        """Handle the next frame as PROTOCOL.md asks."""
        if frame["epoch"] < self.epoch:
            return
        self.epoch, told = frame["epoch"], frame["d"]
        match frame["type"]:
            case "prepare":
                tiles = told["tiles"] if "tiles" in told else (self.stage or {})["tiles"]
                self._hold(tiles)
                self.prepared[told["switchId"]] = told
                self.say("ready", switchId=told["switchId"], status="ok", preparedMs=1)
            case "stage":
                self._hold(told["tiles"])
                self.stage = told
                self.say("staged", stageId=told["stageId"], status="ok")
            case "content":
                self.hashes.add(told["contentHash"])
            case "abort":
                self.prepared.pop(told["switchId"], None)
            case "commit":
                self._show(told, now_ms)
            case "mask":
                self.masks.add(told["maskId"])
                self.say("masked", maskId=told["maskId"], maskedAtMs=now_ms)
            case "unmask":
                self.masks.discard(told["maskId"])
            case "error":
                raise AssertionError(told)

    def _show(self, told: dict[str, Any], now_ms: float) -> None:
        prepared = self.prepared.pop(told["switchId"], None)
        if prepared is None:
            return
        self.showing = {"sceneId": prepared["sceneId"], "revision": prepared["revision"]}
        at_ms = max(told["showAtMs"], now_ms)
        late = {"shownAtMs": at_ms, "lateMs": at_ms - told["showAtMs"], "uncertaintyMs": 1}
        self.say("shown", switchId=told["switchId"], **late)

    def _hold(self, tiles: list[dict[str, Any]]) -> None:
        for tile in tiles:
            assert "content" in tile or tile["contentHash"] in self.hashes
            self.hashes.add(tile["contentHash"])

    def beat(self) -> None:
        showing = self.showing if self.showing and self.showing["sceneId"] else None
        clock = {"offsetMs": 0, "uncertaintyMs": 0.5}
        self.say("heartbeat", showing=showing, fps=60, heapMb=20, errors=[], clock=clock)


class NetworkMachine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.displays = [Display(each) for each in (*OUTPUTS, OUTPUTS[0])]  # one opened twice
        self.committed: dict[tuple[int, float], str | None] = {}
        self.scene_of: dict[str, str | None] = {}
        self.acknowledged: dict[str, object] = {}  # what must survive, by what it is about
        self.epoch, self.serial = int(START_MS / 1000), 0
        self.start(SlowDisk(Path(self.folder.name)))
        for index in range(len(OUTPUTS)):
            self.joins(index)
        self.all_flows()

    def start(self, table: SlowDisk) -> None:
        self.table = table
        self.asked: dict[str, tuple[str, str, object] | None] = {}
        self.answered: set[str] = set()
        table.on_send = self.sent
        table.write(100)
        self.web, self.render = table.service(), table.render()
        for display in self.displays:
            display.cut()

    # The network
    def sent(self, seat: Seat, frame: dict[str, Any]) -> None:
        """Note what the controller sends, and put it on its way."""
        seat.frames.append(frame)
        told = frame["d"]
        if frame["type"] == "response":
            assert told["requestId"] not in self.answered, "answered twice"
            self.answered.add(told["requestId"])
            about = self.asked.get(told["requestId"])
            if told["ok"] and about is not None:
                self.acknowledge(*about)
        display = next((each for each in self.displays if each.seat is seat), None)
        if display is None:
            return
        if frame["type"] == "prepare":
            self.scene_of[told["switchId"]] = told["sceneId"]
        if frame["type"] == "commit":
            instant = (frame["epoch"], told["showAtMs"])
            scene_id = self.scene_of[told["switchId"]]
            assert self.committed.setdefault(instant, scene_id) == scene_id
        if self.table.north.masks:
            tiles = told.get("tiles", [told] if "contentHash" in told else [])
            for tile in tiles:
                assert tile["classification"]["level"] == "public", "content under a mask"
        display.to_me.append(frame)

    @rule(index=st.integers(0, 2))
    def joins(self, index: int) -> None:
        display = self.displays[index]
        if display.seat is not None:
            return
        device = Device("north", display.output_id, None, 1)
        self.table.state.devices.setdefault(("north", display.output_id), (1, False))
        seat = Seat(self.table, len(self.table.seats) + 1)
        self.table.seats[seat.client_id] = seat
        display.seat = seat
        self.table.carry_out(self.table.hub.connected(seat.client_id, self.table.now_ms))
        token = device_token(self.table.settings.secret(), device)
        showing = {"showing": display.showing} if display.showing else {}
        display.say("identify", kind="output", token=token, protocol=PROTOCOL, **showing)

    @rule(index=st.integers(0, 2), count=st.integers(1, 4))
    def reaches_the_hub(self, index: int, count: int) -> None:
        display = self.displays[index]
        for _ in range(min(count, len(display.to_hub))):
            if display.seat is not None:
                if display.seat.closed is None:
                    self.table.hear(display.seat, display.to_hub.popleft())
                else:
                    display.cut()

    @rule(index=st.integers(0, 2), count=st.integers(1, 4))
    def reaches_the_display(self, index: int, count: int) -> None:
        display = self.displays[index]
        for _ in range(min(count, len(display.to_me))):
            display.hear(display.to_me.popleft(), self.table.now_ms)

    @rule()
    def all_flows(self) -> None:
        """Everything on its way arrives, and is answered."""
        for _ in range(4):
            self.table.answer_wanted(self.render, version=4)
            for index in range(len(self.displays)):
                self.reaches_the_hub(index, 100)
                self.reaches_the_display(index, 100)
            self.table.write(100)

    @rule(index=st.integers(0, 2))
    def link_breaks(self, index: int) -> None:
        display = self.displays[index]
        if display.seat is not None:
            self.table.leave(display.seat)
            display.cut()

    @rule(index=st.integers(0, 2))
    def beats(self, index: int) -> None:
        if self.displays[index].seat is not None:
            self.displays[index].beat()

    # The controller
    @rule(count=st.integers(1, 5))
    def disk_writes(self, count: int) -> None:
        self.table.write(count)

    @rule()
    def is_killed(self) -> None:
        self.epoch += 1
        kept = kept_of(self.table)
        kept = type(kept)(
            epoch=self.epoch, controller_id="wall-test", walls=kept.walls, entries=kept.entries
        )
        # All that ever was durable goes on to the next.
        before = self.table.changes
        table = SlowDisk(Path(self.folder.name), kept=kept, now_ms=self.table.now_ms + 300)
        table.changes[:0] = before
        self.start(table)
        for about, value in self.acknowledged.items():
            assert self.is_so(about, value), f"{about} was acknowledged and is lost"

    @rule(ms=st.sampled_from([1, 30, 70, 600, 2_100, 10_000]))
    def time_passes(self, ms: float) -> None:
        self.table.wait(ms)

    @rule(step_min=st.sampled_from([-90, -1, 1, 90]))
    def clock_is_set(self, step_min: int) -> None:
        machine_ms = self.table.now_ms + step_min * 60_000
        self.table.carry_out(self.table.hub.machine_time(machine_ms, self.table.now_ms))

    @rule(version=st.integers(1, 4), level=LEVELS)
    def renders(self, version: int, level: str) -> None:
        self.table.answer_wanted(self.render, version=version, level=level)

    # People
    def asks(self, op: str, about: tuple[str, object] | None = None, **args: Any) -> None:
        self.serial += 1
        request_id = f"r{self.serial}"
        if about is not None:  # until it is answered, either is right
            self.acknowledged.pop(about[0], None)
        self.asked[request_id] = None if about is None else (request_id, *about)
        body = {"requestId": request_id, "op": op, "args": {"wallId": "north", **args}}
        self.web.say("request", **body, actor=ADMINISTRATOR)

    def acknowledge(self, request_id: str, about: str, value: object) -> None:
        later = [
            each
            for each, what in self.asked.items()
            if what is not None and what[1] == about and int(each[1:]) > int(request_id[1:])
        ]
        if not later:
            self.acknowledged[about] = value

    def is_so(self, about: str, value: object) -> bool:
        ws = self.table.north
        if about == "lock":
            return (ws.lock is not None) == value
        if about.startswith("mask"):
            return (about.removeprefix("mask ") in ws.masks) == value
        layer = ws.layers.get(about)
        return (None if layer is None else layer.arrangement.scene.scene_id) == value

    @rule(
        scene_id=st.sampled_from(SCENES),
        layer=st.sampled_from(["manual", "emergency"]),
        policy=st.sampled_from(["all", "bestEffort"]),
    )
    def takes(self, scene_id: str, layer: str, policy: str) -> None:
        how = {"sceneId": scene_id, "layer": layer, "policy": policy, "hold": True}
        self.asks("wall.take", (layer, scene_id), **how)

    @rule(layer=st.sampled_from(["manual", "emergency"]))
    def clears(self, layer: str) -> None:
        self.asks("wall.clear", (layer, None), layer=layer)

    @rule(scene_id=st.sampled_from(SCENES))
    def previews(self, scene_id: str) -> None:
        self.asks("wall.preview", sceneId=scene_id)

    @rule(op=st.sampled_from(["lock", "unlock"]))
    def locks(self, op: str) -> None:
        self.asks(f"wall.{op}", ("lock", op == "lock"))

    @rule(mask_id=st.sampled_from(["m", "n"]), is_on=st.booleans())
    def masks(self, mask_id: str, is_on: bool) -> None:
        ceiling = {"ceiling": PUBLIC} if is_on else {}
        op = "wall.mask" if is_on else "wall.unmask"
        self.asks(op, (f"mask {mask_id}", is_on), maskId=mask_id, **ceiling)

    # In the end
    def teardown(self) -> None:
        if not hasattr(self, "table"):
            return
        try:
            self.displays.pop()  # the second browser of one output goes, or both would for ever
            self.comes_right()
        finally:
            self.folder.cleanup()

    def comes_right(self) -> None:
        """With a network that works all is answered, every switch ends, the wall is as wanted."""
        for seat in list(self.table.seats.values()):
            if seat not in (self.web, self.render):
                self.table.leave(seat)
        for display in self.displays:
            display.cut()
        for index in range(len(self.displays)):
            self.joins(index)
        for _ in range(60):
            self.table.answer_wanted(self.render, version=9)
            for index, display in enumerate(self.displays):
                self.reaches_the_hub(index, 100)
                self.reaches_the_display(index, 100)
                display.beat()
            self.table.write(100)
            self.table.wait(2_000)
        assert self.asked.keys() <= self.answered
        ws = self.table.north
        assert ws.pending is None
        assert not ws.settling
        scene_id, revision = ws.program_showing()
        for display in self.displays:
            assert display.seat is not None
            assert display.seat.closed is None
            assert display.showing == {"sceneId": scene_id, "revision": revision}


TestNetwork = NetworkMachine.TestCase
TestNetwork.settings = settings(
    max_examples=40,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
