"""Ends a process when its parent ends, however that ends (a `kill -9` runs no handler)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_POLL_S = 0.5


def die_with(parent_pid: int, *, by: signal.Signals = signal.SIGKILL) -> None:
    """Have this process killed when `parent_pid`, which started it, is gone; or sent `by`.

    On Linux the kernel does it. Call it in each process: a fork does not inherit it. The kernel
    watches the *thread* that forked, so a parent starts children from a thread that stays.
    """
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, by, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    else:
        threading.Thread(target=_poll, args=(parent_pid, by), daemon=True).start()
    if os.getppid() != parent_pid:  # it went before we asked
        os.kill(os.getpid(), by)


def _poll(parent_pid: int, by: signal.Signals) -> None:
    while os.getppid() == parent_pid:
        time.sleep(_POLL_S)
    os.kill(os.getpid(), by)
