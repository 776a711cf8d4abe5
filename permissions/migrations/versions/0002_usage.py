"""Who looked at which dataset, by day and place.

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
    op.create_table(
        "dataset_use",
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("dataset", sa.String(64), primary_key=True),
        sa.Column("actor", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(64), primary_key=True),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("answered", sa.BigInteger, nullable=False),
        sa.Column("refused", sa.BigInteger, nullable=False),
        sa.Column("last_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("dataset_use_by_dataset", "dataset_use", ["dataset", "day"])


def downgrade() -> None:
    op.drop_table("dataset_use")
