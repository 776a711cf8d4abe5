"""Alembic's entry: runs on the connection `data_access.store.engine.migrate` gives it."""

from alembic import context

from data_access.store.engine import VERSION_TABLE
from data_access.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
