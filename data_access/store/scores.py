"""Scores in the store: one a dataset, criterion and hour; what the newest are made of; shortfalls.

A shortfall opens when a score is below its floor and ends when it is not any more: what an owner
has overdue, and what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from data_access.store.engine import insert_into
from data_access.store.snapshot import Snapshot
from data_access.store.tables import finding, score, shortfall

HOUR_US = 3_600_000_000
KEPT_HOURS = 400 * 24  # of scores


class PartLike(Protocol):
    """A part of a criterion (data_access/criteria/part.py)."""

    @property
    def name(self) -> str: ...
    @property
    def right(self) -> float: ...
    @property
    def checked(self) -> float: ...
    @property
    def wrong(self) -> int: ...
    @property
    def evidence(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How a dataset stands by one criterion; `score` None: nothing could be checked."""

    dataset: str
    criterion: str
    owner: str
    score: float | None
    floor: float
    parts: Sequence[PartLike]
    is_fed: bool = True  # what was never fed falls short of nothing

    @property
    def is_short(self) -> bool:
        """Whether the score is below its floor."""
        return self.is_fed and self.score is not None and self.score < self.floor


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a newest score, as it is kept."""

    dataset: str
    criterion: str
    part: str
    right: float
    checked: float
    wrong: int
    evidence: tuple[Mapping[str, Any], ...]
    found_us: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A time in which a score was below its floor; `score` is the lowest of it."""

    dataset: str
    criterion: str
    owner: str
    floor: float
    score: float
    since_us: int
    until_us: int | None


def keep(connection: Connection, realm: str, standings: Sequence[Standing], *, now_us: int) -> None:
    """Write standings: the hour's scores, their parts, and shortfalls that begin or end."""
    hour = now_us // HOUR_US
    for each in standings:
        key = {"realm": realm, "dataset": each.dataset, "criterion": each.criterion}
        if each.score is not None:
            statement = insert_into(connection, score).values(
                key | {"hour": hour, "score": each.score}
            )
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[
                        score.c.realm,
                        score.c.dataset,
                        score.c.criterion,
                        score.c.hour,
                    ],
                    set_={"score": each.score},
                )
            )
        _keep_parts(connection, key, each, now_us)
        _keep_shortfall(connection, key, each, now_us)
    connection.execute(delete(score).where(score.c.hour < hour - KEPT_HOURS))


def _keep_parts(
    connection: Connection, key: Mapping[str, str], each: Standing, now_us: int
) -> None:
    connection.execute(delete(finding).filter_by(**key))
    rows = [
        {
            **key,
            "part": part.name,
            "right": part.right,
            "checked": part.checked,
            "wrong": part.wrong,
            "evidence": [dict(piece) for piece in part.evidence],
            "found_us": now_us,
        }
        for part in each.parts
    ]
    if rows:
        connection.execute(insert(finding), rows)


def _keep_shortfall(
    connection: Connection, key: Mapping[str, str], each: Standing, now_us: int
) -> None:
    is_open = (
        shortfall.c.realm == key["realm"],
        shortfall.c.dataset == key["dataset"],
        shortfall.c.criterion == key["criterion"],
        shortfall.c.until_us.is_(None),
    )
    if not each.is_short:
        connection.execute(update(shortfall).where(*is_open).values(until_us=now_us))
        return
    lowest = connection.execute(select(shortfall.c.score).where(*is_open)).scalar()
    if lowest is None:
        begun = {"owner": each.owner, "floor": each.floor, "score": each.score, "since_us": now_us}
        connection.execute(insert(shortfall).values(**key, **begun))
    elif each.score is not None and each.score < lowest:
        connection.execute(update(shortfall).where(*is_open).values(score=each.score))


def newest(snapshot: Snapshot) -> dict[tuple[str, str], float]:
    """Return the newest score of each (dataset, criterion).

    Of then it is that of the last whole hour: what an hour left is known when it has ended.
    """
    which = [score.c.realm == snapshot.realm]
    if snapshot.then_us is not None:
        which.append(score.c.hour < snapshot.then_us // HOUR_US)
    last = (
        select(score.c.dataset, score.c.criterion, func.max(score.c.hour).label("hour"))
        .where(*which)
        .group_by(score.c.dataset, score.c.criterion)
        .subquery()
    )
    found = snapshot.connection.execute(
        select(score.c.dataset, score.c.criterion, score.c.score)
        .join(
            last,
            (score.c.dataset == last.c.dataset)
            & (score.c.criterion == last.c.criterion)
            & (score.c.hour == last.c.hour),
        )
        .where(score.c.realm == snapshot.realm)
    )
    return {(row.dataset, row.criterion): row.score for row in found}


def history(
    snapshot: Snapshot, dataset: str, *, since_hour: int, until_hour: int = 2**31 - 1
) -> dict[str, list[tuple[int, float]]]:
    """Return (hour, score) by criterion, ascending, of hours before `until_hour`."""
    found = snapshot.connection.execute(
        select(score.c.criterion, score.c.hour, score.c.score)
        .where(score.c.realm == snapshot.realm, score.c.dataset == dataset)
        .where(score.c.hour >= since_hour, score.c.hour < until_hour)
        .order_by(score.c.criterion, score.c.hour)
    )
    by_criterion: dict[str, list[tuple[int, float]]] = {}
    for criterion, hour, value in found:
        by_criterion.setdefault(criterion, []).append((hour, value))
    return by_criterion


def findings(snapshot: Snapshot, dataset: str | None = None) -> list[Finding]:
    """Return the parts of the newest scores, of one dataset when named."""
    which = select(finding).where(finding.c.realm == snapshot.realm)
    if dataset is not None:
        which = which.where(finding.c.dataset == dataset)
    found = snapshot.connection.execute(
        which.order_by(finding.c.dataset, finding.c.criterion, finding.c.part)
    )
    return [
        Finding(
            row.dataset,
            row.criterion,
            row.part,
            row.right,
            row.checked,
            row.wrong,
            tuple(row.evidence),
            row.found_us,
        )
        for row in found
    ]


def open_shortfalls(snapshot: Snapshot) -> list[Shortfall]:
    """Return what is below its floor, now or then, longest first."""
    is_open: ColumnElement[bool] = shortfall.c.until_us.is_(None)
    if snapshot.then_us is not None:
        is_open = (shortfall.c.since_us <= snapshot.then_us) & (
            is_open | (shortfall.c.until_us > snapshot.then_us)
        )
    found = snapshot.connection.execute(
        select(shortfall)
        .where(shortfall.c.realm == snapshot.realm, is_open)
        .order_by(shortfall.c.since_us, shortfall.c.id)
    )
    return [
        Shortfall(
            row.dataset,
            row.criterion,
            row.owner,
            row.floor,
            row.score,
            row.since_us,
            row.until_us,
        )
        for row in found
    ]


def through(
    connection: Connection, realm: str, *, from_us: int, to_us: int
) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Return the rows of `score` and `shortfall` that a stretch of time knows of.

    Of scores from before the stretch the newest of each dataset and criterion.
    """
    from_hour, mine = from_us // HOUR_US, score.c.realm == realm
    last = (
        select(score.c.dataset, score.c.criterion, func.max(score.c.hour).label("hour"))
        .where(mine, score.c.hour < from_hour)
        .group_by(score.c.dataset, score.c.criterion)
        .subquery()
    )
    is_last = (
        (score.c.dataset == last.c.dataset)
        & (score.c.criterion == last.c.criterion)
        & (score.c.hour == last.c.hour)
    )
    within = score.c.hour.between(from_hour, to_us // HOUR_US)
    short = select(shortfall).where(
        shortfall.c.realm == realm,
        shortfall.c.since_us <= to_us,
        shortfall.c.until_us.is_(None) | (shortfall.c.until_us > from_us),
    )
    before = connection.execute(select(score).join(last, is_last).where(mine)).all()
    during = connection.execute(select(score).where(mine, within)).all()
    return [*before, *during], list(connection.execute(short).all())
