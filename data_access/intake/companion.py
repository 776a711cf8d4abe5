"""What is read beside a source's payloads, asked for at an address of its own and kept as a file.

A timetable beside positions, a table of sites beside measurements, a list of services beside
requests. The one there is stays until another can be read: while its server is away, or says what
is none, payloads are read with what there was. Not a payload itself: it goes not through the spool.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from data_access.errors import IntakeError
from data_access.intake.polling import Fetch, Fetched
from data_access.intake.spool import Arrival
from language import Told, told

KIND = "beside"
EVERY_S = 3600.0  # unless its way says so
_COMING = "coming"  # folder of what was not looked at yet
_SAYS_THE_SAME = ("etag", "lastModified", "digest", "entries")  # of a state: what there was
_UNFIT = re.compile(r"[^\w.+-]+")

Fault = Callable[[Path], Told | None]  # why a file is of no use


@dataclass(frozen=True, slots=True)
class CompanionFetch:
    """Asks by `fetch`, and keeps what came in `folder`; a Fetch of Polling.

    `changed` is called when there is another one to read payloads with.
    """

    fetch: Fetch
    folder: Path
    fault: Fault
    changed: Callable[[], None]

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Keep what is new, durably before its state is; raises IntakeError."""
        if not kept(self.folder):
            state = {}  # its file is gone: all of it is asked for
        fetched = await self.fetch(state)
        if fetched.payloads:
            await asyncio.to_thread(self._keep, fetched.payloads[0])
            self.changed()
        return replace(fetched, payloads=())

    def _keep(self, arrival: Arrival) -> None:
        """Put a file in place of the one before; raises IntakeError when it is of no use."""
        coming = self.folder / _COMING
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(parents=True)
        path = coming / _name(arrival.name)
        try:
            with path.open("wb") as file:
                file.write(arrival.body)
                file.flush()
                os.fsync(file.fileno())
            fault = self.fault(path)
            if fault is not None:
                raise IntakeError(fault)
            path.replace(self.folder / path.name)
        except OSError as error:
            why = error.strerror or error
            raise IntakeError(told("cannot be kept ({why})", why=why)) from error
        finally:
            shutil.rmtree(coming, ignore_errors=True)
        for other in kept(self.folder):
            if other.name != path.name:
                other.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Accompanied:
    """Asks for payloads by `fetch`: for all again when what they are read with is another one."""

    fetch: Fetch
    folder: Path

    async def __call__(self, state: Mapping[str, Any]) -> Fetched:
        """Return what is new, also to a reading with another companion; raises IntakeError."""
        mark = [[each.name, each.stat().st_mtime_ns] for each in kept(self.folder)]
        if state.get(KIND, []) != mark:
            state = {name: each for name, each in state.items() if name not in _SAYS_THE_SAME}
        fetched = await self.fetch(state)
        return replace(fetched, state={**fetched.state, KIND: mark})


def kept(folder: Path) -> Sequence[Path]:
    """Return the file that is kept in a folder; none before the first came."""
    if not folder.is_dir():
        return ()
    return sorted(each for each in folder.iterdir() if each.is_file())


def _name(text: str) -> str:
    """Return the name of a file: always the same of one address, without when it came."""
    stem, at, rest = text.rpartition("@")
    _, dot, suffix = rest.partition(".")
    whole = f"{stem}{dot}{suffix}" if at else text
    return _UNFIT.sub("_", whole).lstrip(".")[-120:] or "companion"
