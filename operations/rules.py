"""The engine of rules: when a number crosses its threshold, a scene is proposed, then taken.

Pure: (rule, state, observation, now) -> (state, actions). No clock, link or file; the feed runs it
after each envelope, and the replay over stored data runs the very same functions.

A rule is **quiet** until its number is beyond the threshold; **dwelling** while it stays there;
**proposed** once it has stayed for the dwell, which is when the room hears of it and can veto;
**firing** after the veto window, until the number has come back to `clear_at`; **cooling** for the
cooldown after that; **vetoed** from a person's veto until the number has come back, then cooling.

Blind is who sees no number, none that is finite, or one older than its `stale_after_ms`. A blind
rule changes nothing but the end of a cooldown: it neither fires nor clears. Time spent blind does
not count towards the dwell. A proposal whose veto window passed meanwhile fires at the first sight
of a number that has not come back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from data_access.envelope import LIVE, Envelope, Origin, Text

Phase = Literal["quiet", "dwelling", "proposed", "firing", "vetoed", "cooling"]
Action = Literal["take", "clear"]  # of the alarm layer of the rule's walls


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule. Above means greater than the threshold; what has come back to `clear_at` is over."""

    rule_id: str
    name: Text
    owner: str  # agency id
    aggregate: str
    number: str  # id in the envelope's numbers
    condition: Literal["above", "below"]
    threshold: float
    clear_at: float
    dwell_ms: float
    cooldown_ms: float
    veto_ms: float
    wall_ids: tuple[str, ...]
    scene_id: str
    enabled: bool = True

    def is_beyond(self, figure: float) -> bool:
        """Tell whether `figure` is past the threshold; reaching it is not enough."""
        return figure > self.threshold if self.condition == "above" else figure < self.threshold

    def is_over(self, figure: float) -> bool:
        """Tell whether `figure` has come back to `clear_at`, and is not past the threshold."""
        back = figure <= self.clear_at if self.condition == "above" else figure >= self.clear_at
        return back and not self.is_beyond(figure)

    @property
    def watched(self) -> tuple[object, ...]:
        """What a dwell is about: with another of these it begins anew."""
        return self.aggregate, self.number, self.condition, self.threshold


@dataclass(frozen=True, slots=True)
class Observation:
    """A number as an envelope says it; `figure` is None when there is none."""

    figure: float | None
    as_of_ms: float
    stale_after_ms: float
    origin: Origin = "live"
    version: int = 0  # of the envelope: a lower one came late and is ignored

    def is_seen(self, now_ms: float) -> bool:
        """Tell whether there is a finite figure that is not stale at `now_ms`."""
        is_finite = self.figure is not None and math.isfinite(self.figure)
        return is_finite and now_ms <= self.fresh_until_ms(now_ms)

    def fresh_until_ms(self, now_ms: float) -> float:
        """Return when it turns stale; a time of the future counts as now."""
        return min(self.as_of_ms, now_ms) + self.stale_after_ms


@dataclass(frozen=True, slots=True)
class State:
    """What is kept of a rule. `since_ms` begins the phase, less what a dwell was blind for."""

    phase: Phase = "quiet"
    since_ms: float = 0.0
    figure: float | None = None  # the last one seen
    as_of_ms: float | None = None
    origin: Origin = "live"
    known_ms: float | None = None  # until then the last figure seen speaks; not kept on disk
    version: int = 0  # of the newest envelope; not kept on disk


def advance(
    rule: Rule, state: State, observation: Observation | None, now_ms: float
) -> tuple[State, tuple[Action, ...]]:
    """Return the state at `now_ms` and what is to be done to the walls, in order.

    Call it for each new envelope, and again (with the last observation) when `next_ms` has come;
    more often changes nothing. A clock that went back behind the beginning of a phase begins that
    phase anew: no dwell, veto window or cooldown becomes shorter by it.
    """
    state = replace(state, since_ms=min(state.since_ms, now_ms))
    if observation is not None and observation.version < state.version:
        observation = None
    if not rule.enabled:
        return _disabled(rule, state, now_ms)
    if observation is not None:
        state = _looked(state, observation, now_ms)
    is_seen = observation is not None and observation.is_seen(now_ms)
    actions: list[Action] = []
    while (following := _next(rule, state, now_ms, is_seen=is_seen)) is not None:
        if following == "firing":
            actions.append("take")
        elif state.phase == "firing":
            actions.append("clear")
        state = replace(state, phase=following, since_ms=now_ms)
    return state, tuple(actions)


def veto(state: State, now_ms: float) -> tuple[State, tuple[Action, ...]]:
    """Return the state after a person's veto: of what dwells, is proposed or fires already."""
    if state.phase not in ("dwelling", "proposed", "firing"):
        return state, ()
    actions: tuple[Action, ...] = ("clear",) if state.phase == "firing" else ()
    return replace(state, phase="vetoed", since_ms=now_ms), actions


def edited(before: Rule, after: Rule, state: State, now_ms: float) -> State:
    """Return the state of a rule that was changed.

    A dwell or proposal earned under another threshold is dropped. What fires goes on firing and is
    cleared by the new definition; vetoes and cooldowns stand.
    """
    if before.watched == after.watched:
        return state
    if state.phase in ("dwelling", "proposed"):
        state = replace(state, phase="quiet", since_ms=now_ms)
    if (before.aggregate, before.number) != (after.aggregate, after.number):
        state = replace(state, figure=None, as_of_ms=None, known_ms=now_ms, version=0)
    return state


def until_ms(rule: Rule, state: State) -> float | None:
    """Return when the phase ends by time (of a dwell: if it is seen until then), else None."""
    match state.phase:
        case "dwelling":
            return state.since_ms + rule.dwell_ms
        case "proposed":
            return state.since_ms + rule.veto_ms
        case "cooling":
            return state.since_ms + rule.cooldown_ms
    return None


def next_ms(rule: Rule, state: State, now_ms: float) -> float | None:
    """Return the instant after `now_ms` at which time alone may change the phase, else None."""
    ends_ms = until_ms(rule, state)
    return ends_ms if ends_ms is not None and ends_ms > now_ms else None


def observed(rule: Rule, envelope: Envelope | None) -> Observation | None:
    """Return what a live envelope says of the rule's number; None when there is none.

    An absent aggregate, a number that is missing or no number give an observation without figure.
    Nothing that is exercised is seen, whoever shows it.
    """
    if envelope is None or envelope.realm != LIVE:
        return None
    numbers: Mapping[str, object] = envelope.payload.get("numbers") or {}
    number = numbers.get(rule.number) if envelope.state == "ok" else None
    if not isinstance(number, Mapping):
        number = MappingProxyType({})
    figure, as_of_ms = number.get("value"), number.get("atMs", envelope.as_of_ms)
    if as_of_ms is None or isinstance(figure, bool) or not isinstance(figure, int | float):
        figure = None
    return Observation(
        figure=None if figure is None else float(figure),
        as_of_ms=envelope.made_at_ms if as_of_ms is None else float(as_of_ms),
        stale_after_ms=envelope.stale_after_ms,
        origin=number.get("origin", envelope.origin),
        version=envelope.version,
    )


def _disabled(rule: Rule, state: State, now_ms: float) -> tuple[State, tuple[Action, ...]]:
    """A rule that is switched off watches nothing; what it had fired is cleared, and cools."""
    if state.phase == "firing":
        return replace(state, phase="cooling", since_ms=now_ms), ("clear",)
    if state.phase == "cooling":
        is_over = (until_ms(rule, state) or 0.0) <= now_ms
        return (replace(state, phase="quiet", since_ms=now_ms) if is_over else state), ()
    if state.phase != "quiet":
        state = replace(state, phase="quiet", since_ms=now_ms)
    return state, ()


def _looked(state: State, observation: Observation, now_ms: float) -> State:
    """Take note of a look: what was seen, and how long a dwell had been blind before."""
    state = replace(state, version=observation.version)
    known_ms = state.known_ms
    if known_ms is None and state.as_of_ms is not None:  # kept by another process
        known_ms = state.as_of_ms + observation.stale_after_ms
    if not observation.is_seen(now_ms):
        return replace(state, known_ms=now_ms if known_ms is None else min(known_ms, now_ms))
    since_ms = state.since_ms
    if state.phase == "dwelling" and known_ms is not None:
        since_ms += max(0.0, now_ms - max(known_ms, since_ms))
    return replace(
        state,
        since_ms=since_ms,
        figure=observation.figure,
        as_of_ms=observation.as_of_ms,
        origin=observation.origin,
        known_ms=observation.fresh_until_ms(now_ms),
    )


def _next(rule: Rule, state: State, now_ms: float, *, is_seen: bool) -> Phase | None:
    """Return the phase that follows now, None while this one goes on."""
    ends_ms = until_ms(rule, state)
    is_past = ends_ms is not None and now_ms >= ends_ms
    if state.phase == "cooling":
        return "quiet" if is_past else None
    if not is_seen or state.figure is None:
        return None
    is_beyond, is_over = rule.is_beyond(state.figure), rule.is_over(state.figure)
    match state.phase:
        case "quiet":
            return "dwelling" if is_beyond else None
        case "dwelling":
            if not is_beyond:
                return "quiet"
            return "proposed" if is_past else None
        case "proposed":
            if is_over:
                return "quiet"
            return "firing" if is_past else None
    return "cooling" if is_over else None
