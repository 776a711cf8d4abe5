"""The least a controller could do to keep what it acknowledges: two synced commits and a proof.

Rows as long as the product's own of a take: the wall's desired state and an audit row before the
answer, the switch and its history after the last client was ready, both with `synchronous=FULL`;
then one entry sealed by SHA-256, not synced. No reading back, no rules, no bounds.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

_STATE, _AUDIT, _SWITCH, _ENTRY = (b"s" * 2200, b"a" * 50, b"w" * 600, b"e" * 600)  # bytes


class Keeping:
    """Two files, each written by a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._desired = _opened(folder / "desired.sqlite", synchronous="full")
        self._proof = _opened(folder / "proof.sqlite", synchronous="normal")
        self._writer = ThreadPoolExecutor(1)
        self._prover = ThreadPoolExecutor(1)
        self._head = "0" * 64

    def taken(self, switch_id: str, then: Callable[[], None]) -> None:
        """Keep what is asked for, then do what waits for it, in the loop."""
        loop = asyncio.get_running_loop()

        def write() -> None:
            _write(self._desired, (("wall", _STATE), (switch_id, _AUDIT)))
            loop.call_soon_threadsafe(then)

        self._writer.submit(write)

    def ended(self, switch_id: str) -> None:
        """Keep how it went, and prove it."""
        self._writer.submit(
            _write, self._desired, (("switch", _SWITCH), (f"{switch_id}-was", _SWITCH))
        )
        self._prover.submit(self._prove, switch_id)

    def _prove(self, switch_id: str) -> None:
        sealed = self._head.encode() + _ENTRY
        self._head = sha256(sealed).hexdigest()
        _write(self._proof, ((switch_id, sealed), ("head", self._head.encode())))


def _opened(path: Path, *, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("pragma locking_mode = exclusive")
    connection.execute("pragma journal_mode = wal")
    connection.execute(f"pragma synchronous = {synchronous}")
    connection.execute("create table row (name text primary key, body blob not null) strict")
    return connection


def _write(connection: sqlite3.Connection, rows: tuple[tuple[str, bytes], ...]) -> None:
    connection.execute("begin immediate")
    connection.executemany("insert or replace into row values (?, ?)", rows)
    connection.execute("commit")
