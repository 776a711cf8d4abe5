"""Coverage: which datasets of the city are registered, connected, live, by agency (R54).

- registered: known of, in `city/register.toml` or by a contract.
- connected: its own source has sent something. Files that are replayed and what is simulated show
  what it would look like; they connect nobody, and stand apart.
- live: connected, and not stale.

Coverage is live of registered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_access.aggregates.aggregate import MS, Aggregate, View, text
from data_access.aggregates.parts import column, number, words
from data_access.contracts import DatasetContract
from data_access.envelope import Payload

COVERAGE = "data.coverage"
STAGES = {
    "registered": text("đã đăng ký", "registered"),
    "shown": text("phát lại hoặc mô phỏng", "replayed or simulated"),
    "connected": text("đã kết nối, đang trễ", "connected, stale"),
    "live": text("đang sống", "live"),
}
_COLUMNS = (
    column("registered", text("Đã đăng ký", "Registered")),
    column("connected", text("Đã kết nối", "Connected")),
    column("live", text("Đang sống", "Live")),
    column("coverage", text("Độ phủ", "Coverage"), "%", 1),
    column("shown", text("Chỉ phát lại, mô phỏng", "Only replayed, simulated")),
)


def coverage(view: View) -> Payload:
    """Return coverage of the city, of each agency, and the stage of each dataset."""
    rows = [
        *(_row(view, each.id, each.name, each.owner, *_stage(view, each))
          for each in view.city.datasets.values()),
        *(_row(view, each.id, each.name, each.owner, "registered", None)
          for each in view.city.register.values()),
    ]  # fmt: skip
    whole = _counts(rows)
    agencies = [
        {"owner": agency.name, "agency": agency.id, **_counts(mine)}
        for agency in view.city.agencies.values()
        if (mine := [row for row in rows if row["agency"] == agency.id])
    ]
    agencies.sort(key=lambda row: (row["coverage"], -row["registered"], row["owner"]["vi"]))
    year = view.local(int(view.now_ms * MS)).year
    limit = view.city.limit(COVERAGE, "coverage")
    return {
        "numbers": {
            "coverage": number(
                text("Độ phủ dữ liệu", "Coverage of data"),
                whole["coverage"], "%", 1, limit=limit, year=year, better="up",
                note=text(f"{whole['live']} trên {whole['registered']} bộ đang sống",
                          f"{whole['live']} of {whole['registered']} datasets live"),
            ),
            "registered": number(text("Đã đăng ký", "Registered"), whole["registered"]),
            "connected": number(text("Đã kết nối", "Connected"), whole["connected"]),
            "live": number(text("Đang sống", "Live"), whole["live"]),
            "shown": number(
                text("Chỉ phát lại, mô phỏng", "Only replayed, simulated"), whole["shown"]
            ),
        },
        "tables": {
            "agencies": {
                "label": text("Độ phủ theo đơn vị", "Coverage by agency"),
                "columns": [words("owner", text("Đơn vị", "Agency")), *_COLUMNS],
                "rows": agencies,
                "total": len(agencies),
            },
            "datasets": {
                "label": text("Bộ dữ liệu", "Datasets"),
                "columns": [
                    words("name", text("Bộ dữ liệu", "Dataset")),
                    words("owner", text("Đơn vị", "Agency")),
                    words("stage", text("Bước", "Stage")),
                ],
                "rows": rows,
                "total": len(rows),
            },
        },
    }  # fmt: skip


def _stage(view: View, contract: DatasetContract) -> tuple[str, str | None]:
    """Return how far a dataset with a contract is, and where what is shown comes from."""
    current, newest_us = view.snapshot.current(contract.id), view.snapshot.newest_us(contract.id)
    if current is None or newest_us is None:
        return "registered", None
    if current.origin != "live":
        return "shown", current.origin
    age_ms = view.now_ms - view.glass_ms(contract.id, newest_us)
    return ("live" if age_ms <= contract.stale_after_ms else "connected"), current.origin


def _row(
    view: View, dataset: str, name: dict[str, str], owner: str, stage: str, origin: str | None
) -> dict[str, Any]:
    return {
        "dataset": dataset,
        "name": name,
        "owner": view.city.agencies[owner].name,
        "agency": owner,
        "stage": STAGES[stage],
        "stage_id": stage,
        "origin": origin,
        "has_contract": dataset in view.city.datasets,
    }


def _counts(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def of(*stages: str) -> int:
        return sum(row["stage_id"] in stages for row in rows)

    live = of("live")
    return {
        "registered": len(rows),
        "connected": of("connected", "live"),
        "live": live,
        "shown": of("shown"),
        "coverage": round(100 * live / len(rows), 1) if rows else 0.0,
    }


AGGREGATES = (Aggregate(COVERAGE, (), coverage, label=text("Độ phủ dữ liệu", "Coverage of data")),)
