"""Which records were withdrawn: a hash of the id of each, and when.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withdrawn",
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "key"),
        sqlite_with_rowid=False,
    )
