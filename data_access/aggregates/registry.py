"""The aggregates there are: every AGGREGATES of the modules of this folder, in building order."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

import data_access.aggregates as folder
from data_access.aggregates.aggregate import Aggregate


@cache
def aggregates() -> dict[str, Aggregate]:
    """Return all aggregates by name, those that read others after them.

    Raises ValueError when two have one name.
    """
    found: list[Aggregate] = []
    for module in pkgutil.iter_modules(folder.__path__):
        found += getattr(import_module(f"{folder.__name__}.{module.name}"), "AGGREGATES", ())
    names = [aggregate.name for aggregate in found]
    if len(set(names)) != len(names):
        raise ValueError("two aggregates have the same name")
    found.sort(key=lambda aggregate: (bool(aggregate.reads), aggregate.name))
    return {aggregate.name: aggregate for aggregate in found}


@cache
def rows_before() -> dict[str, int]:
    """Return for how many hours before a time single rows are read, by dataset."""
    found: dict[str, int] = {}
    for aggregate in aggregates().values():
        if aggregate.rows_h:
            dataset = aggregate.datasets[0]
            found[dataset] = max(aggregate.rows_h, found.get(dataset, 0))
    return found
