"""A store filled by hand, as tests of aggregates have it, and the operations store beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from permissions.database import connect_operations, migrate
from tests.data_access.aggregates.conftest import city, table

__all__ = ["city", "table"]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect_operations(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    migrate(made)
    yield made
    made.dispose()
