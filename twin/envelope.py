"""What a run of a twin tells tiles: its result as envelopes, with all that is not to be believed.

    twin.run.<job>        this run, for scenes that were sent to a wall
    twin.run.<job>-<job>  this run held against another, or against its base, likewise
    twin.latest.<kind>    the newest of its kind, for scenes that always stand

Geometry never travels in them: it is written once, named by its content, and `quality["layers"]`
says where it is, as the geometry catalogue does for the city's own layers. Not for keeping or
publishing: that is `jobs`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data_access.city import City
from data_access.classification import Classification, highest
from data_access.envelope import Envelope, Number, Payload, Table, Text
from data_access.finding import OF_ONE_RUN, Ground, build_finding, secrecy_of
from data_access.geometry import write_layer
from jobs.working import Working
from language import LANGUAGES, number
from twin import wards
from twin.asked import asked
from twin.comparison import resolution
from twin.doubts import balance_pct, balances
from twin.maps import maps_of, spots
from twin.result import Kpi, RunResult

DAY_MS = 24 * 3_600_000.0
STALE_AFTER_MS = DAY_MS  # what was asked yesterday was asked of another day's city
LABELS: Mapping[str, Text] = {
    "traffic": {"vi": "Kịch bản giao thông", "en": "Traffic what-if"},
    "drainage": {"vi": "Kịch bản thoát nước", "en": "Drainage what-if"},
    "coupled": {"vi": "Kịch bản ngập và giao thông", "en": "Flood and traffic what-if"},
}
PAIRED, BASE_ID = "-", "base"  # no job's id has a dash
BASE: Text = {"vi": "Hiện trạng mô phỏng", "en": "Simulated base"}


@dataclass(frozen=True, slots=True)
class Run:
    """What is said of a run besides its result: which job it was, and what was asked."""

    job_id: str
    title: Text
    datasets: tuple[str, ...] = ()  # of which the base was made
    result_hash: str = ""
    against: Text | None = None  # what it is held against, where that is not its base
    pair: str = ""  # its name as one of a pair, where it is held against something on a wall


def run_name(job_id: str) -> str:
    """Return the name of one run's envelope, or of a pair's."""
    return f"{OF_ONE_RUN}{job_id}"


def pair_id(job_id: str, other: str | None) -> str:
    """Return what a run is called that is held against another, or against its base."""
    return f"{job_id}{PAIRED}{BASE_ID if other is None else other}"


def job_of(name: str) -> str:
    """Return the job that made the envelope of one run, or of one that is held against another."""
    return name.removeprefix(OF_ONE_RUN).partition(PAIRED)[0]


def latest_name(kind: str) -> str:
    """Return the name of the envelope of a kind's newest run."""
    return f"twin.latest.{kind}"


def envelopes(
    result: RunResult, run: Run, city: City, *, geometry_dir: Path, now_ms: float
) -> list[Envelope]:
    """Return what is published of a run: itself, and as the newest of its kind.

    Writes the result's layers into `geometry_dir` (they are named by content: the same once).
    """
    layers = {
        layer: write_layer(geometry_dir, layer, list(collection.get("features", ())))
        for layer, collection in result["geometry"].items()
    }
    seen = (each["dataset"] for each in result["fit"].get("seen", ()))
    datasets = tuple(dict.fromkeys((*run.datasets, *seen)))
    ground = Ground(
        datasets=datasets,
        origin="simulated",
        as_of_ms=now_ms,
        classification=highest([Classification(), secrecy_of(city, datasets)]),
    )
    told = payload(result, city)
    return [
        build_finding(
            name,
            told,
            ground,
            city,
            label=LABELS[result["kind"]],
            now_ms=now_ms,
            stale_after_ms=STALE_AFTER_MS,
            quality={"layers": layers, "twin": _said(result, run)},
        )
        for name in (run_name(run.pair or run.job_id), latest_name(result["kind"]))
    ]


def figures(result: RunResult) -> Payload:
    """Return the figures of a result, without its maps and places."""
    return {
        "numbers": {kpi["id"]: _number(kpi) for kpi in result["kpis"]},
        "tables": {"kpis": _kpis(result["kpis"], balance_pct(result))},
    }


def payload(result: RunResult, city: City) -> Payload:
    """Return the figures, tables and maps of a result."""
    maps = maps_of(result, city)
    made: Payload = {**figures(result), "maps": maps}
    if (depth := maps.get("depth")) is not None:
        made["tables"]["spots"] = spots(depth, result)
    names = {unit.code: {"vi": unit.name, "en": unit.name} for unit in city.areas}
    made["tables"] |= wards.tables(result["areas"], names)
    return made


def _said(result: RunResult, run: Run) -> dict[str, Any]:
    return {
        "job": run.job_id,
        "title": run.title,
        "kind": result["kind"],
        "engine": result["engine"],
        "seeds": result["seeds"],
        "seedsDone": result["seedsDone"],
        "fit": result["fit"],
        "invented": result["invented"],
        "limits": [*result["limits"], *balances(result)],
        "hash": run.result_hash,
        **({} if run.against is None else {"against": run.against}),
    }


def _number(kpi: Kpi) -> Number:
    return {
        "label": kpi["label"],
        "value": _finite(kpi["value"]["mean"]),
        "unit": kpi["unit"],
        "decimals": kpi["decimals"],
        "status": "normal",
        "previous": _finite(kpi["base"]["mean"]),
        "previousLabel": BASE,
        "better": kpi["better"],
        "note": {each: _interval_words(kpi, each) for each in LANGUAGES},
    }


def _interval_words(kpi: Kpi, language: str) -> str:
    if kpi["delta"]["low"] == kpi["delta"]["high"]:  # one seed, or water, in which is no chance
        return number(kpi["delta"]["mean"], decimals=kpi["decimals"], language=language, sign=True)
    low, high = (
        number(kpi["delta"][end], decimals=kpi["decimals"], language=language, sign=True)
        for end in ("low", "high")
    )
    return f"95%: {low} … {high}"


def _kpis(kpis: Iterable[Kpi], error_pct: float | None) -> Table:
    def column(name: str, vi: str, en: str, kind: str = "number") -> Any:
        return {"id": name, "label": {"vi": vi, "en": en}, "kind": kind}

    return {
        "label": {"vi": "Kết quả so với hiện trạng mô phỏng", "en": "Against the simulated base"},
        "columns": [
            column("name", "Chỉ số", "Figure", "text"),
            column("base", "Hiện trạng", "Base"),
            column("value", "Kịch bản", "What-if"),
            column("delta", "Chênh lệch", "Difference"),
            column("low", "Từ (95%)", "From (95%)"),
            column("high", "Đến (95%)", "To (95%)"),
        ],
        "rows": [
            {
                "id": kpi["id"],
                "name": kpi["label"],
                "unit": kpi["unit"],
                "decimals": kpi["decimals"],
                "better": kpi["better"],
                "base": _finite(kpi["base"]["mean"]),
                "value": _finite(kpi["value"]["mean"]),
                "delta": _finite(kpi["delta"]["mean"]),
                "low": _finite(kpi["delta"]["low"]),
                "high": _finite(kpi["delta"]["high"]),
                "unsure": resolution(kpi, error_pct),
                "seeds": len(kpi["delta"]["bySeed"]),
            }
            for kpi in kpis
        ],
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def publish_latest(
    result: RunResult,
    scenario: Mapping[str, Any],
    options: Mapping[str, Any],
    city: City,
    working: Working,
) -> None:
    """Have a finished run shown as the newest of its kind, for scenes that always stand.

    A run is asked by its inputs alone here; as itself it is published by who sends it to a wall.
    """
    run = Run("", asked(scenario, options))
    folder = working.settings.geometry_dir
    made = envelopes(result, run, city, geometry_dir=folder, now_ms=time.time() * 1000)
    for envelope in made:
        if envelope.aggregate == latest_name(result["kind"]):
            working.publish(envelope)
