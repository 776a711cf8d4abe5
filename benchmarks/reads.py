"""What the city's dashboard reads of a store of a million observations, all five groups of it.

The simulated lake of the city, with speeds enough for a million, fills a store through the feed. A
page reads envelopes from the cache; the feed reads the store, for each aggregate whose data changed
(roll-ups, newest values, records). Both are timed; neither is warmed by anything but itself.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures import ROOT, Report, Table, percentile, publish, spread, verdict
from benchmarks.ingest import speeds_until
from data_access.aggregates.aggregate import Aggregate
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.cache import EnvelopeCache, open_cache
from data_access.city import City, load_city
from data_access.contracts import Replay
from data_access.feed import SIMULATED_LAKE, Feed
from data_access.simulation import SEED
from data_access.simulator.lake import write_lake
from data_access.simulator.order import Order
from data_access.store import StoreReader, open_reader, open_writer
from layouts.pages.console_place import CITY, GROUPS
from layouts.pages.console_plan import SMALLEST, Planned, planned
from layouts.pages.console_topics import GROUP_TILES, TileSpec
from layouts.tiles.registry import read_options
from settings import Settings

GOAL_MS = 50.0
OBSERVATIONS = 1_000_000
NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Hà Nội
FILLED = "transport.speed"  # what is written more of, until there are enough
SLOWEST = 5

Times = dict[str, list[float]]  # milliseconds by what was read


def main() -> None:
    """Measure, print, and keep the figures when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="of each read")
    parser.add_argument("--rows", type=int, default=OBSERVATIONS, help="observations at least")
    parser.add_argument("--write", action="store_true", help="keep the figures in BENCHMARKS.md")
    chosen = parser.parse_args()
    logging.disable(logging.ERROR)
    with (
        tempfile.TemporaryDirectory(prefix="reads-") as name,
        _filled(Path(name), chosen.rows) as (settings, city),
    ):
        pages = _pages(open_cache(settings), chosen.runs)
        with closing(open_reader(settings)) as reader:
            built = _store(reader, open_cache(settings), city, chosen.runs)
            rows = _observations(reader, city)
    publish(_report(rows, pages, built, chosen.runs), write=chosen.write)


@contextmanager
def _filled(folder: Path, rows: int) -> Iterator[tuple[Settings, City]]:
    """Fill a store with the city's simulated lake and so many speeds, as the feed does."""
    city = load_city(ROOT / "city")
    speeds = replace(city.datasets[FILLED], replay=Replay(mode="latest"))
    city = replace(city, datasets={**city.datasets, FILLED: speeds})
    lake = folder / SIMULATED_LAKE
    write_lake(lake, city, datasets=None, seed=SEED, until=NOW)
    for path, content in speeds_until(Order(city, speeds, SEED, NOW), rows):
        (lake / path).write_bytes(content)  # in place of the week
    settings = Settings(city=ROOT / "city", data_dir=folder, lake=folder / SIMULATED_LAKE)
    writer, reader = open_writer(settings, city.zone), open_reader(settings)
    with closing(writer), closing(reader):
        feed = Feed(settings, city, writer, reader, open_cache(settings))
        with closing(feed):
            now_s = NOW.timestamp()
            feed.tick(now_s)
            while feed.is_busy:
                feed.tick(now_s)
            feed.tick(now_s + 1)
            yield settings, city


def _observations(reader: StoreReader, city: City) -> int:
    with reader.snapshot() as snapshot:
        found = [snapshot.current(name) for name in city.datasets]
    return sum(each.observations for each in found if each is not None)


def _pages(cache: EnvelopeCache, runs: int) -> Times:
    """Time what each page of the dashboard reads: the city, a group, all five groups at once.

    What jobs find out (forecasts) is asked for as well, and is not there: no job runs here.
    """
    wanted = {"the city": _needs(planned(CITY, *SMALLEST))}
    wanted |= {group: _needs(GROUP_TILES[group]) for group in GROUPS}
    wanted["all five groups"] = set().union(*(wanted[group] for group in GROUPS))
    times: Times = defaultdict(list)
    for _ in range(runs):
        for name, names in wanted.items():
            began_s = time.perf_counter()
            found = cache.read_many(names)
            times[name].append(1000 * (time.perf_counter() - began_s))
            unread = names.intersection(aggregates()) - found.keys()
            assert not unread, unread  # noqa: S101
    return times


def _needs(tiles: Iterable[Planned | TileSpec]) -> set[str]:
    read = [read_options(tile.kind, tile.options) for tile in tiles]
    return {name for kind, options in read for name in kind.needs(options)}


def _store(reader: StoreReader, cache: EnvelopeCache, city: City, runs: int) -> Times:
    """Time each aggregate of data, built anew from the store in a snapshot of its own."""
    shown = cache.read_many(aggregates())
    times: Times = defaultdict(list)
    for _ in range(runs):
        for name, aggregate in _of_data(city).items():
            began_s = time.perf_counter()
            with reader.snapshot() as snapshot:
                envelope = build_envelope(
                    aggregate,
                    snapshot,
                    city,
                    now_ms=NOW.timestamp() * 1000,
                    version=1,
                    read=shown.get,
                )
            times[name].append(1000 * (time.perf_counter() - began_s))
            assert envelope.state == "ok", name  # noqa: S101
    return times


def _of_data(city: City) -> Mapping[str, Aggregate]:
    return {
        name: aggregate
        for name, aggregate in aggregates().items()
        if aggregate.datasets and city.datasets.keys() >= set(aggregate.datasets)
    }


def _report(rows: int, pages: Times, built: Times, runs: int) -> Report:
    every = [ms for times in built.values() for ms in times]
    slowest = sorted(built, key=lambda name: -percentile(built[name], 95))[:SLOWEST]
    columns = ("p50 ms", "p95 ms", "largest ms", f"p95 {GOAL_MS:.0f} ms")
    return Report(
        name="reads",
        title="What the city's dashboard reads",
        how=f"""{rows:,} observations in SQLite: the simulated city with {FILLED} as long as it
        takes. A page reads envelopes of the cache (files); behind them the feed reads the store,
        one aggregate when its data changed, in a snapshot of its own. {runs} runs of each.""",
        tables=[
            Table(
                ("a page reads", *columns),
                [(name, *_row(times)) for name, times in pages.items()],
            ),
            Table(
                ("the feed reads the store for", *columns),
                [
                    (f"any of {len(built)} aggregates", *_row(every)),
                    *((name, *_row(built[name])) for name in slowest),
                ],
            ),
        ],
    )


def _row(times: list[float]) -> tuple[str, ...]:
    return (*spread(times), verdict(percentile(times, 95), GOAL_MS))


if __name__ == "__main__":
    main()
