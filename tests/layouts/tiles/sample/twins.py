"""Hand-made runs of the twins, as `twin/envelope.py` writes them: no engine said any of this."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import areas, envelope, links, text
from twin.result import Kpi, Spread
from twin.wards import tables as ward_tables

ASKED = {
    "traffic": text("Đóng đường Lê Duẩn", "Close Lê Duẩn"),
    "drainage": text("Dừng bơm Yên Sở (10 máy bơm)", "Pumps off Yên Sở (10 pumps)"),
    "coupled": text("Dừng bơm Yên Sở · 310 mm", "Pumps off Yên Sở · 310 mm"),
}
MINUTES = [float(minute) for minute in range(0, 61, 5)]
DEPTHS = [(0.05, "standing"), (0.15, "light"), (0.25, "motorbikes_slow"),
          (0.42, "motorbikes_stop"), (0.66, "closed")]  # fmt: skip
CHANGES = [(-52.0, "much_slower"), (-24.0, "slower"), (-9.0, "a_little_slower"), (1.0, "same"),
           (12.0, "faster"), (31.0, "much_faster")]  # fmt: skip
TRAFFIC = [
    ("meanSpeed", "Tốc độ trung bình", "Mean speed", "km/h", 1, "up", 24.6, 21.9, 0.4),
    ("delay", "Tổng thời gian trễ", "Total delay", "h", 0, "down", 3120, 3874, 96),
    ("arrived", "Chuyến đi đến nơi", "Trips that arrived", "", 0, "up", 14210, 13655, 120),
    ("reach", "Cấp cứu đến phường xa nhất", "Ambulance to the furthest ward", "min", 1, "down",
     9.4, 9.6, 0.5),
]  # fmt: skip
WATER = [
    ("floodVolume", "Lượng nước ngập lớn nhất", "Most water standing", "m³", 0, "down",
     812_000, 1_264_000, 0),
    ("placesStopped", "Nơi ngập trên 0,3 m", "Places over 0.3 m", "", 0, "down", 41, 88, 0),
    ("spotHours", "Tổng số giờ điểm đen ngập trên 0,3 m", "Hours of black spots over 0.3 m", "h", 1,
     "down", 12.4, 31.8, 0),
]  # fmt: skip
SPOTS = [
    ("Nguyễn Khuyến", "Nguyễn Khuyến", 0.66, "closed", 245),
    ("Ngã năm Bà Triệu", "Five ways of Bà Triệu", 0.42, "motorbikes_stop", 190),
    ("Hoa Bằng", "Hoa Bằng", 0.28, "motorbikes_slow", 120),
    ("Minh Khai, dốc Vĩnh Tuy", "Minh Khai, Vĩnh Tuy slope", 0.18, "light", 65),
]


def traffic() -> Envelope:
    """Return the newest run of the traffic twin."""
    return _run("traffic", TRAFFIC, {"speed": _speeds()})


def drainage() -> Envelope:
    """Return the newest run of the drainage twin."""
    return _run("drainage", WATER, {"depth": _depths(), "areaDepth": _ward_depths()}, spots=True)


def coupled() -> Envelope:
    """Return the newest run of both, coupled."""
    maps = {"depth": _depths(), "speed": _speeds()}
    return _run("coupled", WATER + TRAFFIC, maps, spots=True)


def _run(
    kind: str, kpis: list[tuple[Any, ...]], maps: dict[str, Any], *, spots: bool = False
) -> Envelope:
    tables: dict[str, Any] = {"kpis": _kpis(kpis)}
    if spots:
        tables["spots"] = _spots()
    tables |= _wards(kpis[0], spread=kind != "drainage")
    return envelope(
        f"twin.latest.{kind}",
        text("Kịch bản giả định", "What if"),
        "trung-tam-du-lieu",
        {"numbers": _numbers(kpis), "tables": tables, "maps": maps},
        origin="simulated",
        quality={
            "layers": {"twin.nodes": {"bounds": [[20.94, 105.77], [21.10, 105.90]]}},
            "twin": {
                "title": ASKED[kind],
                "kind": kind,
                "seeds": [1, 2, 3, 4, 5] if kind != "drainage" else [],
                "seedsDone": 5 if kind != "drainage" else 0,
                "fit": {"state": "uncalibrated", "why": text("Chưa có số đếm", "No counts")},
                "limits": [
                    text("214 chuyến không tìm được đường đi", "214 trips found no way"),
                    text("Sai số cân bằng nước lớn nhất 0,21%", "Mass balance error 0.21%"),
                ],
                "invented": [text("Lưới đường bên trong: giả định", "Inner streets: invented")],
            }
        },
    )  # fmt: skip


def _numbers(kpis: list[tuple[Any, ...]]) -> dict[str, Any]:
    return {
        name: {
            "label": text(vi, en),
            "value": value,
            "unit": unit,
            "decimals": decimals,
            "status": "normal",
            "previous": base,
        }
        for name, vi, en, unit, decimals, _, base, value, _ in kpis
    }


def _kpis(kpis: list[tuple[Any, ...]]) -> dict[str, Any]:
    rows = [
        {
            "id": name,
            "name": text(vi, en),
            "unit": unit,
            "decimals": decimals,
            "better": better,
            "base": base,
            "value": value,
            "delta": value - base,
            "low": value - base - wide,
            "high": value - base + wide,
        }
        for name, vi, en, unit, decimals, better, base, value, wide in kpis
    ]
    columns = [{"id": "name", "label": text("Chỉ số", "Figure"), "kind": "text"}]
    columns += [
        {"id": each, "label": text(each, each), "kind": "number"}
        for each in ("base", "value", "delta", "low", "high")
    ]
    label = text("Kết quả so với hiện trạng mô phỏng", "Against the simulated base")
    return {"label": label, "columns": columns, "rows": rows}


def _wards(figure: tuple[Any, ...], *, spread: bool) -> Mapping[str, Any]:
    name, vi, en, unit, decimals, better, base, value, _ = figure

    def told(index: int) -> Kpi:
        delta = (value - base) / 26 * (13 - index) / 6
        wide = abs(value - base) / 60 if spread else 0.0
        return {
            "id": name, "label": text(vi, en), "unit": unit, "decimals": decimals, "better": better,
            "base": _spread(base / 26, 0.0), "value": _spread(base / 26 + delta, wide),
            "delta": _spread(delta, wide),
        }  # fmt: skip

    units = areas()[:26]
    return ward_tables(
        {unit["code"]: [told(index)] for index, unit in enumerate(units)},
        {unit["code"]: text(unit["name"], unit["name"]) for unit in units},
    )


def _spread(mean: float, wide: float) -> Spread:
    return {"mean": mean, "low": mean - wide, "high": mean + wide, "bySeed": [mean]}


def _spots() -> dict[str, Any]:
    return {
        "label": text("Điểm ngập", "Flooded places"),
        "columns": [
            {"id": "name", "label": text("Điểm", "Place"), "kind": "text"},
            {"id": "depth", "label": text("Sâu nhất", "Deepest"), "kind": "number", "unit": "m",
             "decimals": 2},
            {"id": "band", "label": text("Mức", "Band"), "kind": "band", "scale": "flood_depth"},
            {"id": "minutes", "label": text("Kéo dài", "Lasting"), "kind": "number", "unit": "min",
             "decimals": 0},
        ],
        "rows": [
            {"name": text(vi, en), "depth": depth, "band": band, "minutes": minutes}
            for vi, en, depth, band, minutes in SPOTS
        ],
    }  # fmt: skip


def _speeds() -> dict[str, Any]:
    names = {link["id"]: link["name"] for link in links()}
    return _map(
        text("Thay đổi tốc độ theo kịch bản", "Change of speed in the scenario"), "links", "%", 0,
        "speed_change", names, CHANGES,
    )  # fmt: skip


def _depths() -> dict[str, Any]:
    names = {f"CAM-N{number:02d}": f"Nút {number}" for number in range(1, 40)}
    return _map(
        text("Độ sâu ngập mô phỏng", "Simulated flood depth"), "cameras", "m", 2, "flood_depth",
        names, DEPTHS,
    )  # fmt: skip


def _ward_depths() -> dict[str, Any]:
    names = {area["code"]: area["name"] for area in areas()[:26]}
    return _map(
        text("Chỗ ngập sâu nhất của từng phường", "Deepest place of each ward"), "areas", "m", 2,
        "flood_depth", names, DEPTHS,
    )  # fmt: skip


def _map(
    label: dict[str, str],
    layer: str,
    unit: str,
    decimals: int,
    scale: str,
    names: dict[str, str],
    values: list[tuple[float, str]],
) -> dict[str, Any]:
    found = {
        feature: {
            "value": values[index * 7 % len(values)][0],
            "band": values[index * 7 % len(values)][1],
            "label": text(name, name),
        }
        for index, (feature, name) in enumerate(names.items())
    }
    gravest = values[0][0] if values[0][0] < 0 else values[-1][0]
    return {
        "label": label,
        "layer": layer,
        "unit": unit,
        "decimals": decimals,
        "scale": scale,
        "values": found,
        "worst": [feature for feature, each in found.items() if each["value"] == gravest][:12],
        "frames": {
            "minutes": MINUTES,
            "values": {
                feature: [round(each["value"] * math.sin(m / 60 * math.pi), 2) for m in MINUTES]
                for feature, each in found.items()
            },
        },
    }
