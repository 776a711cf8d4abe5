"""The parent of the room: starts one process of each role, watches them, ends them together."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from processes import ground
from processes.child import Child
from processes.errors import RoleRefused
from processes.front import Front
from settings import Settings

GRACE_S = 1.5  # then what is left is killed: all is over well within 3 s
HEALTH_EVERY_S = 60.0
FIRST = frozenset({"wall", "web"})  # what people wait for; the others would slow their start …
PATIENCE_S = 4.0  # … and follow when the room is open, or after so long

Commands = Mapping[str, Sequence[str]]  # role -> its command line


class Watch(Protocol):
    """Who tells what goes on, until cancelled."""

    opened: asyncio.Event  # from then on a role that ends is started again, whatever it says

    async def watch(self, children: Sequence[Child], *, every_s: float) -> None:
        """Say where the room is once it is open, then its health every `every_s`."""


def run(settings: Settings, commands: Commands, *, room: Watch, front: Front) -> None:
    """Run the room until SIGTERM, Ctrl-C or a closed terminal (unless under nohup).

    Raises RunError with one sentence when it cannot start.
    """
    with ground.held(settings.data_dir):
        ground.check_ports(settings)
        settings.secret()  # made before the roles look for it
        asyncio.run(Supervisor(settings, commands, room=room, front=front).run())


class Supervisor:
    """Keeps the roles alive. A role that refuses its configuration at the start ends the room."""

    def __init__(
        self, settings: Settings, commands: Commands, *, room: Watch, front: Front
    ) -> None:
        self._room = room
        self._front = front
        self._told = asyncio.Event()
        self._refusal: str | None = None
        self._children = [
            Child(
                name,
                command,
                log=settings.data_dir / "logs" / f"{name}.log",
                say=front.event,
                refused=self._refused,
            )
            for name, command in commands.items()
        ]

    async def run(self) -> None:
        """Start all, watch, and end all; returns when no process is left.

        Raises RoleRefused when a role said at its start what is to be mended.
        """
        self._listen()
        keepers = [asyncio.create_task(self._keep(child)) for child in self._children]
        watching = asyncio.create_task(self._room.watch(self._children, every_s=HEALTH_EVERY_S))
        watching.add_done_callback(self._stopped_watching)
        await self._told.wait()
        watching.cancel()
        await self._end(keepers)
        if self._refusal is not None:
            raise RoleRefused(self._refusal)

    async def _keep(self, child: Child) -> None:
        if child.name not in FIRST:
            waits = [asyncio.create_task(each.wait()) for each in (self._room.opened, self._told)]
            await asyncio.wait(waits, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
            for each in waits:
                each.cancel()
        await child.keep()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._end_was_asked)
        loop.add_signal_handler(signal.SIGTERM, self._end_was_asked)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it for us
            loop.add_signal_handler(signal.SIGHUP, self._end_was_asked)

    def _end_was_asked(self) -> None:
        if self._told.is_set():  # asked twice: no patience
            for child in self._children:
                child.kill()
        else:
            self._front.event("ending the room")
        self._told.set()

    def _refused(self, sentence: str) -> bool:
        if self._room.opened.is_set():  # somebody edits files: they may mend it
            return False
        if self._refusal is None:
            self._refusal = sentence
            self._told.set()
        return True

    def _stopped_watching(self, watching: asyncio.Task[None]) -> None:
        if not watching.cancelled() and (error := watching.exception()) is not None:
            self._front.event(f"the room runs on unwatched: {error!r}")

    async def _end(self, keepers: list[asyncio.Task[None]]) -> None:
        began_s = time.monotonic()
        for child in self._children:
            child.end()
        _, left = await asyncio.wait(keepers, timeout=GRACE_S)
        for child in self._children:
            child.kill()
        if left:
            await asyncio.wait(left)
        self._front.event(f"the room has ended, in {time.monotonic() - began_s:.1f} s")
