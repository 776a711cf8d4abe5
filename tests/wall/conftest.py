from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.table import FullTable, Table


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.fixture
def full(tmp_path: Path) -> FullTable:
    return FullTable(tmp_path)
