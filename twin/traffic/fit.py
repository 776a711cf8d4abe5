"""How well a calibration fits, in one word and its figures: GEH at junctions, speeds of links.

Calibrated is what fits where counts were used, and where they were held back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from data_access.envelope import Text
from twin.result import Fit

GOOD_GEH = 5.0
USED_SHARE, HELD_SHARE = 85.0, 50.0  # % of junctions below GOOD_GEH, from which it is calibrated


def geh(modelled: float, counted: float) -> float:
    """Return the GEH of two hourly volumes: sqrt(2 (m - c)^2 / (m + c)); 0 where both are 0."""
    total = modelled + counted
    return math.sqrt(2 * (modelled - counted) ** 2 / total) if total > 0 else 0.0


def fit_of(
    points: Sequence[Mapping[str, Any]],
    speeds: Sequence[Mapping[str, Any]],
    origins: Mapping[str, str],
) -> Fit:
    """Return the fit in one word, why, and its figures; simulated counts are said to be that."""
    before = [geh(each["before"], each["counted"]) for each in points]
    shares = [
        100 * sum(figure < GOOD_GEH for figure in some) / len(some)
        for some in (
            [each["geh"] for each in points],
            [each["heldBackGeh"] for each in points],
            before,
        )
    ]
    figures = {
        "gehBelow5Pct": round(shares[0], 1),
        "heldBackGehBelow5Pct": round(shares[1], 1),
        "beforeGehBelow5Pct": round(shares[2], 1),
        "junctions": float(len(points)),
    }
    if speeds:
        errors = [each["simulated"] - each["observed"] for each in speeds]
        figures["speedErrorKmh"] = round(sum(map(abs, errors)) / len(errors), 1)
        figures["speedBiasKmh"] = round(sum(errors) / len(errors), 1)
    full = sum(each["full"] and each["geh"] >= GOOD_GEH for each in points)
    said = _said(shares, full, simulated="simulated" in origins.values())
    if shares[0] >= USED_SHARE and shares[1] >= HELD_SHARE:
        return {"state": "calibrated", "why": said, "figures": figures}
    return {"state": "uncalibrated", "why": said, "figures": figures}


def _said(shares: Sequence[float], full: int, *, simulated: bool) -> Text:
    used, held, before = map(round, shares)
    of = {"vi": "số đếm mô phỏng", "en": "simulated counts"} if simulated else {
        "vi": "số đếm của camera", "en": "counts of cameras"}  # fmt: skip
    why = {
        "vi": f"; ở {full} nút đường của mô hình đã đầy, không cho qua nhiều như đếm được",
        "en": f"; at {full} junctions the model's roads are full and let through less than counted",
    }
    if not full:
        why = {"vi": "", "en": ""}
    return {
        "vi": f"GEH dưới 5 ở {used}% nút khi dùng để hiệu chỉnh, {held}% nút khi giữ lại để kiểm "
        f"tra, {before}% trước hiệu chỉnh "
        f"({of['vi']}; cần {USED_SHARE:.0f}% và {HELD_SHARE:.0f}%){why['vi']}",
        "en": f"GEH below 5 at {used}% of the junctions when used, {held}% when held back, "
        f"{before}% before any calibration "
        f"({of['en']}; {USED_SHARE:.0f}% and {HELD_SHARE:.0f}% are needed){why['en']}",
    }
