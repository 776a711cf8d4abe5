"""Scores by dataset, criterion and hour; what they are made of; when they were below their floor.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("file", sa.Column("measured", sa.JSON(), nullable=True))
    op.create_table(
        "score",
        sa.Column("realm", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.PrimaryKeyConstraint("realm", "dataset", "criterion", "hour"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "finding",
        sa.Column("realm", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("part", sa.String(length=32), nullable=False),
        sa.Column("right", sa.Float(precision=53), nullable=False),
        sa.Column("checked", sa.Float(precision=53), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("found_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("realm", "dataset", "criterion", "part"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shortfall",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("realm", sa.String(length=64), nullable=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("floor", sa.Float(precision=53), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "shortfall_by_dataset",
        "shortfall",
        ["realm", "dataset", "criterion", "until_us"],
        unique=False,
    )
