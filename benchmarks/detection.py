"""A labelled replay: how many of the alerts are right, how much is found, how late, faults apart.

Events and faults of sensors are put into real series (`IOC_LAKE`: METR-LA's speeds, hourly air and
rain of Hanoi, dengue of OpenDengue) and simulated ones; then all is played to the detectors of
`city/detection.toml` as it would have come. An alert about what was not put in counts as wrong,
also where the series itself had something unusual that nobody labelled.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import orjson

from analytics.detection.book import Alert
from analytics.detection.plan import Plan, read_plan
from analytics.detection.quality import MEASURED, Counted, Replayed
from benchmarks import detection_cases
from benchmarks.arguments import common
from benchmarks.detection_weeks import Case
from benchmarks.figures import Report, Table, publish, verdict
from benchmarks.injection import Truth
from data_access.city import load_city

SEED = 7
LEAST_PRECISION, LEAST_RECALL = 80.0, 70.0
BEFORE_MS = 60 * 60_000.0  # an alert may begin so long before what was put in was felt
REPORTED = ("clusters", "epidemics")  # found in the report of their own time, however late that is
CITY = Path(__file__).resolve().parents[1] / "city"


@dataclass(frozen=True)
class Judged:
    """What became of a case."""

    case: Case
    counted: Counted
    took_s: float


def main() -> None:
    """Replay, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--only", default="", help="only the case of this kind")
    chosen = parser.parse_args()
    city = load_city(CITY)
    plan = read_plan(CITY, city)
    assert plan is not None  # noqa: S101
    judged = [
        _judge(case)
        for case in detection_cases.cases(plan, city, chosen.lake, seed=SEED)
        if chosen.only in ("", case.kind)
    ]
    publish(_report(judged, plan), write=chosen.write)
    if chosen.write and chosen.lake is not None and not chosen.only:  # pages tell of all, or none
        today = datetime.now(UTC).date().isoformat()
        kept = Replayed(
            measured_on=today, seed=SEED, counted=tuple(each.counted for each in judged)
        )
        MEASURED.write_bytes(
            orjson.dumps(kept.model_dump(mode="json"), option=orjson.OPT_INDENT_2) + b"\n"
        )


def _judge(case: Case) -> Judged:
    began_s = time.perf_counter()
    alerts = case.play()
    took_s = time.perf_counter() - began_s
    counted = count(case.kind, case.name, case.series, case.truths, alerts)
    if case.kind in REPORTED:
        counted = counted.model_copy(update={"delay_min": None})
    return Judged(case, counted, took_s)


def count(
    kind: str,
    name: dict[str, str],
    series: dict[str, str],
    truths: Sequence[Truth],
    alerts: Sequence[Alert],
) -> Counted:
    """Hold alerts against what was put in: each truth is found once, each alert right or wrong.

    A further alert about a truth that was found already is wrong: one, not ten. A fault is called
    an event by an alert that is named after the faulty sensor and began with the fault.
    """
    found: dict[int, Alert] = {}
    right = 0
    called_event = 0
    for alert in sorted(alerts, key=lambda each: each.raised_ms):
        fitting = [n for n, truth in enumerate(truths) if _is_about(alert, truth)]
        same_sort = [n for n in fitting if truths[n].is_fault == (alert.sort == "fault")]
        new = [n for n in same_sort if n not in found]
        named = any(
            alert.subjects[0] in truths[n].entities and alert.began_ms >= truths[n].from_us / 1000
            for n in fitting
        )
        called_event += alert.sort == "event" and named and not same_sort
        if new:
            right += 1
            for n in new:
                found[n] = alert
        elif same_sort and alert.sort == "fault":
            right += 1  # one fault may be told by what it looks like first: a spike, then stuck
    delays = [(alert.raised_ms - truths[n].from_us / 1000) / 60_000 for n, alert in found.items()]
    return Counted(
        kind=kind,
        name=name,
        series=series,
        put_in=len(truths),
        found=len(found),
        alerts=len(alerts),
        right=right,
        faults_called_event=called_event,
        delay_min=round(median(delays), 1) if delays else None,
    )


def _is_about(alert: Alert, truth: Truth) -> bool:
    end_ms = truth.to_us / 1000 + BEFORE_MS
    return (
        not set(alert.subjects).isdisjoint(truth.entities)
        and alert.began_ms <= end_ms
        and (alert.ended_ms or alert.seen_ms) >= truth.from_us / 1000 - BEFORE_MS
        and alert.raised_ms >= truth.from_us / 1000
    )


def _report(judged: Sequence[Judged], plan: Plan) -> Report:
    put_in = sum(each.counted.put_in for each in judged)
    found = sum(each.counted.found for each in judged)
    alerts = sum(each.counted.alerts for each in judged)
    right = sum(each.counted.right for each in judged)
    called = sum(each.counted.faults_called_event for each in judged)
    precision, recall = 100 * right / max(alerts, 1), 100 * found / max(put_in, 1)
    rows = [
        (
            each.counted.name["en"],
            each.counted.series["en"],
            str(each.counted.put_in),
            str(each.counted.found),
            f"{each.counted.alerts - each.counted.right} of {each.counted.alerts}",
            _percent(each.counted.precision),
            _percent(each.counted.recall),
            "–" if each.counted.delay_min is None else f"{each.counted.delay_min:.0f}",
            str(each.counted.faults_called_event),
        )
        for each in judged
    ]
    return Report(
        name="detection",
        title="Alerts: a labelled replay",
        how=f"""Events and faults of sensors are put into series and played to the
        {len(plan.detector)} detectors of city/detection.toml as they would have come; seed {SEED}.
        Wrong is every alert that is not about something put in, what was unusual in the series
        itself included, and every second alert about one event. Delay is from the first step that
        was changed to the alert, median of those found.""",
        tables=[
            Table(
                ("put in", "into", "times", "found", "wrong alerts", "precision", "recall",
                 "delay, min", "faults called event"),
                rows,
            ),
            Table(
                ("all together", "measured", "to reach", ""),
                [
                    ("precision", f"{precision:.0f} %", f"{LEAST_PRECISION:.0f} %",
                     verdict(LEAST_PRECISION, precision)),
                    ("recall", f"{recall:.0f} %", f"{LEAST_RECALL:.0f} %",
                     verdict(LEAST_RECALL, recall)),
                    ("faults called event", str(called), "0", verdict(called, 0)),
                ],
            ),
        ],
        notes=["""Outbreaks are found in the report of their own week or month: how late is how late
        that report comes.""", f"Played in {sum(each.took_s for each in judged):.0f} s."],
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0f} %"


if __name__ == "__main__":
    main()
