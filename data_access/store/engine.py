"""Engines of the observations store: SQLite in a file or a schema of PostgreSQL, and migrations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool
from sqlalchemy.sql.dml import Insert

from data_access.errors import StoreError, StoreRefused

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
VERSION_TABLE = "observations_version"
HEAD = "0010"  # the newest migration
SCHEMA = "observations"  # on PostgreSQL; an SQLite file is a schema of its own
BUSY_TIMEOUT_MS = 5_000
SCRATCH_KIB = 65_536
WRITER_KIB = 16_384  # a batch touches the newest page of every series: SQLite's 2 MB hold few
CHECKPOINT_PAGES = 4_000  # of 4 KiB: a batch is two or three MB, and need not be copied at once


def open_engine(url: str, *, read_only: bool = False, durable: bool = False) -> Engine:
    """Return an engine for `url`; a reader's connections refuse to write.

    Observations of files can be read again, so SQLite's `synchronous=NORMAL` is enough for them:
    the last transactions may be lost with the power, never half of one. Not so when `durable`.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
        pragmas = [f"busy_timeout = {BUSY_TIMEOUT_MS}", "foreign_keys = ON"]
        if read_only:
            pragmas += ["query_only = ON"]
        else:
            level = "FULL" if durable else "NORMAL"
            pragmas += ["journal_mode = WAL", f"synchronous = {level}", "temp_store = MEMORY"]
            pragmas += [f"cache_size = -{WRITER_KIB}", f"wal_autocheckpoint = {CHECKPOINT_PAGES}"]

        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # SQLAlchemy begins, not the driver
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", begin)
        return engine
    options = f"-csearch_path={SCHEMA}"
    if read_only:
        options += " -cdefault_transaction_read_only=on"
    return create_engine(parsed, pool_pre_ping=True, connect_args={"options": options})


def open_scratch() -> Engine:
    """Return an engine for a store of its own that nobody else sees, without tables.

    It takes a bounded part of memory and the rest in a file without a name, so that nothing is left
    of it when its process ends, however that ends.
    """
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect("", check_same_thread=False),
        poolclass=StaticPool,
    )

    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (f"cache_size = -{SCRATCH_KIB}", "synchronous = OFF", "temp_store = MEMORY"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin)
    return engine


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest shape; several processes may try at once."""
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('observations'))")
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        if _version(connection) == HEAD:
            return  # a warm start does without Alembic
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Open one transaction; vendor errors come out as StoreError and nothing of it stays."""
    try:
        with engine.begin() as connection:
            yield connection
    except (DataError, IntegrityError) as error:
        raise StoreRefused(f"The store refuses a row: {error.orig}") from error
    except DBAPIError as error:
        raise StoreError(f"The store failed: {error.orig}") from error


def insert_into(connection: Connection, table: Any) -> Any:
    """Return this database's INSERT, which knows ON CONFLICT."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)


def plain(text: str) -> str:
    """Return a text that any database takes: PostgreSQL has none with NUL in it."""
    return text.replace("\0", "\ufffd")


def bulk(
    connection: Connection, statement: Insert, columns: Sequence[str], rows: Sequence[tuple]
) -> None:
    """Execute `statement` for many `rows` by the driver's own executemany, past SQLAlchemy's cost.

    Its parameters are named by `columns`, in the order of the tuples.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    if compiled.positiontup is None:
        named = [dict(zip(columns, row, strict=True)) for row in rows]
        connection.exec_driver_sql(str(compiled), named)
    else:
        order = [columns.index(name) for name in compiled.positiontup]
        if order != list(range(len(columns))):
            rows = [tuple(row[at] for at in order) for row in rows]
        connection.exec_driver_sql(str(compiled), list(rows))


def copy_in(connection: Connection, table: str, columns: Sequence[str], rows: Iterable) -> None:
    """Append `rows` to a PostgreSQL table by COPY, ten times as fast as INSERT."""
    import psycopg

    driver: Any = connection.connection.driver_connection
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.DataError as error:
        raise StoreRefused(f"The store refuses a row: {error}") from error
    except psycopg.Error as error:
        raise StoreError(f"The store failed: {error}") from error


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    return None if found is None else str(found)
