"""Doing a thing again and again, each time killed at another write to the store."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

WRITES = ("INSERT", "UPDATE", "DELETE")
Act = Callable[[Path], None]


def die_spread(folder: Path, act: Act, most: int) -> list[int]:
    """Act on copies ("NAME-7", …), killed at the 7th write or commit; return at which ones.

    At most so many, spread over all there are; on the copy "NAME-0" it is done undisturbed. Forks:
    not for a process with threads.
    """
    writes = _write_count(folder, act)
    fatals = sorted({1 + at * (writes - 1) // (most - 1) for at in range(most)})
    for fatal in fatals:
        copy = _copy(folder, fatal)
        if _status(lambda copy=copy: act(copy), fatal) != -signal.SIGKILL:
            raise RuntimeError(f"{folder} was not killed at {fatal}")
    return fatals


def die_until_it_lives(act: Callable[[], None], look: Callable[[], Any]) -> int:
    """Act where it is, killed at the first write or commit, at the second …; return how often.

    Raises RuntimeError when a death changes what there is to look at. Forks, too.
    """
    before = look()
    for fatal in count(1):
        status = _status(act, fatal)
        if not status:
            return fatal - 1
        if status != -signal.SIGKILL or look() != before:
            raise RuntimeError(f"killed at {fatal} ({status}) it leaves {look()}, not {before}")
    raise AssertionError


def _write_count(folder: Path, act: Act) -> int:
    counted = folder.with_name(f"{folder.name}-writes")

    copy = _copy(folder, 0)

    def live() -> None:
        begun = _on_each_write(lambda _: None)
        act(copy)
        counted.write_text(str(len(begun)), "utf-8")

    if _status(live, None):
        raise RuntimeError(f"{folder}: it fails undisturbed")
    return int(counted.read_text("utf-8"))


def _copy(folder: Path, number: int) -> Path:
    return Path(shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}")))


def _status(act: Callable[[], None], fatal: int | None) -> int:
    """Act in a child; return its exit code, or less than 0 the signal that ended it."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 1
    try:
        if fatal is not None:
            _on_each_write(lambda number: _die() if number == fatal else None)
        act()
        code = 0
    finally:
        os._exit(code)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _on_each_write(do: Callable[[int], None]) -> list[int]:
    """Do something before each write and commit; return a list that grows with each."""
    begun: list[int] = []

    def begin(*_: object) -> None:
        begun.append(len(begun) + 1)
        do(begun[-1])

    def execute(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(WRITES):
            begin()

    event.listen(Engine, "before_cursor_execute", execute)
    event.listen(Engine, "commit", begin)
    return begun
