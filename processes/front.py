"""What the parent says in front. A terminal that stops reading never stops the room."""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
import time
from typing import TextIO

_WAITING_LINES = 1000


class Front:
    """Prints lines from a thread of its own; drops lines nobody takes, survives a closed one."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._lines: queue.Queue[str | None] = queue.Queue(_WAITING_LINES)
        self._thread = threading.Thread(target=self._print, name="front", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """Print `text` as it is."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(text)

    def event(self, text: str) -> None:
        """Print one line with the local time."""
        self.say(f"{time.strftime('%H:%M:%S')} {text}")

    def close(self) -> None:
        """Print what waits, for at most half a second."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(0.5)

    def _print(self) -> None:
        while (text := self._lines.get()) is not None:
            try:
                print(text, file=self._stream, flush=True)
            except (OSError, ValueError):  # the terminal is gone: go on without it
                with contextlib.suppress(OSError, ValueError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
