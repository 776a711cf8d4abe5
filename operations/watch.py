"""The rules of a room as the feed watches them: states going on, and what has to be reported.

Two threads meet here. The feed calls `look` with every tick; the desk (operations/desk.py), which
speaks with the controller, calls the others. Nothing here waits for anything but the lock.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from data_access.envelope import Envelope
from operations.alarms import Firing, Order
from operations.definitions import Kept, report
from operations.rules import Observation, Rule, State, advance, edited, observed, veto

log = logging.getLogger(__name__)

PROGRESS_MS = 5_000.0  # least time between two reports of the same phase
HEARD_MS = 2_000.0  # a proposal the controller heard of later than this has its window anew
MOST_UNTOLD = 32  # reports of one rule while the controller is away; the oldest are dropped


@dataclass(slots=True)
class _Watched:
    """A rule under watch."""

    rule: Rule
    state: State
    taken: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    vetoed_ms: float | None = None  # of the last veto that was taken note of
    untold: list[dict[str, Any]] = field(default_factory=list)  # reports, oldest first
    told_ms: float = 0.0
    told: State = field(default_factory=State)
    is_heard: bool = True  # the controller knows of the proposal: whoever may veto it can

    def put(self, state: State, now_ms: float) -> None:
        """Go on to `state`, with a report when the controller should hear of it."""
        if state.phase != "firing":
            self.taken = self.dismissed = frozenset()
        before, self.state = self.state, state
        if state.phase != before.phase:
            log.info("rule %s: %s (%s)", self.rule.rule_id, state.phase, state.figure)
            self.is_heard = state.phase != "proposed"
            self.tell(now_ms)
        elif state.phase == "dwelling" and self._has_progress(now_ms):
            self.tell(now_ms)

    def _has_progress(self, now_ms: float) -> bool:
        """Tell whether a dwell goes on, not with every number: each report is written to disk."""
        before, now = self.told, self.state
        is_more = (now.since_ms, now.as_of_ms) != (before.since_ms, before.as_of_ms)
        return is_more and abs(now_ms - self.told_ms) >= PROGRESS_MS

    def tell(self, now_ms: float) -> None:
        """Line up a report of the state as it is now."""
        if self.untold and self.untold[-1]["phase"] == self.state.phase:
            self.untold.pop()
        self.untold.append(report(self.rule, self.state, self.taken))
        del self.untold[:-MOST_UNTOLD]
        self.told_ms, self.told = now_ms, self.state


class RuleWatch:
    """States of all rules. Before the controller has said its rules, none is watched."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: dict[str, _Watched] = {}

    def look(self, envelopes: Mapping[str, Envelope], now_ms: float) -> bool:
        """Run every rule on the envelopes as they are; tell whether there is more to report now.

        An aggregate without an entry is not seen: what was known of it counts until it is stale.
        """
        with self._lock:
            for each in self._rules.values():
                seen = observed(each.rule, envelopes.get(each.rule.aggregate))
                _run(each, seen, now_ms)
            return any(each.untold and each.told_ms == now_ms for each in self._rules.values())

    def load(self, kept: Iterable[Kept], now_ms: float) -> None:
        """Take over rules and states as the controller keeps them, vetoes among them."""
        with self._lock:
            known, self._rules = self._rules, {}
            for each in kept:
                name = each.rule.rule_id
                if name in known:
                    self._rules[name] = _merged(known[name], each, now_ms)
                else:
                    vetoed_ms = each.state.since_ms if each.state.phase == "vetoed" else None
                    self._rules[name] = _Watched(
                        each.rule, each.state, each.taken, vetoed_ms=vetoed_ms, told=each.state
                    )

    def untold(self) -> list[dict[str, Any]]:
        """Return the oldest report of each rule that has one."""
        with self._lock:
            return [each.untold[0] for each in self._rules.values() if each.untold]

    def told(self, said: Mapping[str, Any], now_ms: float) -> None:
        """Take note that the controller has kept a report.

        A veto window begins when the room can hear of the proposal: one that waited is told anew.
        """
        with self._lock:
            each = self._rules.get(said["ruleId"])
            if each is None:
                return
            each.untold = [one for one in each.untold if one is not said]
            if said["phase"] == each.state.phase == "proposed" and not each.is_heard:
                each.is_heard = True
                if now_ms - each.state.since_ms > HEARD_MS:
                    each.state = replace(each.state, since_ms=now_ms)
                    each.tell(now_ms)

    def refused(self, said: Mapping[str, Any]) -> None:
        """Drop what was lined up for a rule: the controller knows better, and is asked next."""
        with self._lock:
            each = self._rules.get(said["ruleId"])
            if each is not None:
                each.untold = []

    def firings(self) -> list[Firing] | None:
        """Return what the walls are held against; None while the controller has not heard all."""
        with self._lock:
            if any(each.untold for each in self._rules.values()):
                return None
            return [
                Firing(each.rule, each.state, each.taken, each.dismissed)
                for each in self._rules.values()
            ]

    def done(self, order: Order, now_ms: float) -> None:
        """Take note of an order that was carried out."""
        with self._lock:
            each = self._rules.get(order.rule_id)
            if each is None or each.state.phase != "firing":
                return
            if order.what == "dismissed":
                each.dismissed |= {order.wall_id}
            elif order.what in ("take", "noted") and order.wall_id not in each.taken:
                each.taken |= {order.wall_id}
                each.tell(now_ms)


def _run(each: _Watched, seen: Observation | None, now_ms: float) -> None:
    state, _ = advance(each.rule, each.state, seen, now_ms)
    if state.phase == "firing" and each.state.phase == "proposed" and not each.is_heard:
        return  # nobody could veto it yet
    each.put(state, now_ms)


def _merged(known: _Watched, kept: Kept, now_ms: float) -> _Watched:
    """Go on with our own state under the controller's definition, and honour a veto."""
    state = edited(known.rule, kept.rule, known.state, now_ms)
    known.rule = kept.rule
    if kept.state.phase == "vetoed" and kept.state.since_ms != known.vetoed_ms:
        known.vetoed_ms = kept.state.since_ms
        vetoed, _ = veto(state, now_ms)
        if vetoed.phase == "vetoed":
            known.untold = []
            known.state = replace(vetoed, since_ms=kept.state.since_ms)
            known.told = known.state
            known.taken = known.dismissed = frozenset()
            return known
    known.put(state, now_ms)
    if not known.untold and kept.state.phase != known.state.phase:
        known.tell(now_ms)
    return known
