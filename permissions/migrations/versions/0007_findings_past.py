"""What findings said before they were replaced.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finding_past",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("written_at_ms", sa.BigInteger, nullable=False),
        sa.Column("until_at_ms", sa.BigInteger, nullable=False),
        sa.Column("kept_bytes", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "finding_past_by_name", "finding_past", ["name", "version", "until_at_ms", "kept_bytes"]
    )


def downgrade() -> None:
    op.drop_table("finding_past")
