"""Who looks at which dataset: people on pages, walls by what is on air. Kept once a minute.

Every part of the pages that gives somebody an aggregate or rows says so here; nothing is written
while it answers. Scenes that were only put to the controller, and are no file, are not counted.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping

from sqlalchemy.exc import SQLAlchemyError

from callbacks.desk import Desk
from callbacks.names import READING_S
from layouts.tiles.registry import TileError, read_options
from permissions.roles import Person
from permissions.usage import ON_AIR, Reader
from wall.errors import ServiceError
from wall.scene import Scene, Tile

log = logging.getLogger(__name__)

Needs = Mapping[str, Mapping[str, frozenset[str]]]  # wall -> scene -> aggregates

EVERY_S = 60.0
END_S = 2.0


def note(
    reach: Desk, who: Person, datasets: Iterable[str], *, place: str, is_refused: bool = False
) -> None:
    """Count that a person was given these datasets at a place, or was refused them."""
    reader = Reader(who.user_id, who.role, place)
    reach.usage.note(datasets, reader, at_ms=reach.now_ms(), is_refused=is_refused)


def needs_of(scenes: Mapping[str, Mapping[str, Scene]]) -> Needs:
    """Return what each scene of each wall needs."""
    return {
        wall_id: {
            scene_id: frozenset(name for tile in scene.tiles for name in _needs(tile))
            for scene_id, scene in of_wall.items()
        }
        for wall_id, of_wall in scenes.items()
    }


def note_walls(reach: Desk, needs: Needs) -> None:
    """Count what is on the air of each wall that is asked here; raises ServiceError."""
    walls = reach.link.request("walls.list", {}, timeout_s=READING_S)["walls"]
    for wall in walls:
        wall_id, scene_id = str(wall["wallId"]), (wall.get("program") or {}).get("sceneId")
        names = needs.get(wall_id, {}).get(str(scene_id))
        if names is not None:
            reader = Reader(f"wall/{wall_id}", ON_AIR, ON_AIR)
            found = {dataset for name in names for dataset in _datasets(reach, name)}
            reach.usage.note(found, reader, at_ms=reach.now_ms())


class Keeping:
    """Keeps what was counted once a minute, in a thread of its own."""

    def __init__(self, reach: Desk, *, every_s: float = EVERY_S) -> None:
        self._reach = reach
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Keep what there is, and end."""
        self._stop.set()
        self._thread.join(END_S)
        self._keep()

    def _run(self) -> None:
        needs = needs_of(self._reach.scenes)
        while not self._stop.wait(self._every_s):
            try:
                note_walls(self._reach, needs)
            except ServiceError as error:
                log.info("what walls show is not counted: %s", error)
            self._keep()

    def _keep(self) -> None:
        try:
            self._reach.usage.keep()
        except SQLAlchemyError as error:
            log.error("uses of datasets cannot be kept: %s", error)


def _needs(tile: Tile) -> tuple[str, ...]:
    try:
        kind, options = read_options(tile.kind, tile.options)
    except TileError:
        return ()
    return kind.needs(options)


def _datasets(reach: Desk, name: str) -> tuple[str, ...]:
    """Return what an aggregate is made of; read alone, so that few payloads are held at a time."""
    envelope = reach.cache.read(name)
    return () if envelope is None else envelope.datasets
