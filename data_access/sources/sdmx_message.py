"""An SDMX data message as rows: what each observation is of, when, and how much.

SDMX-ML 2.0, 2.1 and 3.0 (generic and structure specific), SDMX-JSON 1.0 and 2.0, SDMX-CSV 1.0 and
2.0. Not a source itself: data_access/sources/sdmx.py says which series are which indicators.

Read here and not by a library: those that are kept read a message whole or not at all (one
observation without a period loses the others), and none reads SDMX-JSON 2.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data_access.model import Rejected
from language import told

EXPECTED = told("SDMX-ML 2.1 (generic or structure specific), SDMX-JSON 1.0 or 2.0, or SDMX-CSV")
VALUE = "OBS_VALUE"
TIME = "TIME_PERIOD"


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation: `key` has its dimensions and the attributes of all levels, as codes."""

    key: Mapping[str, str]
    period: str
    value: str | None  # as written; None when there is none
    where: str  # "Series[3]/Obs[7]"


@dataclass(frozen=True, slots=True)
class DataSet:
    """The observations of one data set, and what it does to those known before."""

    action: str  # as written, lower case: append, replace, information, merge, delete
    observations: Iterator[Observation | Rejected]


@dataclass(frozen=True, slots=True)
class Message:
    """A message; data sets are read as they are asked for."""

    prepared: datetime | None
    is_test: bool
    data_sets: tuple[DataSet, ...]


def spelled(value: Any) -> str | None:
    """Return a code or number as it is written, None for nothing and for what is neither."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value).strip() or None
