"""Two sites on the table: two hubs, two clocks, and between them two links over one line.

Frames of one link arrive in order, after the delay of their direction and some jitter; those of the
two links overtake each other. The line can be cut and mended, one link can break, and either site's
controller can be killed: it comes back with what its disk had.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from tests.wall.keeping import kept_of
from tests.wall.room import make_settings, write_city
from tests.wall.table import START_MS, Seat, Table
from wall.effects import Effect, Persist, Say, Send
from wall.hub import Hub
from wall.server import assemble
from wall.store import Kept

URLS = ("ws://127.0.0.1:9/ws",)
OUTPUTS = ("a1", "a2")
WALLS = {"east": "north", "west": "south"}
OTHER = {"east": "west", "west": "east"}
RESTART_MS = 400.0


class SiteTable(Table):
    """One site: a wall of two outputs whose players do at once what they are told."""

    def __init__(
        self, folder: Path, *, site_id: str, now_ms: float, kept: Kept | None = None
    ) -> None:
        self.site_id, self.other, self.wall_id = site_id, OTHER[site_id], WALLS[site_id]
        if not folder.exists():
            folder.mkdir()
            write_city(folder, wall_id=self.wall_id, site_id=site_id)
        self.settings = make_settings(folder, site=site_id, wall_peers={self.other: URLS})
        self.now_ms = now_ms
        self.epoch = kept.epoch if kept is not None else int(START_MS / 1000)
        kept = kept or Kept(epoch=self.epoch, controller_id=f"c-{site_id}")
        state, problems = assemble(self.settings, self.settings.city, kept, now_ms=now_ms)
        assert problems == []
        self.hub, self.state = Hub(state), state
        self.seats: dict[int, Seat] = {}
        self.changes = []
        self.asked: list[str] = []
        self.is_disk_full = False
        self.said: list[str] = []  # to the other site, over our own link
        self.unwritten: list[Persist] = []
        self.disk_ms: float | None = None  # how long it takes; None: nothing waits for it
        self.is_writing = False
        self.does_answer = True
        self.on_frame: Callable[[Seat, dict[str, Any]], None] | None = None
        self.carry_out(self.hub.started(now_ms))
        self.web, self.renderer = self.service("web"), self.render()
        self.players = [self.player(each, wall_id=self.wall_id) for each in OUTPUTS]
        self.play()
        scene_id, revision = state.walls[self.wall_id].program_showing()
        for each in self.players:
            each.heartbeat({"sceneId": scene_id, "revision": revision})

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Say(_, frame):
                    self.said.append(frame)
                case Persist() if self.disk_ms is not None:
                    self.unwritten.append(effect)
                case Send(to, frame) if self.on_frame is not None:
                    super().carry_out([effect])
                    for each in to:
                        self.on_frame(self.seats[each], orjson.loads(frame))
                case _:
                    super().carry_out([effect])

    def write(self) -> None:
        """Let the disk do what was asked of it so far."""
        self.is_writing = False
        waiting, self.unwritten = self.unwritten, []
        for each in waiting:
            self.changes.extend(each.changes)
            self.carry_out(list(each.then))

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
            late_ms = max(0.0, self.now_ms - d["showAtMs"])
            shown = {"switchId": d["switchId"], "shownAtMs": d["showAtMs"] + late_ms}
            player.say("shown", **shown, lateMs=late_ms, uncertaintyMs=0.5)

    def ask(self, op: str, **args: Any) -> str:
        return self.web.ask(op, args)

    def on_air(self) -> str | None:
        return self.state.walls[self.wall_id].program_showing()[0]


class Link:
    """The link that one site opened to the other; in order each way, gone at once when it breaks.

    The end that is asked may learn of the break later than the one that opened it.
    """

    def __init__(self, sites: Sites, owner: str) -> None:
        self._sites, self.owner, self.other = sites, owner, OTHER[owner]
        self.seat: Seat | None = None  # where it ends at the other site
        self._arrived_ms = {"out": 0.0, "back": 0.0}
        self._serial = 0

    def open(self) -> None:
        self._table = self._sites.tables[self.other]
        self.seat = self._table.sit()
        self._serial += 1

    def end(self, *, noticed_after_ms: float = 0.0) -> None:
        """Lose what travels; the site that opened it notices at once, the other one later."""
        seat, self.seat = self.seat, None
        self._serial += 1
        self._sites.tables[self.owner].said.clear()
        if seat is None:
            return
        owner = self._sites.tables[self.owner]
        owner.carry_out(owner.hub.peer_lost(self.other, owner.now_ms))
        table = self._table

        def notice() -> None:
            if self._sites.tables[self.other] is table:
                table.leave(seat)

        self._sites.later(noticed_after_ms, notice)

    def carry(self) -> None:
        """Put on its way what both ends have said."""
        owner, other = self._sites.tables[self.owner], self._sites.tables[self.other]
        said, owner.said = owner.said, []
        seat = self.seat
        if seat is None:
            return
        for text in said:
            self._post("out", lambda text=text, seat=seat: other.hear(seat, text))
        for raw in seat.raw:
            self._post("back", lambda raw=raw: _tell(owner, raw))
        seat.forget()

    def _post(self, way: str, deliver: Callable[[], None]) -> None:
        sites, serial = self._sites, self._serial
        to = self.other if way == "out" else self.owner
        arrives_ms = sites.now_ms + sites.delays_ms[to] + sites.jitter_ms()
        self._arrived_ms[way] = max(arrives_ms, self._arrived_ms[way])

        def arrive() -> None:
            if self._serial == serial:
                deliver()

        sites.later(self._arrived_ms[way] - sites.now_ms, arrive)


class Sites:
    """East and west, and the line between them; time passes for both at once."""

    def __init__(
        self,
        folder: Path,
        *,
        delay_ms: float = 15.0,
        back_ms: float | None = None,
        west_ahead_ms: float = 700.0,
        west_drift: float = 0.0,
        jitter_ms: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """`delay_ms` is that of the way to the west, `back_ms` (else the same) to the east."""
        self.now_ms = START_MS
        self.delays_ms = {"west": delay_ms, "east": delay_ms if back_ms is None else back_ms}
        self.jitter_ms = jitter_ms
        self.is_cut = True
        self._folder = folder
        self._ahead_ms = {"east": 0.0, "west": west_ahead_ms}
        self._drift = {"east": 0.0, "west": west_drift}
        self._count = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self.tables = {each: self._table(each) for each in WALLS}
        self.links = {each: Link(self, each) for each in WALLS}
        self.mend()

    @property
    def east(self) -> SiteTable:
        return self.tables["east"]

    @property
    def west(self) -> SiteTable:
        return self.tables["west"]

    def own_ms(self, site_id: str, true_ms: float) -> float:
        """Return what a site's clock shows at a true instant."""
        passed_ms = true_ms - START_MS
        return true_ms + self._ahead_ms[site_id] + self._drift[site_id] * passed_ms

    def true_ms(self, site_id: str, own_ms: float) -> float:
        """Return the true instant at which a site's clock shows this."""
        passed_ms = own_ms - START_MS - self._ahead_ms[site_id]
        return START_MS + passed_ms / (1 + self._drift[site_id])

    def mend(self) -> None:
        """Join the two again."""
        self.is_cut = False
        for each in self.links.values():
            each.open()
        self.run(200)

    def cut(self, *, noticed_after_ms: float = 0.0) -> None:
        """Cut the line: what travels is lost, both ends notice."""
        self.is_cut = True
        for each in self.links.values():
            each.end(noticed_after_ms=noticed_after_ms)

    def break_link(self, owner: str, *, noticed_after_ms: float = 0.0) -> None:
        """Break one of the two links; it is opened again."""
        link = self.links[owner]
        link.end(noticed_after_ms=noticed_after_ms)
        self.later(250, lambda: None if self.is_cut or link.seat is not None else link.open())

    def kill(self, site_id: str) -> None:
        """Kill a site's controller, and start it again with what was durable."""
        before = self.tables[site_id]
        kept = replace(kept_of(before), epoch=before.epoch + 1, controller_id=f"c-{site_id}")
        self.tables[site_id] = after = self._table(site_id, kept=kept)
        after.changes[:0] = before.changes
        after.disk_ms = before.disk_ms
        for each in self.links.values():
            each.end()
        self.run(RESTART_MS)
        if not self.is_cut:
            self.mend()

    def later(self, ms: float, do: Callable[[], None]) -> None:
        """Have something done after so long."""
        heapq.heappush(self._due, (self.now_ms + ms, next(self._count), do))

    def run(self, ms: float) -> None:
        """Let so much time pass."""
        until_ms = self.now_ms + ms
        for _ in range(20_000):
            self._exchange()
            due_ms = min(
                [at_ms for at_ms, _, _ in self._due[:1]]
                + [
                    self.true_ms(name, tick_ms) + 1e-3
                    for name, each in self.tables.items()
                    if (tick_ms := each.hub.next_tick_ms()) is not None
                ],
                default=until_ms,
            )
            if due_ms > until_ms:
                break
            self._at(max(self.now_ms, due_ms))
            while self._due and self._due[0][0] <= self.now_ms:
                heapq.heappop(self._due)[2]()
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

    def _table(self, site_id: str, **more: Any) -> SiteTable:
        now_ms = self.own_ms(site_id, self.now_ms)
        return SiteTable(self._folder / site_id, site_id=site_id, now_ms=now_ms, **more)

    def _at(self, now_ms: float) -> None:
        self.now_ms = now_ms
        for name, each in self.tables.items():
            each.now_ms = self.own_ms(name, now_ms)

    def _write(self, table: SiteTable) -> None:
        if self.tables[table.site_id] is table:  # it was not killed meanwhile
            table.write()

    def _exchange(self) -> None:
        for table in self.tables.values():
            table.play()
            if table.unwritten and not table.is_writing and table.disk_ms is not None:
                table.is_writing = True
                self.later(table.disk_ms, lambda table=table: self._write(table))
        for link in self.links.values():
            link.carry()


def _tell(table: SiteTable, raw: bytes) -> None:
    frame = orjson.loads(raw)
    table.carry_out(
        table.hub.peer_said(table.other, frame["type"], frame["epoch"], frame["d"], table.now_ms)
    )
