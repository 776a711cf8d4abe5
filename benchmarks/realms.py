"""What it costs live to play the past beside it: the feed's tick without and with realms.

In one run, in turns: the same ticks of the simulated city's feed while nothing else is played,
while a realm is made ready, and while one and two play a recorded morning at 60 times its pace,
each in a process of its own as in the product. Their thread and their writes to the cache are the
product's.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from benchmarks.figures import Report, Table, percentile, publish, spread
from benchmarks.filled import NOW, Filled, filled
from data_access.cache import EnvelopeCache, open_cache
from data_access.realms.child import Tuned
from data_access.realms.realm import RealmClock, read_published
from data_access.realms.rehearsal import Order
from data_access.realms.running import Rehearsals, Wanted
from data_access.realms.running import Report as Said

REALMS = ("exercise:one", "exercise:two")
BEGINS_MS = (NOW.timestamp() - 3 * 3600) * 1000  # of the recorded morning
LASTS_MS = 3 * 3_600_000.0
SPEED = 60.0
TICK_S = 0.25  # between the beginnings of two ticks
PASSED_S = 6.0  # for the feed, at each
READY_WITHIN_S = 180.0
WITHOUT, PREPARING, ONE, TWO = "nothing", "one, made ready", "one at 60x", "two at 60x"
CASES = (WITHOUT, PREPARING, ONE, TWO)


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="turns through all cases")
    parser.add_argument("--ticks", type=int, default=60, help="ticks of a case in each")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="realms-") as name, filled(Path(name)) as city:
        measured = Measured()
        for _ in range(chosen.rounds):
            _turn(city, measured, chosen.ticks)
        report = _report(measured, city.rows(), chosen.rounds, chosen.ticks)
    publish(report, write=chosen.write)


@dataclass(slots=True)
class Measured:
    """What was measured, of all turns."""

    tick_ms: dict[str, list[float]] = field(default_factory=lambda: {each: [] for each in CASES})
    ready_s: list[float] = field(default_factory=list)
    behind_s: list[float] = field(
        default_factory=list
    )  # of its clock, when its envelopes are there
    share: list[float] = field(default_factory=list)  # of a core, a realm at work
    memory_mb: list[float] = field(default_factory=list)


class _Playing:
    """The realms' thread, as the feed has it, and what it heard."""

    def __init__(self, city: Filled, measured: Measured) -> None:
        self._cache: EnvelopeCache = open_cache(city.settings)
        self._measured = measured
        self._rehearsals = Rehearsals(city.settings, self._cache, self._told)
        self._wanted: dict[str, Wanted] = {}
        self._ready: set[str] = set()
        self._failed: list[str] = []
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def play(self, *realms: str) -> None:
        """Play exactly these, from the morning's begin on."""
        kept = {realm: self._wanted.get(realm) or _wanted(realm) for realm in realms}
        with self._changed:
            self._wanted = kept
            self._ready &= kept.keys()
        self._rehearsals.wake()

    def until_ready(self) -> None:
        """Wait until all have said all their envelopes."""
        with self._changed:
            if not self._changed.wait_for(self._is_ready, READY_WITHIN_S):
                raise TimeoutError(f"{self._wanted.keys() - self._ready} are not ready")

    def is_ready(self) -> bool:
        """Tell whether all have."""
        with self._changed:
            return self._is_ready()

    def end(self) -> None:
        """End the processes and the thread."""
        self.play()
        self._ended.set()
        self._rehearsals.wake()
        self._thread.join()
        self._rehearsals.close()

    def _is_ready(self) -> bool:
        if self._failed:
            raise RuntimeError(", ".join(self._failed))
        return self._wanted.keys() <= self._ready

    def _run(self) -> None:
        while not self._ended.is_set():
            with self._changed:
                wanted = dict(self._wanted)
            self._rehearsals.keep(wanted)
            for said in self._rehearsals.poll(0.25):
                self._hear(said)

    def _hear(self, said: Said) -> None:
        with self._changed:
            if said.phase == "failed":
                self._failed.append(f"{said.realm}: {said.code}")
            wanted = self._wanted.get(said.realm)
            if said.phase == "running" and wanted is not None:
                # As the controller does: its time stands until it is ready.
                clock = RealmClock(time.time() * 1000, BEGINS_MS, SPEED, BEGINS_MS + LASTS_MS)
                self._wanted[said.realm] = replace(wanted, tuned=Tuned(clock, 0))
                self._ready.add(said.realm)
            self._changed.notify_all()

    def _told(self, versions: Mapping[str, int]) -> None:
        realm, aggregate = read_published(next(iter(versions)))
        wanted, envelope = self._wanted.get(realm), self._cache.read(aggregate, realm)
        if wanted is None or envelope is None or realm not in self._ready:
            return
        there_ms = wanted.tuned.clock.glass(time.time() * 1000)
        self._measured.behind_s.append((there_ms - envelope.made_at_ms) / SPEED / 1000)


def _wanted(realm: str) -> Wanted:
    now_ms = time.time() * 1000
    clock = RealmClock(now_ms, BEGINS_MS, 0.0, BEGINS_MS + LASTS_MS)
    return Wanted(Order(realm, BEGINS_MS, BEGINS_MS + LASTS_MS), Tuned(clock, 0), now_ms)


def _turn(city: Filled, measured: Measured, ticks: int) -> None:
    _ticks(city, measured.tick_ms[WITHOUT], lambda done: done < ticks)
    playing = _Playing(city, measured)
    try:
        began_s = time.monotonic()
        playing.play(REALMS[0])
        _ticks(city, measured.tick_ms[PREPARING], lambda _done: not playing.is_ready())
        measured.ready_s.append(time.monotonic() - began_s)
        with _working(measured, 1):
            _ticks(city, measured.tick_ms[ONE], lambda done: done < ticks)
        playing.play(*REALMS)
        playing.until_ready()
        with _working(measured, 2):
            _ticks(city, measured.tick_ms[TWO], lambda done: done < ticks)
    finally:
        playing.end()


def _ticks(city: Filled, took_ms: list[float], goes_on: Callable[[int], bool]) -> None:
    done = 0
    while goes_on(done):
        began_s = time.perf_counter()
        city.tick(PASSED_S)
        took_s = time.perf_counter() - began_s
        took_ms.append(1000 * took_s)
        done += 1
        time.sleep(max(0.0, TICK_S - took_s))


@contextmanager
def _working(measured: Measured, count: int) -> Iterator[None]:
    """Measure what the realms' processes take meanwhile, each."""
    processes = [
        each for each in psutil.Process().children() if "spawn_main" in " ".join(each.cmdline())
    ]
    if len(processes) != count:
        raise RuntimeError(f"{len(processes)} processes play {count} realms")
    before_s, began_s = [_cpu_s(each) for each in processes], time.monotonic()
    yield
    passed_s = time.monotonic() - began_s
    for process, was_s in zip(processes, before_s, strict=True):
        measured.share.append((_cpu_s(process) - was_s) / passed_s)
        measured.memory_mb.append(process.memory_info().rss / 1e6)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _report(measured: Measured, rows: int, rounds: int, ticks: int) -> Report:
    tick_ms = measured.tick_ms
    report = Report(
        name="realms",
        title="The past played beside live",
        how=f"""The feed's tick of the simulated city ({rows:,} rows and versions in SQLite),
        {rounds} rounds of {ticks} ticks a case, four a second, each of {PASSED_S:.0f} s of the
        city. A realm plays a recorded morning at {SPEED:.0f} times its pace, in a process of low
        priority. Ratios are to the same run's ticks without any.""",
    )

    def ratio(case: str, percent: float) -> str:
        base = percentile(tick_ms[WITHOUT], percent)
        return f"{percentile(tick_ms[case], percent) / base:.2f}"

    report.tables = [
        Table(
            (
                "played beside live",
                "ticks",
                "p50 ms",
                "p95 ms",
                "largest ms",
                "p50 ratio",
                "p95 ratio",
            ),
            [
                (
                    case,
                    str(len(tick_ms[case])),
                    *spread(tick_ms[case]),
                    ratio(case, 50),
                    ratio(case, 95),
                )
                for case in CASES
                if tick_ms[case]
            ],
        ),
        Table(
            ("a realm", "p50", "p95", "largest"),
            [
                ("ready after s", *spread(measured.ready_s)),
                ("behind its clock, s of here", *spread(measured.behind_s, decimals=2)),
                ("share of a core", *spread(measured.share, decimals=2)),
                ("memory MB", *spread(measured.memory_mb, decimals=0)),
            ],
        ),
    ]
    return report


if __name__ == "__main__":
    main()
