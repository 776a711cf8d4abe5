"""The shell of the proof: a thread of its own that writes entries, and reads when asked.

Nobody waits for it. When the disk is full or slow, what waits is bounded; what was dropped is an
entry of its own (`gap`), so that the chain never says more than it knows. Where a site has several
controllers, nothing is sealed before all that those before had shared is here, and what is written
here is shared next (`wall.proof.sharing`).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import orjson
import structlog

from wall.effects import ProofRecord
from wall.errors import Deposed, Forked, ProofError, Refused, StoreError
from wall.proof.copies import Copies
from wall.proof.questions import At, Head, Question
from wall.proof.reading import ProofReader
from wall.proof.retention import Retention
from wall.proof.sharing import Sharing
from wall.proof.showing import answer_at, answer_head, head_of
from wall.proof.store import ProofStore
from wall.proof.verify import Broken, Link, verify

LARGEST_QUEUE = 10_000  # records that wait for the disk
AT_ONCE = 200  # records in one transaction
AGAIN_S = 0.5  # after the others could not be told

log = structlog.get_logger("wall.proof")


class Recorder:
    """Writes the proof of one controller."""

    def __init__(
        self, path: Path, *, epoch: int, retention: Retention, sharing: Sharing | None = None
    ) -> None:
        self.problem: str | None = None
        self._path = path
        self._epoch = epoch
        self._retention = retention
        self._store: ProofStore | None = None
        self._sharing = sharing  # None: nobody else has these chains, or this term is over
        self._copies: Copies | None = None  # once all that was shared before is here
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[ProofRecord] = deque()
        self._lost: dict[str, tuple[float, int]] = {}  # wall -> since when, how many
        self._is_asked = False
        self._thread = ThreadPoolExecutor(1, "wall-proof")

    def note(self, record: ProofRecord) -> None:
        """Have a record written, after all before it."""
        lost = self._lost.get(record.wall_id)
        if len(self._waiting) >= LARGEST_QUEUE:
            since_ms, count = lost or (record.at_ms, 0)
            self._lost[record.wall_id] = (since_ms, count + 1)
        else:
            if lost is not None:
                del self._lost[record.wall_id]
                told = {"fromAtMs": lost[0], "entries": lost[1]}
                self._waiting.append(ProofRecord(record.wall_id, record.at_ms, "gap", told))
            self._waiting.append(record)
        if self._loop is None and self._sharing is not None:
            self._loop = asyncio.get_running_loop()
        self._ask()

    async def look(self, question: Question) -> bytes | Refused:
        """Answer a question with JSON, once all noted before it is written."""
        loop = asyncio.get_running_loop()
        try:
            if isinstance(question, At | Head):
                return await loop.run_in_executor(self._thread, self._answer, question)
            return await self._verified(question.wall_id)
        except Refused as refused:
            return refused
        except ProofError as error:
            return Refused("unavailable", str(error))
        except Exception as error:  # whoever asks gets an answer
            log.exception("proof not told")
            return Refused("unavailable", f"the proof of display failed: {error!r}")

    async def close(self) -> None:
        """Write what is left, and close the file."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._finish)
        self._thread.shutdown()

    def _ask(self) -> None:
        if not self._is_asked:
            self._is_asked = True
            with suppress(RuntimeError):  # closed meanwhile
                self._thread.submit(self._write)

    def _write(self) -> None:
        self._is_asked = False
        try:
            self._open()
            said = None
            while self._waiting or self._share():
                self._write_waiting()
        except Deposed:
            self._sharing = None  # the chain goes on elsewhere
            said = None
        except StoreError as error:
            said = f"the proof of display is not shared: {error}"
            if isinstance(error, Forked):  # what is shared lost something: see what it has
                self._copies = None
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._loop.call_later, AGAIN_S, self._ask)
        except ProofError as error:
            said = str(error)
        except Exception as error:  # nobody waits for this thread: what fails there is said
            log.exception("proof failed")
            said = f"the proof of display failed: {error!r}"
        if said is not None and self.problem is None:
            log.error("proof failed", error=said)
        self.problem = said

    def _open(self) -> None:
        if self._store is None:
            self._store = ProofStore(self._path, epoch=self._epoch, retention=self._retention)
        if self._sharing is not None and self._copies is None:
            copies = Copies(self._store)
            for each in self._sharing.lead(copies):
                log.warning("proof put aside", what=each)
            self._copies = copies

    def _write_waiting(self) -> None:
        """Write all that waits; raises ProofError when the file cannot be written."""
        assert self._store is not None  # noqa: S101
        while self._waiting:
            batch = [self._waiting[i] for i in range(min(AT_ONCE, len(self._waiting)))]
            try:
                self._store.write(batch)
            except ProofError:
                raise
            except Exception as error:  # what cannot be written must not hold up what can
                log.exception("proof failed")
                self._give_up(batch)
                raise ProofError(f"the proof of display failed: {error!r}") from error
            for _ in batch:
                self._waiting.popleft()
            self._store.trim(now_ms=batch[-1].at_ms)

    def _give_up(self, batch: list[ProofRecord]) -> None:
        for _ in batch:
            self._waiting.popleft()
        for wall_id in {each.wall_id for each in batch}:
            told = {"fromAtMs": batch[0].at_ms, "entries": len(batch)}
            self._waiting.appendleft(ProofRecord(wall_id, batch[-1].at_ms, "gap", told))

    def _share(self) -> bool:
        """Let the others have what they have not; return whether there is more."""
        if self._sharing is None or self._copies is None:
            return False
        return self._sharing.ship(self._copies, self._epoch)

    def _answer(self, question: At | Head) -> bytes:
        with closing(ProofReader(self._path)) as reader:
            if isinstance(question, At):
                return answer_at(reader, question)
            return answer_head(reader, question)

    async def _verified(self, wall_id: str) -> bytes:
        """Go through a chain slice by slice: what is to be written comes in between."""
        loop = asyncio.get_running_loop()
        reader = await loop.run_in_executor(self._thread, self._opened)
        try:
            chain = reader.chain(wall_id)
            if chain is None:
                raise Refused("notKept", f"nothing is kept of wall {wall_id!r}", oldestAtMs=None)
            going = verify(reader, wall_id)
            link, broken = None, None
            try:
                while (found := await loop.run_in_executor(self._thread, _next, going)) is not None:
                    link = found
            except Broken as error:
                broken = error.to_json()
            told = {
                "isWhole": broken is None,
                "broken": broken,
                "entries": link.checked if link is not None else 0,
                "contents": len(link.contents) if link is not None else 0,
                "withdrawn": len(link.withdrawn) if link is not None else 0,
                "anchorSequence": chain.anchor_sequence,
                "head": head_of(chain),
                "missing": [
                    {"first": each.first, "last": each.last} for each in reader.missing(wall_id)
                ],
                "aside": [each.to_json() for each in reader.asides(wall_id)],
            }
            return orjson.dumps(told)
        finally:
            reader.close()

    def _opened(self) -> ProofReader:
        reader = ProofReader(self._path)
        reader.snapshot()
        return reader

    def _finish(self) -> None:
        self._write()
        if self._store is not None:
            self._store.close()


def _next(going: Iterator[Link]) -> Link | None:
    return next(going, None)
