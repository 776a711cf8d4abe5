"""The embedded pool: a few jobs at a time on this machine, each in a process of its own.

While somebody may ask, a process waits with what is heavy imported, so that a what-if begins at
once. What runs by itself never takes the last place, where there is more than one: a person does
not wait for a training.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import shutil
import socket
import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from jobs.claimed import Desk, do_claimed
from jobs.claims import Claim
from jobs.kinds import KINDS, Kinds, offered
from jobs.lowly import end_marked
from jobs.supervision import End
from jobs.worker import FOLDER, Worker, start
from settings import Settings

LOOK_S = 0.15  # between two looks for work
REAP_S = 2.0  # between two looks at what dead workers had
AWAY_S = 3.0  # after the store, or a process, was not to be had

log = logging.getLogger(__name__)


def pool_name(settings: Settings, *, of: str = "pool") -> str:
    """Return what marks the workers of one data folder on one machine."""
    place = f"{of} {socket.gethostname()} {settings.data_dir.resolve()}"
    return hashlib.blake2b(place.encode(), digest_size=8).hexdigest()


def clean_up(settings: Settings, name: str) -> None:
    """End what a pool of this name, that was killed, has left behind."""
    left = end_marked(name)
    if left:
        log.warning("%d processes of an earlier pool were ended", left)
    for scratch in (settings.data_dir / FOLDER).glob(f"{name}*"):
        shutil.rmtree(scratch, ignore_errors=True)


class Pool:
    """The pool of one data folder; `run` does the work."""

    def __init__(
        self,
        desk: Desk,
        *,
        kinds: Kinds = KINDS,
        at_once: int = 3,
        beside: Callable[[float], None] = lambda _now_ms: None,
        is_awaited: Callable[[float], bool] = lambda _now_ms: True,
    ) -> None:
        """`beside` is called at each look, with the time: schedules, retention.

        `is_awaited` tells whether somebody may ask at any moment: else no process waits for that.
        """
        self._desk = desk
        self._kinds = offered(kinds)
        self._at_once = at_once
        self._beside = beside
        self._is_awaited = is_awaited
        self._name = pool_name(desk.settings)
        self._spare: Worker | None = None  # has ended its imports, or is at them
        self._running: dict[asyncio.Task[End], Claim] = {}
        self._is_taken_back = False
        self._reap_ms = self._again_ms = 0.0  # until then, no look

    async def run(self, stop: threading.Event) -> None:
        """Do what is asked until told to stop; then give back what is under way.

        Call it in a thread that stays, as workers end with the one that started them.
        """
        clean_up(self._desk.settings, self._name)
        told = _told(stop)
        try:
            while not stop.is_set():
                now_ms = self._desk.now_ms()
                try:
                    if now_ms >= self._again_ms:
                        await self._look(now_ms, stop)
                except (SQLAlchemyError, OSError) as error:
                    log.error("no work can be done (again in %.0f s): %s", AWAY_S, error)
                    self._again_ms = now_ms + AWAY_S * 1000
                await self._rest(told)
        finally:
            told.cancel()
            await self._end(is_told=stop.is_set())

    async def _look(self, now_ms: float, stop: threading.Event) -> None:
        if not self._is_taken_back:
            self._desk.claims.take_back(self._name, now_ms)
            self._is_taken_back = True
        if now_ms >= self._reap_ms:
            self._reap_ms = now_ms + REAP_S * 1000
            self._desk.claims.reap(now_ms)
        self._beside(now_ms)
        is_awaited = self._is_awaited(now_ms)
        if not is_awaited and self._spare is not None:
            spare, self._spare = self._spare, None
            await spare.end()
        claims = self._desk.claims
        while len(self._running) < self._at_once:
            takes_scheduled = self._takes_scheduled()
            if not is_awaited and not claims.is_waiting(
                self._kinds, takes_scheduled=takes_scheduled
            ):
                return
            worker = self._spare = await self._worker(is_warm=is_awaited)
            claim = claims.claim(self._name, self._kinds, now_ms, takes_scheduled=takes_scheduled)
            if claim is None:
                return
            self._spare = None
            kind = self._kinds[claim.job.kind]
            work = do_claimed(self._desk, claim, kind, worker, is_ending=stop.is_set)
            self._running[asyncio.create_task(work)] = claim

    async def _worker(self, *, is_warm: bool) -> Worker:
        """Return the process that waits, else a new one; a warm one imports what is heavy."""
        if self._spare is not None:
            if self._spare.is_alive:
                return self._spare
            await self._spare.end()
        warm = [kind.module for kind in self._kinds.values() if kind.is_warm and is_warm]
        return await start(self._desk.settings, self._name, warm=warm)

    def _takes_scheduled(self) -> bool:
        scheduled = sum(claim.is_scheduled for claim in self._running.values())
        return scheduled < max(1, self._at_once - 1)

    async def _rest(self, told: asyncio.Task[None]) -> None:
        """Wait for the next look, or for the end of a job."""
        done, _ = await asyncio.wait(
            {told, *self._running}, timeout=LOOK_S, return_when=asyncio.FIRST_COMPLETED
        )
        for task in [task for task in self._running if task in done]:
            claim = self._running.pop(task)
            error = task.exception()
            if error is not None:  # a defect of ours: the lease says what becomes of the job
                log.error("job %s was lost: %r", claim.job.id, error, exc_info=error)

    async def _end(self, *, is_told: bool) -> None:
        if not is_told:
            for task in self._running:
                task.cancel()
        if self._spare is not None:
            await self._spare.end()
        await asyncio.gather(*self._running, return_exceptions=True)


def _told(stop: threading.Event) -> asyncio.Task[None]:
    """Return a task that is done once `stop` is set."""

    async def wait() -> None:
        while not stop.is_set():
            await asyncio.sleep(LOOK_S)

    return asyncio.create_task(wait())
