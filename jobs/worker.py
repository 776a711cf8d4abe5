"""A worker process from outside: started before there is work, told once what to do, ended whole.

Not for what is done with what it says: that is `supervision`.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jobs import wire
from jobs.lowly import MARK, end_group, end_marked, has_memory, remove
from jobs.wire import Say
from settings import Settings

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "jobs"  # of scratch, in the data folder
TAIL_BYTES = 4_000
_KILLS = {signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


class Worker:
    """One process, for one job. Made by `start`; whoever made it calls `end`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        printed: Printed,
        *,
        mark: str,
        scratch: Path,
    ) -> None:
        self.scratch = scratch
        self._process = process
        self._reader = reader
        self._writer = writer
        self._printed = printed
        self._mark = mark

    @property
    def pid(self) -> int:
        """Its process, and its group."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    @property
    def tail(self) -> str:
        """What it, or what it started, printed last."""
        return self._printed.tail.decode(errors="replace").strip()

    async def tell(self, settings: Settings) -> None:
        """Tell it whose it is, once."""
        await self._say(Say.SETTINGS, settings)

    async def order(self, work: str, inputs: Mapping[str, Any], *, is_scheduled: bool) -> None:
        """Tell it what to do; what is scheduled gives way to what a person waits for."""
        await self._say(Say.ORDER, (work, dict(inputs), is_scheduled))

    async def _say(self, say: Say, about: Any) -> None:
        body = pickle.dumps(about)
        self._writer.write(wire.HEADER.pack(say, len(body)) + body)
        await self._writer.drain()

    async def hear(self) -> tuple[Say, bytes]:
        """Return its next word; raises EOFError when there will be none, Nonsense."""
        return await wire.read(self._reader)

    async def was_killed(self, within_s: float) -> str | None:
        """Wait for its end; return how it ended by itself, None when somebody killed it.

        Raises TimeoutError when it goes on.
        """
        code = await asyncio.to_thread(code_of, self._process, within_s)
        if code >= 0:
            return f"exit code {code}"
        number = signal.Signals(-code)
        return None if number in _KILLS else number.name

    async def end(self) -> None:
        """End it with all that it started, and remove its scratch."""
        end_group(self.pid)
        await asyncio.to_thread(self._process.wait)
        end_group(self.pid)  # what was being forked meanwhile
        while await asyncio.to_thread(end_marked, self._mark):
            pass
        self._writer.close()
        self._printed.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)
        await asyncio.to_thread(remove, self.scratch)


def code_of(process: subprocess.Popen[bytes], within_s: float) -> int:
    """Wait for the end of a process; return its exit code.

    Raises TimeoutError when it goes on after `within_s`. What has no memory any more is dying, for
    however long a busy machine lets work of low priority do that.
    """
    while True:
        try:
            return process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            if has_memory(process.pid):
                raise TimeoutError(f"process {process.pid} goes on") from error


class Printed(asyncio.Protocol):
    """What comes over a pipe; the end of it is kept."""

    def __init__(self) -> None:
        self.tail = b""
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to read."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep the last of it."""
        self.tail = (self.tail + data)[-TAIL_BYTES:]

    def close(self) -> None:
        """Read no more, whoever might still print."""
        if self._transport is not None:
            self._transport.close()


async def start(settings: Settings, pool: str, *, warm: Sequence[str] = ()) -> Worker:
    """Start a process with these modules imported and warm; it waits for its order. Raises OSError.

    Call it in a thread that stays: the process ends with it.
    """
    mark = f"{pool}/{uuid.uuid4().hex}"
    scratch = (settings.data_dir / FOLDER / mark.replace("/", "-")).resolve()
    scratch.mkdir(parents=True)
    mine, theirs = socket.socketpair()
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    told = (str(theirs.fileno()), str(os.getpid()), str(scratch), *warm)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs.child", *told],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[theirs.fileno()],
            env={**os.environ, MARK: mark, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # of its own weight, see `give_way`
        )
    except OSError:
        mine.close()
        remove(scratch)
        raise
    finally:
        theirs.close()
    reader, writer = await asyncio.open_connection(sock=mine)
    _, printed = await asyncio.get_running_loop().connect_read_pipe(Printed, process.stdout)
    worker = Worker(process, reader, writer, printed, mark=mark, scratch=scratch)
    with suppress(ConnectionError):  # it ended at once: whoever gives it work will hear that
        await worker.tell(settings)
    return worker
