"""Hand-made rows for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pandas as pd

from data_access.model import OBSERVATION_COLUMNS
from data_access.rows import Rows

START = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)  # Monday 10:00 in Hanoi
START_US = int(START.timestamp()) * 1_000_000


def observed(
    entity: str,
    minute: float,
    value: float,
    *,
    area: str | None = "00070",
    quality: str = "good",
    indicator: str = "speed_kmh",
    source_ref: str | None = None,
) -> tuple:
    at = START + timedelta(minutes=minute)
    ref = source_ref or f"speeds.csv:{round(minute) + 2}"
    return (indicator, entity, area, at, value, quality, ref)


def frame(rows: Iterable[tuple]) -> pd.DataFrame:
    made = pd.DataFrame(list(rows), columns=list(OBSERVATION_COLUMNS))
    made["observed_at"] = pd.to_datetime(made["observed_at"], utc=True).astype(
        "datetime64[us, UTC]"
    )
    return made


def rows(*observations: tuple) -> Rows:
    return Rows.of(frame(observations))
