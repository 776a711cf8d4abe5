"""The hub under any order of events: nothing raises, nobody waits for ever, the wall comes right.

Players here are faithful to the protocol but slow, forgetful and prone to leave: each handles its
frames when the machine says so, never before.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)

from tests.wall.keeping import kept_of
from tests.wall.room import SCENES
from tests.wall.table import ADMINISTRATOR, Seat, Table
from tests.wall.table_player import Player
from tests.wall.test_rules import RULE
from tests.wall.test_scheduling import clock_time
from wall.contents import content_for
from wall.layers import ORDER, REAL
from wall.realm import LIVE

VERSIONS = st.integers(1, 5)
FLAKY = st.sampled_from(["ok", "ok", "ok", "failed"])


class HubMachine(RuleBasedStateMachine):
    players: Bundle[Player] = Bundle("players")

    @initialize(has_render=st.booleans())
    def begin(self, has_render: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.table = Table(Path(self.folder.name))
        self.web = self.table.service()
        self.web.say("subscribe", topics=["versions", "wall.north"])
        self.render: Seat | None = self.table.render() if has_render else None
        self.version = 1
        self.was_full = False
        self.here: list[Player] = []
        self.requests: list[tuple[Seat, str]] = []
        self.feed = self.table.service("feed")

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            try:
                self.settle()
            finally:
                self.folder.cleanup()

    # Players
    @rule(
        target=players,
        output_id=st.sampled_from(["a1", "a2"]),
        keeps=st.booleans(),
        frames=st.booleans(),
    )
    def output_joins(self, output_id: str, keeps: bool, frames: bool) -> Player:
        more: dict[str, Any] = {"showing": self.table.showing("rain")} if keeps else {}
        seat = self.table.player(output_id, framesRealms=frames, **more)
        player = Player(seat, is_output=True, frames=frames)
        self.here.append(player)
        return player

    @rule(target=players, view=st.sampled_from(["program", "preview"]))
    def view_joins(self, view: str) -> Player:
        seat = self.table.player(None, view=view, framesRealms=True)
        player = Player(seat, is_output=False)
        self.here.append(player)
        return player

    @rule(player=consumes(players))
    def leaves(self, player: Player) -> None:
        self.table.leave(player.seat)
        if player in self.here:
            self.here.remove(player)

    @rule(player=players, status=FLAKY)
    def handles(self, player: Player, status: str) -> None:
        player.handle(status)

    @rule(player=players)
    def beats(self, player: Player) -> None:
        player.beat()

    @rule(player=players, is_behind=st.booleans())
    def stalls(self, player: Player, is_behind: bool) -> None:
        if player.seat.closed is not None:
            return
        if is_behind:
            self.table.hub.fell_behind(player.seat.client_id)
        else:
            self.table.carry_out(self.table.hub.caught_up(player.seat.client_id, self.table.now_ms))

    @rule(player=players, switch_id=st.sampled_from(["s", "j1-1", "x" * 200]), status=FLAKY)
    def says_nonsense(self, player: Player, switch_id: str, status: str) -> None:
        player.seat.say("ready", switchId=switch_id, status=status)
        player.seat.say("shown", switchId=switch_id, shownAtMs=1, lateMs=-1)
        player.seat.say("staged", stageId=switch_id, status=status)
        player.seat.say("need", renderIds=[switch_id])

    # Services
    @rule(
        scene_id=st.sampled_from([*SCENES, None]),
        layer=st.sampled_from(ORDER),
        policy=st.sampled_from(["all", "quorum", "bestEffort"]),
        hold=st.booleans(),
        deadline_ms=st.sampled_from([50, 1000, 60_000]),
    )
    def takes(
        self, scene_id: str | None, layer: str, policy: str, hold: bool, deadline_ms: float
    ) -> None:
        args = {"layer": layer, "policy": policy, "hold": hold, "deadlineMs": deadline_ms}
        if scene_id is not None:
            args["sceneId"] = scene_id
        self.asks("wall.take", {**args, "minOutputs": 1})

    @rule(layer=st.sampled_from(ORDER))
    def clears(self, layer: str) -> None:
        self.asks("wall.clear", {"layer": layer})

    @rule(scene_id=st.sampled_from([*SCENES, "unknown"]))
    def previews(self, scene_id: str) -> None:
        self.asks("wall.preview", {"sceneId": scene_id})

    @rule()
    def extends(self) -> None:
        self.asks("wall.extend", {})

    @rule(output_id=st.sampled_from(["a1", "a2"]), op=st.sampled_from(["enroll", "revoke"]))
    def enrolls(self, output_id: str, op: str) -> None:
        name = ("north", output_id)
        self.asks(f"device.{op}", {"outputId": output_id}, ADMINISTRATOR)
        generation, _ = self.table.state.devices[name]
        self.table.state.devices[name] = (max(generation, 1), False)

    @rule(columns=st.integers(0, 3), scene_id=st.sampled_from(["rain", "mine"]))
    def puts(self, columns: int, scene_id: str) -> None:
        at = {"column": 0, "row": 0, "columns": 1, "rows": 1}
        tile = {"tileId": "t", "kind": "text", "at": at, "options": {"text": str(columns)}}
        name = {"vi": "x", "en": "x"}
        grid = {"columns": columns, "rows": 1}
        body = {"sceneId": scene_id, "name": name, "grid": grid, "tiles": [tile]}
        self.asks("scene.put", {"scene": body})

    @rule(scene_id=st.sampled_from(["rain", "mine"]))
    def deletes(self, scene_id: str) -> None:
        self.asks("scene.delete", {"sceneId": scene_id})

    @rule(mask_id=st.sampled_from(["m", "n"]), for_ms=st.sampled_from([None, 500, 5_000]))
    def masks(self, mask_id: str, for_ms: float | None) -> None:
        until = {} if for_ms is None else {"untilAtMs": self.table.now_ms + for_ms}
        ceiling = {"level": "public", "compartments": []}
        self.asks("wall.mask", {"maskId": mask_id, "ceiling": ceiling, **until})

    @rule(mask_id=st.sampled_from(["m", "n"]))
    def unmasks(self, mask_id: str) -> None:
        self.asks("wall.unmask", {"maskId": mask_id})

    @rule(op=st.sampled_from(["lock", "unlock"]))
    def locks(self, op: str) -> None:
        self.asks(f"wall.{op}", {})

    @rule(
        scenes=st.lists(st.sampled_from([*SCENES, "mine", "gone"]), min_size=1, max_size=4),
        dwell_s=st.sampled_from([2, 60]),
        loop=st.booleans(),
    )
    def puts_a_list(self, scenes: list[str], dwell_s: float, loop: bool) -> None:
        entries = [{"sceneId": each, "dwellS": dwell_s} for each in scenes]
        name = {"vi": "x", "en": "x"}
        body = {"playlistId": "p", "name": name, "entries": entries, "loop": loop}
        self.asks("playlist.put", {"playlist": body})

    @rule(
        op=st.sampled_from(["start", "start", "pause", "skip", "stop", "delete"]),
        layer=st.sampled_from(["scheduled", "manual"]),
        on=st.booleans(),
        index=st.integers(0, 2),
    )
    def plays(self, op: str, layer: str, on: bool, index: int) -> None:
        args = {"playlistId": "p", "layer": layer, "on": on, "index": index}
        self.asks(f"playlist.{op}", args)

    @rule(
        schedule_id=st.sampled_from(["s", "t"]),
        shows=st.sampled_from(["rain", "traffic", "mine", "list", None]),
        from_min=st.integers(-40, 40),
        for_min=st.sampled_from([1, 5, 60]),
        priority=st.integers(0, 1),
    )
    def schedules(
        self, schedule_id: str, shows: str | None, from_min: int, for_min: int, priority: int
    ) -> None:
        if shows is None:
            self.asks("schedule.delete", {"scheduleId": schedule_id})
            return
        from_ms = self.table.now_ms + from_min * 60_000
        body = {
            "scheduleId": schedule_id,
            "name": {"vi": "x", "en": "x"},
            "fromTime": clock_time(from_ms),
            "toTime": clock_time(from_ms + for_min * 60_000),
            "priority": priority,
            **({"playlistId": "p"} if shows == "list" else {"sceneId": shows}),
        }
        self.asks("schedule.put", {"schedule": body})

    @rule(step_min=st.sampled_from([-90, -2, 0, 2, 90]))
    def clock_is_set(self, step_min: int) -> None:
        machine_ms = self.table.now_ms + step_min * 60_000
        self.table.carry_out(self.table.hub.machine_time(machine_ms, self.table.now_ms))

    @rule(
        op=st.sampled_from(["put", "delete", "veto", "take", "clear"]),
        phase=st.sampled_from(["quiet", "dwelling", "proposed", "firing", "vetoed", "cooling"]),
        for_ms=st.sampled_from([None, 70, 5_000]),
    )
    def rules(self, op: str, phase: str, for_ms: float | None) -> None:
        engine = {"userId": "rule:heavy-rain", "role": "operator"}
        if op in ("take", "clear"):
            more = {"sceneId": "rain"} if op == "take" else {}
            self.asks(f"wall.{op}", {"layer": "alarm", **more}, engine)
            return
        self.asks(f"rule.{op}", {"ruleId": "heavy-rain", "rule": RULE})
        until = {} if for_ms is None else {"untilAtMs": self.table.now_ms + for_ms}
        at = {"phase": phase, "sinceAtMs": self.table.now_ms, **until}
        self.asks_of(self.feed, "rule.report", {"ruleId": "heavy-rain", **at}, engine)

    @rule(
        op=st.sampled_from(["start", "end", "pause", "go", "report", "realm", "realm", "live"]),
        name=st.sampled_from(["one", "two"]),
        on=st.booleans(),
    )
    def exercises(self, op: str, name: str, on: bool) -> None:
        if op in ("realm", "live"):
            self.asks("wall.realm", {"realm": "live" if op == "live" else f"exercise:{name}"})
            return
        to_ms = self.table.now_ms - 1_000
        args: dict[str, Any] = {"exerciseId": name, "on": on, "speed": 60, "toAtMs": to_ms}
        args |= {"fromAtMs": to_ms - 60_000, "glassAtMs": to_ms - 30_000, "run": 0}
        if op == "report":
            self.asks_of(self.feed, "exercise.report", args | {"phase": "running"}, None)
        else:
            self.asks(f"exercise.{op}", args)

    @rule(level=st.sampled_from(["public", "public", "internal", "restricted"]))
    def renders(self, level: str) -> None:
        if self.render is not None:
            self.version += 1
            self.table.answer_wanted(self.render, version=self.version, level=level)

    @rule(count=st.integers(0, 3))
    def renders_some(self, count: int) -> None:
        if self.render is not None:
            for each in self.render.last("wanted")["renders"][:count]:
                self.table.give(self.render, each["renderId"], version=self.version)

    @rule()
    def render_comes_or_goes(self) -> None:
        if self.render is None:
            self.render = self.table.render()
        else:
            self.table.leave(self.render)
            self.render = None

    @rule(is_full=st.booleans())
    def disk(self, is_full: bool) -> None:
        self.table.is_disk_full = is_full
        self.was_full |= is_full

    @rule(ms=st.sampled_from([0, 1, 30, 70, 600, 2_100, 61_000, 31 * 60_000]))
    def waits(self, ms: float) -> None:
        self.table.wait(ms)

    def asks(self, op: str, args: dict[str, Any], actor: dict[str, Any] | None = None) -> None:
        self.asks_of(self.web, op, {"wallId": "north", **args}, actor)

    def asks_of(
        self, service: Seat, op: str, args: dict[str, Any], actor: dict[str, Any] | None
    ) -> None:
        self.requests.append((service, service.ask(op, args, actor)))

    # What always holds
    @invariant()
    def state_is_sound(self) -> None:
        if not hasattr(self, "table"):
            return
        ws = self.table.north
        for output_id, output in ws.outputs.items():
            if output.client_id is not None:
                client = self.table.state.clients[output.client_id]
                assert (client.wall_id, client.output_id) == ("north", output_id)
        assert ws.joining <= ws.clients <= self.table.state.clients.keys()
        assert set(ws.layers) <= set(ORDER)
        for name, layer in ws.layers.items():
            assert layer.arrangement.realm == (LIVE if name in REAL else ws.realm)
        if ws.preview is not None:
            assert ws.preview.arrangement.realm == ws.realm
        if "emergency" in ws.layers:
            assert ws.realm == LIVE
        if ws.pending is not None:
            assert ws.pending.waiting <= self.table.state.clients.keys()
        for switch in ws.settling:
            assert switch.unshown <= self.table.state.clients.keys()
        assert not self.table.state.effects

    def settle(self) -> None:
        """Let everybody behave for a while: all is answered, all outputs show the program."""
        self.table.is_disk_full = False
        if self.render is None:
            self.render = self.table.render()
        for schedule_id in ("s", "t"):  # a window may begin at any time
            self.asks("schedule.delete", {"scheduleId": schedule_id}, ADMINISTRATOR)
        self.asks("playlist.delete", {"playlistId": "p"}, ADMINISTRATOR)
        for layer in ("manual", "scheduled"):  # a list that goes on would never settle
            self.asks("playlist.pause", {"layer": layer, "on": True}, ADMINISTRATOR)
        for _ in range(100):
            self.table.answer_wanted(self.render, version=self.version)
            for player in self.here:
                if player.seat.closed is None:
                    self.table.carry_out(
                        self.table.hub.caught_up(player.seat.client_id, self.table.now_ms)
                    )
                    player.handle()
                    player.beat()
            self.table.wait(2_000)
        for service, request_id in self.requests:
            assert service.answer(request_id) is not None
        scene_id, revision = self.table.north.program_showing()
        for player in self.here:
            if player.is_output and player.seat.closed is None:
                showing = player.showing or {"sceneId": None, "revision": None}
                assert showing == {"sceneId": scene_id, "revision": revision}
                arrangement = self.table.north.program()
                if arrangement is not None:
                    client = self.table.state.clients[player.seat.client_id]
                    for render_id in client.program:
                        realm = self.table.state.renders.realm_of(render_id)
                        if not (player.frames or realm == LIVE):
                            continue
                        newest = content_for(self.table.state, self.table.north, render_id)
                        assert player.versions[render_id] == newest.version
        if not self.was_full:
            self.survives_a_restart()

    def survives_a_restart(self) -> None:
        """What was made durable is all there is to know."""
        folder = Path(self.folder.name)
        again = Table(folder, kept=kept_of(self.table), now_ms=self.table.now_ms)
        before, after = (
            {
                name: (layer.arrangement.scene.revision, layer.by, layer.until_at_ms, layer.run)
                for name, layer in table.north.layers.items()
            }
            for table in (self.table, again)
        )
        assert before == after
        assert self.table.north.windows == again.north.windows
        assert self.table.north.realm == again.north.realm
        assert self.table.state.exercises == again.state.exercises
        assert self.table.state.rule_states == again.state.rule_states


TestHub = HubMachine.TestCase
TestHub.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
