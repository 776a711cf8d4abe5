"""The migrations make what the tables say, once."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from permissions.database import VERSION_TABLE, migrate, open_operations
from permissions.tables import metadata


def test_the_migrated_store_is_what_the_tables_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_migrating_again_changes_nothing(engine, people, operator):
    migrate(engine)
    assert people.find("hoa") == operator


def test_a_store_opened_twice_is_the_same_store(url, people, operator):
    other = open_operations(url)
    with other.connect() as connection:
        found = connection.exec_driver_sql("SELECT user_id FROM accounts").scalars().all()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    other.dispose()
    assert found == ["hoa"]
