"""A lake of 50 million rows in Parquet: one new partition until its tile's numbers are fresh.

The feed runs as a role of its own. DuckDB writes the lake before, and each new partition as another
system would: aside, then renamed into place. From there until the envelope in the cache says it.
"""

from __future__ import annotations

import argparse
import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from benchmarks.arguments import common
from benchmarks.figures import Report, Table, publish, spread, verdict
from benchmarks.live_city import live_city
from benchmarks.product import Product, rss_mb, until
from data_access.cache import open_cache
from data_access.city import load_city

DATASET = "environment.air"
FRESH_P95_S, MEMORY_MB = 5.0, 1000.0
STATIONS = 2000
SOURCE = """
format = "table"
keep = "P400D"

[dataset.source.options]
time = "hour"
entity = "station"
area = "unit"
values = { pm25 = "pm25", pm10 = "pm10" }

[dataset.source.parquet]
path = "air"
sql = '''
SELECT date_trunc('hour', measured_at) AS hour, station, any_value(unit) AS unit,
       avg(pm25) AS pm25, avg(pm10) AS pm10
FROM lake GROUP BY date_trunc('hour', measured_at), station
'''
"""


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = common(argparse.ArgumentParser(description=__doc__))
    parser.add_argument("--rows", type=float, default=50, help="millions in the lake")
    parser.add_argument("--partitions", type=int, default=50, help="hours they lie in")
    parser.add_argument("--new", type=int, default=10, help="partitions that come while measured")
    chosen = parser.parse_args()
    rows = round(chosen.rows * 1e6) // chosen.partitions
    with Product() as product:
        lake = product.folder / "lake"
        city = live_city(product.folder / "live-city", DATASET, SOURCE)
        units = [unit.code for unit in load_city(city).areas]
        newest = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        hours = [newest - timedelta(hours=at) for at in range(chosen.partitions + chosen.new)]
        hours.reverse()
        for hour in hours[: chosen.partitions]:
            _write(lake, hour, rows, units)
        size_mb = sum(each.stat().st_size for each in lake.rglob("*.parquet")) / 1e6
        product.environment |= {"IOC_LAKE": str(lake), "IOC_CITY": str(city)}
        begun_s = time.monotonic()
        product.start("wall", "feed")
        with _Memory(product) as memory:
            _until_fresh(product, hours[chosen.partitions - 1], within_s=300)
            _until_all(product, chosen.partitions * STATIONS * 2)
            filled_s = time.monotonic() - begun_s
            fresh_s = []
            for hour in hours[chosen.partitions :]:
                _write(lake, hour, rows, units)
                renamed_s = time.monotonic()
                _until_fresh(product, hour, within_s=60)
                fresh_s.append(time.monotonic() - renamed_s)
        publish(_report(chosen, size_mb, filled_s, fresh_s, memory), write=chosen.write)


def _write(lake: Path, hour: datetime, rows: int, units: list[str]) -> None:
    """Write one partition of `rows` measurements, as another system would."""
    folder = lake / "air" / f"hour={hour:%Y-%m-%dT%H}"
    draft = lake / "_draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    duckdb.execute(
        f"""COPY (
            SELECT 'st' || (i % {STATIONS}) AS station, ?[1 + (i % {STATIONS}) % ?] AS unit,
                   CAST(? AS TIMESTAMPTZ) + to_microseconds((i * 3_600_000_000) // {rows})
                   AS measured_at,
                   20 + random() * 60 AS pm25, 30 + random() * 90 AS pm10
            FROM range({rows}) t(i)
        ) TO '{draft}/part-0.parquet' (FORMAT parquet)""",
        [units, len(units), hour.isoformat()],
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(folder)


def _until_fresh(product: Product, hour: datetime, *, within_s: float) -> None:
    cache, at_ms = open_cache(product.settings), hour.timestamp() * 1000

    def holds() -> bool:
        envelope = cache.read(DATASET)
        return envelope is not None and envelope.as_of_ms == at_ms

    until(holds, within_s=within_s, what=f"{DATASET} of {hour}")


def _until_all(product: Product, rows: int) -> None:
    cache = open_cache(product.settings)

    def holds() -> bool:
        envelope = cache.read(DATASET)
        return envelope is not None and envelope.quality["accepted"] >= rows

    until(holds, within_s=600, what="all partitions")


class _Memory:
    """The most that the feed and what it starts held, sampled."""

    def __init__(self, product: Product) -> None:
        self.feed_mb = self.all_mb = 0.0
        self._product = product
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def _sample(self) -> None:
        import psutil

        while not self._ends.wait(0.05):
            try:
                tree = self._product.tree("feed")
                self.feed_mb = max(self.feed_mb, rss_mb(tree[:1]))
                self.all_mb = max(self.all_mb, rss_mb(tree))
            except psutil.NoSuchProcess:
                continue

    def __enter__(self) -> _Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()


def _report(
    chosen: argparse.Namespace,
    size_mb: float,
    filled_s: float,
    fresh_s: list[float],
    memory: _Memory,
) -> Report:
    p50, p95, most = spread(fresh_s)
    return Report(
        name="lake",
        title="A new partition of a Parquet lake",
        how=f"""{chosen.rows:g} million rows of {STATIONS} stations, {chosen.partitions} partitions
        of an hour ({size_mb:.0f} MB), aggregated by DuckDB where they lie, in a process of its own;
        only hourly means and the partitions' names travel. Then {len(fresh_s)} partitions of
        {chosen.rows / chosen.partitions:g} million rows, one after the other: from the rename that
        puts one in place until the envelope in the cache has its hour.""",
        tables=[
            Table(
                ("new partition to envelope", "n", "p50 s", "p95 s", "max s"),
                [("feed and DuckDB", str(len(fresh_s)), p50, p95, most)],
            ),
            Table(
                ("memory at most, MB", ""),
                [
                    ("feed", f"{memory.feed_mb:.0f}"),
                    ("feed and DuckDB's process", f"{memory.all_mb:.0f}"),
                ],
            ),
        ],
        notes=[
            f"All {chosen.partitions} partitions at a first start, included: {filled_s:.1f} s.",
            f"Goals: fresh p95 <= {FRESH_P95_S:g} s: {p95}, {verdict(float(p95), FRESH_P95_S)};"
            f" memory <= {MEMORY_MB:g} MB: {memory.all_mb:.0f},"
            f" {verdict(memory.all_mb, MEMORY_MB)}.",
        ],
    )


if __name__ == "__main__":
    main()
