"""Moving from a file to Redis: the first leader of a site brings along what its own file has.

Devices stay enrolled and walls show what they showed. Once: the file is put aside, so that a Redis
that lost everything does not bring revoked devices back. The file keeps the audit it had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from wall.effects import Change, DeviceRecord, SceneRecord, SwitchRecord, WallRecord
from wall.shared.store import RedisStore
from wall.store import Kept, Store

ASIDE = ".moved-to-redis"


def adopt(path: Path, store: RedisStore, kept: Kept, *, now_s: float) -> Kept:
    """Return what is kept, brought from the file at `path` when Redis has nothing yet.

    Raises StoreError when either cannot be read or written.
    """
    if kept.walls or kept.devices or kept.entries or not path.exists():
        return kept
    own = Store(path)
    try:
        found = own.begin_epoch(now_s=now_s)
    finally:
        own.close()
    store.write(_changes(found))
    path.rename(path.with_name(path.name + ASIDE))
    return replace(found, epoch=kept.epoch, controller_id=kept.controller_id)


def _changes(found: Kept) -> Iterator[Change]:
    for wall_id, body in found.walls.items():
        yield WallRecord(wall_id, body)
    for wall_id, scenes in found.scenes.items():
        for scene in scenes:
            yield SceneRecord(wall_id, scene["sceneId"], scene)
    for (wall_id, name), (generation, is_revoked) in found.devices.items():
        yield DeviceRecord(wall_id, name, generation, is_revoked)
    for wall_id, entries in found.history.items():
        for entry in entries:
            yield SwitchRecord(wall_id, found.switches.get(wall_id, {}), entry)
    yield from found.entries
