"""What work of forecasting is done with: the city, its entries, the store, what is kept.

Opened by every such job the same way, and closed whatever comes of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from analytics.forecast.declared import Declared, declared
from analytics.forecast.memory import Memory
from analytics.forecast.source import Stock
from data_access.city import City
from data_access.opening import read_city
from data_access.store import StoreReader, open_reader
from jobs.working import WorkFailed, Working
from permissions.database import connect_operations


@dataclass(frozen=True, slots=True)
class Opened:
    """What is there while the work goes on; `known` are the entries of forecasts.toml by id."""

    city: City
    known: Mapping[str, Declared]
    memory: Memory
    reader: StoreReader
    working: Working

    def asked_for(self, inputs: Mapping[str, Any]) -> list[Declared]:
        """Return the entries that are asked for, by default all.

        They are named in `only`; raises WorkFailed for one there is not.
        """
        wanted = [str(name) for name in inputs.get("only", self.known)]
        if unknown := sorted(set(wanted) - self.known.keys()):
            raise WorkFailed("input", f"no forecast is called {', '.join(unknown)}")
        return [self.known[name] for name in wanted]

    def stocks(self, wanted: Sequence[Declared], step: str) -> Iterator[tuple[Declared, Stock]]:
        """Yield each entry with its series as the store has them, and say how far that is."""
        for index, what in enumerate(wanted):
            self.working.check()
            self.working.progress(index / max(1, len(wanted)), step)
            with self.reader.snapshot() as snapshot:
                stock = Stock.of(snapshot, self.city, what, now_ms=time.time() * 1000)
            yield what, stock


@contextmanager
def opened(working: Working) -> Iterator[Opened]:
    """Open the stores of `working`; raises CityError."""
    settings = working.settings
    city = read_city(settings)
    known = declared(settings.city, city)
    engine = connect_operations(settings.operations_url)
    reader = open_reader(settings)
    try:
        yield Opened(city, known, Memory(engine), reader, working)
    finally:
        reader.close()
        engine.dispose()
