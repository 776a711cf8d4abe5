"""Source rows to published envelopes: rows a second, beside SQLite's own `executemany`; memory.

Each run is a process of its own, so that memory is its own too. The feed ticks on a clock that
stands still: what is measured is work, not waiting.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.figures import ROOT, Report, Table, publish, verdict
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.cache import open_cache
from data_access.channel import CHUNK
from data_access.city import City, load_city
from data_access.contract_check import check
from data_access.contracts import Replay
from data_access.feed import Feed
from data_access.replay import anchor
from data_access.rows import Rows
from data_access.simulator import air, speeds
from data_access.simulator.order import Order
from data_access.sources import registry
from data_access.store import Change, open_reader, open_writer
from data_access.store.engine import CHECKPOINT_PAGES, WRITER_KIB
from settings import Settings

ROWS_A_SECOND = 60_000
SEED = 1
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
TIMES_RAW = 6.0  # of `executemany` alone: checks, roll-ups and the store
TABLE = "observation"


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="of speeds; air has its own")
    parser.add_argument("--runs", type=int, default=5, help="of each case; medians are shown")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    parser.add_argument("--case", choices=CASES, help=argparse.SUPPRESS)  # what a child runs
    chosen = parser.parse_args()
    if chosen.case is not None:
        print(json.dumps(_measure(CASES[chosen.case], chosen.rows)))
        return
    found = {name: [_child(name, chosen.rows) for _ in range(chosen.runs)] for name in CASES}
    publish(_report(found, chosen.runs), write=chosen.write)


@dataclass(frozen=True, slots=True)
class Case:
    """A dataset, what it is called in the tables, and how its files are made."""

    dataset: str
    title: str
    make: Callable[[Order, int], Iterator[tuple[str, bytes]]]


def speeds_until(order: Order, rows: int) -> Iterator[tuple[str, bytes]]:
    """Yield a matrix of so many speeds, with a column of times that end now."""
    week = speeds.speeds_kmh(order, order.today) / speeds.KMH_PER_MPH
    steps = -(-rows // week.shape[1])
    step = timedelta(minutes=5)
    lines = [",".join(["time", *speeds.detectors(order)])]
    for number in range(steps):
        at = NOW - step * (steps - number)
        row = week[number % len(week)]
        lines.append(",".join([at.isoformat(), *(f"{speed:.2f}" for speed in row.tolist())]))
    yield order.path(".csv.gz"), gzip.compress("\n".join(lines).encode(), mtime=0)


def _air(order: Order, rows: int) -> Iterator[tuple[str, bytes]]:
    yield from air.files(order)


CASES = {
    "speeds": Case("transport.speed", "speeds: a matrix, gzip", speeds_until),
    "air": Case("environment.air", "air quality: long rows, gzip", _air),
}


def _child(name: str, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.ingest", "--case", name, "--rows", str(rows)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _measure(case: Case, rows: int) -> dict[str, Any]:
    """Run one case in this process: the feed first (for its memory), then the rest."""
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="ingest-") as name:
        folder = Path(name)
        city = _city(case)
        (folder / "lake").mkdir()
        _make_lake(case, city, folder / "made", rows)
        room = Settings(city=ROOT / "city", data_dir=folder / "room", lake=folder / "lake")
        found = _feed(case, city, room, arriving=folder / "made")
        stages = Settings(city=ROOT / "city", data_dir=folder / "stages", lake=folder / "lake")
        found["stages_s"] = _stages(case, city, stages)
        found["raw_s"] = _raw(room, folder / "raw.sqlite")
    return found


def _city(case: Case) -> City:
    """Return the city with one dataset, whose history is all of its file."""
    city = load_city(ROOT / "city")
    contract = replace(city.datasets[case.dataset], replay=Replay(mode="latest"))
    return replace(city, datasets={case.dataset: contract})


def _make_lake(case: Case, city: City, lake: Path, rows: int) -> None:
    order = Order(city, city.datasets[case.dataset], SEED, NOW)
    for path, content in case.make(order, rows):
        target = lake / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _feed(case: Case, city: City, settings: Settings, *, arriving: Path) -> dict[str, Any]:
    """Let a file arrive at a feed that is at rest, then another with one value changed."""
    writer, reader = open_writer(settings, city.zone), open_reader(settings)
    with closing(writer), closing(reader):
        player = _Player(Feed(settings, city, writer, reader, open_cache(settings)))
        player.rest()
        base_mb = _peak_mb()
        assert settings.lake is not None  # noqa: S101
        shutil.copytree(arriving, settings.lake, dirs_exist_ok=True)
        used_s = time.process_time()
        feed_s = player.until(lambda: case.dataset in player.told)
        used_s = time.process_time() - used_s
        found = {"feed_s": feed_s, "feed_cpu_s": used_s, "rows": _counts(settings)}
        found |= {"base_mb": base_mb, "peak_mb": _peak_mb()}
        _revise(city.datasets[case.dataset].source.files(settings.lake)[-1])
        found["again_s"] = player.until(lambda: _counts(settings) > found["rows"])
        found["written"] = _counts(settings) - found["rows"]
        player.feed.close()
    return found


class _Player:
    """Ticks a feed on a clock that moves only when there is nothing left to do."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.told: dict[str, int] = {}
        self._now_s = NOW.timestamp()

    def rest(self) -> None:
        """Let a second pass, and tick until all of it is done."""
        self._now_s += 1
        self.told = self.feed.tick(self._now_s)
        while self.feed.is_busy:
            self.told |= self.feed.tick(self._now_s)

    def until(self, is_done: Callable[[], bool]) -> float:
        """Return the seconds of work until the feed, at rest, has done it."""
        began_s = time.perf_counter()
        for _ in range(10):  # a file is read once it holds still between two looks
            self.rest()
            took_s = time.perf_counter() - began_s
            if is_done():
                return took_s
        raise RuntimeError("the feed did not take the file")


def _revise(path: Path) -> None:
    """Change the first number of a file's last line."""
    lines = gzip.decompress(path.read_bytes()).decode().rstrip("\n").split("\n")
    head, number, tail = re.split(r"(?<=,)(\d+\.\d+)(?=,|$)", lines[-1], maxsplit=1)
    lines[-1] = f"{head}{float(number) + 1:.2f}{tail}"
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def _stages(case: Case, city: City, settings: Settings) -> dict[str, float]:
    """Do the same by its pieces, each timed; the feed itself overlaps none of them."""
    contract = city.datasets[case.dataset]
    spent = dict.fromkeys(("read", "check", "compact", "store and roll up", "build and cache"), 0.0)
    clock = _Clock(spent)
    writer, reader = open_writer(settings, city.zone), open_reader(settings)
    with closing(writer), closing(reader):
        stream = writer.open_stream("live", case.dataset, origin="replay", place="benchmark")
        times_us: list[np.ndarray] = []
        clock.start()
        for batch in registry.read(
            contract.source.files(settings.lake or Path()), contract=contract, city=city
        ):
            clock.lap("read")
            checked = check(batch, contract, now=NOW, areas=city.areas.codes)
            clock.lap("check")
            if checked.observations is None:
                continue
            rows = Rows.of(checked.observations)
            times_us.append(rows.at_us)
            clock.lap("compact")
            for begin in range(0, len(rows), CHUNK):
                part = rows.take(slice(begin, begin + CHUNK))
                writer.apply(stream.id, Change(rows=part), now_us=0)
            clock.lap("store and roll up")
        timeline = anchor(np.concatenate(times_us), "latest", int(NOW.timestamp() * 1e6))
        writer.apply(stream.id, Change(timeline=timeline), now_us=0)
        cache = open_cache(settings)
        clock.start()
        with reader.snapshot() as snapshot:
            for aggregate in aggregates().values():
                if case.dataset in aggregate.datasets:
                    envelope = build_envelope(
                        aggregate,
                        snapshot,
                        city,
                        now_ms=NOW.timestamp() * 1000,
                        version=1,
                        read=lambda _: None,
                    )
                    cache.write(envelope)
        clock.lap("build and cache")
    return spent


class _Clock:
    """Adds the time since the last lap to what a lap is called."""

    def __init__(self, spent: dict[str, float]) -> None:
        self._spent = spent
        self._at = time.perf_counter()

    def start(self) -> None:
        self._at = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._spent[name] += now - self._at
        self._at = now


def _raw(settings: Settings, path: Path) -> float:
    """Return how long `executemany` takes for the same rows in a table of the same shape."""
    with closing(sqlite3.connect(_store(settings))) as store:
        (shape,) = store.execute(
            "SELECT sql FROM sqlite_master WHERE name = ?", (TABLE,)
        ).fetchone()
        rows = store.execute(f"SELECT * FROM {TABLE} ORDER BY at_us").fetchall()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = NORMAL")
        raw.execute(f"PRAGMA cache_size = -{WRITER_KIB}")  # as the store's writer has it
        raw.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        raw.execute(shape)
        insert = f"INSERT INTO {TABLE} VALUES ({','.join('?' * len(rows[0]))})"
        began_s = time.perf_counter()
        for begin in range(0, len(rows), CHUNK):
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(insert, rows[begin : begin + CHUNK])
            raw.execute("COMMIT")
        return time.perf_counter() - began_s


def _store(settings: Settings) -> str:
    return settings.observations_url.removeprefix("sqlite:///")


def _counts(settings: Settings) -> int:
    with closing(sqlite3.connect(_store(settings))) as store:
        return int(store.execute(f"SELECT count(*) FROM {TABLE}").fetchone()[0])


def _peak_mb() -> float:
    """Return the most memory this process has had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _report(found: dict[str, list[dict[str, Any]]], runs: int) -> Report:
    report = Report(
        name="ingest",
        title="Source rows to published envelopes",
        how=f"""A file as its source writes it is read, checked against its contract, stored with
        revisions, rolled up by hour and day for every entity, area and the city, built into
        envelopes, cached and told, by the feed itself on SQLite. Medians of {runs} runs, each a
        process of its own. Raw is `sqlite3`'s `executemany` of the same rows into a table of the
        same shape, {CHUNK:,} a transaction. Load of the machine: {_load()}.""",
    )
    ratios, rates, spent, again = [], [], [], []
    for name, measured in found.items():
        case, rows = CASES[name], measured[0]["rows"]
        rate = rows / median(each["feed_s"] for each in measured)
        of_cpu = rows / median(each["feed_cpu_s"] for each in measured)
        peak, base = (median(each[key] for each in measured) for key in ("peak_mb", "base_mb"))
        reached = verdict(-rate, -ROWS_A_SECOND)
        wanted = ("check", "compact", "store and roll up")
        batched = [
            sum(each["stages_s"][stage] for stage in wanted) / each["raw_s"] for each in measured
        ]
        of_raw = median(each["feed_s"] / each["raw_s"] for each in measured)
        ratios.append(
            (
                case.title,
                f"{rows / median(each['raw_s'] for each in measured):,.0f}",
                f"{median(batched):.1f}",
                verdict(median(batched), TIMES_RAW),
                f"{of_raw:.1f}",
            )
        )
        rates.append(
            (
                case.title,
                f"{rows:,}",
                f"{rate:,.0f}",
                f"{of_cpu:,.0f}",
                f"{peak:.0f} MB ({peak - base:.0f} more)",
                reached,
            )
        )
        stages = {
            stage: median(each["stages_s"][stage] for each in measured)
            for stage in measured[0]["stages_s"]
        }
        spent.append((case.title, *(f"{1000 * each:.0f}" for each in stages.values())))
        changed = {each["written"] for each in measured}
        took_ms = 1000 * median(each["again_s"] for each in measured)
        again.append((case.title, ", ".join(map(str, sorted(changed))), f"{took_ms:.0f}"))
        columns = ("ms for", *stages)
    report.tables = [
        Table(
            (
                "times raw executemany",
                "raw rows/s",
                "checked, rolled up, stored",
                f"{TIMES_RAW:g} x raw",
                "read, built and cached too",
            ),
            ratios,
        ),
        Table(
            (
                "source",
                "rows",
                "rows/s",
                "rows/CPU-s",
                "peak memory",
                "60,000 rows/s",
            ),
            rates,
        ),
        Table(columns, spent),
        Table(("the file again, one value changed", "rows written", "ms"), again),
    ]
    report.notes = [
        """Peak memory is the whole process, imports and city included; "more" is what the
        ingest added to it. Rows/s and rows/CPU-s differ by what else the machine did and by waiting
        for the disk."""
    ]
    return report


def _load() -> str:
    return ", ".join(f"{load:.1f}" for load in os.getloadavg())


if __name__ == "__main__":
    main()
