"""The work `forecast`: reads what the city forecasts from the store, and publishes what will be.

Inputs: `{"only": [ids of forecasts.toml]}`, all by default. The result says of each how many series
were forecast, by what, and how well; the forecasts themselves are the findings `forecast.<id>`, and
which of them have drifted, when all were asked for, is `forecast.drift`.
They are said by what was learned (`training`, by its own schedule), and kept to be held against
what came.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sklearn

from analytics.forecast import words
from analytics.forecast.card import COLUMNS, Row, row_of, row_of_total, row_refused
from analytics.forecast.declared import Declared
from analytics.forecast.drift import NO_LIVES, Lives, lived_row, lives_of, recall_said, remember
from analytics.forecast.drifting import drift_finding
from analytics.forecast.features import NAMES
from analytics.forecast.fitting import refusals
from analytics.forecast.forecasting import Forecast, Refused, speak
from analytics.forecast.learned import (
    LATE,
    Learned,
    keep,
    learn,
    made_by,
    reason,
    recall,
)
from analytics.forecast.lines import Course, lines_of, next_of
from analytics.forecast.memory import Memory
from analytics.forecast.model import METHOD
from analytics.forecast.opening import opened
from analytics.forecast.published import NOTHING, Said
from analytics.forecast.source import MS, Read, Stock
from analytics.forecast.total import Total, bounds, year_total
from data_access.aggregates.aggregate import NO_DATA, NO_SOURCE, text
from data_access.city import City
from data_access.envelope import Envelope, Number, Payload, Series
from data_access.finding import Ground, build_finding
from jobs.working import Working
from settings import Settings

SEASONS_SHOWN = 2  # of history beside the forecast, and as much as is forecast
EVERY_MS = 3_600_000.0  # forecasts are made again
BILLION = "tỷ đồng"


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Forecast and publish; raises WorkFailed for an id that is none."""
    told: dict[str, Any] = {}
    said: list[tuple[Declared, Envelope]] = []
    with opened(working) as there:
        for what, stock in there.stocks(there.asked_for(inputs), "forecast"):
            made = _made(stock, what, there.memory, working.settings)
            envelope = finding(stock, there.city, what, made)
            working.publish(envelope)
            if made.said is not None and made.learned is not None:
                remember(
                    there.memory, what, made.said, made.found, made.learned, now_ms=stock.now_ms
                )
            told[what.id] = _summary(envelope)
            said.append((what, envelope))
        if "only" not in inputs:
            now_ms = time.time() * 1000
            working.publish(
                drift_finding(said, there.city, now_ms=now_ms, stale_after_ms=2 * EVERY_MS)
            )
    return {"forecasts": told}


@dataclass(frozen=True, slots=True)
class Made:
    """What is forecast of an entry, by what was learned, and how that lived up to its test.

    `said` is what was published before; None of what is not kept (totals).
    """

    found: tuple[Forecast, ...] = ()
    refused: tuple[Refused, ...] = ()
    learned: Learned | None = None
    said: Said | None = None
    lives: Lives = NO_LIVES


def made_of(stock: Stock, what: Declared, learned: Learned, said: Said = NOTHING) -> Made:
    """Return the forecasts of what was learned, and how those before came true."""
    found: list[Forecast] = []
    refused: list[Refused] = []
    for indicator, part, asked in stock.panels(what):
        fitted = learned.fits.get(indicator)
        if fitted is None:
            refused += [Refused(name, why) for name, why in refusals(part).items()]
            continue
        more, gone = speak(fitted, part, asked, days=stock.days, beside=stock.beside)
        found, refused = found + more, refused + gone
    return Made(tuple(found), tuple(refused), learned, said,
                lives_of(stock, what, said, learned.made_ms))  # fmt: skip


def finding(stock: Stock, city: City, what: Declared, made: Made | None = None) -> Envelope:
    """Return the finding of one entry: series, figures and cards, or why there is none.

    Without `made` it is learned and forecast here.
    """
    contract = city.datasets[what.dataset]
    if made is None:
        made = Made()
        if what.total is None:
            fits = learn(stock, what)
            made = made_of(stock, what, Learned(fits, stock.now_ms, "", "asked", {}))
    ground = Ground(
        datasets=(what.dataset,),
        origin=stock.origin,
        as_of_ms=stock.as_of_ms,
        source_at_ms=stock.source_at_ms,
    )
    return build_finding(
        what.finding,
        payload_of(stock, what, made),
        ground,
        city,
        label=what.name,
        now_ms=stock.now_ms,
        stale_after_ms=contract.stale_after_ms + EVERY_MS + stock.slot_ms,
        quality=_quality(stock, what, made),
        reason=NO_DATA if stock.is_fed else NO_SOURCE,
    )


def payload_of(stock: Stock, what: Declared, made: Made) -> Payload:
    """Return the figures, lines and cards of what is forecast of an entry; {} without a series."""
    if not stock.reads:
        return {}
    return _total(stock, what) if what.total else _payload(stock, what, made)


def _made(stock: Stock, what: Declared, memory: Memory, settings: Settings) -> Made:
    """Return what is forecast by what is kept; learned anew where that no longer serves."""
    if what.total is not None:
        return Made()
    learned, by = recall(memory, what), made_by(settings, what, stock)
    said = recall_said(memory, what)
    why = reason(learned, by, stock=stock, what=what, is_drifted=False, late=LATE)
    if learned is None or why is not None:
        learned = keep(memory, what, learn(stock, what), by, why or "first", stock.now_ms)
    return made_of(stock, what, learned, said)


def _quality(stock: Stock, what: Declared, made: Made) -> dict[str, Any]:
    found: dict[str, Any] = {
        "engine": f"{METHOD}, scikit-learn {sklearn.__version__}",
        "features": list(NAMES),
        "trainedAtMs": stock.now_ms,
        "loopMs": stock.loop_us / MS,
    }
    if made.learned is not None:
        learned = made.learned
        found |= {
            "trainedAtMs": learned.made_ms,
            "trainedWhy": learned.why,
            "wasKept": learned.was_kept,
            "fitHash": learned.hash,
            "retrainMs": what.retrain_ms,
            "drift": made.lives.told(stock),
            "beside": {
                name: asdict(fitted.tried)
                for name, fitted in learned.fits.items()
                if fitted is not None and fitted.tried is not None
            },
        }
    return found


def _payload(stock: Stock, what: Declared, made: Made) -> Payload:
    reads = {each.key: each for each in stock.reads}
    rows: list[Row] = []
    courses: dict[str, Course] = {}
    for each in made.found:
        read = reads[each.name]
        courses[each.name] = _course(stock, read, each)
        row = row_of(
            courses[each.name],
            each,
            read.series,
            step=stock.step,
            extent_ms=stock.extent_ms(read.series),
        )
        rows.append(row | lived_row(made.lives.series.get(each.name), stock))
    for gone in made.refused:
        read = reads[gone.name]
        rows.append(row_refused(read.key, read.label, words.REASONS[gone.reason], read.source))
    order = {each.key: place for place, each in enumerate(stock.reads)}
    rows.sort(key=lambda row: order[row["id"]])
    numbers: dict[str, Number] = {}
    lines: dict[str, Series] = {}
    for row in rows:
        course = courses.get(row["id"])
        if course is None:
            continue
        figure = next_of(course)
        row["next"] = figure["value"]
        if len(lines) < what.shown:
            lines[course.key] = lines_of(course)
            numbers[course.key] = figure
    return _told(rows, numbers, lines) if courses else {}


def _course(stock: Stock, read: Read, found: Forecast) -> Course:
    grid = read.series.grid
    shown = max(SEASONS_SHOWN * grid.seasons[0], 2 * len(found.slots))
    before = read.series.until(read.series.last)
    slots = before.slots[-shown:].tolist()
    return Course(
        key=read.key,
        label=read.label,
        unit=read.unit,
        decimals=read.decimals,
        step=stock.axis,
        source=read.source,
        before=list(zip(map(stock.glass_ms, slots), before.values[-shown:].tolist(), strict=True)),
        ahead_ms=[stock.glass_ms(int(slot)) for slot in found.slots],
        values=found.values,
        low=found.low,
        high=found.high,
        mask_below=read.mask_below,
    )


def _total(stock: Stock, what: Declared) -> Payload:
    """Return the running sums of the year; money booked in triệu đồng is told in tỷ đồng."""
    rows: list[Row] = []
    numbers: dict[str, Number] = {}
    lines: dict[str, Series] = {}
    for read in stock.reads:
        found = year_total(read.series)
        if found is None or not len(found.slots):
            why = words.TOO_EARLY if found is None else words.OVER
            rows.append(row_refused(read.key, read.label, why, read.source))
            continue
        course = _running(stock, what, read, found)
        lines[read.key] = lines_of(course)
        figure = next_of(course, index=-1)
        year = text(f"cả năm {found.year}", f"whole of {found.year}")
        numbers[read.key] = {**figure, "period": year}
        row = row_of_total(
            course, found, read.series, step=stock.step, extent_ms=stock.extent_ms(read.series)
        )
        rows.append({**row, "next": figure["value"]})
    return _told(rows, numbers, lines) if lines else {}


def _running(stock: Stock, what: Declared, read: Read, found: Total) -> Course:
    scale = 0.001 if read.unit == "triệu đồng" else 1.0
    gone = int(found.slots[0]) - 1
    first, _ = bounds(read.series.grid, found.year)
    booked = 0.0
    before: list[tuple[float, float | None]] = []
    for slot, value in zip(range(first, gone + 1), read.series.at(first, gone), strict=True):
        booked += 0.0 if value != value else float(value)
        before.append((stock.glass_ms(slot), booked * scale))
    bands = [
        None if side is None else {level: each * scale for level, each in side.items()}
        for side in (found.low, found.high)
    ]
    return Course(
        key=read.key,
        label=what.name,
        unit=BILLION if scale != 1.0 else read.unit,
        decimals=read.decimals,
        step=stock.axis,
        source=read.source,
        before=before,
        ahead_ms=[stock.glass_ms(int(slot)) for slot in found.slots],
        values=found.path * scale,
        low=bands[0],
        high=bands[1],
        target=None if read.target is None else read.target * scale,
        target_label=text("dự toán năm", "the year's plan"),
    )


def _told(rows: list[Row], numbers: dict[str, Number], lines: dict[str, Series]) -> Payload:
    return {
        "numbers": numbers,
        "series": lines,
        "tables": {
            "series": {
                "label": text("Các chuỗi dự báo", "Series forecast"),
                "columns": list(COLUMNS),
                "rows": rows,
                "total": len(rows),
            }
        },
    }


def _summary(envelope: Envelope) -> dict[str, Any]:
    table = envelope.payload.get("tables", {}).get("series")
    rows = [] if table is None else table["rows"]
    forecast_rows = [row for row in rows if "reason" not in row]
    return {
        "state": envelope.state,
        "series": len(forecast_rows),
        "refused": len(rows) - len(forecast_rows),
        "models": sum(bool(row["is_model"]) for row in forecast_rows),
    }
