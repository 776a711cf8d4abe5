"""Leading a site in turns: stand by until the lease is ours, lead until it is not, stand by again.

The shell around `wall.shared`: it decides nothing that is on a wall. Whoever leads commands only
within its term (`wall.shared.term`) and writes only under its epoch (`wall.shared.store`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from wall.controller import Controller
from wall.door import Door
from wall.errors import Deposed, ForgetfulRedis, LeaseHeld, StoreError
from wall.shared.store import RedisStore
from wall.shared.term import RENEW_S, Term, own_clock_s
from wall.store import Kept

WATCH_S = 0.2  # how often a standby looks at the lease
AGAIN_S = 0.1  # after a renewal that failed

log = structlog.get_logger("wall")

Make = Callable[[RedisStore, Kept, Term], Controller]


class Succession:
    """One controller of a site among several, for as long as the process runs."""

    def __init__(
        self,
        door: Door,
        *,
        open_store: Callable[[], RedisStore],
        check: Callable[[], None],
        make: Make,
        begin: Callable[[RedisStore], Kept],
        copy: Callable[[], Awaitable[None]],
    ) -> None:
        """`open_store` gives each term a store of its own, `begin` takes the lease with it.

        `copy` is what goes on beside standing by, until it is cancelled.

        `make` builds the controller of what was kept.
        `check` raises ForgetfulRedis when the server may not be trusted with the state.
        """
        self._door = door
        self._open_store = open_store
        self._check = check
        self._make = make
        self._begin_epoch = begin
        self._copy = copy
        self._is_checked = False
        self._thread = ThreadPoolExecutor(1, "wall-lease")

    async def run(self, stop: asyncio.Event) -> None:
        """Stand by and lead in turns until `stop`; raises ForgetfulRedis, at the start only."""
        loop = asyncio.get_running_loop()
        try:
            try:
                await loop.run_in_executor(self._thread, self._check)
                self._is_checked = True
            except ForgetfulRedis:
                raise
            except StoreError as error:
                self._say(str(error))
            while not stop.is_set():
                store = self._open_store()
                copying = asyncio.ensure_future(self._copy())
                try:
                    won = await self._stand_by(store, stop)
                finally:
                    copying.cancel()
                if won is not None:
                    await self._lead(store, *won, stop=stop)
        finally:
            self._thread.shutdown()

    async def _stand_by(self, store: RedisStore, stop: asyncio.Event) -> tuple[Kept, Term] | None:
        """Ask for the lease until it is ours; None when told to stop."""
        loop = asyncio.get_running_loop()
        log.info("stands by")
        while not stop.is_set():
            asked_at_s = own_clock_s()
            try:
                kept = await loop.run_in_executor(self._thread, self._begin, store)
            except LeaseHeld:
                self._say(None)
            except StoreError as error:
                self._is_checked = False  # the server that comes back may be set otherwise
                self._say(str(error))
            else:
                self._say(None)
                term = Term(asked_at_s)
                if term.stands():
                    return kept, term
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), WATCH_S)
        return None

    def _begin(self, store: RedisStore) -> Kept:
        if not self._is_checked:
            self._check()
            self._is_checked = True
        return self._begin_epoch(store)

    async def _lead(
        self, store: RedisStore, kept: Kept, term: Term, *, stop: asyncio.Event
    ) -> None:
        """Lead until told to stop, deposed, or at the end of what the lease makes safe."""
        controller = self._make(store, kept, term)
        self._door.controller = controller
        controller.start()
        log.info("leads", epoch=kept.epoch)
        watching = asyncio.create_task(controller.watch())
        renewing = asyncio.create_task(self._renew(store, term))
        ends = {
            renewing,
            asyncio.create_task(stop.wait()),
            asyncio.create_task(controller.deposed.wait()),
        }
        try:
            over: set[asyncio.Task[object]] = set()
            while not over and term.stands():
                over, _ = await asyncio.wait(
                    ends, timeout=term.left_s(), return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            for each in ends:
                each.cancel()
            self._door.controller = None
            log.info("leads no more", epoch=kept.epoch, stopped=stop.is_set())
            await controller.leave("restart" if stop.is_set() else "deposed")
            watching.cancel()
            await controller.stop()
        if stop.is_set():
            with suppress(StoreError):
                await asyncio.get_running_loop().run_in_executor(self._thread, store.release)

    async def _renew(self, store: RedisStore, term: Term) -> None:
        """Renew the lease in time; returns when it is another's."""
        loop = asyncio.get_running_loop()
        while True:
            asked_at_s = own_clock_s()
            pause_s = RENEW_S
            try:
                await loop.run_in_executor(self._thread, store.renew)
                term.renewed(asked_at_s)
            except Deposed:
                return
            except StoreError as error:
                log.warning("lease not renewed", error=str(error), left_s=round(term.left_s(), 2))
                pause_s = AGAIN_S
            await asyncio.sleep(pause_s)

    def _say(self, problem: str | None) -> None:
        if problem is not None and problem != self._door.problem:
            log.error("cannot lead", problem=problem)
        self._door.problem = problem
