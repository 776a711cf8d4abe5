"""The work `forecast.again`: says once more what a published forecast said, and compares.

It is said by what was learned then, where that is still kept, from the rows that were known when it
was published: rows that came or were revised since do not count. Nothing is published.

Inputs: `of` the entry of forecasts.toml, `madeAtMs` when it was published, `fit` the hash of what
was learned ("" of a total, whose method is chosen each time), `origin` of its data and `hash` of
what it said (`figures.py`). The answer: the hash it has this time, whether it is the same, of how
many values, the next figure of each series, and how many cells were taken as they were rolled up.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.forecast.declared import Declared
from analytics.forecast.figures import figures_of, hash_of_figures
from analytics.forecast.learned import Learned, made_by, recall
from analytics.forecast.opening import Opened, opened
from analytics.forecast.run import Made, made_of, payload_of
from analytics.forecast.source import MS, Stock
from data_access.envelope import LIVE, Origin
from data_access.store.cutoff import Cutoff
from jobs.working import WorkFailed, Working

MOST_ROWS = 500_000  # of one question that are read one by one: nobody waits for the answer
WRITING_MS = 60_000.0  # a transaction of the feed lasts at the most


class Asked(BaseModel):
    """The forecast that is to be said again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str = Field(max_length=128)
    madeAtMs: float = Field(gt=0, allow_inf_nan=False)
    origin: Origin
    fit: str = Field(pattern=r"^([0-9a-f]{64})?$")
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


def work(inputs: Mapping[str, Any], working: Working) -> Mapping[str, Any]:
    """Return what it says this time; raises WorkFailed where it cannot be said again."""
    try:
        asked = Asked.model_validate(dict(inputs))
    except ValidationError as error:
        first = error.errors()[0]
        raise WorkFailed("input", f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    with opened(working) as there:
        (what,) = there.asked_for({"only": [asked.of]})
        working.progress(0.1, "forecast")
        learned = _learned(there, what, asked)
        found, newest_ms = _said(there, what, learned, asked, until_ms=asked.madeAtMs)
        working.check()
        is_near = newest_ms is not None and asked.madeAtMs - newest_ms < WRITING_MS
        if found["hash"] != asked.hash and is_near and newest_ms is not None:
            # Rows of a transaction that was not done yet when it was made were not seen then.
            before, _ = _said(there, what, learned, asked, until_ms=newest_ms - 1 / MS)
            if before["hash"] == asked.hash:
                found = before
        working.progress(1.0, "done")
    return {**found, "same": found["hash"] == asked.hash}


def _learned(there: Opened, what: Declared, asked: Asked) -> Learned | None:
    """Return what was learned then, None of a total; WorkFailed where it is not kept any more."""
    if what.total is not None:
        return None
    learned = recall(there.memory, what)
    if learned is None or learned.hash != asked.fit:
        raise WorkFailed("learnedAnew", "What was learned then is no longer kept.")
    return learned


def _said(
    there: Opened, what: Declared, learned: Learned | None, asked: Asked, *, until_ms: float
) -> tuple[dict[str, Any], float | None]:
    """Return what it says from rows known by `until_ms`, and when the newest of them came."""
    cutoff, zone = Cutoff(round(until_ms * MS)), there.city.zone
    with there.reader.source_snapshot(cutoff, zone, LIVE, most_rows=MOST_ROWS) as snapshot:
        stock = Stock.of(snapshot, there.city, what, now_ms=asked.madeAtMs)
        reads = snapshot.reads
    if not stock.reads or stock.origin != asked.origin:
        raise WorkFailed("otherSource", "Another source has come in the place of its own since.")
    made = Made()
    if learned is not None:
        by = made_by(there.working.settings, what, stock)
        if learned.about.get("versions") != by["versions"]:
            raise WorkFailed("otherSoftware", "The software has been changed since.")
        made = made_of(stock, what, learned)
    payload = payload_of(stock, what, made)
    said = figures_of(payload)
    newest = max((row.recorded_us for read in reads for row in read.kept), default=None)
    return {
        "hash": hash_of_figures(payload),
        "values": sum(len(points) for lines in said["lines"].values() for points in lines.values()),
        "next": said["next"],
        "rolled": sum(read.cells for read in reads),
    }, None if newest is None else newest / MS
