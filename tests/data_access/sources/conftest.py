"""Reading a dataset through its own source, from a small lake or from a file made by a test.

Two cities: this one, and another made for what no dataset of this one uses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from data_access.city import City, load_city
from data_access.model import Batch
from data_access.sources import registry
from tests.conftest import ROOT, SMALL_LAKE

DANANG = ROOT / "tests" / "fixtures" / "danang"
DANANG_LAKE = ROOT / "tests" / "fixtures" / "danang_lake"
Reader = Callable[..., Batch]


@cache
def cities() -> tuple[tuple[City, Path], ...]:
    """Return both cities, each with its small lake."""
    return (load_city(ROOT / "city"), SMALL_LAKE), (load_city(DANANG), DANANG_LAKE)


def home(dataset: str) -> tuple[City, Path]:
    """Return the city a dataset belongs to, and its small lake."""
    return next((city, lake) for city, lake in cities() if dataset in city.datasets)


@pytest.fixture(scope="session")
def city() -> City:
    return cities()[0][0]


def joined(batches: list[Batch]) -> Batch:
    """Return all batches as one; observations keep their order."""
    frames = [batch.observations for batch in batches if batch.observations is not None]
    doubts, before = [], 0
    for batch in batches:
        for each in batch.doubts:
            shades = tuple(row + before for row in each.shades)
            doubts.append(replace(each, row=each.row + before, shades=shades))
        before += 0 if batch.observations is None else len(batch.observations)
    return Batch(
        observations=pd.concat(frames, ignore_index=True) if frames else None,
        doubts=doubts,
        records=[record for batch in batches for record in batch.records],
        entities=[entity for batch in batches for entity in batch.entities],
        rejected=[rejected for batch in batches for rejected in batch.rejected],
    )


@pytest.fixture(scope="session")
def read_small() -> Reader:
    """Read a dataset's files of its city's small lake."""

    def read(dataset: str, pattern: str = "*") -> Batch:
        city, lake = home(dataset)
        contract = city.datasets[dataset]
        files = [path for path in contract.source.files(lake) if path.match(pattern)]
        return joined(list(registry.read(files, contract=contract, city=city)))

    return read


@pytest.fixture
def read_file(tmp_path: Path) -> Reader:
    """Read bytes as if they were a file of a dataset, with some options changed."""

    def read(dataset: str, content: bytes | str, name: str = "file.dat", **options: Any) -> Batch:
        city, _ = home(dataset)
        contract = city.datasets[dataset]
        source = replace(contract.source, options={**contract.source.options, **options})
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        contract = replace(contract, source=source)
        return joined(list(registry.read([path], contract=contract, city=city)))

    return read


def reasons(batch: Batch) -> dict[str, str]:
    """Return the reason of each refusal by where it stands."""
    return {rejected.source_ref: rejected.reason for rejected in batch.rejected}


def values(batch: Batch, **where: object) -> dict[str, float]:
    """Return the values by local minute of the observations that are as `where` says."""
    assert batch.observations is not None
    frame = batch.observations
    for column, wanted in where.items():
        frame = frame[frame[column] == wanted]
    local = frame["observed_at"].dt.tz_convert("Asia/Ho_Chi_Minh").dt.strftime("%Y-%m-%d %H:%M")
    return dict(zip(local, frame["value"], strict=True))
