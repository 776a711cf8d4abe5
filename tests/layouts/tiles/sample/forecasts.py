"""Findings of forecasts: a fan and its card, as analytics/forecast publishes them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from analytics.forecast import words
from analytics.forecast.card import COLUMNS
from analytics.forecast.lines import Course, lines_of, next_of
from data_access.envelope import Envelope
from tests.layouts.tiles.sample.making import DAY_MS, HOUR_MS, NOW_MS, envelope, text

# id, series, label, unit, decimals, step in ms, slots, level, sway, model?
FANS = (
    ("traffic-speed", "speed_kmh", text("Tốc độ trung bình", "Mean speed"), "km/h", 0,
     HOUR_MS / 4, 96, 31.0, 12.0, True),
    ("traffic-flow", "vehicles_h", text("Lưu lượng xe", "Traffic flow"), "xe/giờ", 0,
     HOUR_MS / 4, 96, 2400.0, 1900.0, False),
    ("air", "pm25", text("Bụi PM2.5", "PM2.5"), "µg/m³", 0, HOUR_MS, 72, 58.0, 25.0, True),
    ("calls", "calls", text("Cuộc gọi", "Calls"), "cuộc", 0, HOUR_MS, 48, 90.0, 80.0, False),
    ("epidemics", "dengue_cases", text("Sốt xuất huyết", "Dengue fever"), "ca", 0,
     7 * DAY_MS, 8, 240.0, 120.0, True),
    ("hospitals", "beds_occupied", text("Giường có người bệnh", "Occupied beds"), "giường", 0,
     HOUR_MS, 24, 21_400.0, 900.0, False),
)  # fmt: skip
TOTALS = (
    ("revenue", "revenue", text("Thu ngân sách", "Budget revenue"), 640_000.0, 513_800.0),
    ("disbursement", "investment_month", text("Vốn thực hiện", "Investment"), 104_000.0, None),
)


def findings() -> Iterator[Envelope]:
    """Yield one finding a forecast of the scenes."""
    for name, key, label, unit, decimals, step_ms, slots, level, sway, is_model in FANS:
        season = DAY_MS if step_ms < DAY_MS else 364 * DAY_MS
        before = [(at, level + sway * _wave(at, season)) for at in _times(-3 * slots, 0, step_ms)]
        ahead = _times(1, slots, step_ms)
        values = np.array([level + sway * _wave(at, season, rough=0.0) for at in ahead])
        widths = sway * 0.4 * np.sqrt(np.linspace(0.2, 1, slots))
        course = Course(
            key=key, label=label, unit=unit, decimals=decimals,
            step="hour" if step_ms < DAY_MS else "day", source={"dataset": "environment.air"},
            before=before, ahead_ms=ahead, values=values,
            low={0.8: values - widths, 0.95: values - 1.6 * widths},
            high={0.8: values + 1.1 * widths, 0.95: values + 1.9 * widths},
        )  # fmt: skip
        yield _finding(name, course, is_model=is_model)
    for name, key, label, total, target in TOTALS:
        before = [
            (at, total * 0.87 * (1 + i) / 320) for i, at in enumerate(_times(-319, 0, DAY_MS))
        ]
        ahead = _times(1, 36, DAY_MS)
        values = total * np.linspace(0.873, 1.0, 36)
        widths = total * np.linspace(0.0, 0.02, 36)
        course = Course(
            key=key, label=label, unit="tỷ đồng", decimals=0, step="day",
            source={"dataset": "economy.budget"},
            before=before, ahead_ms=ahead, values=values,
            low={0.8: values - widths, 0.95: values - 1.6 * widths},
            high={0.8: values + widths, 0.95: values + 1.6 * widths},
            target=target, target_label=text("dự toán năm", "the year's plan"),
        )  # fmt: skip
        yield _finding(name, course, is_total=True)


def _finding(
    name: str, course: Course, *, is_model: bool = False, is_total: bool = False
) -> Envelope:
    row = {
        "id": course.key,
        "name": course.label,
        "method": words.MODELLED
        if is_model
        else words.TOTALS["recent"]
        if is_total
        else words.HOURS,
        "lost": None if is_model or is_total else words.NO_BETTER,
        "naive": None if is_total else words.YESTERDAY,
        "is_naive": False,
        "is_model": is_model,
        "next": next_of(course)["value"],
        "mase": None if is_total else 0.731,
        "mase_naive": None if is_total else 0.874,
        "mase_profile": None if is_total else 0.792,
        "mase_model": None if is_total else 0.731,
        "error": 6.4,
        "error_even": 11.7 if is_total else None,
        "error_unit": "%" if is_total else course.unit,
        "coverage80": 81.2,
        "coverage95": 94.6,
        "tested": 14,
        "drift": words.DRIFT["steady"],
        "drift_state": "steady",
        "drift_times": 1.04,
        "came": 1320,
        "lived_error": 6.7,
        "lived80": 79.6,
        "lived95": 94.1,
        "stretches": [[220, 0.97], [220, 1.0], [220, 1.02], [220, 1.05], [220, 1.08], [220, 1.1]],
        "ahead": len(course.ahead_ms),
        "slot": words.SLOTS["PT1H"],
        "known": 1432,
        "slots": 1440,
        "from": NOW_MS - 60 * DAY_MS,
        "to": NOW_MS,
        "trained_rows": 150_000 if is_model else 0,
    }
    made = envelope(
        f"forecast.{name}",
        text(f"Dự báo {course.label['vi'].lower()}", f"Forecast of {course.label['en'].lower()}"),
        "trung-tam-du-lieu",
        {
            "numbers": {course.key: next_of(course)},
            "series": {course.key: lines_of(course)},
            "tables": {
                "series": {
                    "label": text("Các chuỗi dự báo", "Series forecast"),
                    "columns": list(COLUMNS),
                    "rows": [row],
                    "total": 1,
                }
            },
        },
        origin="simulated",
    )
    learned = {
        "engine": "HistGradientBoosting, scikit-learn 1.9.1",
        "features": ["ahead", "minute", "naive_short"],
        "trainedAtMs": NOW_MS - 5 * HOUR_MS,
        "trainedWhy": "stale",
        "wasKept": True,
        "fitHash": "3f9c" * 16,
        "retrainMs": DAY_MS,
        "drift": {},
    }
    quality = {} if is_total else learned
    return replace(made, datasets=(course.source["dataset"],), quality=quality)


def _times(first: int, last: int, step_ms: float) -> list[float]:
    return [NOW_MS + index * step_ms for index in range(first, last + 1)]


def _wave(at_ms: float, season_ms: float, *, rough: float = 0.3) -> float:
    turn = math.cos(2 * math.pi * at_ms / season_ms)
    noise = math.sin(at_ms / 1e5 * 12.9898) * 43758.5453
    return turn + rough * (noise - math.floor(noise) - 0.5)
