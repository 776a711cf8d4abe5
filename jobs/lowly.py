"""What a process that does work does about itself: give way, go first, leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import psutil

from data_access.parent import die_with

FOR_PEOPLE, BY_ITSELF = 10, 19  # niceness: seven times as much of what is left for who waits
FIRST_TO_GO = 700  # of 1000: when memory is short, work goes before what people look at
MARK = "ROOM_JOB"  # in the environment of a worker, and of all that it starts
_GUARD_S = 0.5
_TRIES, _AGAIN_S = 5, 0.1


def give_way(niceness: int) -> None:
    """Run at low priority, and be the first to go when memory is short.

    Linux weighs sessions against each other before processes (sched_autogroup): the niceness alone
    would count only among the processes of this session, so it has one of its own, as nice.
    """
    with suppress(OSError):
        os.nice(max(0, niceness - os.nice(0)))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO))
    for _ in range(_TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness))
        except BlockingIOError:  # somebody else has just done so: the kernel takes ten a second
            time.sleep(_AGAIN_S)
        except OSError:  # a system without
            return
        else:
            return


def stand_guard(scratch: Path) -> None:
    """Fork a process that ends this one's group, and its scratch, as soon as this one is gone.

    However it goes: a `kill -9` runs no handler here, and leaves engines running. Call it while
    there is one thread.
    """
    mine = os.getpid()
    if os.fork():
        return
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        os.setpgid(0, 0)  # else it would end itself, too
        die_with(mine, by=signal.SIGTERM)
        os.closerange(0, 1024)
        while os.getppid() == mine:
            signal.sigtimedwait({signal.SIGTERM}, _GUARD_S)
        end_group(mine)
        remove(scratch)
    finally:
        os._exit(0)


def end_group(group: int) -> None:
    """Kill the processes of a group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def end_marked(mark: str) -> int:
    """Kill what workers whose mark begins so have started, wherever it went; return how many."""
    ended = 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(MARK, "").startswith(mark) and process.pid != os.getpid():
                process.kill()
                ended += 1
    return ended


def has_memory(pid: int) -> bool:
    """Tell whether a process can still run: what is dead, or on its way there, has no memory."""
    try:
        return bool(psutil.Process(pid).cmdline())
    except psutil.NoSuchProcess:  # nor has what is dead and not reaped
        return False


def remove(scratch: Path) -> None:
    """Remove a folder, also while what wrote there is still ending."""
    for _ in range(20):
        shutil.rmtree(scratch, ignore_errors=True)
        if not scratch.exists():
            return
        time.sleep(0.05)
