"""Tables of the operations store as far as people are concerned. Migrations make them.

Instants are milliseconds since the Unix epoch.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

metadata = MetaData()

accounts = Table(
    "accounts",
    metadata,
    Column("user_id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("site_id", String(64)),
    Column("language", String(8)),
    Column("ceiling_level", String(32), nullable=False),
    Column("compartments", JSON, nullable=False),
    Column("password_hash", String(255), nullable=False),
    Column("demo", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at_ms", BigInteger, nullable=False),
    Column("password_changed_at_ms", BigInteger, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("accounts.user_id", ondelete="CASCADE"), nullable=False),
    Column("opened_at_ms", BigInteger, nullable=False),
    Column("seen_at_ms", BigInteger, nullable=False),
    Column("address", String(64), nullable=False),
    Index("sessions_by_user", "user_id"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("subject", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at_ms", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("site_id", String(64)),
    Column("address", String(64), nullable=False),
    Column("action", String(64), nullable=False),
    Column("target", String(200), nullable=False),
    Column("outcome", String(16), nullable=False),  # asked | ok | refused | failed
    Column("code", String(64)),
    Column("answers", Integer),  # sequence of the row this one tells the outcome of
    Column("detail", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_actor", "actor", "at_ms"),
    Index("audit_by_action", "action", "target", "at_ms"),
)

dataset_use = Table(  # who looked at a dataset on a day, and where
    "dataset_use",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),  # since the epoch, UTC
    Column("dataset", String(64), primary_key=True),
    Column("actor", String(64), primary_key=True),  # an account, or a wall
    Column("place", String(64), primary_key=True),  # page, API or "wall"
    Column("role", String(32), nullable=False),
    Column("answered", BigInteger, nullable=False),  # a wall: minutes on air
    Column("refused", BigInteger, nullable=False),
    Column("last_at_ms", BigInteger, nullable=False),
    Index("dataset_use_by_dataset", "dataset", "day"),
)
