"""Appending observations: the new is inserted, the same is not, a change is a revision.

So is a withdrawal (data_access/store/parts.py): a row of quality WITHDRAWN, which counts nowhere.
"""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, insert, select

from data_access import rollup
from data_access.rows import SUSPECT, WITHDRAWN, Rows, join_reference, part_of
from data_access.store import cells, parts
from data_access.store.engine import bulk, copy_in, insert_into
from data_access.store.series import NEVER_US, SeriesBook
from data_access.store.tables import latest, observation, ref

NAMES_A_QUERY = 500
REFS_KNOWN = 200_000  # references of live payloads never end
_COLUMNS = [column.name for column in observation.columns]

Ids = npt.NDArray[np.int64]


class RefBook:
    """Ids of source references, as the one writer knows them."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def resolve(self, connection: Connection, texts: tuple[str, ...]) -> Ids:
        """Return the ids of `texts`, new ones added."""
        if len(self._ids) > REFS_KNOWN:
            self._ids.clear()
        unknown = [text for text in texts if text not in self._ids]
        for start in range(0, len(unknown), NAMES_A_QUERY):
            part = unknown[start : start + NAMES_A_QUERY]
            found = connection.execute(select(ref.c.text, ref.c.id).where(ref.c.text.in_(part)))
            self._ids.update({row.text: row.id for row in found})
        missing = [text for text in dict.fromkeys(unknown) if text not in self._ids]
        if missing:
            added = connection.execute(
                insert(ref).returning(ref.c.id, sort_by_parameter_order=True),
                [{"text": text} for text in missing],
            ).scalars()
            self._ids.update(zip(missing, added, strict=True))
        return np.array([self._ids[text] for text in texts], np.int64)


def append(
    connection: Connection,
    rows: Rows,
    *,
    book: SeriesBook,
    refs: RefBook,
    zone: ZoneInfo,
    recorded_us: int,
    adds: bool = False,
    owns: bool = False,
) -> tuple[int, int]:
    """Store rows (times on the track) and roll them up; returns how many were new and revised.

    Rows with one key in one call are what was said one after the other: the last counts, the ones
    before become revisions when the key is new. With `adds` they are counts of parts: what was said
    of a key is added up, and to what there is. With `owns` a row that says what there is already is
    a revision all the same, where another part of the source said it. Raises ValueError for a value
    that is no number or too large to be summed exactly.
    """
    code_ids, disturbed = book.resolve(connection, rows.keys)
    if disturbed:
        cells.fold_whole(connection, book, disturbed)
    if not len(rows):
        return 0, 0
    rollup.micro(rows.value)
    ids = code_ids[rows.code]
    if adds:
        rows, ids = _added_up(rows, ids)
    rows, ids, is_last = _in_order(rows, ids)
    revision, is_same, known = _revisions(
        connection, rows.take(is_last), ids[is_last], book, owns=owns
    )
    if adds:  # a key comes once by now
        rows = replace(rows, value=rows.value + known)
        is_same = (revision > 0) & (rows.value == known)
    is_new = revision == 0
    key: Ids = np.cumsum(is_last) - is_last  # of each row, which of the keys it belongs to
    place = np.arange(len(rows)) - np.flatnonzero(np.diff(key, prepend=-1))[key]
    number = np.where(is_new[key], place, revision[key])
    written = np.where(is_last, ~is_same[key], is_new[key])
    earlier = int((written & ~is_last).sum())
    _insert(
        connection,
        rows.take(written),
        ids[written],
        number[written],
        refs.resolve(connection, rows.refs),
        recorded_us,
    )
    last = is_last & written
    is_new = is_new[~is_same]
    _follow(connection, rows.take(last), ids[last], is_new, book=book, zone=zone)
    return int(is_new.sum()), int((~is_new).sum()) + earlier


def _follow(
    connection: Connection,
    rows: Rows,
    ids: Ids,
    is_new: npt.NDArray[np.bool_],
    *,
    book: SeriesBook,
    zone: ZoneInfo,
) -> None:
    """Have cells, newest values and bounds of the series follow what was stored of each key."""
    if not len(rows):
        return
    suspect = rows.quality == SUSPECT
    counts = is_new & (rows.quality != WITHDRAWN)
    fresh = (ids[counts], rows.at_us[counts], rows.value[counts], suspect[counts])
    cells.merge(connection, book, rollup.roll_up(*fresh, zone))
    if not is_new.all():
        cells.roll_again(connection, book, ids[~is_new], rows.at_us[~is_new], zone)
    _keep_latest(connection, rows, ids, book)
    book.extend(ids, rows.at_us)


def _added_up(rows: Rows, ids: Ids) -> tuple[Rows, Ids]:
    """Return each key once, with the sum of its values and its first reference."""
    order = np.lexsort((rows.at_us, ids))
    rows, ids = rows.take(order), ids[order]
    starts = np.append(True, (ids[1:] != ids[:-1]) | (rows.at_us[1:] != rows.at_us[:-1]))
    sums = np.add.reduceat(rows.value, np.flatnonzero(starts))
    return replace(rows.take(starts), value=sums), ids[starts]


def _in_order(rows: Rows, ids: Ids) -> tuple[Rows, Ids, npt.NDArray[np.bool_]]:
    """Return rows sorted by series and time without repetitions, and which end their key."""
    order = np.lexsort((rows.at_us, ids))  # stable: of one key the order said
    rows, ids = rows.take(order), ids[order]
    same_key = (ids[1:] == ids[:-1]) & (rows.at_us[1:] == rows.at_us[:-1])
    if same_key.any():
        said_again = (
            same_key & (rows.value[1:] == rows.value[:-1]) & (rows.quality[1:] == rows.quality[:-1])
        )
        kept = np.append(True, ~said_again)
        rows, ids = rows.take(kept), ids[kept]
        same_key = (ids[1:] == ids[:-1]) & (rows.at_us[1:] == rows.at_us[:-1])
    return rows, ids, np.append(~same_key, True)


def _revisions(
    connection: Connection, rows: Rows, ids: Ids, book: SeriesBook, *, owns: bool
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return the revision each row would be, which say nothing new, and what there is (else 0).

    Only rows within the extent of their series can be there already; only for those it asks.
    """
    revision = np.zeros(len(rows), np.int64)
    is_same = np.zeros(len(rows), dtype=bool)
    known = np.zeros(len(rows))
    doubtful = np.flatnonzero((rows.at_us >= book.first[ids]) & (rows.at_us <= book.last[ids]))
    if not len(doubtful):
        return revision, is_same, known
    of = ids[doubtful]
    starts = np.concatenate([[0], np.flatnonzero(of[1:] != of[:-1]) + 1])
    for mine in np.split(doubtful, starts[1:]):
        at_us = rows.at_us[mine]
        found = connection.execute(
            select(
                observation.c.at_us,
                observation.c.revision,
                observation.c.value,
                observation.c.quality,
                observation.c.ref_id,
                observation.c.ref_line,
            )
            .where(observation.c.series_id == int(ids[mine[0]]))
            .where(observation.c.at_us.between(int(at_us[0]), int(at_us[-1])))
            .order_by(observation.c.at_us, observation.c.revision)
        ).all()
        if not found:
            continue
        known_at, known_revision, known_value, known_quality, known_ref, known_line = (
            np.array(column) for column in zip(*found, strict=True)
        )
        newest = np.searchsorted(known_at, at_us, side="right") - 1
        there = (newest >= 0) & (known_at[newest] == at_us)
        revision[mine[there]] = known_revision[newest[there]] + 1
        known[mine[there]] = known_value[newest[there]]
        is_same[mine] = (
            there
            & (known_value[newest] == rows.value[mine])
            & (known_quality[newest] == rows.quality[mine])
        )
        if owns:
            texts = _texts(connection, set(known_ref.tolist()))
            was = zip(known_ref[newest].tolist(), known_line[newest].tolist(), strict=True)
            owners = [part_of(join_reference(texts[each], line)) for each, line in was]
            says = [part_of(rows.reference(each)) for each in mine.tolist()]
            is_same[mine] &= np.array(owners, object) == np.array(says, object)
    return revision, is_same, known


def _texts(connection: Connection, ref_ids: set[int]) -> dict[int, str]:
    """Return references by their ids."""
    found: dict[int, str] = {}
    wanted = sorted(ref_ids)
    for start in range(0, len(wanted), NAMES_A_QUERY):
        some = wanted[start : start + NAMES_A_QUERY]
        rows = connection.execute(select(ref.c.id, ref.c.text).where(ref.c.id.in_(some)))
        found.update({row.id: row.text for row in rows})
    return found


def _insert(
    connection: Connection, rows: Rows, ids: Ids, revision: Ids, ref_ids: Ids, recorded_us: int
) -> None:
    columns = (
        ids,
        rows.at_us,
        revision,
        rows.value,
        rows.quality,
        np.full(len(rows), recorded_us),
        ref_ids[rows.ref],
        rows.line,
    )
    values = zip(*(column.tolist() for column in columns), strict=True)
    if connection.dialect.name == "postgresql":
        copy_in(connection, observation.name, _COLUMNS, values)
    else:
        bulk(connection, insert(observation), _COLUMNS, list(values))


def _keep_latest(connection: Connection, rows: Rows, ids: Ids, book: SeriesBook) -> None:
    gone = np.unique(ids[rows.quality == WITHDRAWN])
    if len(gone):
        said = rows.quality != WITHDRAWN
        rows, ids = rows.take(said), ids[said]
    if len(rows):
        last = np.append(ids[1:] != ids[:-1], True)
        newer = last & (rows.at_us >= book.newest[ids])
        _put_latest(connection, rows.take(newer), ids[newer])
        book.newest[ids[newer]] = rows.at_us[newer]
    for each in gone.tolist():
        book.newest[each] = _find_latest(connection, each)


def _find_latest(connection: Connection, series_id: int) -> int:
    """Have the newest row of a series that stands as its newest value; return its time."""
    connection.execute(delete(latest).where(latest.c.series_id == series_id))
    found = connection.execute(
        select(*(observation.c[column.name] for column in latest.columns))
        .where(observation.c.series_id == series_id, parts.stands(observation))
        .order_by(observation.c.at_us.desc(), observation.c.revision.desc())
        .limit(1)
    ).first()
    if found is None:
        return NEVER_US
    connection.execute(insert(latest).values(**found._mapping))
    return int(found.at_us)


def _put_latest(connection: Connection, rows: Rows, ids: Ids) -> None:
    statement = insert_into(connection, latest)
    bulk(
        connection,
        statement.on_conflict_do_update(
            index_elements=[latest.c.series_id],
            set_={name: statement.excluded[name] for name in ("at_us", "value", "quality")},
        ),
        [column.name for column in latest.columns],
        list(
            zip(
                ids.tolist(),
                rows.at_us.tolist(),
                rows.value.tolist(),
                rows.quality.tolist(),
                strict=True,
            )
        ),
    )
