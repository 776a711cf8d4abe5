"""A store filled by hand, and the envelope an aggregate makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import City, load_city
from data_access.contract_check import check
from data_access.envelope import Envelope
from data_access.model import OBSERVATION_COLUMNS, Entity, RecordRow
from data_access.records import Played, instant_us
from data_access.replay import anchor
from data_access.rows import Rows
from data_access.sources.registry import read
from data_access.store import Change, FileMark, StoreReader, StoreWriter, open_engine
from data_access.store.engine import migrate
from data_access.store.snapshot import Current
from tests.conftest import ROOT, SMALL_LAKE
from tests.data_access.store.rows import frame

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # Friday, 10:00 in Hanoi


class Declared(dict[str, Current]):
    """The streams of a snapshot, to whom they were promised.

    An aggregate is made anew when one of its datasets changes: what it reads of another grows old.
    """

    def __init__(self, streams: Mapping[str, Current], datasets: Sequence[str]) -> None:
        super().__init__(streams)
        self.datasets = datasets

    def get(self, dataset: str, default: Any = None) -> Any:
        """Return a stream; fails for one of a dataset that the aggregate does not name."""
        assert not self.datasets or dataset in self.datasets, f"reads {dataset} unnamed"
        return super().get(dataset, default)


@dataclass
class Table:
    """Puts data of a dataset into the store as if it had just happened, and builds aggregates."""

    city: City
    writer: StoreWriter
    reader: StoreReader
    now: datetime = NOW
    built: dict[str, Envelope] = field(default_factory=dict)

    def feed(
        self,
        dataset: str,
        values: Sequence[tuple[Any, ...]] = (),
        *,
        records: Sequence[RecordRow] = (),
        entities: Sequence[Entity] = (),
        rejected: dict[str, int] | None = None,
        origin: str = "replay",
    ) -> None:
        """Write (indicator, entity, area, at, value[, quality]) and records at their own time."""
        made = [(*row, "good", "f.csv:1")[:7] if len(row) == 5 else (*row, "f:1") for row in values]
        assert all(len(row) == len(OBSERVATION_COLUMNS) for row in made)
        rows = Rows.of(frame(made)) if made else None
        stream = self.writer.open_stream("live", dataset, origin=origin, place="/hand")
        now_us = instant_us(self.now)
        change = Change(
            rows=rows,
            played=[Played(record) for record in records],
            entities=entities,
            files=[FileMark("f", 1, 1, "0", len(made) + len(records), rejected or {})],
            timeline=anchor(np.array([now_us]), "latest", now_us),
        )
        self.writer.apply(stream.id, change, now_us=now_us)

    def feed_files(self, dataset: str, files: Sequence[Path] = ()) -> None:
        """Write what the dataset's own source reads of files, by default of the small lake's."""
        contract = self.city.datasets[dataset]
        found = files or contract.source.files(SMALL_LAKE)
        batches = [
            check(batch, contract, now=self.now, areas=self.city.areas.codes)
            for batch in read(found, contract=contract, city=self.city)
        ]
        columns = ["indicator", "entity", "area", "observed_at", "value", "quality"]
        self.feed(
            dataset,
            [
                tuple(row)
                for batch in batches
                if batch.observations is not None
                for row in batch.observations[columns].itertuples(index=False)
            ],
            records=[record for batch in batches for record in batch.records],
            entities=[entity for batch in batches for entity in batch.entities],
        )

    def without_limits(self) -> None:
        """Let the city hold no figure against anything."""
        self.city = replace(self.city, limits={})

    def build(self, name: str) -> Envelope:
        """Return the envelope of an aggregate, those it reads built before."""
        aggregate = aggregates()[name]
        for other in aggregate.reads:
            self.build(other)
        with self.reader.snapshot() as snapshot:
            snapshot._current = Declared(snapshot._current, aggregate.datasets)
            self.built[name] = build_envelope(
                aggregate,
                snapshot,
                self.city,
                now_ms=self.now.timestamp() * 1000,
                version=1,
                read=self.built.get,
            )
        return Envelope.decode(self.built[name].encode())

    def numbers(self, name: str) -> dict[str, Any]:
        """Return the figures of an aggregate."""
        return dict(self.build(name).payload["numbers"])

    def ago(self, **spans: float) -> datetime:
        """Return an instant before now."""
        return self.now - timedelta(**spans)


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture
def table(tmp_path: Path, city: City) -> Iterator[Table]:
    url = f"sqlite:///{tmp_path / 'observations.sqlite'}"
    engine = open_engine(url)
    migrate(engine)
    masks = {name: contract.masks for name, contract in city.datasets.items()}
    reader = StoreReader(open_engine(url, read_only=True), masks)
    made = Table(city, StoreWriter(engine, city.zone), reader)
    yield made
    made.writer.close()
    made.reader.close()


@pytest.fixture
def record() -> Callable[..., RecordRow]:
    """Return a maker of records."""

    def made(record_id: str, at: datetime, **more: Any) -> RecordRow:
        body = more.pop("body", {})
        return RecordRow(
            **{
                "record_id": record_id,
                "version": at.isoformat(),
                "status": "open",
                "reported_at": at,
                "valid_from": at,
                "valid_to": None,
                "area": "00070",
                "geometry": None,
                "source_ref": f"f#{record_id}",
            }
            | more,
            body=body,
        )

    return made
