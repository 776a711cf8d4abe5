"""A passport without a store: of whatever figure an envelope has, with rows for three pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from data_access.envelope import Envelope, Number
from data_access.figure import figure_at
from data_access.finding import is_finding
from data_access.passport import Origin, Passport, SourceRow
from data_access.promises import CRITERIA
from data_access.store.evidence_rows import Read

ROWS, TOTAL = 20, 1_284
NOW = datetime.fromtimestamp(1_790_000_000, UTC)


def trace(envelope: Envelope, address: str, _basis: str = "known") -> Passport:
    """Return the passport of a figure; a number of rain does not agree."""
    figure = figure_at(envelope.payload, address)
    if figure is None:
        raise LookupError(address)
    if is_finding(envelope.aggregate):
        return _of_finding(envelope, address, figure)
    dataset = figure.get("source", {}).get("dataset") or envelope.datasets[0]
    indicator = figure.get("source", {}).get("indicator", "")
    is_well = envelope.aggregate != "environment.rain"
    rows = tuple(
        SourceRow(
            dataset=dataset,
            indicator=indicator,
            entity=f"Trạm quan trắc tự động số {number}",
            area="00070",
            observed_at=NOW - timedelta(minutes=5 * number),
            shown_at=NOW - timedelta(minutes=5 * number),
            value=41.5 - number,
            quality="suspect" if number % 7 == 3 else "good",
            revision=number % 2,
            recorded_at=NOW - timedelta(minutes=5 * number - 1),
            source_ref=f"khi_tuong/2026/09/21/tram_{number:02d}.csv:{1200 - number}",
        )
        for number in range(ROWS)
    )
    reads = [
        Read("newest", dataset, indicator, 24, 2),
        Read("cells", dataset, indicator, 1_204, 0, 96),
        Read("records", dataset, "", 56),
    ]
    recomputed = figure["value"] if is_well or figure["value"] is None else figure["value"] + 1
    return replace(
        _of_finding(envelope, address, figure),
        origins=(_origin(envelope, dataset),),
        reads=tuple(reads),
        rows=rows,
        total=TOTAL,
        recomputed=recomputed,
        agrees=recomputed == figure["value"],
    )


def _of_finding(envelope: Envelope, address: str, figure: Number) -> Passport:
    return Passport(
        aggregate=envelope.aggregate,
        number=address,
        figure=figure,
        made_at_ms=envelope.made_at_ms,
        as_of_ms=envelope.as_of_ms,
        stale_after_ms=envelope.stale_after_ms,
        owner=envelope.owner,
        origins=tuple(_origin(envelope, dataset) for dataset in envelope.datasets),
        reads=(),
        rows=(),
        total=0,
    )


def _origin(envelope: Envelope, dataset: str) -> Origin:
    return Origin(
        dataset=dataset,
        origin="replay",
        format="aqiin",
        files=(("environment/air_hours.csv", 16, 2), ("environment/more.csv", 4, 0)),
        accepted=20_416,
        refused=37,
        newest_at_ms=envelope.as_of_ms,
        source_at_ms=envelope.source_at_ms,
        scores=dict.fromkeys(CRITERIA, 96.4) | {"accurate": 61.2},
        below=("accurate",),
    )
