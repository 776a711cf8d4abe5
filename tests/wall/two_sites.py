"""Two sites on the table: two hubs, two clocks, a line between with a delay that can be cut."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from tests.wall.room import make_settings, write_city
from tests.wall.table import START_MS, Seat, Table
from wall.effects import Effect, Say
from wall.hub import Hub
from wall.server import assemble
from wall.store import Kept

URLS = ("ws://127.0.0.1:9/ws",)


class SiteTable(Table):
    """One site: a wall of two outputs whose players do at once what they are told."""

    def __init__(
        self, folder: Path, *, site_id: str, other: str, wall_id: str, **more: Any
    ) -> None:
        folder.mkdir()
        write_city(folder, wall_id=wall_id, site_id=site_id)
        self.settings = make_settings(folder, site=site_id, wall_peers={other: URLS})
        self.site_id, self.other, self.wall_id = site_id, other, wall_id
        self.now_ms = more.get("now_ms", START_MS)
        kept = more.get("kept") or Kept(epoch=int(START_MS / 1000), controller_id=f"c-{site_id}")
        state, problems = assemble(self.settings, self.settings.city, kept, now_ms=self.now_ms)
        assert problems == []
        self.hub, self.state = Hub(state), state
        self.seats: dict[int, Seat] = {}
        self.changes = []
        self.asked: list[str] = []
        self.is_disk_full = False
        self.said: list[str] = []  # to the other site, over our own link
        self.does_answer = True
        self.carry_out(self.hub.started(self.now_ms))
        self.web, self.renderer = self.service("web"), self.render()
        self.players = [self.player(each, wall_id=wall_id) for each in ("a1", "a2")]
        self.play()
        scene_id, revision = state.walls[wall_id].program_showing()
        for each in self.players:
            each.heartbeat({"sceneId": scene_id, "revision": revision})

    def carry_out(self, effects: list[Effect]) -> None:
        self.said += [each.frame for each in effects if isinstance(each, Say)]
        super().carry_out(effects)

    def play(self) -> None:
        """Let render and players do what they were told since."""
        for _ in range(20):
            before = sum(len(each.frames) for each in self.seats.values())
            if self.renderer.all("wanted"):
                self.answer_wanted(self.renderer)
                self.renderer.forget()
            for player in self.players:
                frames = player.frames[:]
                player.forget()
                for frame in frames:
                    self._obey(player, frame["type"], frame["d"])
            if before == sum(len(each.frames) for each in self.seats.values()):
                return

    def _obey(self, player: Seat, kind: str, d: dict[str, Any]) -> None:
        if kind == "prepare" and self.does_answer:
            player.say("ready", switchId=d["switchId"], status="ok", preparedMs=1)
        elif kind == "commit":
            at_ms = d["showAtMs"]
            shown = {"switchId": d["switchId"], "shownAtMs": at_ms, "lateMs": 0}
            player.say("shown", **shown, uncertaintyMs=0.5)

    def ask(self, op: str, **args: Any) -> str:
        return self.web.ask(op, args)

    def on_air(self) -> str | None:
        return self.state.walls[self.wall_id].program_showing()[0]


class Sites:
    """East and west, and the line between them; time passes for both at once."""

    def __init__(
        self, folder: Path, *, delay_ms: float = 15.0, west_ahead_ms: float = 700.0
    ) -> None:
        self.now_ms = START_MS
        self.delay_ms = delay_ms
        self.is_cut = True
        self.ahead_ms = {"east": 0.0, "west": west_ahead_ms}
        self.east = SiteTable(folder / "east", site_id="east", other="west", wall_id="north")
        self.west = SiteTable(
            folder / "west",
            site_id="west",
            other="east",
            wall_id="south",
            now_ms=START_MS + west_ahead_ms,
        )
        self.tables = {"east": self.east, "west": self.west}
        self.seats: dict[str, Seat] = {}  # where each site's own link ends at the other
        self._count = itertools.count()
        self._travelling: list[tuple[float, int, Callable[[], None]]] = []
        self.mend()

    def mend(self) -> None:
        """Join the two again."""
        self.is_cut = False
        for name, table in self.tables.items():
            self.seats[name] = self.tables[table.other].sit()
        self.run(200)

    def cut(self) -> None:
        """Cut the line: what travels is lost, both ends notice."""
        self.is_cut = True
        self._travelling.clear()
        for name, table in self.tables.items():
            self.tables[table.other].leave(self.seats[name])
            table.carry_out(table.hub.peer_lost(table.other, table.now_ms))

    def run(self, ms: float) -> None:
        """Let so much time pass."""
        until_ms = self.now_ms + ms
        for _ in range(20_000):
            self._exchange()
            due_ms = min(
                [at_ms for at_ms, _, _ in self._travelling[:1]]
                + [
                    tick_ms - self.ahead_ms[name]
                    for name, each in self.tables.items()
                    if (tick_ms := each.hub.next_tick_ms()) is not None
                ]
            )
            if due_ms > until_ms:
                break
            self._at(max(self.now_ms, due_ms))
            while self._travelling and self._travelling[0][0] <= self.now_ms:
                heapq.heappop(self._travelling)[2]()
            for each in self.tables.values():
                each.carry_out(each.hub.ticked(each.now_ms))
        else:
            raise AssertionError("no end of ticks")
        self._at(until_ms)

    def result(self, table: SiteTable, request_id: str) -> dict[str, Any]:
        """Let the sites work until a request is answered, and return its result."""
        for _ in range(100):
            self.run(50)
            if table.web.answer(request_id) is not None:
                return table.web.result(request_id)
        raise AssertionError("never answered")

    def _at(self, now_ms: float) -> None:
        self.now_ms = now_ms
        for name, each in self.tables.items():
            each.now_ms = now_ms + self.ahead_ms[name]

    def _exchange(self) -> None:
        for name, table in self.tables.items():
            table.play()
            other, seat = self.tables[table.other], self.seats[name]
            for text in table.said:
                self._post(lambda text=text, other=other, seat=seat: other.hear(seat, text))
            table.said.clear()
            for raw in seat.raw:
                self._post(lambda raw=raw, table=table: _tell(table, raw))
            seat.forget()

    def _post(self, deliver: Callable[[], None]) -> None:
        if not self.is_cut:
            heapq.heappush(
                self._travelling, (self.now_ms + self.delay_ms, next(self._count), deliver)
            )


def _tell(table: SiteTable, raw: bytes) -> None:
    frame = orjson.loads(raw)
    table.carry_out(
        table.hub.peer_said(table.other, frame["type"], frame["epoch"], frame["d"], table.now_ms)
    )
