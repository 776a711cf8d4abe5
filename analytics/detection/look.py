"""One look at everything that is watched: each detector that is due, then the book.

A detector is due when it has not looked for its `every` and there are newer values than it has
seen. One that fails stops no other: what it found before stays and grows old. Rules over several
sources (`together.py`) look last, at what the others have found, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from analytics.detection import air, congestion, fault, flood, novelty, outbreak, surge, together
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
from analytics.detection.signs import newest_ms, of_alert, of_finding, sights
from analytics.detection.surge import Surge
from analytics.detection.together import Sight, Together
from analytics.detection.topics import topic_names
from analytics.detection.weeks import newest_weeks
from data_access.envelope import Envelope

log = logging.getLogger(__name__)


@dataclass
class Look:
    """What one look has seen so far."""

    plan: Plan
    watcher: Watcher
    before: Envelope | None
    past: Book
    found: dict[str, list[Finding]] = field(default_factory=dict)  # by detector
    suspects: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def suspected(self, dataset: str, indicator: str) -> frozenset[str]:
        """Return the entities that are held to be faulty, now or when that was last looked at."""
        key = dataset, indicator
        kept = [
            name
            for alert in self.past.open
            if alert.sort == "fault"
            and alert.told.get("source", {}).get("dataset") == key[0]
            and alert.told.get("source", {}).get("indicator") == key[1]
            for name in alert.subjects
        ]
        return self.suspects.get(key, frozenset(kept))

    def standing(self) -> dict[str, list[Sight]]:
        """Return what stands of each detector of one series, as signs of something else."""
        told: dict[str, list[Sight]] = {}
        for options in self.plan.detector:
            if isinstance(options, Together):
                continue
            found = self.found.get(options.id)
            if found is None:
                kept = [each for each in self.past.open if each.detector == options.id]
                signs = [of_alert(each) for each in kept]
            else:
                signs = [of_finding(each, _glass(options, self.watcher)) for each in found]
            told[options.id] = [each for each in signs if each.severity != "information"]
        return told


def look(
    plan: Plan, watcher: Watcher, before: Envelope | None
) -> tuple[Book, list[dict[str, Any]]]:
    """Return the book after this look, and how each detector looked."""
    past, looked = book_of(before), looked_of(before)
    state = Look(plan, watcher, before, past)
    seen_now: list[Seen] = []
    looked_ms: dict[str, float] = {}
    rows: list[dict[str, Any]] = []
    for options in _in_order(plan):
        there_ms = newest_ms(watcher, plan.datasets(options))
        at_ms, known_ms = looked.get(options.id, (0.0, 0.0))
        is_due = watcher.now_ms - at_ms >= us(options.every) / 1000 and there_ms != known_ms
        if there_ms is not None and is_due:
            try:
                found = find(options, state)
            except Exception:  # one detector must not stop the others
                log.exception("detector %s failed", options.id)
            else:
                state.found[options.id] = found
                at_ms, known_ms = watcher.now_ms, there_ms
                looked_ms[options.id] = there_ms
                seen_now += _seen(options, state, found)
        rows.append(_row(options, state, at_ms, known_ms))
    contracts = watcher.city.datasets
    forget_ms = {
        each.id: max(contracts[name].stale_after_ms for name in plan.datasets(each))
        for each in plan.detector
    }
    book = fold(past, seen_now, looked_ms=looked_ms, now_ms=watcher.now_ms, forget_ms=forget_ms)
    for row in rows:
        row["open"] = sum(alert.detector == row["id"] for alert in book.open)
    return book, rows


def find(options: Detector, state: Look) -> list[Finding]:
    """Return what one detector finds."""
    watcher = state.watcher
    if isinstance(options, Together):
        seen_now = sights(watcher, options, found=state.standing(), suspected=state.suspected)
        return together.find(options, seen_now)
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
    suspects = state.suspected(options.dataset, options.indicator)
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
    """Return faults first, whom events then do not believe, and rain before what it explains.

    What looks at what others have found, last.
    """

    def rank(options: Detector) -> int:
        last = 3 if isinstance(options, Together) else 2
        return 0 if isinstance(options, Fault) else 1 if isinstance(options, Rain) else last

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


def _glass(options: Detector, watcher: Watcher) -> Callable[[int], float]:
    """Return how a detector's instants come to glass; those of several sources are there."""
    if isinstance(options, Together):
        return lambda at_us: at_us / 1000
    dataset = options.dataset
    return lambda at_us: watcher.glass_ms(dataset, at_us)


def _seen(options: Detector, state: Look, found: Iterable[Finding]) -> Sequence[Seen]:
    glass_ms, source = _glass(options, state.watcher), _source(options, state.plan)
    return [seen(each, glass_ms, source=source) for each in found]


def _source(options: Detector, plan: Plan) -> dict[str, str]:
    """Return the series a detector looks at; of several sources the first."""
    if isinstance(options, Together):
        return {"dataset": plan.datasets(options)[0]}
    return {"dataset": options.dataset, "indicator": options.indicator}


def _row(options: Detector, state: Look, looked_ms: float, newest_ms: float) -> dict[str, Any]:
    datasets = state.watcher.city.datasets
    names = [datasets[name].name for name in state.plan.datasets(options)]
    return {
        "id": options.id,
        "name": options.name,
        "dataset": {
            language: " · ".join(each[language] for each in names) for language in names[0]
        },
        "basis": options.basis,
        "sort": "fault" if isinstance(options, Fault) else "event",
        "looked": looked_ms,
        "newest": newest_ms,
        "source": _source(options, state.plan),
    }
