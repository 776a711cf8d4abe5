"""A job's work as a benchmark asks it: alone, without a store and a process of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data_access.envelope import Envelope
from settings import Settings


class Asker:
    """A job nobody looks at and nobody cancels; notes when its first answer came.

    `aloud` prints how far it is: for work of minutes.
    """

    def __init__(self, settings: Settings, folder: Path, *, aloud: bool = False) -> None:
        self.settings, self.folder = settings, folder
        self.first_s: float | None = None  # since it was asked
        self.begun_s = time.perf_counter()
        self._aloud = aloud

    def progress(self, share: float, step: str) -> None:
        """Say how far it is, where that is wanted."""
        if self._aloud:
            print(f"{share:.0%} {step}", flush=True)

    def partial(self, result: Mapping[str, Any]) -> None:
        """Note when the first one came."""
        if self.first_s is None:
            self.first_s = time.perf_counter() - self.begun_s

    def publish(self, envelope: Envelope) -> None:
        """Let it be."""

    def check(self) -> None:
        """Go on."""
