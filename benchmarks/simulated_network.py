"""The real hub and protocol clients on a network that is simulated: exact, and the same each time.

Time is simulated too. Every message takes its own delay, drawn anew for each way; those of one
connection stay in order, as a stream's do. Clients' clocks are wrong and drift; they estimate the
shared clock as PROTOCOL.md says and show a commit when their own clock says it is time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from benchmarks.crowd_city import WALL
from settings import load_settings
from wall.effects import Effect, Persist, Send
from wall.estimate import ClockEstimate
from wall.hub import Hub
from wall.protocol import PROTOCOL, encode_inbound
from wall.server import assemble
from wall.store import Kept
from wall.tokens import Device, device_token

START_MS = 1_790_000_000_000.0
ROW, ROW_EVERY_MS = 8, 10_000.0
PREPARE_MS = 30.0  # to mount and paint


class Network:
    """Who is connected, what is under way, and the instant; `run` lets time pass."""

    def __init__(self, city: Path, folder: Path, *, seed: int, longest_ms: float) -> None:
        settings = load_settings(
            {"IOC_DATA_DIR": str(folder), "IOC_CITY": str(city)}, env_file=None
        )
        self.chance = random.Random(seed)
        self.now_ms = START_MS
        self.secret = settings.secret()
        self._longest_ms = longest_ms
        kept = Kept(epoch=1, controller_id="wall-simulated")
        state, problems = assemble(settings, city, kept, now_ms=START_MS)
        if problems:
            raise RuntimeError("; ".join(problems))
        self._hub = Hub(state)
        self._ends: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._delays: dict[int, bool] = {}
        self._last_ms: dict[tuple[int, str], float] = {}
        self._turns = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._do(self._hub.started(self.now_ms))

    def connect(self, hear: Callable[[dict[str, Any]], None], *, is_near: bool = False) -> int:
        """Open a connection; one that is near has no delay. Returns its number."""
        client_id = len(self._ends) + 1
        self._ends[client_id], self._delays[client_id] = hear, not is_near
        self._do(self._hub.connected(client_id, self.now_ms))
        return client_id

    def say(self, client_id: int, kind: str, fields: dict[str, Any]) -> None:
        """Send a message to the controller."""
        frame = encode_inbound(kind, fields)
        self.at(
            self._arrival_ms(client_id, "in"),
            lambda: self._do(self._hub.received(client_id, frame, self.now_ms)),
        )

    def at(self, instant_ms: float, act: Callable[[], None]) -> None:
        """Do something at an instant."""
        heappush(self._due, (instant_ms, next(self._turns), act))

    def run(self, *, until_ms: float) -> None:
        """Let everything happen that is due until an instant."""
        while True:
            tick_ms = self._hub.next_tick_ms()
            next_ms = min(
                self._due[0][0] if self._due else until_ms, until_ms if tick_ms is None else tick_ms
            )
            if next_ms >= until_ms:
                self.now_ms = until_ms
                return
            self.now_ms = max(self.now_ms, next_ms)
            if tick_ms is not None and tick_ms <= next_ms:
                self._do(self._hub.ticked(self.now_ms))
            else:
                heappop(self._due)[2]()

    def token(self, number: int) -> str:
        """Enrol an output of the crowd's wall and return its token."""
        device = Device(WALL, f"crowd-{number}", None, 1)
        self._hub.state.devices[device.name] = (1, False)
        return device_token(self.secret, device)

    def _arrival_ms(self, client_id: int, way: str) -> float:
        delay_ms = self.chance.uniform(0, self._longest_ms) if self._delays[client_id] else 0.0
        before_ms = self._last_ms.get((client_id, way), 0.0)
        arrival_ms = self._last_ms[client_id, way] = max(self.now_ms + delay_ms, before_ms)
        return arrival_ms

    def _do(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                message = orjson.loads(effect.frame)
                for client_id in effect.to:
                    hear = self._ends[client_id]
                    arrival_ms = self._arrival_ms(client_id, "out")
                    self.at(arrival_ms, lambda h=hear, m=message: h(m))  # type: ignore[misc]
            elif isinstance(effect, Persist):
                self._do(effect.then)


class Output:
    """One output with a clock of its own."""

    def __init__(self, network: Network, number: int, *, wrong_ms: float, drift: float) -> None:
        self.output_id = f"crowd-{number}"
        self.clock = ClockEstimate()
        self.shown: dict[str, tuple[float, float]] = {}  # switchId -> true instant, uncertainty
        self._network, self._wrong_ms, self._drift = network, wrong_ms, drift
        self._left = 0  # samples of this row
        self._is_joining = True
        self._showing: dict[str, Any] | None = None
        self._prepared: dict[str, dict[str, Any]] = {}
        self._token = network.token(number)
        self._link = network.connect(self._hear)

    def own_ms(self, true_ms: float) -> float:
        """Return what this clock says at an instant."""
        return true_ms + self._wrong_ms + self._drift * (true_ms - START_MS)

    def _true_ms(self, own_ms: float) -> float:
        return START_MS + (own_ms - self._wrong_ms - START_MS) / (1 + self._drift)

    def _now_ms(self) -> float:
        return self.own_ms(self._network.now_ms)

    def _say(self, kind: str, /, **fields: Any) -> None:
        self._network.say(self._link, kind, fields)

    def _hear(self, message: dict[str, Any]) -> None:
        act = getattr(self, f"_hear_{message['type']}", None)
        if act is not None:
            act(message["d"])

    def _hear_hello(self, _: dict[str, Any]) -> None:
        self._say("identify", kind="output", token=self._token, protocol=PROTOCOL)

    def _hear_identified(self, told: dict[str, Any]) -> None:
        self._heartbeat_ms = told["heartbeatMs"]
        self._row()

    def _row(self) -> None:
        self.clock.begin_row()
        self._left = ROW
        self._sample()
        self._network.at(self._network.now_ms + ROW_EVERY_MS, self._row)

    def _sample(self) -> None:
        self._left -= 1
        self._say("clock", t0AtMs=self._now_ms())

    def _hear_clockReply(self, told: dict[str, Any]) -> None:
        self.clock.take(told["t0AtMs"], told["t1AtMs"], told["t2AtMs"], self._now_ms())
        if self._left:
            self._sample()
        elif self._is_joining:
            self._is_joining = False
            self._heartbeat()

    def _heartbeat(self) -> None:
        clock = {
            "offsetMs": self.clock.offset_ms,
            "uncertaintyMs": self.clock.uncertainty_ms(self._now_ms()),
            "roundTripMs": self.clock.round_trip_ms,
        }
        self._say("heartbeat", showing=self._showing, clock=clock)
        self._network.at(self._network.now_ms + self._heartbeat_ms, self._heartbeat)

    def _hear_prepare(self, told: dict[str, Any]) -> None:
        self._prepared = {told["switchId"]: told}
        ready = {"switchId": told["switchId"], "status": "ok", "preparedMs": PREPARE_MS}
        painted_ms = self._network.now_ms + self._network.chance.uniform(1, PREPARE_MS)
        self._network.at(painted_ms, lambda: self._say("ready", **ready))

    def _hear_commit(self, told: dict[str, Any]) -> None:
        due_ms = self._true_ms(told["showAtMs"] - self.clock.offset_ms)
        instant_ms = max(self._network.now_ms, due_ms)
        self._network.at(instant_ms, lambda: self._show(told))

    def _show(self, told: dict[str, Any]) -> None:
        prepared = self._prepared.pop(told["switchId"])
        self._showing = {"sceneId": prepared["sceneId"], "revision": prepared["revision"]}
        own_ms = self._now_ms()
        uncertainty_ms = self.clock.uncertainty_ms(own_ms)
        shown_at_ms = own_ms + self.clock.offset_ms
        self.shown[told["switchId"]] = (self._network.now_ms, uncertainty_ms)
        shown = {"switchId": told["switchId"], "shownAtMs": shown_at_ms}
        late_ms = shown_at_ms - told["showAtMs"]
        self._say("shown", **shown, lateMs=late_ms, uncertaintyMs=uncertainty_ms)
