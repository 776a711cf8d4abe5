"""The passport of a number: where it comes from, what was done to it, who answers, how good it is.

From (envelope, number) to the source rows behind it, and back: the number is computed again from
the rows that were known when the envelope was made, by the same aggregate (data_access/store/
evidence.py says what is read). When both agree, the rows are what the number is made of; when they
do not, the passport says so. Computed when asked for, never on the data path.

A figure of a finding (data_access/finding.py) is not computed again here: work made it, which may
take minutes. Its passport has the data it was made of, and the rows of its own series as they were
known then; by which work it was made is told by whoever knows jobs (callbacks/made_by.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from data_access.aggregates.aggregate import Aggregate
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.envelope import LIVE, Envelope, Number
from data_access.figure import figure_at, kind_of
from data_access.finding import is_finding
from data_access.model import WITHDRAWN, Basis
from data_access.replay import Timeline
from data_access.rows import quality_name
from data_access.store import StoreReader, scores
from data_access.store.cutoff import Cutoff
from data_access.store.evidence import SourceSnapshot
from data_access.store.evidence_rows import Read, Row
from data_access.store.withheld import withheld

MS = 1000  # microseconds
SHOWN = 200  # source rows
FILES = 20

Shown = Callable[[str], Envelope | None]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source: observed when the source says, shown when it was due on glass."""

    dataset: str
    indicator: str
    entity: str
    area: str | None
    observed_at: datetime
    shown_at: datetime
    value: Any
    quality: str
    revision: int
    recorded_at: datetime
    source_ref: str
    is_masked: bool = False  # of too few people to be told: there is no value


@dataclass(frozen=True, slots=True)
class Origin:
    """One dataset behind a number: how its rows came in, and how good it is now."""

    dataset: str
    origin: str  # live | replay | simulated
    format: str
    files: tuple[tuple[str, int, int], ...]  # path or day, rows accepted, rows refused
    accepted: int
    refused: int
    newest_at_ms: float | None  # on glass
    source_at_ms: float | None  # of the newest, as the source has it
    scores: Mapping[str, float]  # by criterion
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passport:
    """What stands behind one number of one envelope."""

    aggregate: str
    number: str
    figure: Number
    made_at_ms: float
    as_of_ms: float | None
    stale_after_ms: float
    owner: str  # agency id
    origins: tuple[Origin, ...]
    reads: tuple[Read, ...]
    rows: tuple[SourceRow, ...]
    total: int  # source rows there are, of which `rows` are the newest
    recomputed: float | None = None
    agrees: bool | None = None  # None: it cannot be computed again here
    made_of: tuple[str, ...] = ()  # aggregates it is taken from


def passport(
    envelope: Envelope,
    number: str,
    *,
    city: City,
    reader: StoreReader,
    shown: Shown,
    basis: Basis = "known",
) -> Passport:
    """Return the passport of a number; raises LookupError for an unknown one, StoreError.

    `number` is its address (data_access/figure.py). `shown` gives other envelopes as they are
    shown, for numbers made of several aggregates. Rows count as in the envelope's realm: by when
    they were recorded or, on the basis `observed`, were due.
    """
    aggregate = aggregates().get(envelope.aggregate)
    figure = figure_at(envelope.payload, number)
    if figure is not None and is_finding(envelope.aggregate):
        return _of_finding(envelope, number, figure, city=city, reader=reader)
    if aggregate is None or figure is None:
        raise LookupError(f"{envelope.aggregate} has no number {number!r}")
    cutoff = Cutoff(round(envelope.made_at_ms * MS), basis)
    source = figure.get("source")
    about = None if source is None else source.get("indicator")
    # What was known at a minute, or is played again, is made of live's rows, as far as they count.
    then_us = None if envelope.realm == LIVE else cutoff.at_us
    with reader.source_snapshot(cutoff, city.zone, LIVE, about=about, then_us=then_us) as snapshot:
        there = shown(envelope.aggregate)
        is_shown = there is not None and there.made_at_ms == envelope.made_at_ms
        if aggregate.remembers and not is_shown:  # what it went on from then is gone
            of = envelope.datasets
            return _traced(envelope, number, figure, snapshot, city, reads=(), names=of)
        made_of = _taken_from(aggregate, figure)
        numbers_only = kind_of(number) == "numbers"
        parts = made_of if is_shown else aggregate.reads  # of then, none as it is shown now
        again = _again(aggregate, envelope, snapshot, city, parts, shown, numbers_only=numbers_only)
        found = figure_at(again.payload, number)
        recomputed = None if found is None else _told(found["value"])
        reads = _of_number(snapshot.reads, figure)
        names = list(dict.fromkeys(read.dataset for read in reads)) or list(envelope.datasets)
        made = _traced(envelope, number, figure, snapshot, city, reads=reads, names=names)
        agrees = _agree(figure["value"], recomputed)
        return replace(made, recomputed=recomputed, agrees=agrees, made_of=made_of)


def _of_finding(
    envelope: Envelope, number: str, figure: Number, *, city: City, reader: StoreReader
) -> Passport:
    """Return what a figure of a finding was made of: its datasets, and the rows of its series."""
    source: Mapping[str, Any] = figure.get("source") or {}
    dataset, indicator = source.get("dataset"), source.get("indicator")
    cutoff = Cutoff(round(envelope.made_at_ms * MS))
    then_us = None if envelope.realm == LIVE else cutoff.at_us
    with reader.source_snapshot(
        cutoff, city.zone, LIVE, about=indicator, then_us=then_us
    ) as snapshot:
        if dataset and indicator:
            snapshot.newest(dataset, indicator)
        elif dataset:
            snapshot.counts(dataset)
        names = list(dict.fromkeys([*([dataset] if dataset else []), *envelope.datasets]))
        return _traced(envelope, number, figure, snapshot, city, reads=snapshot.reads, names=names)


def _traced(
    envelope: Envelope,
    number: str,
    figure: Number,
    snapshot: SourceSnapshot,
    city: City,
    *,
    reads: Sequence[Read],
    names: Sequence[str],
) -> Passport:
    """Return the passport of a figure that is not computed again: whose, how old, of which rows."""
    rows, total = _source_rows(snapshot, city, reads, figure)
    return Passport(
        aggregate=envelope.aggregate,
        number=number,
        figure=figure,
        made_at_ms=envelope.made_at_ms,
        as_of_ms=figure.get("atMs", envelope.as_of_ms),
        stale_after_ms=envelope.stale_after_ms,
        owner=figure.get("owner", envelope.owner),
        origins=tuple(_origin(snapshot, city, name) for name in names if name in city.datasets),
        reads=tuple(reads),
        rows=rows,
        total=total,
    )


def _taken_from(aggregate: Aggregate, figure: Number) -> tuple[str, ...]:
    """Return the aggregates a number of an aggregate of others is taken from."""
    source = figure.get("source")
    if not aggregate.reads or source is None:
        return aggregate.reads
    mine = tuple(n for n in aggregate.reads if source["dataset"] in aggregates()[n].datasets)
    return mine or aggregate.reads


def _again(
    aggregate: Aggregate,
    envelope: Envelope,
    snapshot: SourceSnapshot,
    city: City,
    made_of: Sequence[str],
    shown: Shown,
    *,
    numbers_only: bool,
) -> Envelope:
    """Build the envelope again from source rows, as it was at its instant."""
    made: dict[str, Envelope] = {}

    def build(each: Aggregate) -> Envelope:
        return build_envelope(
            each,
            snapshot,
            city,
            now_ms=envelope.made_at_ms,
            version=envelope.version,
            read=lambda name: made.get(name) or shown(name),
            realm=envelope.realm,
            numbers_only=numbers_only,
        )

    for name in made_of:
        made[name] = build(aggregates()[name])
    return build(aggregate)


def _of_number(reads: Sequence[Read], figure: Number) -> list[Read]:
    """Return the questions that concern a number: of its dataset and indicator, when it has any."""
    source = figure.get("source")
    if source is None:
        return list(reads)
    mine = [read for read in reads if read.dataset == source["dataset"]]
    indicator = source.get("indicator")
    exact = [read for read in mine if read.indicator in ("", indicator)]
    return exact if indicator and any(read.rows or read.cells for read in exact) else mine


def _source_rows(
    snapshot: SourceSnapshot, city: City, reads: Sequence[Read], figure: Number
) -> tuple[tuple[SourceRow, ...], int]:
    """Return the rows of a number, those of its own source first, newest first; and how many."""
    source: Mapping[str, Any] = figure.get("source") or {}
    kept: dict[tuple[str, str, str, int], tuple[str, Row]] = {}
    for read in reads:
        for row in read.kept:
            kept.setdefault(
                (read.dataset, row.indicator, row.entity, row.at_us), (read.dataset, row)
            )
    ordered = sorted(
        kept.values(),
        key=lambda pair: (pair[1].entity != source.get("entity", pair[1].entity), -pair[1].at_us),
    )[:SHOWN]
    references = snapshot.references([row for _, row in ordered])
    hidden = _hidden(snapshot, city, ordered)
    rows = tuple(
        _source_row(
            dataset,
            row,
            reference,
            _timeline(snapshot, dataset),
            is_masked=(dataset, row.indicator, row.entity, row.at_us) in hidden,
        )
        for (dataset, row), reference in zip(ordered, references, strict=True)
    )
    counts = (read.rows + read.withdrawn for read in reads if read.what != "files")
    return rows, max(sum(counts), len(rows))


def _hidden(
    snapshot: SourceSnapshot, city: City, rows: Sequence[tuple[str, Row]]
) -> set[tuple[str, str, str, int]]:
    """Return which rows are of too few people to be told: dataset, indicator, entity, time."""
    found: set[tuple[str, str, str, int]] = set()
    for name in {dataset for dataset, _ in rows}:
        contract, current = city.datasets.get(name), snapshot.current(name)
        if contract is None or current is None or not contract.masks.indicators:
            continue
        told = [
            (row.indicator, row.entity, row.at_us, row.value)
            for each, row in rows
            if each == name and quality_name(row.quality) != WITHDRAWN
        ]
        small = withheld(snapshot.connection, current.id, told, contract.masks)
        found |= {(name, *key) for key in small}
    return found


def _source_row(
    dataset: str, row: Row, reference: str, timeline: Timeline | None, *, is_masked: bool
) -> SourceRow:
    quality = quality_name(row.quality)
    source_us = row.at_us if timeline is None else timeline.source(row.at_us)
    shown_us = row.at_us if timeline is None else timeline.glass(row.at_us)
    return SourceRow(
        dataset=dataset,
        indicator=row.indicator,
        entity=row.entity,
        area=row.area,
        observed_at=_instant(source_us),
        shown_at=_instant(shown_us),
        value=None if is_masked or quality == WITHDRAWN else row.value,
        quality=quality,
        revision=row.revision,
        recorded_at=_instant(row.recorded_us),
        source_ref=reference,
        is_masked=is_masked,
    )


def _origin(snapshot: SourceSnapshot, city: City, dataset: str) -> Origin:
    contract, current = city.datasets[dataset], snapshot.current(dataset)
    files = snapshot.files(dataset)
    newest_us = snapshot.newest_us(dataset)
    timeline = _timeline(snapshot, dataset)
    newest = {
        criterion: score
        for (name, criterion), score in scores.newest(snapshot).items()
        if name == dataset
    }
    newest_at_ms = source_at_ms = None
    if newest_us is not None and timeline is not None:
        newest_at_ms = timeline.glass(newest_us) / MS
        source_at_ms = timeline.source(newest_us) / MS
    return Origin(
        dataset=dataset,
        origin="absent" if current is None else current.origin,
        format=contract.source.format,
        files=tuple(
            (mark["path"], mark["accepted"], sum(mark["rejected"].values()))
            for mark in files[:FILES]
        ),
        accepted=sum(mark["accepted"] for mark in files),
        refused=sum(sum(mark["rejected"].values()) for mark in files),
        newest_at_ms=newest_at_ms,
        source_at_ms=source_at_ms,
        scores=newest,
        below=tuple(
            each.criterion for each in scores.open_shortfalls(snapshot) if each.dataset == dataset
        ),
    )


def _timeline(snapshot: SourceSnapshot, dataset: str) -> Timeline | None:
    current = snapshot.current(dataset)
    return None if current is None else current.timeline


def _told(figure: float | None) -> float | None:
    """Return a figure as an envelope carries it: what is no number is none."""
    return figure if figure is None or math.isfinite(figure) else None


def _agree(shown: float | None, recomputed: float | None) -> bool:
    if shown is None or recomputed is None:
        return shown is recomputed
    return math.isclose(shown, recomputed, rel_tol=1e-9, abs_tol=1e-9)


def _instant(at_us: int) -> datetime:
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)
