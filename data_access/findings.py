"""What work beside the feed has found (`twin.…`, `forecast.…`), copied into the cache by the feed.

The feed is the cache's only writer. It looks at which findings there are, and at what it copied:
what is new is copied, what is gone is let go. Whatever is killed when, the next look mends it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from data_access.cache import EnvelopeCache
from data_access.envelope import LIVE, Envelope
from data_access.errors import CacheError
from data_access.finding import OF_ONE_RUN, is_finding

LOOK_S = 0.5
AGAIN_S = 5.0  # after the cache did not take one
AT_ONCE = 8  # copied in one look: a tick waits for them

log = logging.getLogger(__name__)


class Found(Protocol):
    """Where findings are kept."""

    def versions(self) -> Mapping[str, int] | None:
        """Return the version of each there is; None while that cannot be told."""

    def read(self, names: Collection[str]) -> Mapping[str, Envelope] | None:
        """Return those that are there and whole, by name; None while that cannot be told."""


class Findings:
    """The findings of live in one cache."""

    def __init__(self, cache: EnvelopeCache, found: Found | None) -> None:
        """`found` is None where nothing works beside the feed: what was there stays."""
        self._cache = cache
        self._found = found
        self._look_s = 0.0  # until then there is no look
        self._copied: dict[str, int] = {}  # name -> version there, of what is in the cache
        self._shown: dict[str, Envelope] = {}
        self._is_checked = False

    @property
    def shown(self) -> Mapping[str, Envelope]:
        """What is in the cache, without what is of one run alone."""
        return self._shown

    def step(self, now_s: float) -> dict[str, int]:
        """Look, when it is time; return the versions of what changed in the cache."""
        if self._found is None or now_s < self._look_s:
            return {}
        self._look_s = now_s + LOOK_S
        there = self._found.versions()
        if there is None:
            return {}
        try:
            if not self._is_checked:
                self._check()
            return self._let_go(there) | self._copy(there, self._found)
        except CacheError as error:
            log.error("findings cannot be copied (again in %.0f s): %s", AGAIN_S, error)
            self._look_s = now_s + AGAIN_S
            self._is_checked = False
            return {}

    def _check(self) -> None:
        """Find out what a feed before this one has left in the cache."""
        cached = self._cache.versions(LIVE)
        names = [name for name in cached if is_finding(name)]
        self._copied = dict.fromkeys(names, -1)
        for name in names:  # one at a time: they may be large
            envelope = self._cache.read(name)
            if envelope is not None:
                self._copied[name] = envelope.version
                self._show(envelope)
        self._is_checked = True

    def _copy(self, there: Mapping[str, int], found: Found) -> dict[str, int]:
        changed = [n for n, v in there.items() if self._copied.get(n) != v and is_finding(n)]
        if not changed:
            return {}
        versions: dict[str, int] = {}
        cached = self._cache.versions(LIVE)
        now = changed[:AT_ONCE]
        read = found.read(now)
        if read is None:
            return {}
        for name, envelope in read.items():
            # Where the store went back, what was seen with a version is not seen with less.
            version = max(envelope.version, cached.get(name, -1) + 1)
            kept = replace(envelope, version=version)
            self._cache.write(kept)
            self._copied[name] = envelope.version
            self._show(kept)
            versions[name] = version
        # What could not be read is let be until there is another.
        self._copied |= {name: there[name] for name in now if name not in versions}
        return versions

    def _let_go(self, there: Mapping[str, int]) -> dict[str, int]:
        gone = [name for name in self._copied if name not in there]
        if not gone:
            return {}
        versions = self._cache.versions(LIVE)
        self._cache.let_go(gone)
        for name in gone:
            del self._copied[name]
            self._shown.pop(name, None)
        return {name: versions.get(name, 0) + 1 for name in gone}

    def _show(self, envelope: Envelope) -> None:
        if not envelope.aggregate.startswith(OF_ONE_RUN):
            self._shown[envelope.aggregate] = envelope
