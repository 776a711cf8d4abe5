"""The city's operating stage, 1 to 5, with its reasons: the plan of city/stage.toml over figures.

What the stage remembers stands in its own envelope (table `rules`), which outlives the feed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import language as lang
from data_access.aggregates.aggregate import MS, NO_DATA, Aggregate, View, text
from data_access.aggregates.items import ranked_items
from data_access.aggregates.parts import column, number, table, words
from data_access.city import City
from data_access.envelope import Envelope, Item, Number, Payload, Status, Text
from data_access.errors import CityError
from data_access.stage import RuleState, StagePlan, StageRule, StageState, advance

STAGE = "city.stage"
READS = (
    "environment.air",
    "environment.rain",
    "feedback.calls",
    "security.alerts",
    "transport.speed",
)
GRADES: dict[int, Status] = {
    1: "normal",
    2: "information",
    3: "caution",
    4: "warning",
    5: "critical",
}


def verify(city: City) -> None:
    """Check that the plan reads only what the stage is made of; raises CityError."""
    if city.stage is None:
        return
    for rule in city.stage.rule:
        if rule.aggregate not in READS:
            expected = f"{rule.aggregate!r}; expected one of {', '.join(READS)}"
            raise CityError("stage.toml", f"rule[{rule.id}].aggregate", expected)


def stage(view: View) -> Payload:
    """Return the stage, the rules that count, and all rules with what they wait for."""
    plan = view.city.stage
    if plan is None:
        return {}
    seen = {rule.id: found for rule in plan.rule if (found := _seen(view, rule)) is not None}
    was = _remembered(view.read(STAGE))
    figures = {name: value for name, each in seen.items() if (value := each["value"]) is not None}
    state = was if not seen else advance(plan, was, figures, view.now_ms)
    reasons = [rule for rule in plan.rule if state.rules.get(rule.id, RuleState()).counts]
    reasons.sort(key=lambda rule: (-rule.stage, rule.id))
    is_known = bool(seen) or bool(reasons)
    return {
        "numbers": {"stage": _number(view, plan, state, reasons, seen, is_known=is_known)},
        "tables": {"rules": _rules(view, plan, state, seen)},
        "items": {"reasons": ranked_items([_item(view, rule, state, seen) for rule in reasons])},
    }


def _seen(view: View, rule: StageRule) -> Number | None:
    """Return the figure of a rule, None when it is not measured or old."""
    envelope = view.read(rule.aggregate)
    if envelope is None or envelope.state != "ok" or envelope.as_of_ms is None:
        return None
    figure = envelope.payload.get("numbers", {}).get(rule.number)
    if figure is None or figure["value"] is None:
        return None
    at_ms = figure.get("atMs", envelope.as_of_ms)
    return None if view.now_ms - at_ms > envelope.stale_after_ms else figure


def _remembered(envelope: Envelope | None) -> StageState:
    """Return what the last envelope remembers; the first stage when there is none."""
    payload: Mapping[str, Any] = {} if envelope is None else envelope.payload
    kept = payload.get("tables", {}).get("rules", {}).get("state")
    if kept is None:
        return StageState()
    rules = {name: RuleState.from_json(body) for name, body in kept["rules"].items()}
    return StageState(kept["stage"], kept["since_ms"], kept["less_ms"], rules)


def _number(
    view: View,
    plan: StagePlan,
    state: StageState,
    reasons: list[StageRule],
    seen: Mapping[str, Number],
    *,
    is_known: bool,
) -> Number:
    made = number(
        text("Giai đoạn vận hành", "Operating stage"),
        state.stage if is_known else None,
        "",
        status=GRADES[state.stage] if is_known else "normal",
        better="down",
        scale="stage" if is_known and "stage" in view.city.scales else None,
        band=str(state.stage) if is_known and "stage" in view.city.scales else None,
        owner=plan.owner,
        period=None if state.since_ms is None else _since(view, state.since_ms),
        note=_why(reasons) if is_known else NO_DATA,
    )
    told = next((each for rule in (*reasons, *plan.rule) if (each := seen.get(rule.id))), None)
    if told is not None and "source" in told:
        made["source"] = told["source"]
    return made


def _since(view: View, at_ms: float) -> Text:
    at = view.local(round(at_ms * MS))
    return text(f"từ {at:%H:%M %d/%m}", f"since {at:%H:%M, %d/%m}")


def _why(reasons: list[StageRule]) -> Text:
    if not reasons:
        return text("không có yếu tố nào vượt ngưỡng", "nothing is past its threshold")
    return text(
        " · ".join(rule.name["vi"] for rule in reasons),
        " · ".join(rule.name["en"] for rule in reasons),
    )


def _item(view: View, rule: StageRule, state: StageState, seen: Mapping[str, Number]) -> Item:
    since_ms = state.rules[rule.id].since_ms
    made: Item = {
        "id": rule.id,
        "title": rule.name,
        "kind": text(f"Giai đoạn {rule.stage}", f"Stage {rule.stage}"),
        "severity": GRADES[rule.stage],
        "atMs": view.now_ms if since_ms is None else since_ms,
        "place": view.city.agencies[rule.owner].name,
        "detail": text("không có số liệu mới", "no new figure"),
    }
    figure = seen.get(rule.id)
    if figure is not None:
        made["title"] = _measured(rule, figure)
        made["detail"] = figure["label"]
        if "source" in figure:
            made["source"] = figure["source"]
    return made


def _measured(rule: StageRule, figure: Number) -> Text:
    """Return a reason's name and its figure, against what it is held to."""
    unit = "" if figure["unit"] == "VN_AQI" else figure["unit"]

    def said(language: str, since: str) -> str:
        told = lang.number(figure["value"], unit, decimals=figure["decimals"], language=language)
        held = lang.number(rule.limit.warning, language=language)
        return f"{lang.pick(rule.name, language)}: {told} ({since} {held})"

    return text(said("vi", "từ"), said("en", "from"))


def _rules(view: View, plan: StagePlan, state: StageState, seen: Mapping[str, Number]) -> Any:
    rows = []
    for rule in sorted(plan.rule, key=lambda rule: (-rule.stage, rule.id)):
        own = state.rules.get(rule.id, RuleState())
        figure = seen.get(rule.id)
        rows.append(
            {
                "name": rule.name,
                "stage": rule.stage,
                "figure": None if figure is None else figure["value"],
                "unit": "" if figure is None else figure["unit"],
                "limit": rule.limit.warning,
                "clear": rule.limit.clear,
                "state": _told(own, is_seen=figure is not None),
                "owner": view.city.agencies[rule.owner].name,
                "rule": rule.id,
            }
        )
    columns = [
        words("name", text("Quy tắc", "Rule")),
        column("stage", text("Giai đoạn", "Stage")),
        column("figure", text("Hiện tại", "Now"), decimals=1),
        column("limit", text("Ngưỡng", "From")),
        column("clear", text("Hết khi", "Ends at")),
        words("state", text("Trạng thái", "State")),
        words("owner", text("Đơn vị", "Owner")),
    ]
    made: Any = table(text("Quy tắc xác định giai đoạn", "Rules of the stage"), columns, rows)
    made["state"] = {
        "stage": state.stage,
        "since_ms": state.since_ms,
        "less_ms": state.less_ms,
        "rules": {name: each.to_json() for name, each in state.rules.items()},
    }
    return made


def _told(state: RuleState, *, is_seen: bool) -> Text:
    if not is_seen:
        return text("không có số liệu mới", "no new figure")
    if state.counts:
        return (
            text("đang tính", "counts")
            if state.otherwise_ms is None
            else text("đang tính, sắp hết", "counts, about to end")
        )
    if state.otherwise_ms is not None:
        return text("vượt ngưỡng, đang chờ", "past its threshold, waiting")
    return text("bình thường", "normal")


AGGREGATES = (
    Aggregate(
        STAGE,
        (),
        stage,
        reads=READS,
        remembers=True,
        label=text("Giai đoạn vận hành của thành phố", "The city's operating stage"),
    ),
)
