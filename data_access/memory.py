"""Giving memory back that reading large files took: the C library keeps it otherwise."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def give_back() -> None:
    """Return unused memory to the system where that is possible (glibc)."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
