"""The city that is simulated, and one lake of it that many tests read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access.city import City, load_city
from data_access.simulator.lake import write_lake
from data_access.simulator.order import Order

CITY = Path(__file__).parents[3] / "city"
UNTIL = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)  # a Sunday, 10:30 in Hà Nội
SEED = 7


@pytest.fixture(scope="session")
def city() -> City:
    return load_city(CITY)


@pytest.fixture(scope="session")
def lake(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "simulated-lake"
    write_lake(folder, city, datasets=None, seed=SEED, until=UNTIL)
    return folder


@pytest.fixture(scope="session")
def order(city: City) -> Callable[..., Order]:
    def make(dataset: str, *, seed: int = SEED, until: datetime = UNTIL) -> Order:
        return Order(city, city.datasets[dataset], seed, until)

    return make
