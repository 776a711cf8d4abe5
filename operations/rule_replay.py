"""When a rule would have fired on a day: the engine itself, run over stored data.

The number is built at each instant at which something became known, as the feed built it then
(data_access/store/past.py says on which basis, and what is not kept by time). The engine begins
quiet some time before the day, long enough to have earned what stood at midnight. Timers end on the
dot here; the feed looks every 0.25 s, so its instants come up to so much later.

Not for what people did: nobody vetoes in a replay.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine

from data_access.aggregates.past import past_datasets, past_envelopes
from data_access.aggregates.registry import rows_before
from data_access.city import City
from data_access.envelope import Envelope, Origin
from data_access.model import Basis
from data_access.store.past import Past
from operations.errors import NotReplayable
from operations.replayed import Moment, Replayed
from operations.rules import Observation, Phase, Rule, State, advance, next_ms, observed, until_ms

SHORTEST_LEAD_MS = 3_600_000.0
LONGEST_LEAD_MS = 86_400_000.0


def replay_day(
    rule: Rule,
    day: date,
    source: Engine,
    city: City,
    *,
    now_ms: float,
    basis: Basis | None = None,
) -> Replayed:
    """Return what `rule` would have done on a local day, today up to `now_ms`.

    Raises NotReplayable when its number has no past, or the day has not begun; StoreError.
    """
    first = datetime.combine(day, time(), city.zone)
    from_ms = first.timestamp() * 1000
    after = datetime.combine(day + timedelta(days=1), time(), city.zone).timestamp() * 1000
    if from_ms >= now_ms:
        raise NotReplayable("notBegun", f"{day:%d/%m/%Y} has not begun yet")
    return replay(rule, from_ms, min(after, now_ms), source, city, basis=basis)


def replay(
    rule: Rule,
    from_ms: float,
    to_ms: float,
    source: Engine,
    city: City,
    *,
    basis: Basis | None = None,
) -> Replayed:
    """Return what `rule` would have done from `from_ms` until before `to_ms`, switched on.

    Raises NotReplayable and StoreError.
    """
    try:
        datasets = past_datasets(rule.aggregate, city)
    except LookupError as error:
        raise NotReplayable("noPast", str(error)) from error
    rule = replace(rule, enabled=True)
    lead_ms = 2 * (rule.dwell_ms + rule.veto_ms + rule.cooldown_ms)
    lead_ms = min(max(lead_ms, SHORTEST_LEAD_MS), LONGEST_LEAD_MS)
    begin_us, to_us = int((from_ms - lead_ms) * 1000), int(to_ms * 1000) - 1
    past = Past(
        source, city.zone, datasets,
        from_us=begin_us, to_us=to_us, basis=basis, rows_before=rows_before(),
    )  # fmt: skip
    try:
        run = _Run(rule, from_ms)
        begun = [int(from_ms * 1000)]
        for envelope in past_envelopes(rule.aggregate, city, past, to_us=to_us, also_us=begun):
            run.look(envelope)
        run.wait(to_us / 1000)
        run.course.end(to_ms)
    finally:
        past.close()
    number = run.number
    return Replayed(
        rule=rule,
        from_ms=from_ms,
        to_ms=to_ms,
        basis=past.basis,
        before=run.before,
        moments=tuple(run.moments),
        looks=run.looks,
        seen=len(run.figures),
        lowest=min(run.figures, default=None),
        highest=max(run.figures, default=None),
        unit=str(number.get("unit", "")),
        decimals=int(number.get("decimals", 0)),
        course=tuple(run.course.points),
        origins=tuple(sorted(run.origins)),
    )


class Course:
    """The number as the rule saw it: each figure from when it was seen until the next, or stale."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float | None]] = []
        self._fresh_until_ms = math.inf

    def look(self, now_ms: float, seen: Observation | None) -> None:
        """Note what is seen at `now_ms`; what is as before is not repeated."""
        self.end(now_ms)
        is_seen = seen is not None and seen.is_seen(now_ms)
        figure = seen.figure if seen is not None and is_seen else None
        self._fresh_until_ms = seen.fresh_until_ms(now_ms) if seen and is_seen else math.inf
        if not self.points or self.points[-1][1] != figure:
            self.points.append((now_ms, figure))

    def end(self, now_ms: float) -> None:
        """Let time pass up to `now_ms`: a figure that turned stale is seen no more."""
        if self._fresh_until_ms < now_ms:
            self.points.append((self._fresh_until_ms, None))
            self._fresh_until_ms = math.inf


class _Run:
    """The engine on its way through the envelopes."""

    def __init__(self, rule: Rule, from_ms: float) -> None:
        self._rule = rule
        self._from_ms = from_ms
        self._state = State()
        self._seen: Observation | None = None
        self.number: Mapping[str, Any] = {}
        self.before: Phase = "quiet"
        self.moments: list[Moment] = []
        self.looks = 0
        self.figures: list[float] = []
        self.origins: set[Origin] = set()
        self.course = Course()

    def look(self, envelope: Envelope) -> None:
        """Go on to when `envelope` was made, and look at it."""
        now_ms = envelope.made_at_ms
        self.wait(now_ms)
        self._seen = observed(self._rule, envelope)
        self.number = (envelope.payload.get("numbers") or {}).get(self._rule.number) or self.number
        if now_ms >= self._from_ms:
            self.course.look(now_ms, self._seen)
        if now_ms >= self._from_ms and self._seen is not None:
            self.looks += 1
            if self._seen.figure is not None and self._seen.is_seen(now_ms):
                self.figures.append(self._seen.figure)
                self.origins.add(self._seen.origin)
        self._step(now_ms)

    def wait(self, to_ms: float) -> None:
        """Let time pass up to `to_ms`, stopping where it may change the phase."""
        at_ms = self._state.since_ms
        while (at := next_ms(self._rule, self._state, at_ms)) is not None and at < to_ms:
            at_ms = at
            self._step(at_ms)

    def _step(self, now_ms: float) -> None:
        before = self._state.phase
        self._state, _ = advance(self._rule, self._state, self._seen, now_ms)
        state = self._state
        if state.phase == before:
            return
        if now_ms < self._from_ms:
            self.before = state.phase
            return
        self.moments.append(
            Moment(
                at_ms=now_ms,
                phase=state.phase,
                figure=state.figure,
                as_of_ms=state.as_of_ms,
                origin=state.origin,
                until_ms=until_ms(self._rule, state),
            )
        )
