"""Reading large payloads in a process of its own, so that nothing else waits for them.

A reading that takes too long, or takes its process with it, refuses the payload and nothing more.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.reading import Reading, read_payloads, unreadable
from data_access.schema import Schema
from language import Told, told

log = logging.getLogger(__name__)

LONGEST_S = 300.0
MOST_MEMORY = 2 * 1024**3  # bytes that a reading may take: a bomb costs its payload, not the room


class Apart:
    """One reading under way."""

    def __init__(
        self,
        files: Sequence[Path],
        beside: Sequence[Path],
        contract: DatasetContract,
        city: City,
        now: datetime,
        known: Schema,
        *,
        clock: Callable[[], float] = time.monotonic,
        longest_s: float | None = None,
    ) -> None:
        self._files = files
        self._clock = clock
        self._until_s = clock() + (LONGEST_S if longest_s is None else longest_s)
        spawn = multiprocessing.get_context("spawn")
        self._result, theirs = spawn.Pipe(duplex=False)
        self._process = spawn.Process(
            target=_read,
            args=(MOST_MEMORY, theirs, files, beside, contract, city, now, known),
            daemon=True,
        )
        self._process.start()
        theirs.close()

    def poll(self) -> list[Reading] | None:
        """Return what was read, or the refusal of all; None while it is being read."""
        if self._result.poll():
            try:
                found: list[Reading] = self._result.recv()
            except (EOFError, OSError):
                self._process.join()
                return self._refuse(
                    told("its reading ended with code {code}", code=self._process.exitcode)
                )
            self._process.join()
            self._result.close()
            return found
        if self._clock() < self._until_s:
            return None
        return self._refuse(told("its reading took too long"))

    def close(self) -> None:
        """End the process."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._result.close()

    def _refuse(self, why: Told) -> list[Reading]:
        self.close()
        log.error("%s: %s", ", ".join(path.name for path in self._files), why)
        return [
            unreadable(path.name, told("{name}: {fault}", name=path.name, fault=why))
            for path in self._files
        ]


def _read(
    memory: int,
    result: Connection,
    files: Sequence[Path],
    beside: Sequence[Path],
    contract: DatasetContract,
    city: City,
    now: datetime,
    known: Schema,
) -> None:
    with contextlib.suppress(ValueError, OSError):  # where there is no such limit
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    result.send(read_payloads(files, beside, contract, city, now, known))
