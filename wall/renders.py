"""Renders: which are wanted now, and the newest content of each, kept as the bytes that go out.

A render stays wanted for a minute after its last use, so that going back to a scene finds it warm.
What is no longer wanted is kept as a last resort for when no render service answers.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from wall.arrangement import Render
from wall.classification import Classification
from wall.realm import LIVE

LINGER_MS = 60_000.0
LAST_RESORTS = 256


@dataclass(frozen=True, slots=True)
class Content:
    """A render's finished content at one version; `body` is the component tree as JSON bytes."""

    render_id: str
    version: int
    content_hash: str
    as_of_at_ms: float
    stale_after_ms: float
    classification: Classification
    body: bytes
    source_at_ms: float | None = None
    marks: Mapping[str, Any] = field(default_factory=dict)  # additive: simulated, origin
    why: tuple[str, ...] = ()  # additive: codes of what makes it unfit to show

    def age(self) -> dict[str, Any]:
        """Return the wire form of its instants, classification and marks."""
        fields: dict[str, Any] = {
            "asOfAtMs": self.as_of_at_ms,
            "staleAfterMs": self.stale_after_ms,
            "classification": self.classification.to_json(),
            **self.marks,
        }
        if self.source_at_ms is not None:
            fields["sourceAtMs"] = self.source_at_ms
        return fields


class RenderBook:
    """What is wanted, and what came of it."""

    def __init__(self) -> None:
        self._wanted: dict[str, Render] = {}
        self._idle_since_ms: dict[str, float] = {}
        self._content: dict[str, Content] = {}
        self._last_resorts: OrderedDict[str, Content] = OrderedDict()

    @property
    def wanted(self) -> Mapping[str, Render]:
        """Renders wanted now, by id."""
        return self._wanted

    def realm_of(self, render_id: str) -> str:
        """Return of which realm a render is that is wanted; live of any other."""
        render = self._wanted.get(render_id)
        return LIVE if render is None else render.realm

    def want(self, used: Mapping[str, Render], *, now_ms: float) -> bool:
        """Want all of `used`, let go what was unused for a minute; tell whether that changed."""
        is_changed = False
        for render_id, render in used.items():
            self._idle_since_ms.pop(render_id, None)
            if render_id not in self._wanted:
                self._wanted[render_id] = render
                is_changed = True
        for render_id in list(self._wanted):
            if render_id in used:
                continue
            if now_ms - self._idle_since_ms.setdefault(render_id, now_ms) >= LINGER_MS:
                self._let_go(render_id)
                is_changed = True
        return is_changed

    def next_ms(self) -> float | None:
        """Return when the next unused render is let go."""
        oldest = min(self._idle_since_ms.values(), default=None)
        return None if oldest is None else oldest + LINGER_MS

    def accept(self, content: Content) -> bool:
        """Keep `content` if it is wanted and no older than what is held; tell if it is news."""
        render_id = content.render_id
        if render_id not in self._wanted:
            return False
        held = self._content.get(render_id) or self._last_resorts.get(render_id)
        is_older = held is not None and content.version < held.version
        newest = held if held is not None and is_older else content
        is_news = newest is content and (
            held is None
            or (content.version, content.content_hash, content.as_of_at_ms)
            != (held.version, held.content_hash, held.as_of_at_ms)
        )
        self._last_resorts.pop(render_id, None)
        self._content[render_id] = newest
        return is_news

    def is_answered(self, render_id: str) -> bool:
        """Tell whether content came since the render was wanted."""
        return render_id in self._content

    def newest(self, render_id: str) -> Content | None:
        """Return the newest content there is, answered or from before."""
        return self._content.get(render_id) or self._last_resorts.get(render_id)

    def _let_go(self, render_id: str) -> None:
        del self._wanted[render_id]
        self._idle_since_ms.pop(render_id, None)
        content = self._content.pop(render_id, None)
        if content is not None:
            self._last_resorts[render_id] = content
            while len(self._last_resorts) > LAST_RESORTS:
                self._last_resorts.popitem(last=False)


def share(render_ids: Iterable[str], services: Iterable[int]) -> dict[int, frozenset[str]]:
    """Share renders among render services so that few move when a service comes or goes."""
    among = sorted(services)
    shares: dict[int, set[str]] = {each: set() for each in among}
    for render_id in render_ids:
        if among:
            shares[max(among, key=lambda service: _weight(render_id, service))].add(render_id)
    return {service: frozenset(names) for service, names in shares.items()}


def _weight(render_id: str, service: int) -> bytes:
    return blake2b(f"{render_id}/{service}".encode(), digest_size=8).digest()
