"""Which forecasts have drifted, as a finding of its own: what the models' owner has to look at.

An entry stands here from when its published forecasts err too much for what its back-test promised
(`published.py` is that rule) until, learned anew, enough of them came true to say that they no
longer do. Pure: published forecasts in, payload out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.forecast.declared import DRIFT, Declared
from data_access.aggregates.aggregate import text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import number
from data_access.city import City
from data_access.envelope import Envelope, Item, Payload, Text, furthest
from data_access.finding import Ground, build_finding

LABEL = text("Dự báo bị lệch", "Forecasts that drifted")
KIND = text("Mô hình lệch", "Model drift")
FEW = text(
    "đã học lại vì lệch, chưa đủ dự báo đến hạn để nói đã hết lệch",
    "learned anew for having drifted; too little came true since to say that it no longer does",
)
Said = Sequence[tuple[Declared, Envelope]]


def drift_finding(said: Said, city: City, *, now_ms: float, stale_after_ms: float) -> Envelope:
    """Return what has drifted of the forecasts that were published."""
    there = [(what, each) for what, each in said if each.state == "ok" and what.total is None]
    datasets = tuple(dict.fromkeys(name for _, each in there for name in each.datasets))
    newest = [each.as_of_ms for _, each in there if each.as_of_ms is not None]
    ground = Ground(
        datasets=datasets,
        origin=furthest(each.origin for _, each in there),
        as_of_ms=max(newest, default=None),
    )
    return build_finding(
        DRIFT,
        payload_of(there, city) if there else {},
        ground,
        city,
        label=LABEL,
        now_ms=now_ms,
        stale_after_ms=stale_after_ms,
        reason=text("Chưa có dự báo nào", "Nothing is forecast yet"),
    )


def payload_of(said: Said, city: City) -> Payload:
    """Return the figures and entries of what has drifted."""
    owner = city.agencies[city.data_office].name
    items = [item for what, each in said if (item := _item(what, each, owner)) is not None]
    drifted = [item for item in items if item["severity"] == "caution"]
    return {
        "numbers": {
            "drifted": number(
                LABEL,
                len(drifted),
                better="down",
                status="caution" if drifted else "normal",
                note=text(f"trên {len(said)} nhóm dự báo", f"of {len(said)} groups of forecasts"),
            ),
        },
        "items": {"active": ranked_items(items)},
    }


def _item(what: Declared, said: Envelope, owner: Text) -> Item | None:
    found: list[Mapping[str, Any]] = list(said.quality.get("drift", {}).values())
    off = [each for each in found if each.get("drift_state") == "drifted"]
    if off:
        worst = max(off, key=lambda each: each["drift_times"] or 0.0)
        since = [each["drifted_at"] for each in off if each["drifted_at"] is not None]
        detail, at_ms = _told(worst), min(since, default=said.made_at_ms)
    elif said.quality.get("trainedWhy") == "drift" and _is_unknown(found):
        detail, at_ms = FEW, float(said.quality["trainedAtMs"])
    else:
        return None
    return {
        "id": f"drift-{what.id}",
        "title": text(f"{what.name['vi']}: bị lệch", f"{what.name['en']}: drifted"),
        "kind": KIND,
        "severity": "caution" if off else "information",
        "atMs": at_ms,
        "place": owner,
        "detail": detail,
        "source": {"dataset": what.dataset},
    }


def _is_unknown(found: Sequence[Mapping[str, Any]]) -> bool:
    return all(each.get("drift_state") == "unknown" for each in found)


def _told(worst: Mapping[str, Any]) -> Text:
    times, inside = worst["drift_times"], worst["lived80"]
    told = text(
        f"sai gấp {_comma(times)} lần kiểm định", f"errs {times:g} times what its test promised"
    )
    if inside is None:
        return told
    return text(
        f"{told['vi']}; khoảng 80% giữ được {_comma(inside)}%",
        f"{told['en']}; its 80% interval held {inside:g}%",
    )


def _comma(figure: float) -> str:
    return f"{figure:g}".replace(".", ",")
