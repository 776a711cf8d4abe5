"""A payload with a few things wrong in it costs rows, told and counted, and nothing else.

Each is read, held to its contract and written into a store, as the feed does.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from data_access.city import City
from data_access.contract_check import check
from data_access.contracts import DatasetContract
from data_access.errors import SourceError
from data_access.model import Batch
from data_access.records import Played
from data_access.rollup import LARGEST
from data_access.rows import Rows
from data_access.sources import registry
from data_access.store import Change, StoreWriter
from data_access.store.engine import migrate
from language import in_all_languages
from tests.data_access.sources.conftest import cities, home, joined
from tests.data_access.sources.mutated import mutations
from tests.data_access.store.conftest import ZONE

NOW = datetime(2027, 2, 1, tzinfo=UTC)
TIMES = 24  # that each format's files are spoiled
MOST = 200_000  # octets of one


@dataclass(frozen=True)
class Sample:
    """A file of a dataset, and those beside it."""

    dataset: str
    path: Path


def samples(format_id: str) -> list[Sample]:
    """Return the files of the small lakes that are read by a format."""
    return [
        Sample(name, path)
        for city, lake in cities()
        for name, contract in city.datasets.items()
        if contract.source.format == format_id
        for path in contract.source.files(lake)
        if path.stat().st_size < MOST
    ]


def spoiled(format_id: str, times: int, *, seed: int = 0) -> Iterator[tuple[Sample, bytes, str]]:
    """Yield files with what was done to them."""
    there = [
        (each, content, ways)
        for each in samples(format_id)
        if (ways := mutations(content := each.path.read_bytes()))
    ]
    for number in range(times if there else 0):
        chance = random.Random(f"{format_id} {seed} {number}")
        sample, content, ways = there[number % len(there)]
        way = chance.choice(ways)
        yield sample, way(content, chance), f"{format_id} {seed} {number}: {way.__name__}"


class Store:
    """Takes what a contract lets in."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://", poolclass=StaticPool)
        migrate(engine)
        self.writer = StoreWriter(engine, ZONE)

    def put(self, batch: Batch, contract: DatasetContract) -> None:
        stream = self.writer.open_stream("live", contract.id, origin="live", place="live")
        has_rows = batch.observations is not None and len(batch.observations)
        rows = Rows.of(batch.observations) if has_rows else None
        if rows is not None:
            rows = rows.take(np.abs(rows.value) <= LARGEST)  # reading.py refuses the others
        change = Change(
            rows=rows,
            played=[Played(each) for each in batch.records],
            entities=batch.entities,
            rejected=batch.rejected,
            owner=contract.owner,
        )
        self.writer.apply(stream.id, change, now_us=1)


def read(city: City, contract: DatasetContract, *paths: Path) -> Batch:
    batches = registry.read(paths, contract=contract, city=city)
    checked = [check(each, contract, now=NOW, areas=city.areas.codes) for each in batches]
    return joined(checked)


def hold(batch: Batch, contract: DatasetContract, where: str) -> None:
    """Hold what was let in, and what was refused, to what everything after relies on."""
    for refused in batch.rejected:
        said = (refused.reason, refused.source_ref, *in_all_languages(refused.detail).values())
        assert all(said), (where, said)
    for record in batch.records:
        assert record.status in contract.statuses, where
        assert record.source_ref, where
    frame = batch.observations
    if frame is not None and len(frame):
        assert np.isfinite(frame["value"].to_numpy()).all(), where
        assert set(frame["indicator"]) <= contract.indicators.keys(), where


@pytest.fixture(scope="module")
def store() -> Store:
    return Store()


@pytest.mark.parametrize("format_id", sorted(registry.formats()))
def test_a_spoiled_payload_costs_its_rows_and_nothing_else(
    format_id: str, store: Store, tmp_path: Path
) -> None:
    for sample, content, where in spoiled(format_id, TIMES):
        city, _ = home(sample.dataset)
        contract = city.datasets[sample.dataset]
        path = tmp_path / sample.path.name
        path.write_bytes(content)
        with suppress(SourceError):
            batch = read(city, contract, path)
            hold(batch, contract, where)
            store.put(batch, contract)
