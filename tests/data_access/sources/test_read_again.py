"""What a source read once is no change when a process that has just begun reads it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_access.reading import Folder, Found, Reading
from data_access.sources import gtfs_feed
from tests.data_access.sources.conftest import cities

NOW = datetime(2026, 9, 21, tzinfo=UTC)
READ = [
    (city, lake, name)
    for city, lake in cities()
    for name, contract in city.datasets.items()
    if contract.source.files(lake)
]


@pytest.mark.parametrize(("city", "lake", "name"), READ, ids=[f"{c.id}-{n}" for c, _, n in READ])
def test_the_same_files_are_no_change_of_schema(city, lake, name) -> None:
    contract = city.datasets[name]
    files = contract.source.files(lake)
    found = Found(Folder(lake, "live", contract), tuple((f, f.stat().st_size, 0) for f in files))
    gtfs_feed._read.clear()
    first = Reading.of(found, city, NOW, {})
    kept = Reading.of(found, city, NOW, first.schema)
    gtfs_feed._read.clear()
    again = Reading.of(found, city, NOW, kept.schema)
    assert first.schema == kept.schema == again.schema
    assert first.failing == again.failing
