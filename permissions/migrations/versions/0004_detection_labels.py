"""What people said of alerts.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "detection_label",
        sa.Column("alert_id", sa.String(96), primary_key=True),
        sa.Column("person_id", sa.String(64), primary_key=True),
        sa.Column("detector", sa.String(64), nullable=False),
        sa.Column("sort", sa.String(8), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("began_ms", sa.BigInteger, nullable=False),
        sa.Column("title", sa.JSON, nullable=False),
    )
    op.create_index("detection_label_by_time", "detection_label", ["at_ms"])


def downgrade() -> None:
    op.drop_table("detection_label")
