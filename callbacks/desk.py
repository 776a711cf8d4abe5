"""What the pages may reach: city, walls, cache, rows behind figures, the controller, people, audit.

One desk a web process, made after the fork and kept at the Flask app. Not a place for logic.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import Engine

from callbacks.drawn import Drawn
from callbacks.replays import Replays
from callbacks.stills import Stills
from callbacks.twins import Twins
from data_access.cache import EnvelopeCache
from data_access.city import City
from data_access.envelope import Envelope
from data_access.model import Basis
from data_access.passport import Passport
from data_access.store.quarantine import QuarantineReader
from data_access.store.snapshot import Snapshot
from permissions.audit import AuditLog
from permissions.identity import Accounts
from permissions.sessions import Sessions
from permissions.usage import UsageLog
from settings import Settings
from wall.geometry import Wall
from wall.scene import Scene

EXTENSION = "ioc-desk"


class WallLink(Protocol):
    """The controller, as the pages ask it (`wall.client.BlockingClient`)."""

    def request(
        self,
        op: str,
        args: Mapping[str, Any] | None = None,
        actor: Mapping[str, Any] | None = None,
        *,
        timeout_s: float = 10.0,
    ) -> dict[str, Any]:
        """Return the result; raises ServiceError with a code of the protocol."""


class SourceRows(Protocol):
    """The rows behind figures (`data_access.store.StoreReader`)."""

    def source_rows(
        self,
        dataset: str,
        *,
        indicator: str | None = None,
        entity: str | None = None,
        entities: Sequence[str] = (),
        area: str | None = None,
        categories: Sequence[str] = (),
        statuses: Sequence[str] = (),
        began: tuple[datetime, datetime] | None = None,
        limit: int = 50,
        known_at: datetime | None = None,
        basis: Basis = "known",
    ) -> list[dict[str, Any]]:
        """Return the newest rows first."""


Snapshots = Callable[[], AbstractContextManager[Snapshot]]  # of the store, consistent
# An envelope, an address of a figure in it, and by what its rows count
Trace = Callable[[Envelope, str, Basis], Passport]


def now_ms() -> float:
    """Return Unix time in milliseconds."""
    return time.time() * 1000


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a page or callback may ask."""

    settings: Settings
    city: City
    walls: Mapping[str, Wall]
    scenes: Mapping[str, Mapping[str, Scene]]  # wall -> scene, as the city folder has them
    cache: EnvelopeCache
    rows: SourceRows | None  # None: this process cannot read the store
    link: WallLink
    engine: Engine
    people: Accounts
    sessions: Sessions
    audit: AuditLog
    usage: UsageLog
    snapshot: Snapshots | None = None  # None: this process cannot read the store
    held: QuarantineReader | None = None  # None: this process cannot read the store
    trace: Trace | None = None  # None: this process cannot read the store
    drawn: Drawn = field(default_factory=Drawn)
    replays: Replays = field(default_factory=Replays)
    stills: Stills = field(default_factory=Stills)
    twins: Twins = field(default_factory=Twins)
    now_ms: Callable[[], float] = field(default=now_ms)

    def close(self) -> None:
        """Give back what this desk holds open."""
        self.replays.close()
        self.stills.close()
        close = getattr(self.link, "close", None)
        if close is not None:
            close()
        self.engine.dispose()


def put(app: Flask, desk: Desk) -> None:
    """Keep the desk at the app."""
    app.extensions[EXTENSION] = desk


def desk() -> Desk:
    """Return the desk of the app that serves this request."""
    found: Desk = current_app.extensions[EXTENSION]
    return found
