"""Which of some source rows are of too few people to be shown (data_access/masking.py).

A row is told beside all others of its indicator and time, and somewhere their total is: where the
small ones would follow from the rest, none of them is told, whatever the aggregate chose to hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, select

from data_access.masking import Masks, is_safe, is_small
from data_access.rows import WITHDRAWN
from data_access.store.series import ENTITY
from data_access.store.tables import observation, series

Key = tuple[str, str, int]  # indicator, entity, time on the track


def withheld(
    connection: Connection,
    stream_id: int,
    rows: Iterable[tuple[str, str, int, float]],
    masks: Masks,
    *,
    counted: ColumnElement[bool] | None = None,
) -> frozenset[Key]:
    """Return which of `rows` (indicator, entity, time, value) are not to be shown.

    `counted`: which observations count; None: all do.
    """
    hidden: set[Key] = set()
    times: dict[str, set[int]] = defaultdict(set)
    for indicator, entity, at_us, value in rows:
        below = masks.indicators.get(indicator, 0)
        if below:
            times[indicator].add(at_us)
        if is_small(value, below):
            hidden.add((indicator, entity, at_us))
    for indicator, wanted in times.items():
        which = (
            select(series.c.name, observation.c.at_us, observation.c.value, observation.c.quality)
            .join(series, series.c.id == observation.c.series_id)
            .where(
                series.c.stream_id == stream_id,
                series.c.indicator == indicator,
                series.c.kind == ENTITY,
                observation.c.at_us.in_(sorted(wanted)),
            )
            .order_by(observation.c.revision)
        )
        if counted is not None:
            which = which.where(counted)
        groups: dict[int, dict[str, float]] = defaultdict(dict)
        for name, at_us, value, quality in connection.execute(which):
            groups[at_us][name] = value
            if quality == WITHDRAWN:
                del groups[at_us][name]
        for at_us, counts in groups.items():
            if not is_safe(counts, masks.indicators[indicator]):
                hidden |= {(indicator, name, at_us) for name in counts}
    return frozenset(hidden)
