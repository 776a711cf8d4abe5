"""Stores to test with: SQLite in a file, and a real PostgreSQL when one is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data_access.store import StoreReader, StoreWriter, open_engine
from data_access.store.engine import SCHEMA, migrate, transaction

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'observations.sqlite'}"
    url = str(request.getfixturevalue("postgres_url"))
    engine = open_engine(url)
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    engine.dispose()
    return url


@pytest.fixture
def open_store(store_url: str) -> Iterator[Callable[[], StoreWriter]]:
    opened: list[StoreWriter] = []

    def again() -> StoreWriter:
        engine = open_engine(store_url)
        migrate(engine)
        opened.append(StoreWriter(engine, ZONE))
        return opened[-1]

    yield again
    for writer in opened:
        writer.close()


@pytest.fixture
def writer(open_store: Callable[[], StoreWriter]) -> StoreWriter:
    return open_store()


@pytest.fixture
def reader(store_url: str, writer: StoreWriter) -> Iterator[StoreReader]:
    opened = StoreReader(open_engine(store_url, read_only=True))
    yield opened
    opened.close()
