"""What forecasting has learned and published.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "forecast_memory",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("part", sa.String(8), primary_key=True),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("about", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("forecast_memory")
