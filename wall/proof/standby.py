"""A standby's copy of the proof: what the leader shares is taken into this controller's own file.

So the one that leads next goes on with the same chain, and answers for the time before. A thread of
its own: taking the lease waits for nothing here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from wall.errors import ProofError, StoreError
from wall.proof import retention
from wall.proof.copies import Copies
from wall.proof.retention import Retention
from wall.proof.sharing import Sharing
from wall.proof.store import ProofStore

COPY_S = 0.5

log = structlog.get_logger("wall.proof")


class StandbyCopy:
    """Copies for as long as `run` is."""

    def __init__(
        self,
        path: Path,
        sharing: Sharing,
        *,
        retention: Retention,
        clock: Callable[[], float],
        say: Callable[[str | None], None],
    ) -> None:
        """`clock` gives Unix milliseconds; `say` is told what hinders copying, or None."""
        self._path = path
        self._sharing = sharing
        self._retention = retention
        self._now_ms = clock
        self._say = say
        self._shed_at_ms = float("-inf")

    async def run(self) -> None:
        """Copy until cancelled; what is being copied then is not waited for."""
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, "wall-proof-copy")
        copying = _Copying(self._path, self._retention)
        try:
            while True:
                try:
                    await loop.run_in_executor(thread, self._copy, copying)
                    self._say(None)
                except (StoreError, ProofError) as error:
                    self._say(str(error))
                except Exception as error:  # a copy that fails must not end the standby
                    log.exception("copying the proof failed")
                    self._say(f"copying the proof of display failed: {error!r}")
                await asyncio.sleep(COPY_S)
        finally:
            copying.is_over = True
            self._say(None)
            thread.submit(copying.close)
            thread.shutdown(wait=False)

    def _copy(self, copying: _Copying) -> None:
        """Take in all there is; raises StoreError and ProofError."""
        store = copying.store()
        copies = Copies(store)
        goes_on = True
        while goes_on and not copying.is_over:
            goes_on, aside = self._sharing.follow(copies)
            for each in aside:
                log.warning("proof put aside", what=each)
        now_ms = self._now_ms()
        if now_ms >= self._shed_at_ms + retention.TRIM_EVERY_MS:
            self._shed_at_ms = now_ms
            is_full = store.used_bytes() > self._retention.megabytes * 1e6
            copies.shed(now_ms - self._retention.days * retention.DAY_MS, is_full=is_full)


class _Copying:
    """The file, open in the copier's thread while it copies."""

    def __init__(self, path: Path, kept: Retention) -> None:
        self.is_over = False
        self._path, self._retention = path, kept
        self._store: ProofStore | None = None

    def store(self) -> ProofStore:
        if self._store is None:
            self._store = ProofStore(self._path, epoch=0, retention=self._retention)
        return self._store

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
