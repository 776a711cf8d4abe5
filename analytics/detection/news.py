"""Whether a look would see anything new: the newest value of each dataset that is watched, and the
newest word of a person about an alert, which walls are to say.

A look costs a process and its imports; asking this costs a few queries. The same is what a look
itself goes by (`look.py`), so that none is missed. It opens its store late and for itself, as it is
called in the jobs role, which starts before there is one.
"""

from __future__ import annotations

import logging
from collections.abc import Hashable

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from analytics.detection.labels import LabelStore
from analytics.detection.plan import read_plan
from data_access.city import load_city
from data_access.errors import DataError
from data_access.store import StoreReader, open_reader
from permissions.database import connect_operations
from settings import Settings

log = logging.getLogger(__name__)


class News:
    """What there is to look at, by the store of `settings`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._datasets: tuple[str, ...] | None = None
        self._reader: StoreReader | None = None
        self._labels: Engine | None = None

    def __call__(self) -> Hashable:
        """Return the newest times of each dataset and of labels; None while they cannot be told."""
        try:
            if self._datasets is None:
                self._datasets = self._watched()
            if self._reader is None:
                self._reader = open_reader(self._settings)
            with self._reader.snapshot() as snapshot:
                newest = [snapshot.newest_us(name) for name in self._datasets]
            return (*newest, self._labelled())
        except (DataError, SQLAlchemyError, OSError) as error:
            log.info("what is new cannot be told: %s", error)
            return None

    def close(self) -> None:
        """Let go of the stores."""
        if self._reader is not None:
            self._reader.close()
        if self._labels is not None:
            self._labels.dispose()

    def _labelled(self) -> float | None:
        """Return when an alert was labelled last; None also in a store web has not made yet."""
        if self._labels is None:
            self._labels = connect_operations(self._settings.operations_url)
        try:
            return LabelStore(self._labels).newest_ms()
        except SQLAlchemyError:
            return None

    def _watched(self) -> tuple[str, ...]:
        city = load_city(self._settings.city)
        plan = read_plan(self._settings.city, city)
        if plan is None:
            return ()
        return tuple(sorted({name for each in plan.detector for name in plan.datasets(each)}))
