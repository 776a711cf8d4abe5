"""A twin at work beside the room: what its walls and its consoles' callbacks feel of it.

The same takes and the same consoles, in one run: without a job, and while the jobs role runs the
traffic twin one what-if after another, each with other seeds, so that none is answered from the
store. A person's job is asked as the page asks it.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.arguments import common
from benchmarks.changes import Changes
from benchmarks.console_load import Load, pushed_console
from benchmarks.consoles import (
    CALLBACK_P95_MS,
    SKEW_MORE_MS,
    Phase,
    measure_phase,
    record,
    walls_on_air,
)
from benchmarks.figures import Report, Table, percentile, publish, spread, verdict
from benchmarks.product import ALL, Product, cpu_s
from jobs.job import Job, State
from jobs.store import JobStore
from permissions.database import connect_operations

KIND = "twin.traffic"
SEEDS = 5
RAIN_MM_PER_H = 20.0
_LOOK_S = 0.1


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--consoles", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="of each phase")
    chosen = parser.parse_args()
    with Product(lake=chosen.lake, boundaries=chosen.boundaries) as product:
        product.start(*ALL, "jobs")
        product.until_still()  # from here on the benchmark alone says what changes
        recorded, _ = record(product, Changes(product.settings))
        phases: list[Phase] = []
        runs = Runs()
        with walls_on_air(product) as pages:
            for is_working in (False, True):
                load = Load(product.settings.web_port)
                for _ in range(chosen.consoles):
                    wall_port = product.settings.wall_port
                    load.add(partial(pushed_console, load, recorded, wall_port))
                measure = partial(measure_phase, product, pages, load=load, role="web")
                if is_working:
                    with _working(product, runs):
                        phases.append(measure(seconds=chosen.seconds))
                else:
                    phases.append(measure(seconds=chosen.seconds))
    publish(_report(chosen.consoles, phases, runs), write=chosen.write)


@dataclass(slots=True)
class Runs:
    """The jobs that were done meanwhile."""

    took_s: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    share: float = 0.0  # of a core, the role with all below it


@contextmanager
def _working(product: Product, runs: Runs) -> Iterator[None]:
    """Have one what-if follow the other; the block is entered once the first is running."""
    engine = connect_operations(product.settings.operations_url)
    store = JobStore(engine, city=product.settings.city)
    ended, begun = threading.Event(), threading.Event()

    def follow() -> None:
        for number in count():
            if ended.is_set():
                return
            job = _ask(store, number)
            while not job.has_ended and not ended.wait(_LOOK_S):
                job = store.find(job.id, with_result=False) or job
                if job.state != State.QUEUED:
                    begun.set()
            if job.state == State.DONE and job.took_s is not None:
                runs.took_s.append(job.took_s)
            elif job.has_ended:
                runs.failed.append(f"{job.code}: {job.reason}")
                begun.set()
                return

    thread = threading.Thread(target=follow, name="what-ifs")
    thread.start()
    try:
        begun.wait(60)
        used_s, began_s = _role_cpu_s(product), time.monotonic()
        yield
        runs.share = (_role_cpu_s(product) - used_s) / (time.monotonic() - began_s)
    finally:
        ended.set()
        thread.join()
        engine.dispose()
    if runs.failed:
        raise RuntimeError(f"the twin did not run: {runs.failed[0]}")


def _ask(store: JobStore, number: int) -> Job:
    seeds = [1 + number * SEEDS + seed for seed in range(SEEDS)]
    scenario: dict[str, Any] = {
        "base": {"peak": "morning", "seeds": seeds},
        "measures": [{"kind": "rain", "mmPerH": RAIN_MM_PER_H}],
    }
    inputs = {"scenario": scenario, "calibration": None}
    title = {"vi": "Đo", "en": "Benchmark"}
    return store.ask(KIND, inputs, "benchmark", time.time() * 1000, title=title)


def _role_cpu_s(product: Product) -> float:
    """Return the CPU seconds of the role with its ended children: engines come and go."""
    role = product.tree("jobs")[0]
    times = role.cpu_times()
    below = [each for each in product.tree("jobs")[1:] if each.is_running()]
    return float(times.children_user + times.children_system) + cpu_s([role, *below])


def _report(consoles: int, phases: list[Phase], runs: Runs) -> Report:
    quiet, beside = phases
    rows = []
    for name, phase in (("no job", quiet), ("the traffic twin at work", beside)):
        found = phase.found
        rows.append(
            (
                name,
                f"{len(found.latencies_ms)} of {found.due}",
                *spread(found.latencies_ms, decimals=0),
                f"{phase.cpu_percent:.0f}",
                str(len(phase.skews_ms)),
                *spread(phase.skews_ms),
            )
        )
    callback = percentile(beside.found.latencies_ms, 95)
    more = percentile(beside.skews_ms, 95) - percentile(quiet.skews_ms, 95)
    failed = quiet.found.failed + beside.found.failed
    took = (
        f"{len(runs.took_s)} what-ifs of {SEEDS} seeds were done meanwhile, each in "
        f"{percentile(runs.took_s, 50):.1f} s (median)"
        if runs.took_s
        else "No what-if was done meanwhile"
    )
    return Report(
        Path(__file__).stem,
        f"A twin at work beside {consoles} consoles and 11 outputs on air",
        """Takes of previewed scenes and consoles as in the table of consoles above: a dataset
        changes every 2 s, and each console asks once for what changed. Beside it the role `jobs`
        runs the traffic twin, one what-if of an hour after another, at its own niceness. Callbacks:
        ms until the last byte. Wall skew: ms between the frames of 4 Chromium outputs. Server,
        engines, clients and browsers share this machine.""",
        [
            Table(
                (
                    "",
                    "callbacks",
                    "p50",
                    "p95",
                    "max",
                    "server CPU %",
                    "takes",
                    "skew p50",
                    "p95",
                    "max",
                ),
                rows,
            )
        ],
        [
            f"{took}; the jobs role took {100 * runs.share:.0f} % of a core.",
            f"Goals: callbacks p95 <= {CALLBACK_P95_MS:.0f} ms: {callback:.0f}, "
            f"{verdict(callback, CALLBACK_P95_MS)}; wall skew p95 at most one frame more than "
            f"without: {more:+.1f} ms, {verdict(more, SKEW_MORE_MS)}."
            + (f" {failed} callbacks failed." if failed else ""),
        ],
    )


if __name__ == "__main__":
    main()
