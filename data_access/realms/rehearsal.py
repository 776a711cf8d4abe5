"""One realm beside live: the past brought forward by a clock of its own, and its envelopes.

Rows are read from the live realm of the store and never written there: what is played again lies in
a scratch store (data_access/store/past.py), and its envelopes go where they are told to go, under
the realm's own keys. Not for processes (`child`, `running`) nor for who started it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from data_access.aggregates.registry import rows_before
from data_access.city import City
from data_access.exposition import Exposition, Kept
from data_access.model import Basis
from data_access.store.past import Past

PIECE_US = 600_000_000  # of rows that are read ahead
LATE_MS = 5_000.0  # so far a clock may go back without all being made anew


@dataclass(frozen=True, slots=True)
class Order:
    """Which realm is to be played: from where to where, and on which basis (None: found out)."""

    realm: str
    from_ms: float
    to_ms: float
    basis: Basis | None = None


class Rehearsal:
    """Plays one realm; begins nowhere, the first `step` says where."""

    def __init__(
        self,
        order: Order,
        city: City,
        source: Engine,
        kept: Kept,
        *,
        progress: Callable[[float], None] = lambda _share: None,
    ) -> None:
        """Hear of the stretch; `kept` takes the envelopes, `progress` hears from 0 to 1."""
        self._order = order
        self._city = city
        self._source = source
        self._kept = kept
        self._progress = progress
        self._past: Past | None = None
        self._exposition: Exposition | None = None

    @property
    def basis(self) -> Basis | None:
        """On which basis it plays; None before it does."""
        return None if self._past is None else self._past.basis

    def step(
        self, glass_ms: float, *, edition_ms: float, late_ms: float = LATE_MS
    ) -> dict[str, int]:
        """Bring the realm to what time it is there; return the versions of what changed.

        `edition_ms` is what versions rise with. A clock that goes back by no more than `late_ms` is
        waited for: what was said stays. Raises StoreError.
        """
        glass_us = int(glass_ms * 1000)
        past, exposition = self._past, self._exposition
        changed: set[str] = set()
        if past is None or exposition is None or past.at_us - glass_us > late_ms * 1000:
            past, exposition = self._begin(glass_us)
        elif glass_us > past.at_us:
            changed = past.advance(glass_us)
        return exposition.refresh(past.at_us / 1000, changed, {}, {}, edition_ms=edition_ms)

    def close(self) -> None:
        """Forget the scratch store."""
        if self._past is not None:
            self._past.close()
            self._past = None

    def _begin(self, glass_us: int) -> tuple[Past, Exposition]:
        basis = self._order.basis or self.basis  # going back changes no basis
        self.close()
        past = self._past = Past(
            self._source,
            self._city.zone,
            list(self._city.datasets),
            from_us=glass_us,
            to_us=max(glass_us, int(self._order.to_ms * 1000)),
            basis=basis,
            piece_us=PIECE_US,
            rows_before=rows_before(),
            progress=self._progress,
        )
        self._exposition = Exposition(self._city, past, self._kept, None, realm=self._order.realm)
        return past, self._exposition
