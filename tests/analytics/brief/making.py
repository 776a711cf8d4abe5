"""Small envelopes and rules, for tests that say what a brief makes of them."""

from __future__ import annotations

from typing import Any

from analytics.brief.brief import Brief
from analytics.brief.compose import compose
from analytics.brief.rules import BriefRules
from data_access.classification import Classification
from data_access.envelope import LIVE, Envelope, Item

NOW_MS = 1_795_370_000_000.0
HOUR_MS = 3_600_000.0


def text(vi: str, en: str) -> dict[str, str]:
    return {"vi": vi, "en": en}


def number(value: float | None, unit: str = "km/h", decimals: int = 1, **more: Any) -> Any:
    return {
        "label": text("Tốc độ trung bình", "Mean speed"),
        "value": value,
        "unit": unit,
        "decimals": decimals,
        "status": "normal",
    } | more


def envelope(
    name: str = "transport.speed",
    payload: Any = None,
    *,
    age_ms: float = 0.0,
    level: str = "internal",
    **more: Any,
) -> Envelope:
    given: dict[str, Any] = {
        "realm": LIVE,
        "aggregate": name,
        "version": 1,
        "label": text("Tốc độ giao thông", "Traffic speed"),
        "state": "ok",
        "made_at_ms": NOW_MS,
        "as_of_ms": NOW_MS - age_ms,
        "source_at_ms": None,
        "stale_after_ms": HOUR_MS,
        "owner": "cong-an",
        "owner_label": text("Công an TP Hà Nội", "Hanoi City Police"),
        "datasets": ("transport.speed",),
        "origin": "live",
        "classification": Classification(level),
        "payload": payload or {"numbers": {"mean_speed": number(35.64)}},
    }
    return Envelope(**(given | more))


def sentence(**more: Any) -> dict[str, Any]:
    return {
        "id": "speed",
        "group": "transport",
        "aggregate": "transport.speed",
        "figures": {"speed": "numbers/mean_speed"},
        "say": [{"words": text("Tốc độ trung bình {speed}", "Mean speed is {speed}")}],
    } | more


def rules(*sentences: dict[str, Any], **more: Any) -> BriefRules:
    body = {
        "kind": "morning",
        "title": text("Báo cáo sáng", "Morning brief"),
        "owner": "trung-tam-du-lieu",
        "sentence": list(sentences) or [sentence()],
    }
    return BriefRules.model_validate(body | more)


def brief(*given: Envelope, of: BriefRules | None = None, **more: Any) -> Brief:
    envelopes = {each.aggregate: each for each in given}
    return compose(of or rules(), envelopes, now_ms=NOW_MS, **more)


def item(
    item_id: str = "a-1", severity: str = "warning", at_ms: float = NOW_MS, **more: Any
) -> Item:
    found: Any = {
        "id": item_id,
        "title": text("Ngập sâu tại hầm chui số 3", "Deep flood in underpass 3"),
        "kind": text("Ngập", "Flood"),
        "severity": severity,
        "atMs": at_ms,
    }
    return found | more  # type: ignore[no-any-return]
