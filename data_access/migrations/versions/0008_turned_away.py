"""How many senders a live source turned away.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "source_health",
        sa.Column("turned_away", sa.BigInteger(), nullable=False, server_default="0"),
    )
