"""How sample envelopes are made: the clock they were made at, owners, figures, lines, names."""

from __future__ import annotations

import csv
import math
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data_access.classification import Classification
from data_access.envelope import Envelope, Origin, Payload

HOUR_MS = 3_600_000.0
DAY_MS = 24 * HOUR_MS
NOW_MS = 1_764_067_500_000.0  # 2025-11-25 17:45 in Hanoi
ROOT = Path(__file__).parents[4]

OWNERS = {
    "khi-tuong-thuy-van": (
        "Trung tâm Dự báo khí tượng thủy văn quốc gia",
        "National Centre for Hydro-Meteorological Forecasting",
    ),
    "tai-chinh": ("Sở Tài chính", "Department of Finance"),
    "thong-ke": ("Thống kê TP Hà Nội", "Hanoi Statistics"),
    "cong-an": ("Công an TP Hà Nội", "Hanoi City Police"),
    "nong-nghiep-moi-truong": (
        "Sở Nông nghiệp và Môi trường",
        "Department of Agriculture and Environment",
    ),
    "thoat-nuoc": ("Công ty Thoát nước Hà Nội (HSDC)", "Hanoi Sewerage and Drainage Company"),
    "cdc": ("CDC Hà Nội", "Hanoi Centre for Disease Control"),
    "trung-tam-du-lieu": (
        "Văn phòng UBND TP - Trung tâm Truyền thông, Dữ liệu và Công nghệ số",
        "City People's Committee Office - Centre for Communications, Data and Digital Technology",
    ),
    "xay-dung": ("Sở Xây dựng", "Department of Construction"),
    "giao-duc": ("Sở Giáo dục và Đào tạo", "Department of Education and Training"),
    "y-te": ("Sở Y tế", "Department of Health"),
}


def text(vi: str, en: str) -> dict[str, str]:
    """Return a text in both languages."""
    return {"vi": vi, "en": en}


def envelope(
    aggregate: str,
    label: dict[str, str],
    owner: str,
    payload: Payload,
    *,
    origin: Origin = "replay",
    age_ms: float = 4 * 60_000.0,
    stale_after_ms: float = HOUR_MS,
    source_at_ms: float | None = 1_331_600_000_000.0,
    version: int = 7,
    **more: Any,
) -> Envelope:
    """Return an envelope with the usual particulars."""
    owner_vi, owner_en = OWNERS[owner]
    return Envelope(
        realm="live",
        aggregate=aggregate,
        version=version,
        label=label,
        state=more.pop("state", "ok"),
        made_at_ms=NOW_MS,
        as_of_ms=NOW_MS - age_ms,
        source_at_ms=source_at_ms if origin == "replay" else None,
        stale_after_ms=stale_after_ms,
        owner=owner,
        owner_label=text(owner_vi, owner_en),
        datasets=(aggregate,),
        origin=origin,
        classification=Classification("internal"),
        payload=payload,
        **more,
    )


def absent(aggregate: str, label: dict[str, str], owner: str) -> Envelope:
    """Return the envelope of an aggregate nobody feeds."""
    return envelope(
        aggregate,
        label,
        owner,
        {},
        state="absent",
        reason=text("Chưa có nguồn dữ liệu trong hồ dữ liệu", "No source in the data lake"),
    )


def number(
    vi: str,
    en: str,
    value: float | None,
    unit: str,
    decimals: int = 0,
    status: str = "normal",
    **more: Any,
) -> Any:
    """Return one figure."""
    return {
        "label": text(vi, en),
        "value": value,
        "unit": unit,
        "decimals": decimals,
        "status": status,
        **more,
    }


def line(name: str, vi: str, en: str, points: list[list[float | None]]) -> Any:
    """Return one line of a series."""
    return {"id": name, "label": text(vi, en), "points": points}


def wave(
    count: int,
    step_ms: float,
    low: float,
    high: float,
    *,
    turns: float,
    phase: float = 0.0,
    rough: float = 0.12,
) -> list[list[float | None]]:
    """Return `count` points up to now that rise and fall between `low` and `high`."""
    points: list[list[float | None]] = []
    for index in range(count):
        at = NOW_MS - (count - 1 - index) * step_ms
        turn = 0.5 - 0.5 * math.cos(2 * math.pi * turns * index / count + phase)
        noise = math.sin(index * 12.9898) * 43758.5453
        turn = min(1.0, max(0.0, turn + rough * (noise - math.floor(noise) - 0.5)))
        points.append([at, round(low + (high - low) * turn, 2)])
    return points


def months(count: int) -> list[float]:
    """Return the beginnings of the last `count` months, oldest first."""
    zone = ZoneInfo("Asia/Ho_Chi_Minh")
    year, month = 2025, 11
    found = []
    for _ in range(count):
        found.append(datetime(year, month, 1, tzinfo=zone).timestamp() * 1000)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return found[::-1]


def areas() -> list[dict[str, str]]:
    """Return the units of the city folder."""
    with (ROOT / "city" / "areas.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def links() -> list[dict[str, Any]]:
    """Return the links of the road network: id, name."""
    network = tomllib.loads((ROOT / "city" / "network.toml").read_text(encoding="utf-8"))
    names = {node["id"]: node["name"] for node in network["node"]}
    found = []
    for link in network["link"]:
        ends = (link.get("from") or link.get("a"), link.get("to") or link.get("b"))
        found.append(
            {
                "id": link.get("id") or "-".join(ends),
                "from": ends[0],
                "to": ends[1],
                "name": f"{names[ends[0]]} → {names[ends[1]]}",
            }
        )
    return found


def table(vi: str, en: str, columns: dict[str, Any], rows: list[tuple[Any, ...]]) -> Any:
    """Return a table: column id -> (vi, en) of words, (vi, en, unit, decimals) of numbers."""
    heads = []
    for name, (first, second, *rest) in columns.items():
        head: dict[str, Any] = {"id": name, "label": text(first, second), "kind": "text"}
        if rest:
            head |= {"kind": "number", "unit": rest[0], "decimals": rest[1]}
        heads.append(head)
    found = [
        {
            name: text(*cell) if isinstance(cell, tuple) else cell
            for name, cell in zip(columns, row, strict=True)
        }
        for row in rows
    ]
    return {"label": text(vi, en), "columns": heads, "rows": found, "total": len(found)}


def course(vi: str, en: str, unit: str, step: str, lines: list[Any], decimals: int = 0) -> Any:
    """Return a series."""
    return {
        "label": text(vi, en),
        "unit": unit,
        "decimals": decimals,
        "step": step,
        "lines": lines,
    }


def of_units(vi: str, en: str, unit: str, scale: str, values: list[tuple[float, str]]) -> Any:
    """Return a map of the city's units; `values` (figure, band) go round."""
    units = areas()
    found = {
        unit_["code"]: {"value": values[at % len(values)][0], "band": values[at % len(values)][1]}
        for at, unit_ in enumerate(units)
    }
    worst = sorted(found, key=lambda code: -found[code]["value"])[:12]
    return {
        "label": text(vi, en),
        "layer": "areas",
        "unit": unit,
        "decimals": 0,
        "scale": scale,
        "values": found,
        "worst": worst,
    }
