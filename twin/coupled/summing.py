"""Two results as one: figures of water and of traffic beside each other, and how far help is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data_access.envelope import Text
from twin.drainage.results import kpi
from twin.result import Fit, Kpi, RunResult, text

Hour = tuple[float, float]
REACH: Mapping[str, Text] = {
    "hospital": text("Xe cứu thương đến nơi", "Ambulance to the place"),
    "fire": text("Xe chữa cháy đến nơi", "Fire engine to the place"),
}
WORST_OF_HOUR = text(
    "Đường chịu độ sâu ngập lớn nhất trong giờ được chọn, suốt cả giờ",
    "Roads bear the greatest depth of the chosen hour throughout it",
)
DRY_BASE = text(
    "Phương án nền của giao thông là đường không ngập",
    "The base of traffic is on dry roads",
)


def water_only(water: RunResult, floods: Mapping[str, float], hour_min: Hour | None) -> RunResult:
    """Return the chain's answer while only the water is known."""
    return {
        **water,
        "kind": "coupled",
        "details": {**water["details"], "traffic": None, **_link(floods, hour_min)},
    }


def joined(
    water: RunResult, roads: Mapping[str, Any], floods: Mapping[str, float], hour_min: Hour
) -> RunResult:
    """Return the chain's answer."""
    reach = roads["details"].get("reach", {})
    areas: dict[str, list[Kpi]] = {code: list(kpis) for code, kpis in water["areas"].items()}
    for code, kpis in roads["areas"].items():
        areas.setdefault(code, []).extend(kpis)
    for code, kpis in _reach_by_area(reach).items():
        areas.setdefault(code, []).extend(kpis)
    return {
        "kind": "coupled",
        "engine": {**water["engine"], **roads["engine"]},
        "seeds": roads["seeds"],
        "seedsDone": roads["seedsDone"],
        "fit": _worse(water["fit"], roads["fit"]),
        "kpis": [*water["kpis"], *roads["kpis"], *_reach(reach)],
        "areas": dict(sorted(areas.items())),
        "frames": {**water["frames"], **roads["frames"]},
        "geometry": {**water["geometry"], **roads["geometry"]},
        "invented": _once([*water["invented"], *roads["invented"]]),
        "limits": _once([*water["limits"], *roads["limits"], WORST_OF_HOUR, DRY_BASE]),
        "details": {
            **water["details"],
            "traffic": roads["details"],
            "reach": reach,
            **_link(floods, hour_min),
        },
    }


def _link(floods: Mapping[str, float], hour_min: Hour | None) -> dict[str, Any]:
    return {
        "floods": dict(sorted(floods.items())),
        "hourMin": None if hour_min is None else list(hour_min),
    }


def _worse(one: Fit, other: Fit) -> Fit:
    """Return the fit of a chain: it is as good as its weaker half."""
    weaker = one if one["state"] == "uncalibrated" else other
    why = {lang: f"{one['why'][lang]}; {other['why'][lang]}" for lang in ("vi", "en")}
    seen = [*one.get("seen", ()), *other.get("seen", ())]
    fit: Fit = {"state": weaker["state"], "why": why}
    return {**fit, "seen": seen} if seen else fit


def _reach(reach: Mapping[str, Any]) -> list[Kpi]:
    """Mean minutes over the wards that help reaches before and after, and how many it does not."""
    found: list[Kpi] = []
    for kind, there in sorted(reach.items()):
        both = [
            (minutes["base"], minutes["value"])
            for minutes in there["areas"].values()
            if minutes["base"] is not None and minutes["value"] is not None
        ]
        label = REACH.get(kind, text(kind, kind))
        if both:
            base, value = (sum(side) / len(both) for side in zip(*both, strict=True))
            found.append(kpi(f"reach.{kind}", label, "phút", 1, "down", base, value))
        cut = text(
            f"{label['vi']}: nơi không còn đường đến", f"{label['en']}: places no way leads to"
        )
        found.append(kpi(f"cutOff.{kind}", cut, "", 0, "down", 0, len(there["cutOff"])))
    return found


def _reach_by_area(reach: Mapping[str, Any]) -> dict[str, list[Kpi]]:
    found: dict[str, list[Kpi]] = {}
    for kind, there in sorted(reach.items()):
        label = REACH.get(kind, text(kind, kind))
        for code, minutes in there["areas"].items():
            if minutes["base"] is not None and minutes["value"] is not None:
                figure = kpi(
                    f"reach.{kind}", label, "phút", 1, "down", minutes["base"], minutes["value"]
                )
                found.setdefault(code, []).append(figure)
    return found


def _once(texts: list[Text]) -> list[Text]:
    found: list[Text] = []
    for each in texts:
        if each not in found:
            found.append(each)
    return found
