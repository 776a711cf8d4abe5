from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import HealthCheck, settings

from tests.redis_server import RedisServer, redis_server
from tests.wall.table import FullTable, Table
from wall.shared.server import connect

# Two cores are shared with whatever else runs: slow is no failure.
settings.register_profile("wall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wall")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis as a site has it; a test that kills it starts one of its own."""
    with redis_server(tmp_path_factory.mktemp("redis")) as started:
        yield started


@pytest.fixture
def client(server: RedisServer) -> Iterator[redis.Redis]:
    """A client of it, with nothing in it."""
    made = connect(server.url)
    made.flushall()
    yield made
    made.close()


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.fixture
def full(tmp_path: Path) -> FullTable:
    return FullTable(tmp_path)
