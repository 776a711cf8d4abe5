"""One job with its worker process: what it says is kept, what it must not do ends it.

The same for the pool, for Celery's tasks and for a run that is only compared: where it is kept is
an argument.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import orjson

from data_access.envelope import Envelope
from jobs.errors import LeaseLost, Refused
from jobs.wire import Nonsense, Say
from jobs.worker import Worker
from language import as_told, told, words_of

LOOK_S = 0.2  # between two looks at whether it is still wanted
SILENT_S = 2.0  # for its end, once it says nothing more
PROGRESS_S = 0.4  # between two times of keeping how far it is: each waits for the disk
MOST_FOUND = 20  # waiting to be kept
TOO_LONG, CRASHED, NONSENSE = "tooLong", "crashed", "nonsense"

log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Where it is kept how a job goes; called in threads, one at a time.

    Each may raise LeaseLost, which ends the worker.
    """

    def is_wanted(self) -> bool:
        """Say that the work goes on, and tell whether nobody has asked that it end."""

    def progress(self, share: float, step: str) -> None:
        """Keep how far it is."""

    def partial(self, packed: bytes) -> None:
        """Keep a first answer."""

    def publish(self, envelope: Envelope) -> None:
        """Keep what it has found; raises Refused."""


class End(Enum):
    """How the work of one process ended."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"  # somebody asked for it
    KILLED = "killed"  # its process was, by somebody else
    STOPPED = "stopped"  # whoever supervises was told to end
    LOST = "lost"  # it is somebody else's now


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended, with what came of it."""

    end: End
    packed: bytes = b""
    result_hash: str = ""
    size: int = 0
    code: str = ""
    reason: str = ""


async def supervise(
    worker: Worker,
    work: str,
    inputs: Mapping[str, Any],
    *,
    keeper: Keeper,
    timeout_s: float,
    is_scheduled: bool = False,
    is_ending: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Ended:
    """Have `worker` do this; when this returns, nothing of it runs and its scratch is gone."""
    try:
        supervision = _Supervision(worker, keeper, is_ending, clock)
        order = worker.order(work, inputs, is_scheduled=is_scheduled)
        return await supervision.run(order, timeout_s=timeout_s)
    except LeaseLost as error:
        log.warning("%s", error)
        return Ended(End.LOST)
    finally:
        await worker.end()


class _Supervision:
    def __init__(
        self,
        worker: Worker,
        keeper: Keeper,
        is_ending: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._worker = worker
        self._keeper = keeper
        self._is_ending = is_ending
        self._clock = clock
        self._again_s = 0.0  # until then progress is not kept
        # Said, and not kept yet: of what comes faster than it is kept, the newest counts.
        self._progress: tuple[float, str] | None = None
        self._partial: bytes | None = None
        self._found: dict[str, Envelope] = {}

    async def run(self, order: Coroutine[Any, Any, None], *, timeout_s: float) -> Ended:
        clock = self._clock
        until_s = clock() + timeout_s
        hearing = asyncio.create_task(self._worker.hear())
        ordering = asyncio.create_task(order)
        try:
            while True:
                look_s = clock() + LOOK_S
                while (left_s := look_s - clock()) > 0:
                    await asyncio.wait({hearing}, timeout=left_s)
                    if hearing.done():
                        ended = await self._take(hearing)
                        if ended is not None:
                            return ended
                        hearing = asyncio.create_task(self._worker.hear())
                ended = await self._look()
                if ended is not None:
                    return ended
                if clock() >= until_s:
                    words = told(
                        "It took longer than {seconds:g} s, and was ended.", seconds=timeout_s
                    )
                    return Ended(End.FAILED, code=TOO_LONG, reason=words)
        finally:
            for task in (hearing, ordering):
                task.cancel()
            await asyncio.gather(hearing, ordering, return_exceptions=True)

    async def _look(self) -> Ended | None:
        if self._is_ending():
            return Ended(End.STOPPED)
        if not await asyncio.to_thread(self._keeper.is_wanted):
            return Ended(End.CANCELLED)
        if self._progress is not None and self._clock() >= self._again_s:
            await asyncio.to_thread(self._keeper.progress, *self._progress)
            self._progress = None
            self._again_s = self._clock() + PROGRESS_S
        if self._partial is not None:
            await asyncio.to_thread(self._keeper.partial, self._partial)
            self._partial = None
        return await self._publish()

    async def _publish(self) -> Ended | None:
        try:
            for name in list(self._found):
                await asyncio.to_thread(self._keeper.publish, self._found.pop(name))
        except Refused as error:
            return Ended(End.FAILED, code=error.code, reason=words_of(error))
        return None

    async def _take(self, hearing: asyncio.Task[tuple[Say, bytes]]) -> Ended | None:
        try:
            say, body = hearing.result()
        except EOFError:
            return await self._gone()
        except Nonsense as error:
            return _nonsense(error)
        try:
            ended = self._note(say, body)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return _nonsense(error)
        is_much = len(self._found) >= MOST_FOUND
        if is_much or (ended is not None and ended.end is End.DONE):
            return await self._publish() or ended
        return ended

    def _note(self, say: Say, body: bytes) -> Ended | None:
        if say == Say.PROGRESS:
            share, step = orjson.loads(body)
            self._progress = (float(share), str(step))
        elif say == Say.PARTIAL:
            self._partial = body
        elif say == Say.FINDING:
            envelope = Envelope.decode(body)
            self._found[envelope.aggregate] = envelope
        elif say == Say.DONE:
            about, _, packed = body.partition(b"\n")
            result_hash, size = orjson.loads(about)
            return Ended(End.DONE, packed, str(result_hash), int(size))
        elif say == Say.FAILED:
            code, reason, trace = (str(each) for each in orjson.loads(body))
            if trace:
                log.error("%s: %s\n%s", code, reason, trace)
            return Ended(End.FAILED, code=code, reason=as_told(reason))
        elif say == Say.CANCELLED:
            return Ended(End.CANCELLED)
        return None

    async def _gone(self) -> Ended:
        """Tell what it means that the worker says nothing more."""
        try:
            how = await self._worker.was_killed(SILENT_S)
        except TimeoutError:  # it goes on, without a word
            return Ended(End.FAILED, code=CRASHED, reason=told("The worker fell silent."))
        if how is None:
            return Ended(End.KILLED)
        if self._worker.tail:
            log.error("a worker ended (%s), and printed last: %s", how, self._worker.tail)
        return Ended(End.FAILED, code=CRASHED, reason=told("The engine crashed ({how}).", how=how))


def _nonsense(error: Exception) -> Ended:
    log.error("a worker says nonsense: %r", error)
    return Ended(End.FAILED, code=NONSENSE, reason=told("The worker said what nobody understands."))
