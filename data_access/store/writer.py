"""The one writer of the observations store: a batch, its roll-up and its watermarks, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, select, update

from data_access.envelope import LIVE
from data_access.intake.health import Health
from data_access.model import Entity, Rejected
from data_access.quarantine import Decided, Order
from data_access.records import Played
from data_access.replay import Timeline
from data_access.rollup import HOUR, HOUR_US
from data_access.rows import Rows
from data_access.schema import Schema
from data_access.store import health, observations, parts, records, scores, withdrawn
from data_access.store import quarantine as held
from data_access.store.engine import insert_into, migrate, open_engine, plain, transaction
from data_access.store.observations import RefBook
from data_access.store.parts import Whole
from data_access.store.scores import Standing
from data_access.store.series import SeriesBook
from data_access.store.tables import cell, entity, file, observation, series, stream
from settings import Settings


@dataclass(frozen=True, slots=True)
class FileMark:
    """A file as it was when it was read, and what the contract made of its rows."""

    path: str
    size: int
    mtime_ns: int
    digest: str
    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)
    measured: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stream:
    """What is known of a stream when it is opened."""

    id: int
    timeline: Timeline | None
    done_us: int | None
    files: Mapping[str, FileMark]
    schema: Schema = field(default_factory=dict)
    asked: frozenset[str] = frozenset()  # parts that are to be read once more


@dataclass(frozen=True, slots=True)
class Change:
    """All that is written in one transaction; whatever is left out stays as it is."""

    rows: Rows | None = None
    adds: bool = False  # the rows are counts of parts
    owns: bool = False  # the rows are of the parts that say them, whoever said the same before
    wholes: Sequence[Whole] = ()  # of parts of the source: what of them is said no more goes
    played: Sequence[Played] = ()
    entities: Sequence[Entity] = ()
    rejected: Sequence[Rejected] = ()
    owner: str = ""
    files: Sequence[FileMark] = ()
    gone: Sequence[str] = ()
    timeline: Timeline | None = None
    done_us: int | None = None
    schema: Schema | None = None
    # Of a reading of everything: (reference, reason) of all that was refused, kept or not.
    refused: Collection[tuple[str, str]] | None = None
    decided: tuple[Order, Decided] | None = None  # of rows in quarantine, let in with this change
    withdrawn: Collection[str] = ()  # records of which nothing is kept from now on


@dataclass(frozen=True, slots=True)
class Outcome:
    """How much of a change was new."""

    observations: int = 0
    revisions: int = 0
    records: int = 0
    withdrawn: int = 0  # versions that are gone
    taken_back: int = 0  # of parts, said no more; they are revisions and versions, too
    others: frozenset[str] = frozenset()  # other parts that once said one of these

    @property
    def changed(self) -> bool:
        """Whether a number can be another one now."""
        return bool(self.observations or self.revisions or self.records or self.withdrawn)


class StoreWriter:
    """Writes streams. There is one writer; it remembers what it wrote instead of asking again."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        self._engine = engine
        self._zone = zone
        self._books: dict[int, SeriesBook] = {}
        self._refs = RefBook()
        self._withdrawn: dict[int, tuple[str, frozenset[str]]] = {}  # by stream
        self.withdrawn = 0  # versions of records that are gone since it was opened

    def open_stream(self, realm: str, dataset: str, *, origin: str, place: str) -> Stream:
        """Make this the current stream of its dataset, and return what was left of it."""
        key = {"realm": realm, "dataset": dataset, "origin": origin, "place": place}
        with transaction(self._engine) as connection:
            empty = {"is_current": False, "observations": 0, "revisions": 0, "records": 0}
            connection.execute(
                insert_into(connection, stream).values(key | empty).on_conflict_do_nothing()
            )
            row = connection.execute(select(stream).filter_by(**key)).one()
            connection.execute(
                update(stream)
                .where(stream.c.realm == realm, stream.c.dataset == dataset)
                .values(is_current=stream.c.id == row.id)
            )
            marks = connection.execute(select(file).where(file.c.stream_id == row.id)).all()
            asked = parts.asked_again(connection, row.id)
        return Stream(
            id=row.id,
            timeline=None if row.timeline is None else Timeline.from_json(row.timeline),
            done_us=row.done_us,
            files={
                m.path: FileMark(
                    m.path, m.size, m.mtime_ns, m.digest, m.accepted, m.rejected, m.measured or {}
                )
                for m in marks
            },
            schema=row.schema or {},
            asked=asked,
        )

    def close_dataset(self, realm: str, dataset: str) -> None:
        """Leave a dataset without a current stream: no source feeds it any more."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(stream)
                .where(stream.c.realm == realm, stream.c.dataset == dataset, stream.c.is_current)
                .values(is_current=False)
            )

    def apply(self, stream_id: int, change: Change, *, now_us: int) -> Outcome:
        """Write a change whole or not at all; raises StoreError, or ValueError for a bad number."""
        try:
            with transaction(self._engine) as connection:
                outcome = self._apply(connection, stream_id, change, now_us)
        except BaseException:
            self._books.clear()  # ids and extents of what was rolled back
            self._refs = RefBook()
            self._withdrawn.clear()
            raise
        if outcome.withdrawn:
            self.withdrawn += outcome.withdrawn
            withdrawn.empty_log(self._engine)
        return outcome

    def _apply(
        self, connection: Connection, stream_id: int, change: Change, now_us: int
    ) -> Outcome:
        new = revised = versions = gone = taken_back = 0
        others: frozenset[str] = frozenset()
        if change.rows is not None:
            new, revised = self._append(
                connection, stream_id, change.rows, now_us, adds=change.adds, owns=change.owns
            )
        for whole in change.wholes:
            found = parts.missing(connection, stream_id, whole)
            missing = None
            if found is not None:
                missing, said_by = found
                others |= said_by
                revised += self._append(connection, stream_id, missing, now_us)[1]
                taken_back += len(missing)
            parts.keep(connection, stream_id, whole, missing)
            parts.answered(connection, stream_id, whole.name)
        if change.withdrawn:
            dataset, _ = self._gone(connection, stream_id)
            gone = withdrawn.withdraw(connection, dataset, change.withdrawn, now_us)
            self._withdrawn.clear()  # of all streams of the dataset
        if change.played:
            played = withdrawn.let_in(change.played, self._gone(connection, stream_id)[1])
            versions = records.append(
                connection, stream_id, played, recorded_us=now_us, owns=change.owns
            )
        for whole in change.wholes:
            within = None if whole.records is None else parts.reach(connection, stream_id, whole)
            if within is not None:
                lost, said_by = records.missing(connection, stream_id, whole, within)
                records.append(connection, stream_id, lost, recorded_us=now_us)
                others |= said_by
                versions += len(lost)
                taken_back += len(lost)
        if others:
            parts.ask_again(connection, stream_id, others)
        _keep_entities(connection, stream_id, change.entities)
        _keep_files(connection, stream_id, change, now_us)
        if change.refused is not None:
            held.settle(connection, stream_id, change.refused)
        if change.decided is not None:
            order, decided = change.decided
            held.decide(connection, decided, order, now_us)
        values: dict[str, Any] = {}
        if new or revised or versions:
            values |= {
                "observations": stream.c.observations + new,
                "revisions": stream.c.revisions + revised,
                "records": stream.c.records + versions,
            }
        if change.timeline is not None:
            values["timeline"] = change.timeline.to_json()
        if change.done_us is not None:
            values["done_us"] = change.done_us
        if change.schema is not None:
            values["schema"] = dict(change.schema)
        if values:
            connection.execute(update(stream).where(stream.c.id == stream_id).values(values))
        return Outcome(new, revised, versions, gone, taken_back, others)

    def _append(
        self,
        connection: Connection,
        stream_id: int,
        rows: Rows,
        now_us: int,
        *,
        adds: bool = False,
        owns: bool = False,
    ) -> tuple[int, int]:
        """Append rows; return how many were new, and revised."""
        book = self._books.get(stream_id)
        if book is None:
            book = self._books[stream_id] = SeriesBook(connection, stream_id)
        return observations.append(
            connection,
            rows,
            book=book,
            refs=self._refs,
            zone=self._zone,
            recorded_us=now_us,
            adds=adds,
            owns=owns,
        )

    def _gone(self, connection: Connection, stream_id: int) -> tuple[str, frozenset[str]]:
        """Return the dataset of a stream, and the keys of what was withdrawn from it."""
        found = self._withdrawn.get(stream_id)
        if found is None:
            found = self._withdrawn[stream_id] = withdrawn.keys(connection, stream_id)
        return found

    def prune(self, stream_id: int, *, rows_before_us: int, hours_before_us: int) -> int:
        """Forget rows and hours of a stream older than these track times; days stay.

        A replay that goes round for months would fill the disk. Returns how many rows went; none of
        them may be written again. Raises StoreError.
        """
        with transaction(self._engine) as connection:
            mine = select(series.c.id).where(series.c.stream_id == stream_id)
            ids = connection.execute(mine).scalars().all()
            gone = 0
            for each in ids:  # each a range of the primary key
                rows = delete(observation).where(observation.c.series_id == each)
                hours = delete(cell).where(cell.c.series_id == each, cell.c.step == HOUR)
                gone += connection.execute(
                    rows.where(observation.c.at_us < rows_before_us)
                ).rowcount
                connection.execute(hours.where(cell.c.slot < hours_before_us // HOUR_US))
            parts.forget(connection, stream_id, rows_before_us)
        return gone

    def orders_done(self) -> int:
        """Return the newest order about quarantine that is done; raises StoreError."""
        with transaction(self._engine) as connection:
            return held.last_done(connection)

    def allowed(self, stream_id: int) -> frozenset[str]:
        """Return the references whose rows are let in on somebody's word; raises StoreError."""
        with transaction(self._engine) as connection:
            return held.allowed(connection, stream_id)

    def begin_order(self, order: Order, *, now_us: int) -> None:
        """Put an order's name on the rows it means; raises StoreError."""
        with transaction(self._engine) as connection:
            held.begin(connection, order, now_us)

    def take_held(self, order: Order, *, limit: int) -> list[tuple[int, str, str]]:
        """Return rows an order means that it has not come to yet; raises StoreError."""
        with transaction(self._engine) as connection:
            return held.take(connection, order, limit=limit)

    def finish_order(self, order: Order, *, now_us: int) -> None:
        """Note that an order is done, and what came of it; raises StoreError."""
        with transaction(self._engine) as connection:
            held.finish(connection, order, now_us)

    def keep_health(self, healths: Sequence[Health], *, realm: str = LIVE) -> None:
        """Keep how the live sources are, in place of what was said before; raises StoreError."""
        with transaction(self._engine) as connection:
            health.keep(connection, realm, healths)

    def keep_scores(self, standings: Sequence[Standing], *, now_us: int, realm: str = LIVE) -> None:
        """Keep scores with what is behind them, whole or not at all; raises StoreError."""
        with transaction(self._engine) as connection:
            scores.keep(connection, realm, standings, now_us=now_us)

    def close(self) -> None:
        """Let the store go."""
        self._engine.dispose()


def open_writer(settings: Settings, zone: ZoneInfo, *, durable: bool = False) -> StoreWriter:
    """Open the store of `settings` for writing and bring its tables to the newest shape.

    With `durable` no transaction is lost with the power: what came in live cannot be read again.
    """
    engine = open_engine(settings.observations_url, durable=durable)
    migrate(engine)
    withdrawn.empty_log(engine)  # a kill may have come between a deletion and this
    return StoreWriter(engine, zone)


def _keep_entities(connection: Connection, stream_id: int, entities: Sequence[Entity]) -> None:
    if not entities:
        return
    rows = {
        each.entity: {
            "stream_id": stream_id,
            "entity": each.entity,
            "name": plain(each.name)[:300],
            "lat": each.lat,
            "lon": each.lon,
            "area": each.area,
            "attributes": dict(each.attributes),
        }
        for each in entities
    }
    statement = insert_into(connection, entity)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[entity.c.stream_id, entity.c.entity],
            set_={n: statement.excluded[n] for n in ("name", "lat", "lon", "area", "attributes")},
        ),
        list(rows.values()),
    )


def _keep_files(connection: Connection, stream_id: int, change: Change, now_us: int) -> None:
    if change.rejected:
        held.hold(connection, stream_id, change.rejected, owner=change.owner, now_us=now_us)
    if change.gone:
        connection.execute(
            delete(file).where(file.c.stream_id == stream_id, file.c.path.in_(change.gone))
        )
    for mark in change.files:
        kept = {
            "size": mark.size,
            "mtime_ns": mark.mtime_ns,
            "digest": mark.digest,
            "accepted": mark.accepted,
            "rejected": dict(mark.rejected),
            "measured": dict(mark.measured),
            "read_us": now_us,
        }
        connection.execute(
            insert_into(connection, file)
            .values(stream_id=stream_id, path=mark.path, **kept)
            .on_conflict_do_update(index_elements=[file.c.stream_id, file.c.path], set_=kept)
        )
