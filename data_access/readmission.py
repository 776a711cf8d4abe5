"""Rows of quarantine held to their contract again, from what was kept of them.

For what came in live: its payload is gone, so the row itself is read again. Files are read again
as a whole (data_access/channel.py). Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data_access.city import City
from data_access.contract_check import check, live_ahead
from data_access.contracts import DatasetContract
from data_access.quarantine import DOUBTED, Decided, Order, batch_of, known_by, read_row
from data_access.records import Played
from data_access.rows import Rows
from data_access.store import Change
from language import Told, told

AT_ONCE = 500  # rows of one transaction
ASKED = told("its source does not believe it: only somebody who answers for it can let it in")
CUT = told("only a part of this row was kept, or its source could not read it: it must come again")


def readmitted(
    held: Sequence[tuple[int, str, str]],
    order: Order,
    contract: DatasetContract,
    city: City,
    now: datetime,
) -> Change:
    """Return what lets in those of (id, reference, row) that pass, and says what became of each."""
    if order.mode == "again" and order.reason == DOUBTED:
        ids = [row_id for row_id, _, _ in held]
        still = Decided(order.order_id, held=ids, why=dict.fromkeys(ids, ASKED))
        return Change(decided=(order, still))
    known = {known_by(row, reference) for _, reference, row in held}
    checked = check(
        batch_of([row for _, _, row in held]),
        contract,
        now=now,
        areas=city.areas.codes,
        ahead=live_ahead(contract),
        allowed=known if order.mode == "override" else (),
    )
    refused = {known_by(each.row, each.source_ref): each.detail for each in checked.rejected}
    why: dict[int, Told] = {}
    released: list[int] = []
    for row_id, reference, row in held:
        if read_row(row) is None:
            why[row_id] = CUT
        elif (fault := refused.get(known_by(row, reference))) is not None:
            why[row_id] = fault
        else:
            released.append(row_id)
    frame = checked.observations
    rows = None if frame is None or not len(frame) else Rows.of(frame)
    return Change(
        rows=rows,
        played=[Played(record) for record in checked.records],
        decided=(order, Decided(order.order_id, released, list(why), why)),
    )
