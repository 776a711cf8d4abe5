"""Which parts of a source are to be read once more.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "part", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.false())
    )
