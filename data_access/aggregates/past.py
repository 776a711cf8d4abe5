"""An aggregate as it was: its envelopes through a stretch of time, built as the feed builds them.

At each instant something became known, and once a minute where what is counted moves with time
alone, as in data_access/exposition.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from data_access.aggregates.aggregate import Aggregate
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.envelope import Envelope
from data_access.store.past import Past
from data_access.store.snapshot import Snapshot

MINUTE_US = 60_000_000


def past_datasets(name: str, city: City) -> tuple[str, ...]:
    """Return the datasets `name` is made of, through others too; raises LookupError.

    An aggregate that tells of the room itself, or one of datasets the city has not, has no past.
    """
    found = _sources(name, city)
    if not found:
        raise LookupError(f"{name} has no past that could be asked")
    return found


def past_envelopes(
    name: str, city: City, past: Past, *, to_us: int, also_us: Iterable[int] = ()
) -> Iterator[Envelope]:
    """Yield the envelope of `name` at each instant of `past` up to `to_us`, `past` moving on.

    First where `past` is, then where something became known, and at the instants of `also_us`.
    """
    instants = {*past.instants_us(), *also_us}
    if past.has_records:
        instants |= set(range(-(-past.at_us // MINUTE_US) * MINUTE_US, to_us, MINUTE_US))
    for number, at_us in enumerate([past.at_us, *sorted(instants)]):
        past.advance(at_us)
        with past.snapshot() as snapshot:
            yield _build(name, snapshot, city, at_us, number)


def _build(name: str, snapshot: Snapshot, city: City, at_us: int, version: int) -> Envelope:
    made: dict[str, Envelope] = {}
    for aggregate in [*_read_by(name, city), aggregates()[name]]:
        made[aggregate.name] = build_envelope(
            aggregate,
            snapshot,
            city,
            now_ms=at_us / 1000,
            version=version,
            read=made.get,
        )
    return made[name]


def _read_by(name: str, city: City) -> list[Aggregate]:
    """Return the aggregates of this city that `name` is made of; those read no others."""
    read = (aggregates()[each] for each in aggregates()[name].reads)
    return [each for each in read if each.is_for(city)]


def _sources(name: str, city: City) -> tuple[str, ...]:
    aggregate = aggregates().get(name)
    if aggregate is None or not aggregate.is_for(city):
        return ()
    found = [*aggregate.datasets, *(d for each in _read_by(name, city) for d in each.datasets)]
    return tuple(dict.fromkeys(name for name in found if name in city.datasets))
