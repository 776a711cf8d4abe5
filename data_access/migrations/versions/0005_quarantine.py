"""What became of rows in quarantine, and which orders about them are done.

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
    op.add_column(
        "quarantine",
        sa.Column("state", sa.String(length=16), nullable=False, server_default="held"),
    )
    op.add_column("quarantine", sa.Column("order_id", sa.BigInteger(), nullable=True))
    op.add_column("quarantine", sa.Column("decided_by", sa.String(length=64), nullable=True))
    op.add_column("quarantine", sa.Column("decided_why", sa.Text(), nullable=True))
    op.add_column("quarantine", sa.Column("decided_us", sa.BigInteger(), nullable=True))
    op.create_index("quarantine_by_state", "quarantine", ["stream_id", "state", "reason"])
    op.create_table(
        "quarantine_order",
        sa.Column("order_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("checked", sa.BigInteger(), nullable=False),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("done_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id"),
    )
