"""Two sites over a bad line, whatever people ask and whatever fails: what holds all the same.

Delays differ each way and from frame to frame, clocks are apart and drift, the line is cut and
mended, single links break, either controller is killed with writes that were not durable yet.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.wall.room import SCENES
from tests.wall.table import Seat
from tests.wall.two_sites import OTHER, WALLS, Sites, SiteTable

SITES = st.sampled_from(["east", "west"])
LAYERS = st.sampled_from(["manual", "alarm", "emergency"])
FOLLOW_MS = 2_000.0  # promised
DISK_MS = 10.0
SWITCH_MS = 1_600.0  # what a switch itself may take: its deadline, and a lead
UNHEARD = {"unavailable"}


@dataclass
class Asked:
    """What somebody asked for, and what is known of it."""

    site: str  # whose controller was asked
    by: str
    op: str
    abouts: dict[tuple[str, str], object]  # (wall, layer) -> scene, what it makes of it
    request_id: str
    web: Seat  # where the answer comes
    is_over: bool = False  # answered, or nobody will
    is_disturbed: bool = False  # a cut, a kill or another's word came in between
    promised_ms: float | None = None
    shown_ms: dict[str, float] = field(default_factory=dict)  # true instants, by site


class TwoSites(RuleBasedStateMachine):
    @initialize(
        delay_ms=st.sampled_from([1.0, 15.0, 120.0]),
        back_ms=st.sampled_from([1.0, 15.0, 120.0]),
        jitter_ms=st.sampled_from([0.0, 40.0]),
        ahead_ms=st.sampled_from([-5_000.0, 0.0, 700.0]),
        drift=st.sampled_from([-9e-5, 0.0, 9e-5]),
        seed=st.integers(0, 1_000),
    )
    def begin(
        self,
        delay_ms: float,
        back_ms: float,
        jitter_ms: float,
        ahead_ms: float,
        drift: float,
        seed: int,
    ) -> None:
        self.folder = tempfile.TemporaryDirectory()
        random = Random(seed)
        self.sites = Sites(
            Path(self.folder.name),
            delay_ms=delay_ms,
            back_ms=back_ms,
            west_ahead_ms=ahead_ms,
            west_drift=drift,
            jitter_ms=lambda: random.uniform(0, jitter_ms),
        )
        self.asked: list[Asked] = []
        self.acknowledged: dict[tuple[str, str], object] = {}
        self.calm_since_ms = self.sites.now_ms  # since when nothing failed and nobody asked
        for site_id in WALLS:
            self.watch(site_id)
        self.sites.run(500)

    def watch(self, site_id: str) -> None:
        table = self.sites.tables[site_id]
        table.disk_ms = DISK_MS
        table.on_frame = lambda seat, frame: self.seen(table, seat, frame)

    def seen(self, table: SiteTable, seat: Seat, frame: dict[str, Any]) -> None:
        """Judge what a controller says to its displays and its services."""
        if frame["type"] == "commit" and seat in table.players:
            wall = table.state.walls[table.wall_id]
            program = wall.program()
            by = program[1].by if program is not None else ""
            shown_ms = max(frame["d"]["showAtMs"], table.now_ms)
            for asked in self.asked:
                if asked.by == by:
                    true_ms = self.sites.true_ms(table.site_id, shown_ms)
                    asked.shown_ms.setdefault(table.site_id, true_ms)
        if frame["type"] == "response":
            self.answered(frame["d"], seat)

    def answered(self, told: dict[str, Any], seat: Seat) -> None:
        for asked in self.asked:
            if asked.request_id != told["requestId"] or asked.web is not seat:
                continue
            assert not asked.is_over, "answered twice"
            asked.is_over = True
            if told["ok"]:
                self.acknowledge(asked, told["result"])
            elif asked.op == "salvo.take":
                assert not asked.shown_ms, "a salvo that was refused was shown"

    def acknowledge(self, asked: Asked, result: dict[str, Any]) -> None:
        if asked.op == "salvo.take":
            asked.promised_ms = result["promisedSkewMs"]
            self.judge_salvo(asked, result)
        done = {each["wallId"] for each in result.get("walls", []) if each["committed"]}
        for about, scene_id in asked.abouts.items():
            if asked.op == "salvo.take" and about[0] not in done:
                continue
            others = [each for each in self.asked if each is not asked and about in each.abouts]
            later = self.asked.index(asked)
            is_last = all(each.is_over and self.asked.index(each) < later for each in others)
            if is_last and scene_id is not ...:
                self.acknowledged[about] = scene_id

    def judge_salvo(self, asked: Asked, result: dict[str, Any]) -> None:
        walls = {each["wallId"]: each for each in result["walls"]}
        for each in walls.values():
            if each["committed"] is not True:
                assert asked.is_disturbed, f"half a salvo: {each}"
        instants = list(asked.shown_ms.values())
        if len(instants) == 2 and asked.promised_ms is not None:
            late = [o for w in walls.values() for o in w["outputs"] if o["status"] != "shown"]
            if not late:
                assert abs(instants[0] - instants[1]) <= asked.promised_ms

    # People
    def ask(self, site: str, op: str, abouts: dict[tuple[str, str], object], **args: Any) -> Asked:
        by = f"p{len(self.asked)}"
        table = self.sites.tables[site]
        walls = {wall_id for wall_id, _ in abouts}
        meanwhile = [
            each
            for each in self.asked
            if not each.is_over and walls & {wall_id for wall_id, _ in each.abouts}
        ]
        for each in meanwhile:
            each.is_disturbed = True
        for about in abouts:
            self.acknowledged.pop(about, None)
        # Its answer may come at once: it is known before it is asked.
        asked = Asked(site, by, op, abouts, f"q{len(table.asked)}", table.web)
        asked.is_disturbed = bool(meanwhile)
        self.asked.append(asked)
        actor = {"userId": by, "role": "operator", "siteId": site}
        table.web.ask(op, args, actor)
        self.calm_since_ms = self.sites.now_ms
        return asked

    @rule(site=SITES, of=SITES, scene_id=st.sampled_from(SCENES), layer=LAYERS)
    def takes(self, site: str, of: str, scene_id: str, layer: str) -> None:
        wall_id = WALLS[of]
        how = {"wallId": wall_id, "sceneId": scene_id, "layer": layer, "hold": True}
        self.ask(site, "wall.take", {(wall_id, layer): scene_id}, **how)

    @rule(site=SITES, of=SITES, layer=LAYERS)
    def clears(self, site: str, of: str, layer: str) -> None:
        wall_id = WALLS[of]
        self.ask(site, "wall.clear", {(wall_id, layer): None}, wallId=wall_id, layer=layer)

    @rule(
        site=SITES,
        scene_id=st.sampled_from(SCENES),
        layer=LAYERS,
        policy=st.sampled_from(["all", "bestEffort"]),
    )
    def fires_a_salvo(self, site: str, scene_id: str, layer: str, policy: str) -> None:
        takes = [{"wallId": each, "sceneId": scene_id} for each in WALLS.values()]
        abouts: dict[tuple[str, str], object] = {(each, layer): scene_id for each in WALLS.values()}
        more = {"layer": layer, "policy": policy, "hold": True}
        self.ask(site, "salvo.take", abouts, takes=takes, **more)

    @rule(site=SITES, is_on=st.booleans())
    def follows(self, site: str, is_on: bool) -> None:
        wall_id, of = WALLS[site], WALLS[OTHER[site]] if is_on else None
        self.ask(site, "wall.follow", {(wall_id, "manual"): ...}, wallId=wall_id, of=of)

    # What happens to them
    @rule(ms=st.sampled_from([1.0, 20.0, 90.0, 300.0, 1_100.0, 4_000.0]))
    def time_passes(self, ms: float) -> None:
        self.sites.run(ms)

    def disturbed(self) -> None:
        self.calm_since_ms = self.sites.now_ms
        for asked in self.asked:
            asked.is_disturbed |= not asked.is_over

    @rule(noticed_after_ms=st.sampled_from([0.0, 1_500.0]))
    def line_is_cut(self, noticed_after_ms: float) -> None:
        assume(not self.sites.is_cut)
        self.disturbed()
        self.sites.cut(noticed_after_ms=noticed_after_ms)

    @rule()
    def line_is_mended(self) -> None:
        assume(self.sites.is_cut)
        self.sites.mend()
        self.calm_since_ms = self.sites.now_ms

    @rule(site=SITES, noticed_after_ms=st.sampled_from([0.0, 1_500.0]))
    def link_breaks(self, site: str, noticed_after_ms: float) -> None:
        self.disturbed()
        self.sites.break_link(site, noticed_after_ms=noticed_after_ms)

    @rule(site=SITES)
    def controller_is_killed(self, site: str) -> None:
        self.disturbed()
        for asked in self.asked:
            asked.is_over |= asked.site == site  # nobody will hear
        self.sites.kill(site)
        self.watch(site)
        self.acknowledged_stands(site)
        self.calm_since_ms = self.sites.now_ms

    # What holds
    def acknowledged_stands(self, site: str) -> None:
        table = self.sites.tables[site]
        for (wall_id, layer), scene_id in self.acknowledged.items():
            if wall_id == table.wall_id:
                found = table.state.walls[wall_id].layers.get(layer)  # type: ignore[call-overload]
                is_so = (None if found is None else found.arrangement.scene.scene_id) == scene_id
                assert is_so, f"{wall_id} {layer}: {scene_id} was acknowledged and is lost"

    @invariant()
    def each_controller_changes_its_own_walls_alone(self) -> None:
        if not hasattr(self, "sites"):
            return
        for table in self.sites.tables.values():
            assert table.state.walls.keys() == {table.wall_id}
            for mirror in table.state.peers[table.other].mirrors:
                assert mirror == WALLS[table.other]

    @invariant()
    def a_salvo_is_shown_where_it_is_led_or_nowhere(self) -> None:
        for asked in getattr(self, "asked", ()):
            if asked.op == "salvo.take" and asked.shown_ms and asked.site not in asked.shown_ms:
                # Below what is on air there it is kept, not shown.
                ws = self.sites.tables[asked.site].state.walls[WALLS[asked.site]]
                kept = [each.by for each in ws.layers.values()]
                assert asked.by in kept or asked.is_disturbed, "shown elsewhere alone"

    @rule()
    def calm(self) -> None:
        """With a line that works followers are right within 2 s, and mirrors true."""
        assume(not self.sites.is_cut)
        self.sites.run(FOLLOW_MS + SWITCH_MS + 600)
        self.judge_calm()

    def judge_calm(self) -> None:
        tables = self.sites.tables
        for table in tables.values():
            other = tables[table.other]
            mirror = table.state.peers[table.other].mirrors[other.wall_id]
            ws = other.state.walls[other.wall_id]
            program = ws.program_showing()
            seen = mirror.wall["program"] or {"sceneId": None, "revision": None}
            assert (seen["sceneId"], seen["revision"]) == program, "a mirror is not true"
            following = table.state.walls[table.wall_id].following
            if following is not None:
                own = table.state.walls[table.wall_id].layers.get("manual")
                by = own.by if own is not None else None
                assert own is None or by == following.sign, "a person's take ends a following"
                scene_id = own.arrangement.scene.scene_id if own is not None else None
                assert scene_id == program[0], "a follower shows something else"

    def teardown(self) -> None:
        if not hasattr(self, "sites"):
            return
        try:
            if self.sites.is_cut:
                self.sites.mend()
            self.sites.run(6_000)
            self.comes_right()
        finally:
            self.folder.cleanup()

    def comes_right(self) -> None:
        """Everything is answered or was lost, nothing is pending, both know the same."""
        assert [each for each in self.asked if not each.is_over] == []
        self.judge_calm()
        for table in self.sites.tables.values():
            ws = table.state.walls[table.wall_id]
            assert ws.pending is None
            assert not ws.settling
            assert all(not each.switches for each in table.state.held_salvos.values())
            self.acknowledged_stands(table.site_id)


TestTwoSites = TwoSites.TestCase
TestTwoSites.settings = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)
