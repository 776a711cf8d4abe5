"""Findings: aggregates that are made by work beside the feed, not by the feed itself.

What data_access/aggregates/build.py is to aggregates, this is to findings: so a finding says of
itself what an aggregate says. Not for making nor for keeping them: that is whose work it is, and
`jobs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.city import City
from data_access.classification import Classification, highest
from data_access.envelope import LIVE, Envelope, Origin, Payload, Text

PREFIXES = ("twin.", "forecast.", "detection.", "voices.", "brief.")
OF_ONE_RUN = "twin.run."  # large, gone with its run, and of no use to rules
SAID_AS = "saidAs"  # of quality, in an exercise: its version where it is kept
_LONGEST = 128
_NAME = re.compile(r"[a-z]+(\.[a-zA-Z0-9_-]+)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a finding stands on: which datasets, how far from live, how old, how secret."""

    datasets: tuple[str, ...]
    origin: Origin
    as_of_ms: float | None  # glass time of the newest data
    source_at_ms: float | None = None
    classification: Classification | None = None  # None: the highest of the datasets


@dataclass(frozen=True, slots=True)
class Stood:
    """What a finding said at an instant (None: nothing is kept), and from when until when."""

    envelope: Envelope | None
    from_ms: float
    until_ms: float


def build_finding(
    name: str,
    payload: Payload,
    ground: Ground,
    city: City,
    *,
    label: Text,
    now_ms: float,
    stale_after_ms: float,
    owner: str | None = None,
    quality: Mapping[str, Any] | None = None,
    reason: Text | None = None,
) -> Envelope:
    """Return the envelope of a finding, absent and with its `reason` where the payload is empty.

    It is the data office's unless an `owner` answers for it. The store of findings gives it a
    version; a dataset that the city has not adds no secrecy.
    """
    answering = city.agencies[owner or city.data_office]
    return Envelope(
        realm=LIVE,
        aggregate=name,
        version=0,
        label=label,
        state="ok" if payload else "absent",
        made_at_ms=now_ms,
        as_of_ms=ground.as_of_ms if payload else None,
        source_at_ms=ground.source_at_ms if payload else None,
        stale_after_ms=stale_after_ms,
        owner=answering.id,
        owner_label=answering.name,
        datasets=ground.datasets,
        origin=ground.origin,
        classification=ground.classification or secrecy_of(city, ground.datasets),
        quality=dict(quality or {}),
        reason=None if payload else reason,
        payload=payload,
    )


def secrecy_of(city: City, datasets: Iterable[str]) -> Classification:
    """Return the classification of what is made of datasets of the city."""
    known = [city.datasets[name] for name in datasets if name in city.datasets]
    return highest(contract.classification for contract in known)


def is_finding(name: str) -> bool:
    """Tell whether an aggregate of this name is a finding."""
    is_named = len(name) <= _LONGEST and _NAME.fullmatch(name) is not None
    return is_named and name.startswith(PREFIXES)
