"""Asking a source again and again: when, how long to leave it alone, and until its answer is kept.

Not for how it is asked: that is a Fetch, one of url.py and its like.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from data_access.errors import DataError, IntakeError
from data_access.intake.health import LONGEST_ASKED_S, LONGEST_S, HealthBook, back_off_s
from data_access.intake.spool import Arrival, Spool
from language import Told, told

log = logging.getLogger(__name__)

SPREAD = 0.05  # of the time between two polls, by chance: sources are not asked all at once
FULL_S = 1.0  # until the spool is looked at again


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer: its payloads (none when nothing is new), and the state to begin from next time."""

    payloads: Sequence[Arrival] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    size: int = 0  # bytes that travelled
    more: bool = False  # there is more to be had at once
    error: Told | None = None  # what of it failed; the rest is good


Fetch = Callable[[Mapping[str, Any]], Awaitable[Fetched]]  # takes the state, raises IntakeError


@dataclass(slots=True)
class Polling:
    """One source that is asked; `ask` has it asked at once."""

    dataset: str
    way: str
    every_s: float
    fetch: Fetch
    spool: Spool
    health: HealthBook
    chance: Callable[[], float] = random.random
    _asked: asyncio.Event = field(default_factory=asyncio.Event)

    def ask(self) -> None:
        """Have it asked at once, unless it is being left alone."""
        self._asked.set()

    async def keep(self) -> None:
        """Ask for ever."""
        while True:
            begun_s = self.health.clock()
            self._asked.clear()
            wait_s = await self.once()
            if wait_s is not None:
                await asyncio.sleep(wait_s)
                continue
            spread = 1 + SPREAD * (2 * self.chance() - 1)
            left_s = self.every_s * spread - max(0.0, self.health.clock() - begun_s)
            try:
                async with asyncio.timeout(max(0.0, left_s)):
                    await self._asked.wait()
            except TimeoutError:
                pass

    async def once(self) -> float | None:
        """Ask once; return for how many seconds to wait: None for as long as usual."""
        if not self.spool.has_room(self.dataset):
            return FULL_S
        self.health.tries(self.dataset, self.way)
        try:
            state = self.spool.state(self.dataset, self.way)
            fetched = await self.fetch(state)
            if fetched.payloads or fetched.state != state:
                await asyncio.wrap_future(
                    self.spool.put(self.dataset, self.way, fetched.payloads, state=fetched.state)
                )
        except Exception as error:  # noqa: BLE001  whatever a source does, the others go on
            return self._failed(error)
        self.health.came(self.dataset, self.way, payloads=len(fetched.payloads), size=fetched.size)
        if fetched.error is not None:
            return self._failed(IntakeError(fetched.error))
        return 0.0 if fetched.more else None

    def _failed(self, error: Exception) -> float:
        failures = self.health.of(self.dataset, self.way).failures + 1
        wait_s = back_off_s(failures, longest_s=max(LONGEST_S, self.every_s), chance=self.chance)
        if isinstance(error, IntakeError) and error.retry_after_s is not None:
            wait_s = max(wait_s, min(error.retry_after_s, LONGEST_ASKED_S))
        is_expected = isinstance(error, DataError)
        why = told("failed: {name}", name=type(error).__name__)
        if isinstance(error, DataError):
            why = error.told
        until_us = int((self.health.clock() + wait_s) * 1_000_000)
        self.health.failed(self.dataset, self.way, why, until_us=until_us)
        log.log(
            logging.WARNING if is_expected else logging.ERROR,
            "%s: %s: %s (again in %.0f s)",
            self.dataset,
            self.way,
            why,
            wait_s,
            exc_info=None if is_expected else error,
        )
        return wait_s
