"""A store filled by hand, and one dataset of it held against the six criteria."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City, load_city
from data_access.contracts import DatasetContract
from data_access.criteria.checks import measure, standings
from data_access.criteria.part import Part, Subject, Use
from data_access.model import Entity, RecordRow
from data_access.records import instant_us
from data_access.store import StoreReader, StoreWriter, open_engine
from data_access.store.engine import migrate
from data_access.store.scores import Standing
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import NOW, Table, record

__all__ = ["NOW", "record"]


@dataclass
class Bench:
    """Feeds datasets as a table does, and measures them."""

    table: Table

    @property
    def city(self) -> City:
        return self.table.city

    def feed(
        self,
        dataset: str,
        values: Sequence[tuple[Any, ...]] = (),
        *,
        records: Sequence[RecordRow] = (),
        entities: Sequence[Entity] = (),
        rejected: dict[str, int] | None = None,
        **more: Any,
    ) -> None:
        self.table.feed(
            dataset, values, records=records, entities=entities, rejected=rejected, **more
        )

    def promise(self, dataset: str, **promised: Any) -> DatasetContract:
        """Change what a dataset promises."""
        contract = replace(self.city.datasets[dataset], **promised)
        self.table.city = replace(self.city, datasets={**self.city.datasets, dataset: contract})
        return contract

    def stand(
        self,
        dataset: str,
        *,
        now: datetime = NOW,
        failing: str | None = None,
        shown_in: Sequence[str] = (),
        use: Use | None = None,
    ) -> dict[str, Standing]:
        """Return how a dataset stands, by criterion."""
        with self.table.reader.snapshot() as snapshot:
            subject = Subject(
                contract=self.city.datasets[dataset],
                city=self.city,
                snapshot=snapshot,
                now_us=instant_us(now),
                failing=failing,
                shown_in=shown_in,
                use=use,
            )
            parts = measure(subject, heavy=True, before={})
            return {each.criterion: each for each in standings(subject, parts)}

    def part(self, dataset: str, criterion: str, name: str, **how: Any) -> Part | None:
        """Return one part of a dataset's criterion, None when it could not be checked."""
        found = self.stand(dataset, **how)[criterion].parts
        part = next((each for each in found if each.name == name), None)
        assert part is None or isinstance(part, Part)
        return part


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture
def bench(tmp_path: Path, city: City) -> Iterator[Bench]:
    url = f"sqlite:///{tmp_path / 'observations.sqlite'}"
    engine = open_engine(url)
    migrate(engine)
    reader = StoreReader(open_engine(url, read_only=True))
    table = Table(city, StoreWriter(engine, city.zone), reader)
    yield Bench(table)
    table.writer.close()
    table.reader.close()


Record = Callable[..., RecordRow]
