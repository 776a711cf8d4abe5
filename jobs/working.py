"""What a piece of work is given, and what it gives back.

The contract between `jobs` and whoever does the work; it knows no store and no process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from data_access.envelope import Envelope
from settings import Settings


class Cancelled(Exception):
    """The work was told to end; raised by `Working.check`."""


class WorkFailed(Exception):
    """The work cannot be done; the message is the engine's own reason, in one sentence."""

    def __init__(self, code: str, reason: str) -> None:
        """`code` names the kind of failure (`engine`, `input`, `tooLong` …) for a catalogue."""
        super().__init__(reason)
        self.code = code


class Working(Protocol):
    """A job as its work sees it."""

    settings: Settings
    folder: Path  # scratch, empty at the beginning, gone at the end

    def progress(self, share: float, step: str) -> None:
        """Say how far it is (0 to 1) and what is being done: a key of the catalogue `jobs.step`."""

    def partial(self, result: Mapping[str, Any]) -> None:
        """Give a first answer before the last one; it is shown marked as such."""

    def publish(self, envelope: Envelope) -> None:
        """Have an envelope (`twin.…`, `forecast.…`) put in the cache, for tiles on any glass.

        Its version is given by the store of findings: whatever stands in it is replaced.
        """

    def check(self) -> None:
        """Raise Cancelled when the work was told to end; call it between steps of < 0.5 s."""


Work = Callable[[Mapping[str, Any], Working], Mapping[str, Any]]
"""Inputs -> result. Both are plain JSON values. The result is a function of the inputs alone, so
that the same inputs give the same bytes (`orjson`, sorted keys): no clock, no durations in it."""
