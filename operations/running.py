"""Rules running beside the feed: watched at every tick, spoken for at a desk of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from data_access.envelope import Envelope
from operations.desk import Ask, Desk
from operations.watch import RuleWatch


class Rules:
    """The rules of one room; `look` is what the feed calls with its envelopes, `ask` the link.

    Nothing waits for the controller but the desk's own thread.
    """

    def __init__(self, ask: Ask, clock_ms: Callable[[], float]) -> None:
        self._watch = RuleWatch()
        self._desk = Desk(ask, self._watch, clock_ms)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._desk.run, args=(self._stop,), name="rules", daemon=True
        )

    def start(self) -> None:
        """Begin to speak with the controller."""
        self._thread.start()

    def look(self, envelopes: Mapping[str, Envelope], now_ms: float) -> None:
        """Run the rules on the envelopes as they are now."""
        if self._watch.look(envelopes, now_ms):
            self._desk.wake()

    def ask_again(self) -> None:
        """Ask the controller for the rules: it was restarted, or said they changed."""
        self._desk.ask_again()

    def stop(self) -> None:
        """Have the desk end after the question in hand; what is not told is found again later."""
        self._stop.set()
        self._desk.wake()

    def join(self, timeout_s: float) -> None:
        """Wait for the desk's end."""
        self._thread.join(timeout_s)
