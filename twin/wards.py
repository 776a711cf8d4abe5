"""What a run changes ward by ward: each figure of all wards, who is harmed most first.

Pure. Pages, tiles and paper tell the same figures in the same order by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data_access.envelope import Column, Table, Text
from twin.comparison import verdict
from twin.result import Kpi

Areas = Mapping[str, Sequence[Kpi]]  # code of a ward -> its figures
OF_WARDS = "wards."  # of the names of their tables


def by_figure(areas: Areas) -> dict[str, list[tuple[str, Kpi]]]:
    """Return each figure's wards (code, figure), the one it harms most first.

    First comes the figure of which most wards are told apart from their base: it tells most.
    """
    found: dict[str, list[tuple[str, Kpi]]] = {}
    for code, kpis in areas.items():
        for kpi in kpis:
            found.setdefault(kpi["id"], []).append((code, kpi))
    ordered = sorted(found, key=lambda name: -sum(_is_told(kpi) for _, kpi in found[name]))
    return {name: sorted(found[name], key=lambda row: (-harm(row[1]), row[0])) for name in ordered}


def harm(kpi: Kpi) -> float:
    """Return by how much a ward is worse off than its base."""
    mean = kpi["delta"]["mean"]
    return mean if kpi["better"] == "down" else -mean


def tables(areas: Areas, names: Mapping[str, Text]) -> dict[str, Table]:
    """Return what tiles read of wards: a table for each figure, in the order of `by_figure`."""
    return {f"{OF_WARDS}{name}": _table(rows, names) for name, rows in by_figure(areas).items()}


def _table(rows: Sequence[tuple[str, Kpi]], names: Mapping[str, Text]) -> Table:
    first = rows[0][1]

    def column(name: str, vi: str, en: str) -> Column:
        return {
            "id": name,
            "label": {"vi": vi, "en": en},
            "kind": "number",
            "unit": first["unit"],
            "decimals": first["decimals"],
        }

    return {
        "label": first["label"],
        "columns": [
            {"id": "name", "label": {"vi": "Phường", "en": "Ward"}, "kind": "text"},
            column("base", "Hiện trạng", "Base"),
            column("value", "Kịch bản", "What-if"),
            column("delta", "Chênh lệch", "Difference"),
            column("low", "Từ (95%)", "From (95%)"),
            column("high", "Đến (95%)", "To (95%)"),
        ],
        "rows": [
            {
                "id": first["id"],
                "name": names.get(code) or {"vi": code, "en": code},
                "unit": kpi["unit"],
                "decimals": kpi["decimals"],
                "better": kpi["better"],
                "base": kpi["base"]["mean"],
                "value": kpi["value"]["mean"],
                "delta": kpi["delta"]["mean"],
                "low": kpi["delta"]["low"],
                "high": kpi["delta"]["high"],
            }
            for code, kpi in rows
        ],
    }


def _is_told(kpi: Kpi) -> bool:
    return verdict(kpi) != "same"
