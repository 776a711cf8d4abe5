"""Results made by hand, for what reads results: no engine has said any of this."""

from __future__ import annotations

from typing import Any

from twin.result import Kpi, RunResult, Spread


def spread(mean: float, wide: float = 0.0) -> Spread:
    """Return a figure with an interval `wide` to both sides."""
    return {"mean": mean, "low": mean - wide, "high": mean + wide, "bySeed": [mean]}


def kpi(name: str, base: float, value: float, *, wide: float = 0.0, better: str = "down") -> Kpi:
    """Return a figure of base and what-if."""
    return {
        "id": name,
        "label": {"vi": f"Chỉ số {name}", "en": f"Figure {name}"},
        "unit": "h",
        "decimals": 1,
        "better": better,  # type: ignore[typeddict-item]
        "base": spread(base),
        "value": spread(value, wide),
        "delta": spread(value - base, wide),
    }


def line(name: str, *places: tuple[float, float]) -> dict[str, Any]:
    """Return a feature along these places (lon, lat)."""
    return {
        "type": "Feature",
        "id": name,
        "properties": {"id": name, "name": f"Phố {name}"},
        "geometry": {"type": "LineString", "coordinates": [list(place) for place in places]},
    }


def point(name: str, place: tuple[float, float]) -> dict[str, Any]:
    """Return a feature at a place (lon, lat)."""
    return {
        "type": "Feature",
        "id": name,
        "properties": {"id": name, "name": {"vi": name, "en": name}},
        "geometry": {"type": "Point", "coordinates": list(place)},
    }


def result(kind: str = "traffic", **more: Any) -> RunResult:
    """Return a run of a twin: two links, one slower than the base; for water two manholes."""
    layer = "twin.links" if kind == "traffic" else "twin.nodes"
    features = [
        line("a", (105.84, 21.02), (105.85, 21.03)),
        line("b", (105.85, 21.0), (105.86, 21.0)),
    ]
    frames: Any = {
        "speed": {
            "layer": layer, "unit": "km/h", "decimals": 1, "minutes": [0.0, 30.0],
            "base": {"a": [20.0, 20.0], "b": [30.0, None]},
            "value": {"a": [10.0, 5.0], "b": [30.0, 31.0]},
        }
    }  # fmt: skip
    if kind == "drainage":
        features = [point("a", (105.84, 21.0)), point("b", (105.84, 21.01))]
        frames = {
            "depth": {
                "layer": layer, "unit": "cm", "decimals": 0, "minutes": [0.0, 10.0, 20.0],
                "base": {"a": [0.0, 5.0, 5.0], "b": [0.0, 0.0, 0.0]},
                "value": {"a": [0.0, 45.0, 20.0], "b": [0.0, 1.0, None]},
            }
        }  # fmt: skip
    made: Any = {
        "kind": kind,
        "engine": {"engine": "1.0"},
        "seeds": [1, 2] if kind == "traffic" else [],
        "seedsDone": 2 if kind == "traffic" else 0,
        "fit": {"state": "uncalibrated", "why": {"vi": "chưa có số đếm", "en": "no counts"}},
        "kpis": [
            kpi("delay", 100.0, 140.0, wide=10.0),
            kpi("arrived", 50.0, 49.0, wide=3.0, better="up"),
        ],
        "areas": {},
        "frames": frames,
        "geometry": {layer: {"type": "FeatureCollection", "features": features}},
        "invented": [{"vi": "lưới đường giả định", "en": "invented streets"}],
        "limits": [{"vi": "3 chuyến bị bỏ", "en": "3 trips dropped"}],
        "details": {},
    }  # fmt: skip
    made.update(more)
    found: RunResult = made
    return found
