"""The model card of a series as a row: from when to when, how much, by what, how well, since when.

Errors are those of the newer half of the back-test (choice.py). The rows of a finding's table
`series` are these; a row that could not be forecast says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analytics.forecast import words
from analytics.forecast.forecasting import Forecast
from analytics.forecast.lines import Course
from analytics.forecast.rolling import MODEL
from analytics.forecast.total import BASELINE, Total
from analytics.grid import StepName
from analytics.series import Regular
from data_access.aggregates.aggregate import text
from data_access.aggregates.parts import column
from data_access.envelope import Column, Text

Row = dict[str, Any]
COLUMNS: tuple[Column, ...] = (
    column("name", text("Chuỗi", "Series"), kind="text"),
    column("method", text("Phương pháp", "Method"), kind="text"),
    column("next", text("Giá trị tới", "Next value"), decimals=1),
    column("mase", text("Sai số (lần)", "Error (times)"), decimals=2),
    column("mase_naive", text("Lặp lại (lần)", "Repeat (times)"), decimals=2),
    column("mase_profile", text("Trung bình (lần)", "Mean (times)"), decimals=2),
    column("mase_model", text("Mô hình (lần)", "Model (times)"), decimals=2),
    column("error", text("Sai số", "Error"), decimals=2),
    column("coverage80", text("Phủ 80%", "Covers 80%"), "%", 0),
    column("coverage95", text("Phủ 95%", "Covers 95%"), "%", 0),
    column("tested", text("Lần kiểm định", "Tests"), decimals=0),
    column("drift", text("Lệch", "Drift"), kind="text"),
    column("known", text("Số giá trị", "Values"), decimals=0),
    column("from", text("Từ", "From"), kind="instant"),
    column("to", text("Đến", "To"), kind="instant"),
)


def row_of(
    course: Course,
    found: Forecast,
    known: Regular,
    *,
    step: StepName,
    extent_ms: tuple[float, float],
) -> Row:
    """Return the card of a forecast; `extent_ms` is of its data, in the time it was recorded."""
    choice = found.choice
    return {
        **_common(course.key, course.label, known, extent_ms),
        "method": words.method_words(choice, known.grid, len(known.values)),
        "lost": words.lost_words(choice),
        "naive": words.naive_words(choice, known.grid, len(known.values)),
        "is_naive": choice.method == choice.naive,
        "is_model": choice.method == MODEL,
        "mase": rounded(choice.mase["shown"], 3),
        "mase_naive": rounded(choice.mase["naive"], 3),
        "mase_profile": rounded(choice.mase["profile"], 3),
        "mase_model": rounded(choice.mase.get("model"), 3),
        "error": rounded(choice.errors["shown"], 3),
        "error_unit": course.unit,
        "coverage80": per_cent(found.coverage[0.8]),
        "coverage95": per_cent(found.coverage[0.95]),
        "tested": choice.tested,
        "ahead": len(found.slots),
        "slot": words.SLOTS[step],
        "trained_rows": found.trained_rows if choice.method == MODEL else 0,
        "unit": course.unit,
        "decimals": course.decimals,
        "source": course.source,
    }


def row_of_total(
    course: Course, found: Total, known: Regular, *, step: StepName, extent_ms: tuple[float, float]
) -> Row:
    """Return the card of a year's total: errors are per cent of what was still to come."""
    return {
        **_common(course.key, course.label, known, extent_ms),
        "method": words.TOTALS[found.method],
        "lost": None,
        "is_model": False,
        "mase": None,
        "mase_naive": None,
        "mase_profile": None,
        "mase_model": None,
        "error": rounded(found.errors.get(found.method), 1),
        "error_even": rounded(found.errors.get(BASELINE), 1),
        "error_unit": "%",
        "coverage80": per_cent(found.coverage[0.8]),
        "coverage95": per_cent(found.coverage[0.95]),
        "tested": found.tests,
        "drift": words.DRIFT["unknown"],
        "drift_state": "unknown",
        "drift_times": None,
        "ahead": len(found.slots),
        "slot": words.SLOTS[step],
        "trained_rows": 0,
        "unit": course.unit,
        "decimals": course.decimals,
        "source": course.source,
    }


def row_refused(key: str, label: Text, why: Text, source: Mapping[str, Any]) -> Row:
    """Return the row of a series that cannot be forecast."""
    return {"id": key, "name": label, "method": why, "reason": why, "is_model": False,
            "drift_state": "unknown", "source": dict(source)}  # fmt: skip


def _common(key: str, label: Text, known: Regular, extent_ms: tuple[float, float]) -> Row:
    return {
        "id": key,
        "name": label,
        "known": known.known,
        "slots": len(known.values),
        "from": extent_ms[0],
        "to": extent_ms[1],
    }


def rounded(figure: float | None, decimals: int) -> float | None:
    """Return a figure to so many decimals."""
    return None if figure is None else round(figure, decimals)


def per_cent(share: float | None) -> float | None:
    """Return a share in per cent."""
    return None if share is None else round(share * 100, 1)
