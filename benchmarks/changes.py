"""Stands in for the feed where a benchmark decides what changes and when."""

from __future__ import annotations

import copy
import time
from collections.abc import Iterable
from dataclasses import replace

from data_access.cache import open_cache
from data_access.envelope import Envelope
from settings import Settings


class Changes:
    """Writes new versions of the envelopes a feed has left, with other numbers in them."""

    def __init__(self, settings: Settings) -> None:
        self._cache = open_cache(settings)
        self._envelopes = self._cache.read_many(self._cache.versions())
        self._turn = 0

    @property
    def names(self) -> list[str]:
        """Aggregates that have data."""
        return sorted(
            name
            for name, envelope in self._envelopes.items()
            if envelope.state == "ok" and envelope.payload
        )

    def change(self, names: Iterable[str]) -> dict[str, int]:
        """Write a new version of each; return the versions to publish."""
        self._turn += 1
        changed = [self._changed(self._envelopes[name]) for name in names]
        self._cache.write_many(changed)
        self._envelopes.update({envelope.aggregate: envelope for envelope in changed})
        return {envelope.aggregate: envelope.version for envelope in changed}

    def _changed(self, envelope: Envelope) -> Envelope:
        now_ms = time.time() * 1000
        payload = copy.deepcopy(envelope.payload)
        for number in payload.get("numbers", {}).values():
            if number["value"] is not None:
                factor = 1.01 if self._turn % 2 else 1 / 1.01
                number["value"] = round(number["value"] * factor, 6)
        return replace(
            envelope,
            version=envelope.version + 1,
            made_at_ms=now_ms,
            as_of_ms=now_ms,
            payload=payload,
        )
