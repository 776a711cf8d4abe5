"""Alembic's entry: runs the migrations on the connection `permissions.database.migrate` gives."""

from alembic import context

from permissions.database import VERSION_TABLE
from permissions.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
