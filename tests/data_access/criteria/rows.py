"""Rows and stations that stand beside each other, for criteria to be measured on."""

from __future__ import annotations

from datetime import datetime

from data_access.model import Entity
from tests.data_access.criteria.conftest import NOW


def stations(count: int, *, values: list[float], at: datetime = NOW) -> list[tuple]:
    return [
        ("pm25", f"s{n}", "00070", at, value) for n, value in zip(range(count), values, strict=True)
    ]


def grid(count: int) -> list[Entity]:
    return [Entity(f"s{n}", f"S{n}", 21.0 + n * 0.01, 105.8, "00070") for n in range(count)]
