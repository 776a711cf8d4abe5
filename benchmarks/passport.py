"""The passport of every number of a whole city: how long it takes, and whether it agrees.

The simulated lake of the city fills a store; then each number of each envelope is traced to its
source rows and computed again from them. Beside it, what measuring the six scores costs a tick.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.figures import Report, Table, percentile, publish, spread, verdict
from benchmarks.filled import Filled, filled
from data_access.aggregates.registry import aggregates
from data_access.cache import open_cache
from data_access.passport import Passport, passport
from data_access.store import open_reader

GOAL_MS = 300.0
SLOWEST = 5
MEASURED_TICKS = 60  # of six seconds: each dataset is measured several times


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="passports of each number")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="passport-") as name, filled(Path(name)) as city:
        room = _Room(city)
        scoring_ms = room.measure_scores()
        took_ms, wrong = room.passports(chosen.runs)
        publish(_report(room, took_ms, wrong, scoring_ms, chosen.runs), write=chosen.write)


class _Room:
    """What is measured of a filled city."""

    def __init__(self, city: Filled) -> None:
        self._filled, self.city, self.feed = city, city.city, city.feed
        self.settings, self.rows = city.settings, city.rows

    def measure_scores(self) -> list[float]:
        """Let scores be measured; return the milliseconds of each measuring of a tick."""
        took_ms: list[float] = []
        refresh = self.feed._scoring.refresh

        def timed(*given: object) -> object:
            began_s = time.perf_counter()
            found = refresh(*given)  # type: ignore[arg-type]
            if found.is_new:
                took_ms.append(1000 * (time.perf_counter() - began_s))
            return found

        self.feed._scoring.refresh = timed  # type: ignore[method-assign, assignment]
        for _ in range(MEASURED_TICKS):
            self._filled.tick(6)
        return took_ms

    def passports(self, runs: int) -> tuple[dict[tuple[str, str], list[float]], list[Passport]]:
        """Return the milliseconds of each number's passports, and the passports that disagree."""
        took_ms: dict[tuple[str, str], list[float]] = {}
        wrong: list[Passport] = []
        cache, reader = open_cache(self.settings), open_reader(self.settings)
        with closing(reader):
            for name, envelope in cache.read_many(aggregates()).items():
                for number in envelope.payload.get("numbers", {}):
                    for _ in range(runs):
                        began_s = time.perf_counter()
                        found = passport(
                            envelope, number, city=self.city, reader=reader, shown=cache.read
                        )
                        took = 1000 * (time.perf_counter() - began_s)
                        took_ms.setdefault((name, number), []).append(took)
                    wrong += [] if found.agrees else [found]
        return took_ms, wrong


def _report(
    room: _Room,
    took_ms: dict[tuple[str, str], list[float]],
    wrong: list[Passport],
    scoring_ms: list[float],
    runs: int,
) -> Report:
    every = [ms for found in took_ms.values() for ms in found]
    slowest = sorted(took_ms, key=lambda key: -percentile(took_ms[key], 50))[:SLOWEST]
    report = Report(
        name="passport",
        title="The passport of a number",
        how=f"""Every number of every aggregate of the simulated city ({room.rows():,} rows and
        versions in SQLite), {runs} times: its source rows, its owner and scores, and itself
        computed again from the rows known when it was made. It agrees when it is the same.""",
    )
    report.tables = [
        Table(
            ("numbers", "agree", "p50 ms", "p95 ms", "largest ms", f"p95 {GOAL_MS:.0f} ms"),
            [
                (
                    str(len(took_ms)),
                    str(len(took_ms) - len(wrong)),
                    *spread(every),
                    verdict(percentile(every, 95), GOAL_MS),
                )
            ],
        ),
        Table(
            ("slowest numbers", "p50 ms"),
            [(" / ".join(key), f"{percentile(took_ms[key], 50):.0f}") for key in slowest],
        ),
        Table(
            ("six scores, of a tick that measures", "p50 ms", "p95 ms", "largest ms"),
            [(f"{len(scoring_ms)} ticks", *spread(scoring_ms))],
        ),
    ]
    if wrong:
        names = ", ".join(f"{each.aggregate}/{each.number}" for each in wrong)
        report.notes.append(f"NOT the same when computed again: {names}.")
    return report


if __name__ == "__main__":
    main()
