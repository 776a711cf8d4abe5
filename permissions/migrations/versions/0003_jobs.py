"""Work that takes seconds, and what it found.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UNDER_WAY = sa.text("state IN ('queued', 'running')")


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("title", sa.JSON, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("is_scheduled", sa.Boolean, nullable=False),
        sa.Column("inputs", sa.LargeBinary, nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger, nullable=False),
        sa.Column("started_at_ms", sa.BigInteger),
        sa.Column("finished_at_ms", sa.BigInteger),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(128)),
        sa.Column("lease_until_ms", sa.BigInteger),
        sa.Column("is_cancelled", sa.Boolean, nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(600), nullable=False),
        sa.Column("partial", sa.LargeBinary),
        sa.Column("result", sa.LargeBinary),
        sa.Column("result_hash", sa.String(64), nullable=False),
        sa.Column("result_bytes", sa.BigInteger, nullable=False),
        sa.Column("kept_bytes", sa.BigInteger, nullable=False),
    )
    op.create_index("job_by_state", "job", ["state", "is_scheduled", "asked_at_ms"])
    op.create_index("job_by_kind", "job", ["kind", "asked_at_ms"])
    op.create_index("job_by_key", "job", ["key"])
    op.create_index(
        "job_under_way",
        "job",
        ["key"],
        unique=True,
        sqlite_where=UNDER_WAY,
        postgresql_where=UNDER_WAY,
    )
    op.create_table(
        "finding",
        sa.Column("name", sa.String(128), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("written_at_ms", sa.BigInteger, nullable=False),
        sa.Column("kept_bytes", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
    )
    op.create_index("finding_by_job", "finding", ["job_id"])


def downgrade() -> None:
    op.drop_table("finding")
    op.drop_table("job")
