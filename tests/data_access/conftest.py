"""What tests of the data path share: a real PostgreSQL, when one is installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.data_access import postgres


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres.running(tmp_path_factory.mktemp("postgres")) as url:
        yield url
