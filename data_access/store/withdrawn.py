"""Records that were withdrawn: none of their versions is kept, and none is let in again.

A document may come in open and be marked a state secret later (data_access/secrecy.py). From then
on the store has of it a hash of its id, when that was, and how many versions went: what is needed
to refuse it, also when an older version comes once more, and to answer for it; not a word of it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Sequence
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Connection, Engine, delete, select

from data_access.records import Played
from data_access.store.engine import insert_into
from data_access.store.tables import record, record_now, stream, withdrawn

AT_ONCE = 500  # ids of one statement

log = logging.getLogger(__name__)


def keys(connection: Connection, stream_id: int) -> tuple[str, frozenset[str]]:
    """Return a stream's dataset, and the keys of what was withdrawn from that."""
    dataset = connection.execute(select(stream.c.dataset).where(stream.c.id == stream_id)).scalar()
    found = select(withdrawn.c.key).where(withdrawn.c.dataset == dataset)
    return str(dataset), frozenset(connection.execute(found).scalars())


def withdraw(connection: Connection, dataset: str, ids: Collection[str], now_us: int) -> int:
    """Delete all versions of records, from every stream of a dataset; return how many there were.

    SQLite overwrites what it deletes here.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
    streams = select(stream.c.id).where(stream.c.dataset == dataset)
    gone = 0
    ordered = sorted(ids)
    for begin in range(0, len(ordered), AT_ONCE):
        part = ordered[begin : begin + AT_ONCE]
        for each in (record, record_now):
            which = delete(each).where(each.c.stream_id.in_(streams), each.c.base_id.in_(part))
            rows = connection.execute(which).rowcount
            gone += rows if each is record else 0
    new = [{"dataset": dataset, "key": key_of(each), "withdrawn_us": now_us} for each in ordered]
    connection.execute(insert_into(connection, withdrawn).on_conflict_do_nothing(), new)
    if is_sqlite:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
    if gone:
        log.warning("%s: %d versions of records are gone: they were marked", dataset, gone)
    return gone


def let_in(played: Sequence[Played], gone: Collection[str]) -> Sequence[Played]:
    """Return what was not withdrawn."""
    if not gone:
        return played
    return [each for each in played if key_of(each.row.record_id) not in gone]


def key_of(record_id: str) -> str:
    """Return what stands for a record that is not to be kept."""
    return hashlib.sha256(record_id.encode("utf-8", "surrogatepass")).hexdigest()


def empty_log(engine: Engine) -> None:
    """Write SQLite's log into its file, so that it holds no more of what was deleted.

    Readers may hold it back: the next one that is not held does it.
    """
    if engine.dialect.name != "sqlite":
        return
    pooled = engine.raw_connection()
    try:
        connection = pooled.driver_connection
        if isinstance(connection, SqliteConnection):
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        pooled.close()
