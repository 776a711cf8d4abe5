"""From an aggregate to its envelope: whose it is, how old, how good, how secret."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from data_access.aggregates.aggregate import (
    MS,
    NO_DATA,
    NO_DATASET,
    NO_SOURCE,
    Aggregate,
    Later,
    View,
)
from data_access.city import City, own_names
from data_access.classification import highest
from data_access.contracts import DatasetContract
from data_access.envelope import LIVE, Envelope, Origin, Text, furthest
from data_access.release import Released, told_at
from data_access.store.snapshot import Snapshot

DEFAULT_STALE_MS = 24 * 3_600_000.0


def build_envelope(
    aggregate: Aggregate,
    snapshot: Snapshot,
    city: City,
    *,
    now_ms: float,
    version: int,
    read: Callable[[str], Envelope | None],
    realm: str = LIVE,
    numbers_only: bool = False,
) -> Envelope:
    """Return the envelope of `aggregate` at `now_ms`; absent, with a reason, without data.

    `read` gives envelopes built before, for aggregates made of others. In a realm that is not live
    nothing is: what was is played again, and how many rows were refused then is not kept. With
    `numbers_only` parts are left out that no number needs.
    """
    if aggregate.released:
        snapshot = Released(snapshot, city, int(now_ms * MS))
    view = View(snapshot, city, now_ms, read)
    read_from = [e for e in map(read, aggregate.reads) if e is not None and e.state == "ok"]
    names = aggregate.datasets or tuple(dict.fromkeys(d for e in read_from for d in e.datasets))
    contracts = [city.datasets[name] for name in names if name in city.datasets]
    fed = [c for c in contracts if view.is_fed(c.id)]
    times = [(c, at) for c in fed if (at := snapshot.newest_us(c.id)) is not None]
    standing = not aggregate.datasets  # made of others, or of the store itself
    payload = aggregate.build(view) if times or standing else {}
    payload = _made(payload, numbers_only=numbers_only)
    oldest = min(read_from, key=_stale_at, default=None)
    newest = max(times, key=lambda pair: view.glass_ms(pair[0].id, pair[1]), default=None)
    owner = city.data_office if standing else contracts[0].owner
    own = [] if aggregate.classified is None else [aggregate.classified(city)]
    return Envelope(
        realm=realm,
        aggregate=aggregate.name,
        version=version,
        label=aggregate.label or contracts[0].name,
        state="ok" if payload else "absent",
        made_at_ms=now_ms,
        as_of_ms=_as_of(view, newest, oldest, now_ms) if payload else None,
        source_at_ms=None if newest is None or standing else _source_ms(view, *newest),
        stale_after_ms=min((c.stale_after_ms for c in contracts), default=DEFAULT_STALE_MS)
        if oldest is None
        else oldest.stale_after_ms,
        owner=owner,
        owner_label=city.agencies[owner].name,
        datasets=tuple(c.id for c in contracts),
        origin=_origin([o for c in fed if (o := _origin_of(snapshot, c.id))], realm),
        classification=highest(
            [*(told_at(c) if aggregate.released else c.classification for c in contracts), *own]
        ),
        quality=_quality(snapshot, fed) if realm == LIVE and not numbers_only else {},
        reason=None if payload else _reason(contracts[:1], fed),
        payload=payload,
    )


def undeclared(aggregate: Aggregate | None, city: City, *, realm: str = LIVE) -> Envelope | None:
    """Return why an aggregate is not there that a city has no datasets for; None of another."""
    if aggregate is None or aggregate.is_for(city):
        return None
    return Envelope(
        realm=realm,
        aggregate=aggregate.name,
        version=0,
        label=aggregate.label or own_names().get(aggregate.datasets[0]) or {"vi": "", "en": ""},
        state="absent",
        made_at_ms=0.0,
        as_of_ms=None,
        source_at_ms=None,
        stale_after_ms=DEFAULT_STALE_MS,
        owner=city.data_office,
        owner_label=city.agencies[city.data_office].name,
        datasets=(),
        origin="live",
        classification=highest([]),
        reason=NO_DATASET,
    )


def _made(payload: Any, *, numbers_only: bool) -> Any:
    """Return a payload with the parts made that were left for later, or without them."""
    return {
        kind: {
            name: part.make() if isinstance(part, Later) else part
            for name, part in parts.items()
            if not (numbers_only and isinstance(part, Later))
        }
        for kind, parts in payload.items()
    }


def _as_of(
    view: View,
    newest: tuple[DatasetContract, int] | None,
    oldest: Envelope | None,
    now_ms: float,
) -> float:
    if oldest is not None and oldest.as_of_ms is not None:
        return oldest.as_of_ms
    return now_ms if newest is None else min(now_ms, view.glass_ms(newest[0].id, newest[1]))


def _stale_at(envelope: Envelope) -> float:
    """When an envelope turns stale: what is made of several does so with the first of them."""
    return (envelope.as_of_ms or 0.0) + envelope.stale_after_ms


def _source_ms(view: View, contract: DatasetContract, track_us: int) -> float:
    return view.timeline(contract.id).source(track_us) / MS


def _origin_of(snapshot: Snapshot, dataset: str) -> str | None:
    current = snapshot.current(dataset)
    return None if current is None else current.origin


def _origin(origins: Iterable[str], realm: str) -> Origin:
    return furthest([*origins, "live" if realm == LIVE else "replay"])


def _reason(first: Sequence[DatasetContract], fed: Sequence[DatasetContract]) -> Text:
    """Return why there is nothing: it hangs on the dataset that answers for the aggregate."""
    return NO_DATA if any(each in fed for each in first) else NO_SOURCE


def _quality(snapshot: Snapshot, fed: Sequence[DatasetContract]) -> dict[str, Any]:
    readings = [snapshot.reading(contract.id) for contract in fed]
    return {
        "accepted": sum(reading.accepted for reading in readings),
        "rejected": sum(sum(reading.rejected.values()) for reading in readings),
    }
