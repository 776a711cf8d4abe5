"""One run held against another as a run is held against its base: figures, and maps over time.

Pure. Equal seeds make pairs, as base and what-if do. Where two runs did not draw the same chance,
the interval holds every difference their own intervals allow: it is wider, never too narrow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_access.envelope import Text
from twin.result import Frames, Kpi, RunResult, Spread, text

DIGITS = 6
# Student's t at 97.5 % by pairs less one; a run has five seeds at the most.
T_975: Mapping[int, float] = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
# What a map of a difference is called, of the frames it is made of; dry ground has no course.
SHOWN: Mapping[str, str] = {"speed": "speed", "depth": "depthChange"}
DRY: Mapping[str, float | None] = {"speed": None, "depth": 0.0}
OTHER_CHANCE = text(
    "Hai lần chạy gieo ngẫu nhiên khác nhau: khoảng của chênh lệch rộng hơn",
    "The runs drew other chances: the interval of the difference is wider",
)
OTHER_NETWORK = text(
    "Hai lần chạy trên hai mô hình khác nhau: không có bản đồ chênh lệch",
    "The runs are of different models: there is no map of their difference",
)


def against(one: RunResult, other: RunResult) -> RunResult:
    """Return `other` with `one` as its base: all figures both have, maps where both are alike."""
    is_paired = one["seeds"][: one["seedsDone"]] == other["seeds"][: other["seedsDone"]]
    first = {kpi["id"]: kpi for kpi in one["kpis"]}
    kpis = [
        _kpi(first[kpi["id"]], kpi, is_paired=is_paired)
        for kpi in other["kpis"]
        if kpi["id"] in first and first[kpi["id"]]["unit"] == kpi["unit"]
    ]
    frames = {
        SHOWN[name]: _frames(name, one["frames"][name], other["frames"][name])
        for name in SHOWN
        if name in one["frames"] and name in other["frames"] and _is_alike(name, one, other)
    }
    said: list[Text] = [] if is_paired else [OTHER_CHANCE]
    said += [] if frames else [OTHER_NETWORK]
    return {
        **other,
        "fit": other["fit"] if one["fit"]["state"] == "calibrated" else one["fit"],
        "kpis": kpis,
        "areas": {},
        "frames": frames,
        "invented": _once([*one["invented"], *other["invented"]]),
        "limits": _once([*said, *one["limits"], *other["limits"]]),
        "details": {},
    }


def against_base(one: RunResult) -> RunResult:
    """Return a run as it is, with a map of what it changes of the depth of its base."""
    depth = one["frames"].get("depth")
    if depth is None:
        return one
    dry = [DRY["depth"]] * len(depth["minutes"])
    every = dict.fromkeys(depth.get("dry", ()), dry)
    change: Frames = {
        **depth,
        "base": {**every, **depth["base"]},
        "value": {**every, **depth["value"]},
    }
    return {**one, "frames": {**one["frames"], "depthChange": change}}


def _is_alike(name: str, one: RunResult, other: RunResult) -> bool:
    """Tell whether both runs' maps have the same places."""
    layers = {result["frames"][name]["layer"] for result in (one, other)}
    return len(layers) == 1 and all(
        one["geometry"].get(layer) == other["geometry"].get(layer) for layer in layers
    )


def _kpi(one: Kpi, other: Kpi, *, is_paired: bool) -> Kpi:
    before, after = one["value"], other["value"]
    if is_paired and len(before["bySeed"]) == len(after["bySeed"]):
        pairs = zip(before["bySeed"], after["bySeed"], strict=True)
        delta = _spread([b - a for a, b in pairs])
    else:
        delta = {
            "mean": round(after["mean"] - before["mean"], DIGITS),
            "low": round(after["low"] - before["high"], DIGITS),
            "high": round(after["high"] - before["low"], DIGITS),
            "bySeed": [],
        }
    return {**other, "base": before, "value": after, "delta": delta}


def _spread(by_seed: Sequence[float]) -> Spread:
    count = len(by_seed)
    mean = sum(by_seed) / count
    half = 0.0
    if count > 1:
        variance = sum((each - mean) ** 2 for each in by_seed) / (count - 1)
        half = T_975[min(count - 1, max(T_975))] * (variance / count) ** 0.5
    low, high = round(mean - half, DIGITS), round(mean + half, DIGITS)
    told = [round(each, DIGITS) for each in by_seed]
    return {"mean": round(mean, DIGITS), "low": low, "high": high, "bySeed": told}


def _frames(name: str, one: Frames, other: Frames) -> Frames:
    """Return what both maps show, at the minutes that both have."""
    minutes = [minute for minute in one["minutes"] if minute in set(other["minutes"])]

    def taken(frames: Frames) -> dict[str, list[float | None]]:
        place = {minute: index for index, minute in enumerate(frames["minutes"])}
        dry = [DRY[name]] * len(frames["minutes"])
        courses = {each: frames["value"].get(each, dry) for each in features}
        return {
            each: [course[place[minute]] if place[minute] < len(course) else None
                   for minute in minutes]
            for each, course in courses.items()
        }  # fmt: skip

    stayed_dry = {*one.get("dry", ()), *other.get("dry", ())}
    features = sorted({*one["value"], *other["value"], *stayed_dry})
    return {**other, "minutes": minutes, "base": taken(one), "value": taken(other)}


def _once(texts: Sequence[Text]) -> list[Text]:
    return list({each.get("vi", ""): each for each in texts}.values())
