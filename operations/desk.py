"""The desk of the rules: speaks with the controller for them, in a thread of its own.

A round asks for rules and states when they may have changed, reports what is not told yet, and
brings the alarm layers to what the rules want. Each step can be asked again: after a lost answer,
a restart or an outage the next round does what is missing, once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from operations.alarms import ALARM, Firing, Order, actor, holders, plan, together
from operations.definitions import read_kept
from operations.errors import ControllerAway, ControllerRefused
from operations.watch import RuleWatch

log = logging.getLogger(__name__)

AGAIN_MS = 1_000.0  # after no answer
REFUSED_MS = 5_000.0  # after a refusal: a lock may end, a scene may be put
LIST_MS = 60_000.0  # between two questions for the rules, if nobody says they changed

Ask = Callable[[str, Mapping[str, Any], Mapping[str, str] | None], Mapping[str, Any]]


class Desk:
    """Speaks for `watch`. `ask(op, args, actor)` raises ControllerAway and ControllerRefused."""

    def __init__(self, ask: Ask, watch: RuleWatch, clock_ms: Callable[[], float]) -> None:
        self._ask = ask
        self._watch = watch
        self._clock_ms = clock_ms
        self._woken = threading.Event()
        self._must_list = True
        self._listed_ms = 0.0
        self._settled: object = None  # what the walls were last brought to
        self._settled_ms = 0.0
        self._holders: dict[str, str] = {}  # rule on the alarm layer, by wall
        self._refused: dict[Order, str] = {}

    def wake(self) -> None:
        """Have the next round at once: there is something to report."""
        self._woken.set()

    def ask_again(self) -> None:
        """Have the rules asked for and the walls looked at: the controller is new, or they are."""
        self._must_list, self._settled = True, None
        self._woken.set()

    def run(self, stop: threading.Event) -> None:
        """Do rounds until `stop` is set."""
        wait_ms = 0.0
        while not stop.is_set():
            self._woken.wait(wait_ms / 1000)
            self._woken.clear()
            if stop.is_set():
                return
            try:
                wait_ms = self.round()
            except Exception:  # one failing round must not end the rules
                log.exception("the rules' desk failed")
                wait_ms = REFUSED_MS

    def round(self) -> float:
        """Do what is to be done; returns after how many milliseconds to come back unasked."""
        try:
            self._list()
            wait_ms = min(self._report(), self._settle())
            return min(wait_ms, self._report())  # of what was done to the walls
        except ControllerAway as error:
            log.info("rules wait for the controller: %s", error)
            return AGAIN_MS

    def _list(self) -> None:
        now_ms = self._clock_ms()
        if not self._must_list and 0 <= now_ms - self._listed_ms < LIST_MS:
            return
        self._must_list = False
        try:
            kept = read_kept(self._ask("rule.list", {}, None))
        except ControllerRefused as error:
            log.error("rules cannot be listed: %s", error)
            return
        except ControllerAway:
            self._must_list = True
            raise
        self._listed_ms = now_ms
        self._watch.load(kept, now_ms)

    def _report(self) -> float:
        wait_ms = LIST_MS
        while reports := self._watch.untold():
            for said in reports:
                try:
                    self._ask("rule.report", said, None)
                except ControllerRefused as error:
                    log.info("rule %s: %s was not taken: %s", said["ruleId"], said["phase"], error)
                    self._watch.refused(said)
                    self._must_list, wait_ms = True, AGAIN_MS
                else:
                    self._watch.told(said, self._clock_ms())
        return wait_ms

    def _settle(self) -> float:
        """Bring the alarm layers to what the rules want."""
        firings = self._watch.firings()
        if firings is None:
            return AGAIN_MS
        if self._must_list:
            return AGAIN_MS
        wanted = [_wish(each) for each in firings if each.state.phase == "firing"]
        now_ms = self._clock_ms()
        is_recent = not wanted or 0 <= now_ms - self._settled_ms < LIST_MS
        if wanted == self._settled and is_recent:
            return LIST_MS
        walls = self._ask("walls.list", {}, None).get("walls") or []
        before, self._holders = self._holders, holders(walls)
        orders = plan(firings, walls, before)
        done = [order for group in together(orders) for order in self._carry_out_group(group)]
        self._settled, self._settled_ms = (None if orders else wanted), now_ms
        if len(done) < len(orders):
            return REFUSED_MS
        return AGAIN_MS if orders else LIST_MS

    def _carry_out_group(self, group: list[Order]) -> list[Order]:
        """Take on all walls at one instant; when one of them refuses, on each that does not."""
        first = group[0]
        if len(group) > 1:
            args = {
                "takes": [{"wallId": each.wall_id, "sceneId": each.scene_id} for each in group],
                "layer": ALARM,
                "hold": True,
            }
            try:
                self._ask("salvo.take", args, actor(first.rule_id))
            except ControllerRefused as error:
                log.info("rule %s: not at one instant: %s", first.rule_id, error)
            else:
                for each in group:
                    self._done(each)
                return group
        return [each for each in group if self._carry_out(each)]

    def _carry_out(self, order: Order) -> bool:
        try:
            if order.what == "take":
                args = {
                    "wallId": order.wall_id,
                    "sceneId": order.scene_id,
                    "layer": ALARM,
                    "hold": True,
                }
                self._ask("wall.take", args, actor(order.rule_id))
            elif order.what == "clear":
                args = {"wallId": order.wall_id, "layer": ALARM}
                self._ask("wall.clear", args, actor(order.rule_id))
        except ControllerRefused as error:
            if self._refused.get(order) != error.code:
                log.error(
                    "rule %s: no %s on %s: %s", order.rule_id, order.what, order.wall_id, error
                )
            self._refused[order], self._must_list = error.code, True
            return False
        self._done(order)
        return True

    def _done(self, order: Order) -> None:
        self._refused.pop(order, None)
        if order.what in ("take", "clear"):
            log.info("rule %s: %s on %s", order.rule_id, order.what, order.wall_id)
        if order.what == "take":
            self._holders[order.wall_id] = order.rule_id
        elif order.what == "clear":
            self._holders.pop(order.wall_id, None)
        self._watch.done(order, self._clock_ms())


def _wish(firing: Firing) -> tuple[object, ...]:
    rule = firing.rule
    on_walls = tuple(wall_id for wall_id in rule.wall_ids if firing.wants(wall_id))
    return rule.rule_id, firing.state.since_ms, rule.scene_id, on_walls, firing.taken
