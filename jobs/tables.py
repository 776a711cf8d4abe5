"""Tables of the operations store for work and what it found; a migration of it makes them.

Instants are milliseconds since the Unix epoch.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from permissions.tables import metadata

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("key", String(64), nullable=False),  # of kind, inputs and versions
    Column("title", JSON, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("is_scheduled", Boolean, nullable=False),
    Column("inputs", LargeBinary, nullable=False),
    Column("versions", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("asked_at_ms", BigInteger, nullable=False),
    Column("started_at_ms", BigInteger),
    Column("finished_at_ms", BigInteger),
    Column("attempt", Integer, nullable=False),
    Column("worker", String(128)),
    Column("lease_until_ms", BigInteger),
    Column("is_cancelled", Boolean, nullable=False),  # asked to be, while it is running
    Column("progress", Double, nullable=False),
    Column("step", String(64), nullable=False),
    Column("code", String(64), nullable=False),
    Column("reason", String(600), nullable=False),
    Column("partial", LargeBinary),
    Column("result", LargeBinary),
    Column("result_hash", String(64), nullable=False),
    Column("result_bytes", BigInteger, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),  # of inputs, partial and result, as kept
    Index("job_by_state", "state", "is_scheduled", "asked_at_ms"),
    Index("job_by_kind", "kind", "asked_at_ms"),
    Index("job_by_key", "key"),
    Index(
        "job_under_way",  # the same work is never asked for twice at a time
        "key",
        unique=True,
        sqlite_where=text("state IN ('queued', 'running')"),
        postgresql_where=text("state IN ('queued', 'running')"),
    ),
)

finding = Table(
    "finding",
    metadata,
    Column("name", String(128), primary_key=True),  # of the aggregate
    Column("version", BigInteger, nullable=False),
    Column("job_id", String(32), nullable=False),
    Column("written_at_ms", BigInteger, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Index("finding_by_job", "job_id"),
)

finding_past = Table(  # what a finding said from when it was written until it was replaced
    "finding_past",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("job_id", String(32), nullable=False),
    Column("written_at_ms", BigInteger, nullable=False),
    Column("until_at_ms", BigInteger, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),  # compressed by zlib
    Index("finding_past_by_name", "name", "version", "until_at_ms", "kept_bytes"),
    Index("finding_past_by_time", "name", "written_at_ms", "version", "until_at_ms"),
)
