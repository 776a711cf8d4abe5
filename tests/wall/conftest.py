from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.wall.table import FullTable, Table

# Two cores are shared with whatever else runs: slow is no failure.
settings.register_profile("wall", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wall")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.fixture
def full(tmp_path: Path) -> FullTable:
    return FullTable(tmp_path)
