"""Quarantine in the store: what is held, what became of it, and which orders are done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select, update

from data_access.envelope import LIVE
from data_access.model import Rejected
from data_access.quarantine import (
    ALLOWED,
    HELD,
    RELEASED,
    SETTLED,
    Decided,
    Order,
    known_by,
)
from data_access.store.engine import insert_into, plain
from data_access.store.reader import StoreReader
from data_access.store.tables import quarantine, quarantine_order, stream
from language import pack

AT_ONCE = 500  # ids of one statement
LONGEST_REF = 1_000


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a dataset were refused for one reason, by what became of them."""

    dataset: str
    owner: str
    reason: str
    state: str
    rows: int


@dataclass(frozen=True, slots=True)
class Held:
    """One row in quarantine."""

    row_id: int
    dataset: str
    owner: str
    source_ref: str
    reason: str
    detail: str
    row: str
    seen_us: int
    state: str
    decided_by: str | None
    decided_why: str | None
    decided_us: int | None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an order."""

    order_id: int
    dataset: str
    checked: int
    released: int
    done_us: int


class QuarantineReader:
    """Reads quarantine for pages; within the datasets it is told."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader

    def counts(self, datasets: Collection[str], *, then_us: int | None = None) -> list[Count]:
        """Return the counts by dataset, reason and state, as of `then_us`; raises StoreError.

        When a row was mended at its source is not kept: of then, too, it counts as it is now.
        """
        state = _state(then_us)
        with self._reader.snapshot() as snapshot:
            found = snapshot.connection.execute(
                select(
                    stream.c.dataset,
                    quarantine.c.owner,
                    quarantine.c.reason,
                    state.label("state"),
                    func.count().label("rows"),
                )
                .join(stream, stream.c.id == quarantine.c.stream_id)
                .where(stream.c.realm == LIVE, stream.c.is_current)
                .where(stream.c.dataset.in_(datasets), *_seen(then_us))
                .group_by(stream.c.dataset, quarantine.c.owner, quarantine.c.reason, state)
            )
            return [Count(*row) for row in found]

    def rows(
        self,
        datasets: Collection[str],
        *,
        reason: str | None,
        states: Collection[str],
        offset: int,
        limit: int,
        then_us: int | None = None,
    ) -> list[Held]:
        """Return rows of datasets in some states, newest first, as counts() counts them."""
        state = _state(then_us)
        which = (
            select(
                quarantine.c.id,
                stream.c.dataset,
                *(
                    quarantine.c[name]
                    for name in ("owner", "source_ref", "reason", "detail", "row", "seen_us")
                ),
                state.label("state"),
                *(quarantine.c[name] for name in ("decided_by", "decided_why", "decided_us")),
            )
            .join(stream, stream.c.id == quarantine.c.stream_id)
            .where(stream.c.realm == LIVE, stream.c.is_current, state.in_(states))
            .where(stream.c.dataset.in_(datasets), *_seen(then_us))
            .order_by(quarantine.c.id.desc())
        )
        if reason is not None:
            which = which.where(quarantine.c.reason == reason)
        with self._reader.snapshot() as snapshot:
            found = snapshot.connection.execute(which.offset(offset).limit(limit))
            held = [Held(*tuple(row)) for row in found]
        return [_as_then(each, then_us) for each in held]

    def done(self, orders: Collection[int]) -> dict[int, Done]:
        """Return what came of orders, of those that are done; raises StoreError."""
        with self._reader.snapshot() as snapshot:
            found = snapshot.connection.execute(
                select(quarantine_order).where(quarantine_order.c.order_id.in_(orders))
            )
            return {row.order_id: Done(**row._mapping) for row in found}


def _seen(then_us: int | None) -> list[ColumnElement[bool]]:
    return [] if then_us is None else [quarantine.c.seen_us <= then_us]


def _state(then_us: int | None) -> ColumnElement[str]:
    """Return what had become of a row: what was done with it later had not."""
    if then_us is None:
        return quarantine.c.state
    done_us = (
        select(quarantine_order.c.done_us)
        .where(quarantine_order.c.order_id == quarantine.c.order_id)
        .scalar_subquery()
    )
    later = func.coalesce(quarantine.c.decided_us, done_us) > then_us
    return case((later, HELD), else_=quarantine.c.state)


def _as_then(row: Held, then_us: int | None) -> Held:
    if then_us is None or row.decided_us is None or row.decided_us <= then_us:
        return row
    return replace(row, decided_by=None, decided_why=None, decided_us=None)


def last_done(connection: Connection) -> int:
    """Return the newest order that is done, 0 before any."""
    return connection.execute(select(func.max(quarantine_order.c.order_id))).scalar() or 0


def allowed(connection: Connection, stream_id: int) -> frozenset[str]:
    """Return by what the rows are known that are let in on somebody's word."""
    found = connection.execute(
        select(quarantine.c.row, quarantine.c.source_ref).where(
            quarantine.c.stream_id == stream_id, quarantine.c.state.in_((ALLOWED, RELEASED)),
            quarantine.c.decided_by.is_not(None),
        )
    )  # fmt: skip
    return frozenset(known_by(row.row, row.source_ref) for row in found)


def hold(
    connection: Connection,
    stream_id: int,
    refused: Sequence[Rejected],
    *,
    owner: str,
    now_us: int,
) -> None:
    """Keep refused rows, once each. One that says something else than it did is held anew."""
    made: dict[tuple[str, str], dict[str, Any]] = {}
    for each in refused:
        reference = plain(each.source_ref)[:LONGEST_REF]
        text = {"detail": pack(each.detail), "row": plain(each.row), "owner": owner}
        made.setdefault(
            (reference, each.reason),
            {"stream_id": stream_id, "source_ref": reference, "reason": each.reason}
            | text
            | {"seen_us": now_us},
        )
    references = sorted({reference for reference, _ in made})
    for begin_at in range(0, len(references), AT_ONCE):
        found = connection.execute(
            select(
                quarantine.c.id, quarantine.c.source_ref, quarantine.c.reason, quarantine.c.row
            ).where(
                quarantine.c.stream_id == stream_id,
                quarantine.c.source_ref.in_(references[begin_at : begin_at + AT_ONCE]),
            )
        )
        for row in found.all():
            new = made.pop((row.source_ref, row.reason), None)
            if new is not None and known_by(new["row"], "") != known_by(row.row, ""):
                anew = {"state": HELD, "order_id": None} | dict.fromkeys(_DECIDED)
                _mark(connection, [row.id], **new, **anew)
    if made:
        connection.execute(
            insert_into(connection, quarantine).on_conflict_do_nothing(), list(made.values())
        )


def begin(connection: Connection, order: Order, now_us: int) -> None:
    """Put an order's name on the rows it means; those of an override are let in from now on."""
    values: dict[str, Any] = {"order_id": order.order_id}
    if order.mode == "override":
        values |= {"state": ALLOWED} | _word(order, now_us)
    connection.execute(update(quarantine).where(*_meant(connection, order)).values(**values))


def settle(connection: Connection, stream_id: int, refused: Collection[tuple[str, str]]) -> None:
    """Note after a reading of everything which held rows are refused no more."""
    still = {(plain(ref)[:LONGEST_REF], reason) for ref, reason in refused}
    found = connection.execute(
        select(
            quarantine.c.id, quarantine.c.source_ref, quarantine.c.reason, quarantine.c.state
        ).where(quarantine.c.stream_id == stream_id)
    ).all()
    ids: dict[str, list[int]] = {HELD: [], RELEASED: [], SETTLED: []}
    for row in found:
        is_refused = (row.source_ref, row.reason) in still
        if is_refused and row.state != HELD:
            ids[HELD].append(row.id)
        elif not is_refused and row.state == ALLOWED:
            ids[RELEASED].append(row.id)
        elif not is_refused and row.state == HELD:
            ids[SETTLED].append(row.id)
    for state, chosen in ids.items():
        _mark(connection, chosen, state=state)


def take(connection: Connection, order: Order, *, limit: int) -> list[tuple[int, str, str]]:
    """Return (id, reference, row) of rows an order means that it has not come to yet."""
    found = connection.execute(
        select(quarantine.c.id, quarantine.c.source_ref, quarantine.c.row)
        .where(*_meant(connection, order))
        .where(quarantine.c.order_id.is_(None) | (quarantine.c.order_id != order.order_id))
        .order_by(quarantine.c.id)
        .limit(limit)
    )
    return [(row.id, row.source_ref, row.row) for row in found]


def decide(connection: Connection, decided: Decided, order: Order, now_us: int) -> None:
    """Write what became of rows of an order."""
    word = _word(order, now_us) if order.mode == "override" else {}
    _mark(connection, decided.held, order_id=order.order_id)
    _mark(
        connection,
        decided.released,
        order_id=order.order_id,
        state=RELEASED if order.mode == "override" else SETTLED,
        **word,
    )
    for row_id, why in decided.why.items():
        _mark(connection, [row_id], detail=pack(why))


def finish(connection: Connection, order: Order, now_us: int) -> None:
    """Note that an order is done, and what came of it."""
    mine = quarantine.c.order_id == order.order_id
    checked = connection.execute(select(func.count()).where(mine)).scalar() or 0
    out = quarantine.c.state.in_((RELEASED, SETTLED))
    released = connection.execute(select(func.count()).where(mine, out)).scalar() or 0
    connection.execute(
        insert_into(connection, quarantine_order)
        .values(
            order_id=order.order_id,
            dataset=order.dataset,
            checked=checked,
            released=released,
            done_us=now_us,
        )
        .on_conflict_do_nothing()
    )


def _meant(connection: Connection, order: Order) -> Iterable[ColumnElement[bool]]:
    current = connection.execute(
        select(stream.c.id).where(
            stream.c.realm == LIVE, stream.c.dataset == order.dataset, stream.c.is_current
        )
    ).scalar()
    which = [
        quarantine.c.stream_id == (-1 if current is None else current),
        quarantine.c.reason == order.reason,
        quarantine.c.state == HELD,
    ]
    if order.rows:
        which.append(quarantine.c.id.in_(order.rows[:AT_ONCE]))
    return which


def _mark(connection: Connection, ids: Sequence[int], **values: Any) -> None:
    for begin_at in range(0, len(ids), AT_ONCE):
        chosen = ids[begin_at : begin_at + AT_ONCE]
        connection.execute(update(quarantine).where(quarantine.c.id.in_(chosen)).values(**values))


_DECIDED = ("decided_by", "decided_why", "decided_us")


def _word(order: Order, now_us: int) -> dict[str, Any]:
    return {"decided_by": order.by[:64], "decided_why": order.why, "decided_us": now_us}
