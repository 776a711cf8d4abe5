"""The schema of each stream's last good reading, so that a change of it is seen.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stream", sa.Column("schema", sa.JSON(), nullable=True))
