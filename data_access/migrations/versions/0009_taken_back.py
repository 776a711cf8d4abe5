"""How many rows a live source said, and says no more.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "source_health",
        sa.Column("withdrawn", sa.BigInteger(), nullable=False, server_default="0"),
    )
