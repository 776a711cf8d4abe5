"""The migrations make what the tables say, once."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import analytics.detection.labels
import analytics.forecast.memory
import analytics.voices.labels  # noqa: F401
import jobs.tables  # noqa: F401
from permissions.database import HEAD, MIGRATIONS, VERSION_TABLE, migrate, open_operations
from permissions.tables import metadata


def test_the_migrated_store_is_what_the_tables_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_we_name():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


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
