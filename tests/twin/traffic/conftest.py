"""A town and its net, made once for all tests of the twin."""

from __future__ import annotations

import pytest

from data_access.areas import Areas
from data_access.city import City, load_city
from tests.conftest import ROOT
from tests.twin.traffic.small import model_of, town
from twin.traffic.run import Model


@pytest.fixture(scope="session")
def hanoi() -> City:
    return load_city(ROOT / "city")


@pytest.fixture(scope="session")
def areas(hanoi: City) -> Areas:
    return hanoi.areas


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, areas: Areas) -> Model:
    return model_of(town(), tmp_path_factory.mktemp("town"), areas=areas)
