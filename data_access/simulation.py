"""Having the simulated lake written by a process of its own, and saying what lies in it."""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from data_access.city import City, load_city
from data_access.reading import Folder
from data_access.simulator.lake import lake_until, simulated, write_lake

log = logging.getLogger(__name__)

SEED = 20_261_122
ORIGIN = "simulated"


class Simulation:
    """The simulated lake of the datasets nothing else feeds. Kept once written."""

    def __init__(
        self, city_folder: Path, city: City, folder: Path, datasets: Sequence[str]
    ) -> None:
        self._city_folder = city_folder
        self._city = city
        self._folder = folder
        self._datasets = list(datasets)
        self._process: multiprocessing.process.BaseProcess | None = None
        self._is_done = not datasets

    def poll(self, now_s: float) -> dict[str, Folder]:
        """Return the folder of each dataset once, when the lake is there; else see to it."""
        if self._is_done:
            return {}
        if self._process is not None and self._process.is_alive():
            return {}
        until = lake_until(self._folder, datasets=self._datasets, seed=SEED)
        if until is None and self._process is None:
            self._start(datetime.fromtimestamp(now_s, UTC))
            return {}
        self._is_done = True
        if self._process is not None:
            self._process.join()
            if self._process.exitcode != 0:
                log.error("the simulated lake could not be written")
        if until is None:
            return {}
        return {
            name: Folder(self._folder, ORIGIN, simulated(self._city.datasets[name], until))
            for name in self._datasets
        }

    def close(self) -> None:
        """End the process that writes."""
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
            self._process.join()

    def _start(self, until: datetime) -> None:
        log.info("simulating %s", ", ".join(self._datasets))
        self._process = multiprocessing.get_context("spawn").Process(
            target=_write, args=(self._city_folder, self._folder, self._datasets, until)
        )
        self._process.daemon = True
        self._process.start()


def _write(city_folder: Path, folder: Path, datasets: list[str], until: datetime) -> None:
    write_lake(folder, load_city(city_folder), datasets=datasets, seed=SEED, until=until)
