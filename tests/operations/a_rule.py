"""A rule, and how it is played by hand: time in minutes, every action with when it came."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from data_access.classification import Classification
from data_access.envelope import Envelope
from operations.rules import (
    Observation,
    Rule,
    State,
    advance,
    veto,
)

MINUTE = 60_000.0
T0 = 1.8e12
STALE = 15 * MINUTE
RULE = Rule(
    rule_id="jam",
    name={"vi": "Ùn tắc", "en": "Jam"},
    owner="traffic",
    aggregate="transport.speed",
    number="congested_share",
    condition="above",
    threshold=20.0,
    clear_at=15.0,
    dwell_ms=10 * MINUTE,
    cooldown_ms=30 * MINUTE,
    veto_ms=2 * MINUTE,
    wall_ids=("north",),
    scene_id="traffic",
)


@dataclass
class Play:
    """A rule played by hand: time in minutes, every action with when it came."""

    rule: Rule = RULE
    state: State = field(default_factory=State)
    now_ms: float = T0
    said: list[tuple[float, str]] = field(default_factory=list)
    observation: Observation | None = None
    version: int = 100

    def look(self, minute: float, figure: float | None, **more: Any) -> str:
        """A fresh number arrives at this minute; returns the phase."""
        now_ms = T0 + minute * MINUTE
        self.version += 1
        fields = {"as_of_ms": now_ms, "stale_after_ms": STALE, "version": self.version} | more
        self.observation = Observation(figure, **fields)
        return self.wait(minute)

    def wait(self, minute: float) -> str:
        """Only time passes, until this minute."""
        self.now_ms = T0 + minute * MINUTE
        self.state, actions = advance(self.rule, self.state, self.observation, self.now_ms)
        self.said += [(minute, action) for action in actions]
        return self.state.phase

    def veto(self) -> str:
        self.state, actions = veto(self.state, self.now_ms)
        self.said += [((self.now_ms - T0) / MINUTE, action) for action in actions]
        return self.state.phase


def envelope(number: Any, **more: Any) -> Envelope:
    fields: dict[str, Any] = {
        "realm": "live",
        "aggregate": "transport.speed",
        "version": 7,
        "label": {"vi": "", "en": ""},
        "state": "ok",
        "made_at_ms": T0 + 5,
        "as_of_ms": T0,
        "source_at_ms": None,
        "stale_after_ms": STALE,
        "owner": "traffic",
        "owner_label": {"vi": "", "en": ""},
        "datasets": (),
        "origin": "simulated",
        "classification": Classification("public"),
        "payload": {"numbers": {"congested_share": number}},
    }
    return Envelope(**(fields | more))
