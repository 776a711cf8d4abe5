"""How the live sources are, as the feed last said: kept, so that pages and restarts know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select

from data_access.intake.health import Health
from data_access.store.engine import plain
from data_access.store.tables import source_health
from language import pack

LONGEST = 1_000  # characters of a text

_COLUMNS = [column for column in source_health.columns if column.name != "realm"]


def keep(connection: Connection, realm: str, healths: Sequence[Health]) -> None:
    """Replace what was said of the sources of a realm."""
    connection.execute(delete(source_health).where(source_health.c.realm == realm))
    if healths:
        connection.execute(
            insert(source_health), [{"realm": realm, **_plain(each)} for each in healths]
        )


def read(connection: Connection, realm: str) -> list[Health]:
    """Return what was said last, by dataset and way."""
    found = connection.execute(
        select(*_COLUMNS)
        .where(source_health.c.realm == realm)
        .order_by(source_health.c.dataset, source_health.c.way)
    )
    return [Health(**row._mapping) for row in found]


def _plain(health: Health) -> dict[str, object]:
    """Return a row that any database takes."""
    place = plain(health.place)[:LONGEST]
    error = pack(health.error, longest=LONGEST)
    return {**asdict(health), "place": place, "error": error}
