"""The newest snapshot of each camera, asked for once however many displays show it.

Nobody who asks waits for a camera: they get what is there, and a few threads of our own fetch what
is older than wanted. A dead camera is asked less and less often.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from data_access.errors import PictureError
from data_access.picture import Picture

FETCHERS = 4
LONGEST_S = 30.0  # between two tries of a camera that does not answer
FIRST_S = 1.0

Fetch = Callable[[], Picture]


@dataclass(slots=True)
class Taken:
    """What is known of one camera: its newest picture, since when, and why there is no newer."""

    picture: Picture | None = None
    taken_s: float = 0.0  # on the clock that was given
    failing: str = ""
    failures: int = 0
    next_s: float = field(default=0.0, repr=False)
    is_asked: bool = field(default=False, repr=False)


class Stills:
    """The snapshots of one web process, for all of its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Taken] = {}
        self._lock = threading.Lock()
        self._fetchers: ThreadPoolExecutor | None = None  # begun at first use: after the fork

    def get(self, name: str, fetch: Fetch, *, every_s: float) -> Taken:
        """Return what is known of a camera, and have a newer picture fetched when one is due."""
        now_s = self._clock()
        with self._lock:
            known = self._known.setdefault(name, Taken())
            if not known.is_asked and now_s >= known.next_s:
                known.is_asked = True
                if self._fetchers is None:
                    self._fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="camera")
                self._fetchers.submit(self._fetch, known, fetch, every_s)
            return known

    def age_s(self, known: Taken) -> float:
        """Return how old a picture is."""
        return self._clock() - known.taken_s

    def close(self) -> None:
        """Fetch nothing more; what is under way ends by its own time-out."""
        if self._fetchers is not None:
            self._fetchers.shutdown(wait=False, cancel_futures=True)

    def _fetch(self, known: Taken, fetch: Fetch, every_s: float) -> None:
        wait_s = LONGEST_S
        try:
            known.picture, known.taken_s = fetch(), self._clock()
            known.failing, known.failures, wait_s = "", 0, every_s
        except PictureError as error:
            known.failing, known.failures = str(error), known.failures + 1
            wait_s = min(LONGEST_S, FIRST_S * 2.0**known.failures)
        finally:
            known.next_s = self._clock() + wait_s
            known.is_asked = False
