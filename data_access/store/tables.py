"""Tables of the observations store. Migrations (data_access/migrations) make them.

Instants end in `_us`: microseconds since the Unix epoch; `at_us` and all instants of `record_now`
are *track* time (data_access/replay.py), those of `record` are as the source told them. A *stream*
is one dataset of one realm from one origin and place, so that simulated and real rows never meet.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData()

stream = Table(
    "stream",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("origin", String(16), nullable=False),  # live | replay | simulated
    Column("place", String(500), nullable=False),  # folder its files lie in
    Column("is_current", Boolean, nullable=False),
    Column("timeline", JSON),
    Column("done_us", BigInteger),  # up to here of the track, what was due is in the store
    Column("observations", BigInteger, nullable=False),  # keys
    Column("revisions", BigInteger, nullable=False),  # of them, changed later
    Column("records", BigInteger, nullable=False),  # versions
    Column("schema", JSON),  # of the last good reading (data_access/schema.py)
    UniqueConstraint("realm", "dataset", "origin", "place"),
)

series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("indicator", String(64), nullable=False),
    Column("kind", String(8), nullable=False),  # entity | area
    Column("name", String(200), nullable=False),  # the entity, or the area's code
    Column("area", String(16)),  # of an entity; none: outside the city
    UniqueConstraint("stream_id", "indicator", "kind", "name"),
    Index("series_by_area", "stream_id", "indicator", "area"),
)

observation = Table(
    "observation",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, primary_key=True, autoincrement=False),
    Column("revision", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", Float(53), nullable=False),
    Column("quality", SmallInteger, nullable=False),  # position in model.QUALITIES, or WITHDRAWN
    Column("recorded_us", BigInteger, nullable=False),
    Column("ref_id", Integer, nullable=False),
    Column("ref_line", Integer, nullable=False),  # -1: the reference has no number
    sqlite_with_rowid=False,
)

ref = Table(  # what source references have in common: "speeds.csv.gz:120" is ("speeds.csv.gz", 120)
    "ref",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("text", String(1000), nullable=False, unique=True),
)

latest = Table(  # the newest observation of each series
    "latest",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("value", Float(53), nullable=False),
    Column("quality", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

cell = Table(  # roll-ups (data_access/rollup.py); sums are exact, in millionths
    "cell",
    metadata,
    Column("series_id", Integer, primary_key=True, autoincrement=False),
    Column("step", SmallInteger, primary_key=True, autoincrement=False),  # rollup.HOUR | DAY
    Column("slot", Integer, primary_key=True, autoincrement=False),
    Column("suspect", SmallInteger, primary_key=True, autoincrement=False),  # 1: suspect rows
    Column("rows", BigInteger, nullable=False),
    Column("sum_micro", BigInteger, nullable=False),
    Column("low", Float(53), nullable=False),
    Column("high", Float(53), nullable=False),
    sqlite_with_rowid=False,
)

entity = Table(
    "entity",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("entity", String(200), primary_key=True),
    Column("name", String(300), nullable=False),
    Column("lat", Float(53)),
    Column("lon", Float(53)),
    Column("area", String(16)),
    Column("attributes", JSON, nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("record_id", String(300), primary_key=True),  # with "#lap" from the second lap on
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("base_id", String(300), nullable=False),
    Column("lap", Integer, nullable=False),
    Column("version", String(100), nullable=False),
    Column("status", String(32), nullable=False),
    Column("reported_us", BigInteger, nullable=False),
    Column("valid_from_us", BigInteger),
    Column("valid_to_us", BigInteger),
    Column("shift_us", BigInteger, nullable=False),  # track minus source time
    Column("area", String(16)),
    Column("geometry", Text),
    Column("body", Text, nullable=False),
    Column("source_ref", String(1000), nullable=False),
    Column("recorded_us", BigInteger, nullable=False),
)

record_now = Table(  # the current version of the newest lap of each record
    "record_now",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("base_id", String(300), primary_key=True),
    Column("record_id", String(300), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("lap", Integer, nullable=False),
    Column("version", String(100), nullable=False),
    Column("status", String(32), nullable=False),
    Column("category", String(100), nullable=False),
    Column("area", String(16)),
    Column("reported_us", BigInteger, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("ended_us", BigInteger),
    Column("due_us", BigInteger),
    Index("record_now_by_status", "stream_id", "status", "opened_us"),
    Index("record_now_by_end", "stream_id", "ended_us"),
)

file = Table(  # watermarks: which files have been read, as they were
    "file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("path", String(1000), nullable=False),  # below the stream's place
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256
    Column("accepted", BigInteger, nullable=False),
    Column("rejected", JSON, nullable=False),  # reason -> rows
    Column("measured", JSON),  # what else was counted for the scores -> how often
    Column("read_us", BigInteger, nullable=False),
    UniqueConstraint("stream_id", "path"),
)

part = Table(  # parts of a source that come whole (data_access/store/parts.py)
    "part",
    metadata,
    Column("stream_id", ForeignKey("stream.id"), primary_key=True),
    Column("name", String(1000), primary_key=True),
    Column("first_us", BigInteger, nullable=False),  # between these its rows are …
    Column("last_us", BigInteger, nullable=False),
    Column("gone_first_us", BigInteger),  # … and between these those that were withdrawn
    Column("gone_last_us", BigInteger),
    Column("again", Boolean, nullable=False, server_default=false()),  # it is to be read once more
)

withdrawn = Table(  # records of which nothing is kept (data_access/store/withdrawn.py)
    "withdrawn",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("key", String(64), primary_key=True),  # SHA-256 of the record's id
    Column("withdrawn_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stream_id", ForeignKey("stream.id"), nullable=False),
    Column("source_ref", String(1000), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("owner", String(64), nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    Column("state", String(16), nullable=False, server_default="held"),  # data_access/quarantine.py
    Column("order_id", BigInteger),  # the newest one that meant it
    Column("decided_by", String(64)),  # on whose word it is let in
    Column("decided_why", Text),
    Column("decided_us", BigInteger),
    UniqueConstraint("stream_id", "source_ref", "reason"),
    Index("quarantine_by_state", "stream_id", "state", "reason"),
)

quarantine_order = Table(  # orders about quarantine that are done
    "quarantine_order",
    metadata,
    Column("order_id", BigInteger, primary_key=True, autoincrement=False),
    Column("dataset", String(64), nullable=False),
    Column("checked", BigInteger, nullable=False),
    Column("released", BigInteger, nullable=False),
    Column("done_us", BigInteger, nullable=False),
)

score = Table(  # of a dataset by criterion (data_access/criteria), one a hour: the last of it
    "score",
    metadata,
    Column("realm", String(64), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("criterion", String(16), primary_key=True),
    Column("hour", Integer, primary_key=True, autoincrement=False),  # since the epoch, glass time
    Column("score", Float(53), nullable=False),  # per cent
    sqlite_with_rowid=False,
)

finding = Table(  # what the newest scores are made of, and what is behind them
    "finding",
    metadata,
    Column("realm", String(64), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("criterion", String(16), primary_key=True),
    Column("part", String(32), primary_key=True),
    Column("right", Float(53), nullable=False),
    Column("checked", Float(53), nullable=False),
    Column("wrong", Integer, nullable=False),  # pieces of evidence there were before cutting
    Column("evidence", JSON, nullable=False),
    Column("found_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

shortfall = Table(  # times in which a score was below its floor; the open ones have no end
    "shortfall",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("realm", String(64), nullable=False),
    Column("dataset", String(64), nullable=False),
    Column("criterion", String(16), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("floor", Float(53), nullable=False),
    Column("score", Float(53), nullable=False),  # the lowest of the time
    Column("since_us", BigInteger, nullable=False),
    Column("until_us", BigInteger),
    Index("shortfall_by_dataset", "realm", "dataset", "criterion", "until_us"),
)

source_health = Table(  # of each live source, as the feed last said (data_access/intake/health.py)
    "source_health",
    metadata,
    Column("realm", String(64), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("way", String(16), primary_key=True),
    Column("place", String(1000), nullable=False),
    Column("is_waiting", Boolean, nullable=False),
    Column("last_try_us", BigInteger),
    Column("last_success_us", BigInteger),
    Column("until_us", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("error", String(1000), nullable=False),
    Column("payloads", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("lag_us", BigInteger),
    Column("turned_away", BigInteger, nullable=False, server_default="0"),
    Column("withdrawn", BigInteger, nullable=False, server_default="0"),
)
