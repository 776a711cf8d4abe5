"""One look at everything that is watched: each detector that is due, then the book.

A detector is due when it has not looked for its `every` and there are newer values than it has
seen. One that fails stops no other: what it found before stays and grows old.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.detection import air, congestion, fault, flood, novelty, outbreak, surge
from analytics.detection.alerts import book_of, looked_of, seen
from analytics.detection.book import Book, Seen, fold
from analytics.detection.congestion import Congestion
from analytics.detection.fault import Fault
from analytics.detection.finding import Finding
from analytics.detection.flood import Level, Rain
from analytics.detection.options import us
from analytics.detection.outbreak import Outbreak
from analytics.detection.plan import Detector, Plan
from analytics.detection.reading import Watcher
from analytics.detection.scene import Happening, Scene
from analytics.detection.surge import Surge
from analytics.detection.topics import topic_names
from analytics.detection.weeks import newest_weeks
from data_access.envelope import Envelope, Text

log = logging.getLogger(__name__)


@dataclass
class Look:
    """What one look has seen so far."""

    watcher: Watcher
    before: Envelope | None
    past: Book
    found: dict[str, list[Finding]] = field(default_factory=dict)  # by detector
    suspects: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def suspected(self, options: Detector) -> frozenset[str]:
        """Return the entities that are held to be faulty, now or when that was last looked at."""
        key = options.dataset, options.indicator
        kept = [
            name
            for alert in self.past.open
            if alert.sort == "fault"
            and alert.told.get("source", {}).get("dataset") == key[0]
            and alert.told.get("source", {}).get("indicator") == key[1]
            for name in alert.subjects
        ]
        return self.suspects.get(key, frozenset(kept))


def look(
    plan: Plan, watcher: Watcher, before: Envelope | None
) -> tuple[Book, list[dict[str, Any]]]:
    """Return the book after this look, and how each detector looked."""
    past, looked = book_of(before), looked_of(before)
    state = Look(watcher, before, past)
    seen_now: list[Seen] = []
    looked_ms: dict[str, float] = {}
    rows: list[dict[str, Any]] = []
    for options in _in_order(plan):
        newest_us = watcher.snapshot.newest_us(options.dataset)
        newest_ms = 0.0 if newest_us is None else watcher.glass_ms(options.dataset, newest_us)
        at_ms, known_ms = looked.get(options.id, (0.0, 0.0))
        is_due = watcher.now_ms - at_ms >= us(options.every) / 1000 and newest_ms != known_ms
        if newest_us is not None and is_due:
            try:
                found = find(options, state)
            except Exception:  # one detector must not stop the others
                log.exception("detector %s failed", options.id)
            else:
                state.found[options.id] = found
                at_ms, known_ms = watcher.now_ms, newest_ms
                looked_ms[options.id] = newest_ms
                seen_now += _seen(options, watcher, found)
        rows.append(_row(options, watcher, at_ms, known_ms))
    forget_ms = {
        each.id: watcher.city.datasets[each.dataset].stale_after_ms for each in plan.detector
    }
    book = fold(past, seen_now, looked_ms=looked_ms, now_ms=watcher.now_ms, forget_ms=forget_ms)
    for row in rows:
        row["open"] = sum(alert.detector == row["id"] for alert in book.open)
    return book, rows


def find(options: Detector, state: Look) -> list[Finding]:
    """Return what one detector finds."""
    watcher = state.watcher
    if isinstance(options, Outbreak):
        weeks = newest_weeks(watcher, options)
        return [finding for week in weeks for finding in outbreak.find(options, week)]
    if isinstance(options, Surge):
        rename = topic_names(watcher, options)
        scene = watcher.scene(options, how="sum", rename=rename)
        return [] if scene is None else surge.find(options, scene)
    if isinstance(options, Fault):
        scene = watcher.scene(options)
        found = [] if scene is None else fault.find(options, scene)
        key = options.dataset, options.indicator
        state.suspects[key] = frozenset(name for each in found for name in each.subjects)
        return found
    suspects = state.suspected(options)
    if isinstance(options, Congestion):
        scene = watcher.scene(
            options,
            free_flow=options.free_flow,
            causes=options.causes,
            suspects=suspects,
            extra=_wet(state),
        )
        if scene is None:
            return []
        return congestion.find(options, _with_past(options, scene, state.past))
    if isinstance(options, Rain):
        scene = watcher.scene(options, suspects=suspects, with_profile=False)
        return [] if scene is None else flood.find_rain(options, scene)
    if isinstance(options, Level):
        scene = watcher.scene(options, suspects=suspects, extra=_wet(state))
        raining = state.found.get(options.with_rain, [])
        return [] if scene is None else flood.find_level(options, scene, raining=raining)
    scene = watcher.scene(options, suspects=suspects)
    if scene is None:
        return []
    if isinstance(options, air.Air):
        return air.find(options, scene)
    return novelty.find(options, scene)


def _in_order(plan: Plan) -> list[Detector]:
    """Return faults first, whom events then do not believe, and rain before what it explains."""

    def rank(options: Detector) -> int:
        return 0 if isinstance(options, Fault) else 1 if isinstance(options, Rain) else 2

    return sorted(plan.detector, key=rank)


def _wet(state: Look) -> list[Happening]:
    """Return the rain that was found by this look, as something that may be a cause."""
    return [
        Happening("rain", each.title, *each.spot, each.began_us)
        for found in state.found.values()
        for each in found
        if each.kind == "flood" and each.spot is not None
    ]


def _with_past(options: Congestion, scene: Scene, past: Book) -> Scene:
    """Return a scene with how long earlier jams lasted."""
    lasted = tuple(
        (name, round((alert.ended_ms - alert.began_ms) * 1000))
        for alert in past.ended
        if alert.detector == options.id and alert.ending == "cleared" and alert.ended_ms is not None
        for name in alert.subjects[:1]
    )
    return replace(scene, past_us=lasted)


def _seen(options: Detector, watcher: Watcher, found: Iterable[Finding]) -> Sequence[Seen]:
    source: Mapping[str, str] = {"dataset": options.dataset, "indicator": options.indicator}
    return [
        seen(each, lambda at_us: watcher.glass_ms(options.dataset, at_us), source=source)
        for each in found
    ]


def _row(options: Detector, watcher: Watcher, looked_ms: float, newest_ms: float) -> dict[str, Any]:
    dataset: Text = watcher.city.datasets[options.dataset].name
    return {
        "id": options.id,
        "name": options.name,
        "dataset": dataset,
        "basis": options.basis,
        "sort": "fault" if isinstance(options, Fault) else "event",
        "looked": looked_ms,
        "newest": newest_ms,
        "source": {"dataset": options.dataset, "indicator": options.indicator},
    }
