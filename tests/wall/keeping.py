"""What a controller that was killed leaves: all it had made durable, and nothing else."""

from __future__ import annotations

from tests.wall.table import Table
from wall.effects import EntryRecord, WallRecord
from wall.store import Kept


def kept_of(table: Table) -> Kept:
    entries = {
        (each.sort, each.wall_id, each.entry_id): each
        for each in table.changes
        if isinstance(each, EntryRecord)
    }
    walls = {each.wall_id: each.body for each in table.changes if isinstance(each, WallRecord)}
    return Kept(epoch=1, controller_id="wall-test", walls=walls, entries=list(entries.values()))
