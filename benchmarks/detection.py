"""A labelled replay: how many of the alerts are right, how much is found, how late, faults apart.

Events and faults of sensors are put into real series (`IOC_LAKE`: METR-LA's speeds, hourly air and
rain of Hanoi, dengue of OpenDengue, counters of roads) and simulated ones; then all is played to
the detectors of `city/detection.toml` as it would have come. An alert about what was not put in
counts as wrong, also where the series itself had something unusual that nobody labelled; what the
simulator puts into its own series is labelled.

`--tuning` plays the part that thresholds may be set by. What is published is of the other part.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import orjson

from analytics.detection.book import Alert
from analytics.detection.finding import Sort
from analytics.detection.plan import Plan, read_plan
from analytics.detection.quality import MEASURED, Counted, OfSeed, Replayed
from analytics.precision import Precision
from benchmarks import detection_cases
from benchmarks.arguments import common
from benchmarks.detection_case import Case, Draw
from benchmarks.figures import Report, Table, publish, verdict
from benchmarks.injection import Truth
from data_access.city import load_city

TUNING_SEEDS = (7, 8, 9)
SEEDS = (301, 302, 303, 304, 305)  # nothing was ever set by what they give
LEAST_PRECISION, LEAST_RECALL = 80.0, 70.0
BEFORE_MS = 60 * 60_000.0  # an alert may begin so long before what was put in was felt
REPORTED = ("clusters", "epidemics")  # found in the report of their own time, however late that is
CITY = Path(__file__).resolve().parents[1] / "city"
SORTS: tuple[Sort, ...] = ("event", "fault")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of what was put in, of one sort; several add up."""

    put_in: int = 0
    found: int = 0
    alerts: int = 0
    right: int = 0
    called_event: int = 0
    delays_min: tuple[float, ...] = ()

    def __add__(self, other: Judged) -> Judged:
        return Judged(
            self.put_in + other.put_in,
            self.found + other.found,
            self.alerts + other.alerts,
            self.right + other.right,
            self.called_event + other.called_event,
            self.delays_min + other.delays_min,
        )


def main() -> None:
    """Replay, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--only", default="", help="only the cases whose kind begins so")
    parser.add_argument("--tuning", action="store_true", help="the part thresholds are set by")
    parser.add_argument("--seeds", type=int, nargs="+", help="default: those of the part")
    chosen = parser.parse_args()
    city = load_city(CITY)
    plan = read_plan(CITY, city)
    assert plan is not None  # noqa: S101
    seeds = tuple(chosen.seeds or (TUNING_SEEDS if chosen.tuning else SEEDS))
    began_s = time.perf_counter()
    played: list[tuple[int, Case, dict[Sort, Judged]]] = []
    for number, seed in enumerate(seeds):
        draws = Draw(seed, number, is_tuning=chosen.tuning)
        for case in detection_cases.cases(plan, city, chosen.lake, draws):
            if case.kind.startswith(chosen.only):
                played.append((seed, case, judge(case.truths, case.play())))
    took_s = time.perf_counter() - began_s
    kept = replayed(played, seeds)
    is_whole = chosen.lake is not None and not (chosen.only or chosen.tuning or chosen.seeds)
    publish(_report(kept, plan, took_s, is_tuning=chosen.tuning), write=chosen.write and is_whole)
    if chosen.write and is_whole:  # pages tell of all of the part that is not tuned on, or none
        MEASURED.write_bytes(
            orjson.dumps(kept.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n"
        )


def judge(truths: Sequence[Truth], alerts: Sequence[Alert]) -> dict[Sort, Judged]:
    """Hold alerts against what was put in: each truth is found once, each alert right or wrong.

    A further alert about a truth that was found already is wrong: one, not ten. A fault is called
    an event by an alert that is named after the faulty sensor and began with the fault. Of what was
    in a series before the first alert is right, and none is missed.
    """
    found: dict[int, Alert] = {}
    told: set[int] = set()  # of what was there
    right = dict.fromkeys(SORTS, 0)
    called_event = 0
    for alert in sorted(alerts, key=lambda each: each.raised_ms):
        about = [n for n, truth in enumerate(truths) if _is_about(alert, truth)]
        fitting = [n for n in about if not truths[n].was_there]
        same_sort = [n for n in fitting if truths[n].is_fault == (alert.sort == "fault")]
        was_there = {n for n in about if truths[n].was_there and truths[n].kind == alert.kind}
        new = [n for n in same_sort if n not in found]
        named = any(
            alert.subjects[0] in truths[n].entities and alert.began_ms >= truths[n].from_us / 1000
            for n in fitting
        )
        called_event += alert.sort == "event" and named and not same_sort
        sort = _sort(alert)
        if new:
            right[sort] += 1
            for n in new:
                found[n] = alert
        elif alert.sort == "fault":
            # One fault may look like another first: a spike, then stuck.
            right[sort] += bool(same_sort or was_there)
        elif not same_sort:
            right[sort] += bool(was_there - told)
        told |= was_there
    alerts_of = {sort: sum(_sort(alert) == sort for alert in alerts) for sort in SORTS}
    called = {"event": 0, "fault": called_event}
    return {
        sort: replace(
            _found_of(truths, found, sort),
            alerts=alerts_of[sort],
            right=right[sort],
            called_event=called[sort],
        )
        for sort in SORTS
    }


def _sort(alert: Alert) -> Sort:
    return "fault" if alert.sort == "fault" else "event"


def _found_of(truths: Sequence[Truth], found: Mapping[int, Alert], sort: Sort) -> Judged:
    """Return what of one sort was put in, and of it what was found, how late."""
    put_in = [
        n
        for n, truth in enumerate(truths)
        if truth.is_fault == (sort == "fault") and not truth.was_there
    ]
    delays = [
        (found[n].raised_ms - truths[n].from_us / 1000) / 60_000 for n in put_in if n in found
    ]
    return Judged(put_in=len(put_in), found=len(delays), delays_min=tuple(delays))


def _is_about(alert: Alert, truth: Truth) -> bool:
    end_ms = truth.to_us / 1000 + BEFORE_MS
    return (
        not set(alert.subjects).isdisjoint(truth.entities)
        and alert.began_ms <= end_ms
        and (alert.ended_ms or alert.seen_ms) >= truth.from_us / 1000 - BEFORE_MS
        and alert.raised_ms >= truth.from_us / 1000
    )


def replayed(
    played: Sequence[tuple[int, Case, Mapping[Sort, Judged]]], seeds: Sequence[int]
) -> Replayed:
    """Return what several seeds gave together, by sort of trouble, and each seed's own."""
    together: dict[tuple[str, Sort], tuple[Case, Judged]] = {}
    for _, case, judged in played:
        for sort in SORTS:
            if sort == "event" or case.faults is not None:
                key = case.kind, sort
                before = together[key][1] if key in together else Judged()
                together[key] = case, before + judged[sort]
    by_seed = []
    for seed in seeds:
        told = sum((each for of, _, judged in played if of == seed for each in judged.values()),
                   Judged())  # fmt: skip
        by_seed.append(
            OfSeed(seed=seed, put_in=told.put_in, found=told.found, alerts=told.alerts,
                   right=told.right)
        )  # fmt: skip
    return Replayed(
        measured_on=datetime.now(UTC).date().isoformat(),
        by_seed=tuple(by_seed),
        counted=tuple(
            Counted(
                kind=kind if sort == "event" else f"{kind}.faults",
                name=dict(case.events if sort == "event" else case.faults or {}),
                series=dict(case.series),
                apart=case.apart,
                put_in=told.put_in,
                found=told.found,
                alerts=told.alerts,
                right=told.right,
                faults_called_event=told.called_event,
                delay_min=round(median(told.delays_min), 1)
                if told.delays_min and kind not in REPORTED
                else None,
            )
            for (kind, sort), (case, told) in together.items()
        ),
    )


def _report(kept: Replayed, plan: Plan, took_s: float, *, is_tuning: bool) -> Report:
    rows = [
        (
            each.name["en"],
            each.series["en"],
            each.apart,
            str(each.put_in),
            str(each.found),
            f"{each.alerts - each.right} of {each.alerts}",
            told_of(each.precision),
            told_of(each.recall),
            "–" if each.delay_min is None else f"{each.delay_min:.0f}",
            str(each.faults_called_event),
        )
        for each in kept.counted
    ]
    called = sum(each.faults_called_event for each in kept.counted)
    unseen = [each for each in kept.counted if each.apart == "series"]
    seeds = ", ".join(str(each.seed) for each in kept.by_seed)
    part = "the part thresholds are set by" if is_tuning else (
        "no threshold was set by any of these seeds; where the column says series, not by that "
        "series either"
    )  # fmt: skip
    totals = [
        *_reached("all together", kept.counted, _span(kept)),
        *_reached("series never looked at", unseen, ""),
        ("faults called event", "", str(called), "", "0", verdict(called, 0)),
    ]
    return Report(
        name="detection",
        title="Alerts: a labelled replay",
        how=f"""Events and faults of sensors are put into series and played to the
        {len(plan.detector)} detectors of city/detection.toml as they would have come; seeds
        {seeds}: {part}. Wrong is every alert that is not about something put in, what was unusual
        in the series itself included, and every second alert about one event. Of what a
        series has of its own only four things make a first alert right, and none is counted
        as found or missed: hours in which the simulator has stations repeat others, days
        whose rain or dust draws twice the calls, loops that tell one and the same speed for
        two hours, and stretches whose mean of PM2.5 over three hours and the whole city is
        in VN_AQI's band "unhealthy" (above 80 µg/m³) before anything is put in. Delay is
        from the first step that was changed to the alert, median of those found. In
        brackets 95 %
        (Wilson).""",
        tables=[
            Table(
                ("put in", "into", "never looked at", "times", "found", "wrong alerts", "precision",
                 "recall", "delay, min", "faults called event"),
                rows,
            ),
            Table(("", "", "measured", "seeds", "to reach", ""), totals),
        ],
        notes=[
            """Outbreaks are found in the report of their own week or month: how late is how late
            that report comes. Thresholds were set with the seeds of `--tuning`, whose series are
            METR-LA's week, Hanoi's air and rain of 2023, Hanoi's dengue, the first months of I-94
            and simulated ones of other seeds.""",
            f"Played in {took_s:.0f} s.",
        ],
    )  # fmt: skip


def _reached(
    name: str, told: Iterable[Counted], seeds: str
) -> list[tuple[str, str, str, str, str, str]]:
    rows = list(told)
    precision = Precision(sum(r.right for r in rows), sum(r.alerts for r in rows))
    recall = Precision(sum(r.found for r in rows), sum(r.put_in for r in rows))
    spans = seeds.split("; ") if seeds else ["", ""]
    return [
        (name, what, told_of(share), span, f"{least:.0f} %", verdict(least, share.share or 0.0))
        for what, share, span, least in (
            ("precision", precision, spans[0], LEAST_PRECISION),
            ("recall", recall, spans[1], LEAST_RECALL),
        )
    ]


def _span(kept: Replayed) -> str:
    """Return from where to where single seeds lie: precision; recall."""
    spans = []
    for shares in (
        [Precision(each.right, each.alerts).share for each in kept.by_seed],
        [Precision(each.found, each.put_in).share for each in kept.by_seed],
    ):
        known = [each for each in shares if each is not None]
        spans.append(f"{min(known):.0f} – {max(known):.0f} %" if known else "–")
    return "; ".join(spans)


def told_of(share: Precision) -> str:
    interval = share.interval
    if share.share is None or interval is None:
        return "–"
    return f"{share.share:.0f} % ({interval[0]:.0f} – {interval[1]:.0f})"


if __name__ == "__main__":
    main()
