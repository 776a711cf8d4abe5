"""Of which parts of its source what came in live is all there is: a partition, an answer.

What of such a part is said no more is withdrawn with its rows (data_access/store/parts.py). Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from data_access.contracts import DatasetContract, duration_s
from data_access.intake.spool import Spooled
from data_access.intake.ways import LakeWay, Way
from data_access.live_files import name_of, of_their_parts, part_of
from data_access.reading import WHOLE, Reading, nameless, refused_records
from data_access.rows import Rows, is_of_part
from data_access.store import Whole
from data_access.store.parts import Within


def wholes_of(
    readings: Sequence[Reading],
    taken: Sequence[Spooled],
    way: Way | None,
    contract: DatasetContract,
) -> Iterator[Whole]:
    """Yield the parts of the source that are said whole; not what could not be read.

    Nor one of which every row is refused: what was known of it stays, and grows old.
    """
    is_each_alone = len(readings) == len(taken)
    for at, spooled in enumerate(taken):
        if not (part := part_of(spooled)):
            continue
        reading, name = readings[at if is_each_alone else 0], name_of(spooled.arrival.name)
        refused = [
            each
            for each in reading.rejected
            if is_of_part(each.source_ref, part) or each.source_ref.startswith(name)
        ]
        rows = reading.rows.take(reading.rows.of_part(part))
        is_unread = any(each.reason in WHOLE for each in refused)
        said = reading.records
        if isinstance(way, LakeWay):
            said = of_their_parts(said, [spooled])
        records = [each for each in said if is_of_part(each.source_ref, part)]
        if is_unread or (refused and not len(rows) and not records):
            continue
        replaces = getattr(contract.source.ways.get(spooled.way), "replaces", "")
        within: Within = "span" if replaces == "span" else "all"
        unknown = len(nameless(refused, reading.records))
        yield Whole(
            part,
            rows,
            {each.key for each in refused if each.key is not None},
            unknown * max(1, len(contract.indicators)),
            within,
            records=records,
            refused_records=refused_records(refused),
        )


def gone(taken: Sequence[Spooled], way: Way | None) -> Iterator[Whole]:
    """Yield parts of the source that are there no more, as ones that say nothing."""
    retention = way.retention if isinstance(way, LakeWay) else None
    for each in taken:
        kept_us = None
        if retention is not None:
            kept_us = each.arrival.received_us - round(duration_s(retention) * 1e6)
        yield Whole(each.arrival.part, Rows.join([]), kept_before_us=kept_us, records=[])
