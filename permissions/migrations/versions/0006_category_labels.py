"""Which category people gave to requests that had none.

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
        "category_label",
        sa.Column("request_id", sa.String(128), primary_key=True),
        sa.Column("person_id", sa.String(64), primary_key=True),
        sa.Column("suggested", sa.String(64), nullable=False),
        sa.Column("sure", sa.Integer, nullable=False),
        sa.Column("chosen", sa.String(64), nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("category_label_by_time", "category_label", ["at_ms"])


def downgrade() -> None:
    op.drop_table("category_label")
