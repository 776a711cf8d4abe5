"""What work had found by the time that is played: findings of then, in the realm of an exercise.

In an exercise nothing works beside the feed: alerts, forecasts and briefs are those that stood in
the room at what time it is there. Of what nobody had found by then, or is not kept any more, the
realm says so, as secret as it is now. Not for findings of live (`data_access.findings`); and a run
of a twin that somebody asked for is of now alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Protocol

from data_access.city import City
from data_access.classification import Classification, highest
from data_access.envelope import Envelope, Text, furthest
from data_access.finding import OF_ONE_RUN, SAID_AS, Stood, is_finding, secrecy_of

NOT_KEPT: Text = {
    "vi": "Không có kết quả nào được lưu của lúc đang diễn lại",
    "en": "No result is kept of the time that is played again",
}
Span = tuple[float, float]  # what was said stood from when until when, on glass


class FoundThen(Protocol):
    """Where findings are kept, with what they said before."""

    def versions(self) -> Mapping[str, int] | None:
        """Return the version of each there is; None while that cannot be told."""

    def read(self, names: Collection[str]) -> Mapping[str, Envelope] | None:
        """Return those that are there and whole, by name; None while that cannot be told."""

    def stood(self, names: Collection[str], at_ms: float) -> Mapping[str, Stood] | None:
        """Return what each said at an instant; None while that cannot be told."""


class Recollection:
    """The findings of one exercise, as far as they have been said."""

    def __init__(
        self, realm: str, found: FoundThen, city: City, versions: Mapping[str, int]
    ) -> None:
        """`versions` are those the realm has in the cache: what comes after them is higher."""
        self._realm = realm
        self._found = found
        self._city = city
        self._versions = dict(versions)
        self._spans: dict[str, Span] = {}
        self._said: dict[str, int | None] = {}  # name -> version in the store; None: nothing then

    def step(self, glass_ms: float, *, now_ms: float) -> list[Envelope]:
        """Return the findings that say something else than when they were looked at last."""
        there = self._found.versions()
        names = [n for n in there or () if is_finding(n) and not n.startswith(OF_ONE_RUN)]
        due = [name for name in names if not self._stands(name, glass_ms)]
        stood = self._found.stood(due, glass_ms) if due else {}
        if stood is None:
            return []
        changed = {
            name: each
            for name, each in stood.items()
            if name not in self._said or self._said[name] != _version(each)
        }
        silent = [name for name, each in changed.items() if each.envelope is None]
        today = self._found.read(silent) if silent else {}
        if today is None:
            return []
        self._spans |= {n: (s.from_ms, min(s.until_ms, now_ms)) for n, s in stood.items()}
        self._said |= {name: _version(each) for name, each in changed.items()}
        made = [self._then(each.envelope) for each in changed.values() if each.envelope]
        made += [self._nothing(each, glass_ms) for each in today.values()]
        return [self._numbered(each, now_ms) for each in made]

    def _stands(self, name: str, glass_ms: float) -> bool:
        from_ms, until_ms = self._spans.get(name, (0.0, 0.0))
        return from_ms <= glass_ms < until_ms

    def _then(self, envelope: Envelope) -> Envelope:
        return replace(
            envelope,
            origin=furthest([envelope.origin, "replay"]),
            classification=self._secrecy(envelope),
            quality={**envelope.quality, SAID_AS: envelope.version},
        )

    def _nothing(self, today: Envelope, glass_ms: float) -> Envelope:
        return replace(
            today,
            state="absent",
            made_at_ms=glass_ms,
            as_of_ms=None,
            source_at_ms=None,
            origin="replay",
            classification=self._secrecy(today),
            quality={},
            reason=NOT_KEPT,
            payload={},
        )

    def _secrecy(self, envelope: Envelope) -> Classification:
        """Return how secret it is: as it was found, or as what it is made of has become since."""
        return highest([envelope.classification, secrecy_of(self._city, envelope.datasets)])

    def _numbered(self, envelope: Envelope, now_ms: float) -> Envelope:
        version = max(int(now_ms), self._versions.get(envelope.aggregate, -1) + 1)
        self._versions[envelope.aggregate] = version
        return replace(envelope, realm=self._realm, version=version)


def _version(stood: Stood) -> int | None:
    return None if stood.envelope is None else stood.envelope.version
