"""Reading the observations store: what the aggregates are made of, and the rows behind a figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Engine, Select, func, select
from sqlalchemy.exc import DBAPIError, OperationalError, ProgrammingError

from data_access.contracts import CITY_AREA
from data_access.envelope import LIVE
from data_access.errors import StoreError
from data_access.masking import NO_MASKS, Masks
from data_access.model import WITHDRAWN, Basis
from data_access.records import instant_us
from data_access.replay import Timeline
from data_access.rows import join_reference, quality_name
from data_access.store.cutoff import Cutoff
from data_access.store.engine import open_engine
from data_access.store.evidence import MOST_ROWS, SourceSnapshot
from data_access.store.record_rows import Wanted, Which, instant_of, record_rows
from data_access.store.series import ENTITY
from data_access.store.snapshot import Snapshot
from data_access.store.tables import observation, ref, series, stream
from data_access.store.withheld import withheld
from settings import Settings

LIMIT = 50
HIDDEN: dict[str, Any] = {"value": None, "masked": True}


class StoreReader:
    """Reads, never writes. Before the feed has made the store there is nothing in it.

    `masks` of each dataset: what is of too few people to be told to whoever asks for rows.
    """

    def __init__(self, engine: Engine, masks: Mapping[str, Masks] | None = None) -> None:
        self._engine = engine
        self._masks = masks or {}

    @contextmanager
    def snapshot(self, realm: str = LIVE) -> Iterator[Snapshot]:
        """Open a consistent view; raises StoreError."""
        try:
            with self._engine.connect() as connection:
                yield Snapshot(connection, realm)
        except DBAPIError as error:
            raise StoreError(f"The store cannot be read: {error.orig}") from error

    @contextmanager
    def source_snapshot(
        self,
        cutoff: Cutoff,
        zone: ZoneInfo,
        realm: str = LIVE,
        *,
        about: str | None = None,
        then_us: int | None = None,
        most_rows: int = MOST_ROWS,
    ) -> Iterator[SourceSnapshot]:
        """Open a view that answers from the rows that count by `cutoff`; raises StoreError.

        `about` is the indicator that is asked about, whose rows are read before others'; of a
        question of more than `most_rows` roll-ups are the answer. `then_us` as of a Snapshot.
        """
        try:
            with self._engine.connect() as connection:
                yield SourceSnapshot(
                    connection,
                    realm,
                    cutoff=cutoff,
                    zone=zone,
                    about=about,
                    then_us=then_us,
                    most_rows=most_rows,
                )
        except DBAPIError as error:
            raise StoreError(f"The store cannot be read: {error.orig}") from error

    def source_rows(
        self,
        dataset: str,
        *,
        indicator: str | None = None,
        entity: str | None = None,
        entities: Sequence[str] = (),
        area: str | None = None,
        categories: Sequence[str] = (),
        statuses: Sequence[str] = (),
        began: tuple[datetime, datetime] | None = None,
        limit: int = LIMIT,
        realm: str = LIVE,
        known_at: datetime | None = None,
        basis: Basis = "known",
    ) -> list[dict[str, Any]]:
        """Return the newest source rows behind a figure, newest first; raises StoreError.

        Each has observed_at (as the source said), shown_at (when it was due on glass), value,
        quality, source_ref, recorded_at, indicator, entity, area, revision; a record has its status
        as value, its body and its geometry. `entity` is a record's id, `entities` several; of
        records only are `categories`, `statuses` (any where none is named) and when they `began`,
        both instants included. With `known_at` the answer is what was known then, or, on the basis
        `observed`, what was due by then.
        What the dataset's masks hide has None for a value (or field of a body), and is "masked"; a
        row that its source says no more has None and the quality "withdrawn".
        """
        names = tuple(entities) if entity is None else (entity,)
        if any("\0" in asked for asked in (indicator, area, *names) if asked):
            return []  # no text of the store has one, and PostgreSQL takes none
        try:
            with self._engine.connect() as connection:
                found = connection.execute(
                    select(stream.c.id, stream.c.timeline).where(
                        stream.c.realm == realm, stream.c.dataset == dataset, stream.c.is_current
                    )
                ).first()
                if found is None:
                    return []
                timeline = None if found.timeline is None else Timeline.from_json(found.timeline)
                cutoff = None if known_at is None else Cutoff(instant_us(known_at), basis)
                masks = self._masks.get(dataset, NO_MASKS)
                wanted = Wanted(found.id, timeline, cutoff, limit, masks)
                rows = _observations(connection, wanted, indicator, names, area)
                which = Which(names, area, tuple(categories), tuple(statuses), began)
                return rows or record_rows(connection, wanted, which)
        except (OperationalError, ProgrammingError) as error:
            if "no such table" in str(error.orig) or "UndefinedTable" in type(error.orig).__name__:
                return []
            raise StoreError(f"The store cannot be read: {error.orig}") from error
        except DBAPIError as error:
            raise StoreError(f"The store cannot be read: {error.orig}") from error

    def close(self) -> None:
        """Let the store go."""
        self._engine.dispose()


def open_reader(settings: Settings, masks: Mapping[str, Masks] | None = None) -> StoreReader:
    """Open the store of `settings` for reading; without `masks` for nobody but ourselves."""
    return StoreReader(open_engine(settings.observations_url, read_only=True), masks)


def _observations(
    connection: Connection,
    wanted: Wanted,
    indicator: str | None,
    entities: Sequence[str],
    area: str | None,
) -> list[dict[str, Any]]:
    """Ask each series for its newest rows (an index seek each), then take the newest of all."""
    which = select(series).where(series.c.stream_id == wanted.stream_id, series.c.kind == ENTITY)
    if indicator is not None:
        which = which.where(series.c.indicator == indicator)
    if entities:
        which = which.where(series.c.name.in_(entities))
    if area == CITY_AREA:
        which = which.where(series.c.area.is_not(None))
    elif area is not None:
        which = which.where(series.c.area == area)
    candidates: list[tuple[Any, Any]] = []
    for each in connection.execute(which):
        candidates += [(each, row) for row in connection.execute(_newest(each.id, wanted)).all()]
    candidates.sort(key=lambda pair: (-pair[1].at_us, pair[0].name, pair[0].indicator))
    taken = candidates[: wanted.limit]
    told = (
        (each.indicator, each.name, row.at_us, row.value)
        for each, row in taken
        if quality_name(row.quality) != WITHDRAWN
    )
    hidden = withheld(connection, wanted.stream_id, told, wanted.masks, counted=_counts(wanted))
    return [
        _observation(each, row, wanted)
        | (HIDDEN if (each.indicator, each.name, row.at_us) in hidden else {})
        for each, row in taken
    ]


def _counts(wanted: Wanted) -> ColumnElement[bool] | None:
    cutoff = wanted.cutoff
    return None if cutoff is None else cutoff.of_observations(observation.c, wanted.timeline)


def _newest(series_id: int, wanted: Wanted) -> Select:
    newest = select(observation.c.at_us, func.max(observation.c.revision).label("revision")).where(
        observation.c.series_id == series_id
    )
    if (counts := _counts(wanted)) is not None:
        newest = newest.where(counts)
    current = (
        newest.group_by(observation.c.at_us)
        .order_by(observation.c.at_us.desc())
        .limit(wanted.limit)
        .subquery()
    )
    return (
        select(observation, ref.c.text)
        .join(
            current,
            (observation.c.at_us == current.c.at_us)
            & (observation.c.revision == current.c.revision),
        )
        .join(ref, ref.c.id == observation.c.ref_id)
        .where(observation.c.series_id == series_id)
    )


def _observation(each: Any, row: Any, wanted: Wanted) -> dict[str, Any]:
    line, quality = wanted.timeline, quality_name(row.quality)
    return {
        "observed_at": instant_of(row.at_us if line is None else line.source(row.at_us)),
        "shown_at": instant_of(row.at_us if line is None else line.glass(row.at_us)),
        "value": None if quality == WITHDRAWN else row.value,
        "quality": quality,
        "source_ref": join_reference(row.text, row.ref_line),
        "recorded_at": instant_of(row.recorded_us),
        "indicator": each.indicator,
        "entity": each.name,
        "area": each.area,
        "revision": row.revision,
    }
