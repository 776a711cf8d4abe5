"""Options and envelopes the contract tests run every tile kind through: one case a state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles import sample

INNER_CITY = [[20.9, 105.7], [21.1, 105.9]]
LONG = "Trung tâm Phục vụ hành chính công thành phố và các phường, xã trực thuộc "

# A kind without an entry here fails the contract tests: say how it is used.
OPTIONS: dict[str, tuple[Mapping[str, Any], ...]] = {
    "alerts": ({"aggregate": "security.alerts"},),
    "anomalies": ({},),
    "bars": (
        {"aggregate": "feedback.requests", "table": "categories", "figure": "open"},
        {"aggregate": "feedback.requests", "table": "ages", "name": "bucket", "figure": "count",
         "direction": "vertical"},
    ),
    "bottlenecks": ({},),
    "brief": ({}, {"brief": "flash"}, {"groups": ["transport"]}),
    "camera": ({"camera": "CAM-N16"}, {"camera": "CAM-N22"}),
    "flood_depth": (
        {},
        {"show": "spots"},
        {"show": "figures"},
        {"kind": "coupled", "show": "map"},
        {"by": "areas", "show": "map"},
        {"show": "wards"},
    ),
    "clock": ({"site": "le-lai", "title": sample.text("Toàn cảnh thành phố", "City overview")},),
    "forecast": (
        {"aggregate": "forecast.air", "series": "pm25"},
        {"aggregate": "forecast.revenue", "series": "revenue"},
    ),
    "kpi": (
        {"aggregate": "environment.air", "numbers": ["aqi"]},
        {"aggregate": "feedback.requests", "numbers": ["on_time_share", "open", "closed"]},
        {"aggregate": "economy.investment", "numbers": ["plan_share", "ytd"]},
    ),
    "map": (
        {"aggregate": "environment.rain", "map": "areas"},
        {"aggregate": "transport.speed", "map": "links", "focus": "data", "legend": "corner"},
        {"aggregate": "environment.air", "map": "stations", "focus": INNER_CITY},
        {"aggregate": "environment.land", "map": "sites", "focus": "data"},
        {"aggregate": "transport.vehicles", "map": "vehicles", "focus": "data"},
    ),
    "quality": ({}, {"show": "quarantine"}, {"show": "sources"}, {"show": "figures"}),
    "scenarios": ({}, {"kind": "coupled"}),
    "stage": ({},),
    "table": ({"aggregate": "transport.speed", "table": "worst_links"},),
    "topics": ({}, {"quotes": False, "limit": 3}),
    "text": ({"text": sample.text(LONG * 3, "Long words " * 20)},),
    "trend": (
        {"aggregate": "environment.air", "series": "pm25"},
        {"aggregate": "health.dengue", "series": "curve", "columns": ["cases"]},
    ),
    "twin_traffic": (
        {},
        {"show": "figures"},
        {"kind": "coupled", "show": "map"},
        {"show": "wards"},
    ),
}  # fmt: skip

Change = Callable[[Envelope], Envelope | None]


def _absent(envelope: Envelope) -> Envelope:
    return replace(
        envelope,
        state="absent",
        payload={},
        as_of_ms=None,
        source_at_ms=None,
        reason=sample.text("Chưa có nguồn dữ liệu", "No data source"),
    )


def _empty(envelope: Envelope) -> Envelope:
    payload = {
        "numbers": {
            name: {**figure, "value": None, "previous": None, "status": "normal"}
            for name, figure in envelope.payload.get("numbers", {}).items()
        },
        "series": {
            name: {**series, "lines": [{**line, "points": []} for line in series["lines"]]}
            for name, series in envelope.payload.get("series", {}).items()
        },
        "tables": {
            name: {**table, "rows": [], "total": 0}
            for name, table in envelope.payload.get("tables", {}).items()
        },
        "maps": {
            name: {**layer, "values": {}, "worst": []}
            for name, layer in envelope.payload.get("maps", {}).items()
        },
        "items": {name: [] for name in envelope.payload.get("items", {})},
    }
    return replace(envelope, payload=payload)  # type: ignore[arg-type]


def _exercise(envelope: Envelope) -> Envelope:
    items = {
        name: [{**item, "actual": False} for item in items]
        for name, items in envelope.payload.get("items", {}).items()
    }
    return replace(envelope, payload={**envelope.payload, "items": items})  # type: ignore[typeddict-item]


def _tenfold(envelope: Envelope) -> Envelope:
    payload: dict[str, Any] = {
        "numbers": {
            name: {**figure, "label": _longer(figure["label"]),
                   "value": None if figure["value"] is None else figure["value"] * 98_765}
            for name, figure in envelope.payload.get("numbers", {}).items()
        },
        "series": {
            name: {**series, "label": _longer(series["label"]),
                   "lines": [{**line, "id": f"{line['id']}{i}", "label": _longer(line["label"])}
                             for i in range(10) for line in series["lines"]]}
            for name, series in envelope.payload.get("series", {}).items()
        },
        "tables": {
            name: {**table, "label": _longer(table["label"]),
                   "rows": [{key: LONG + each if isinstance(each, str) else
                             _longer(each) if isinstance(each, dict) else each
                             for key, each in row.items()} for row in table["rows"] * 10]}
            for name, table in envelope.payload.get("tables", {}).items()
        },
        "maps": {
            name: {**layer, "worst": list(layer["values"]) * 3,
                   "values": {key: {**each, "label": sample.text(LONG, LONG)}
                              for key, each in layer["values"].items()}}
            for name, layer in envelope.payload.get("maps", {}).items()
        },
        "items": {
            name: [{**item, "title": _longer(item["title"])} for item in items * 10]
            for name, items in envelope.payload.get("items", {}).items()
        },
    }  # fmt: skip
    return replace(
        envelope,
        payload=payload,
        label=_longer(envelope.label),
        owner_label=sample.text(LONG * 2, LONG * 2),
    )


def _longer(words: Mapping[str, str]) -> dict[str, str]:
    return {language: f"{LONG}{each}" for language, each in words.items()}


def _wrong(envelope: Envelope) -> Envelope:
    payload = {
        "numbers": {name: {"value": "many"} for name in envelope.payload.get("numbers", {})},
        "series": {
            name: {"label": "no text", "lines": 7} for name in envelope.payload.get("series", {})
        },
        "tables": {name: [1, 2, 3] for name in envelope.payload.get("tables", {})},
        "maps": dict.fromkeys(envelope.payload.get("maps", {}), "somewhere"),
        "items": {name: {"title": 3} for name in envelope.payload.get("items", {})},
    }  # fmt: skip
    return replace(envelope, payload=payload)  # type: ignore[arg-type]


BELOW = {"sufficient": 90.0, "consistent": 95.0}


def _datasets(envelope: Envelope) -> list[str]:
    """Return the datasets an envelope and its figures are made of."""
    figures = envelope.payload.get("numbers", {}).values()
    sources = [source["dataset"] for figure in figures if (source := figure.get("source"))]
    return [*envelope.datasets, *sources]


STATES: dict[str, Change] = {
    "fresh": lambda envelope: envelope,
    "stale": lambda envelope: replace(envelope, as_of_ms=sample.NOW_MS - 90 * 86_400_000.0),
    "never written": lambda envelope: None,
    "absent": _absent,
    "empty": _empty,
    "simulated": lambda envelope: replace(envelope, origin="simulated"),
    "below": lambda envelope: replace(
        envelope,
        origin="replay",
        quality={**envelope.quality, "below": dict.fromkeys(_datasets(envelope), BELOW)},
    ),
    "exercise": _exercise,
    "ten times too much": _tenfold,
    "wrong payload": _wrong,
    "no payload": lambda envelope: replace(envelope, payload={}),
}


@cache
def envelopes(state: str) -> Mapping[str, Envelope | None]:
    """Return all sample envelopes in one state: the same ones each time, to be left alone."""
    change = STATES[state]
    return {name: change(each) for name, each in sample.everything().items()}
