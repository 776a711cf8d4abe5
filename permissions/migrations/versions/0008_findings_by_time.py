"""What a finding said at an instant is found without reading all it has said since.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "finding_past_by_time",
        "finding_past",
        ["name", "written_at_ms", "version", "until_at_ms"],
    )


def downgrade() -> None:
    op.drop_index("finding_past_by_time", "finding_past")
