"""The live sources as a table: which answer, since when not, and when they are tried again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data_access.aggregates.aggregate import MS, View, text
from data_access.envelope import Column, Table
from data_access.intake.health import Health
from language import in_all_languages

STATES = {
    "up": text("hoạt động", "up"),
    "waiting": text("đang chờ", "waiting"),
    "failing": text("lỗi", "failing"),
}
PORT_NAME = text("Cổng nhận của feed", "The feed's port")
_ORDER = ("failing", "waiting", "up")
_COUNTS = (
    ("failures", text("Lỗi liên tiếp", "Failures")),
    ("rows", text("Dòng nhận", "Rows")),
    ("refused", text("Dòng loại", "Refused")),
    ("withdrawn", text("Dòng rút lại", "Withdrawn")),
    ("turned", text("Lượt bị chặn", "Turned away")),
)
_TIMES = (
    ("tried", text("Lần thử", "Last try")),
    ("until", text("Thử lại", "Next try")),
)


def live_sources(view: View, sources: Sequence[Health]) -> Table:
    """Return a row for each way of each dataset, those in trouble first."""
    rows = [_row(view, each) for each in sources]
    rows.sort(key=lambda row: (_ORDER.index(row["state_id"]), -row["failures"], row["way"]))
    return {
        "label": text("Nguồn trực tiếp", "Live sources"),
        "columns": [
            _column("name", text("Bộ dữ liệu", "Dataset"), "text"),
            _column("state", text("Tình trạng", "State"), "text"),
            _column("success", text("Trả lời", "Last answer"), "instant"),
            *(_column(name, label, "number", decimals=0) for name, label in _COUNTS),
            _column("way", text("Cách", "Way"), "text"),
            *(_column(name, label, "instant") for name, label in _TIMES),
            _column("lag", text("Trễ", "Lag"), "number", unit="s", decimals=0),
            _column("megabytes", text("Dung lượng", "Size"), "number", unit="MB", decimals=1),
            _column("place", text("Nơi", "Place"), "text"),
            _column("error", text("Lý do", "Reason"), "text"),
        ],
        "rows": rows,
        "total": len(rows),
    }


def _row(view: View, health: Health) -> dict[str, Any]:
    contract = view.city.datasets.get(health.dataset)
    state = "failing" if health.failures else "waiting" if health.is_waiting else "up"
    return {
        "name": PORT_NAME if contract is None else contract.name,
        "state": STATES[state],
        "state_id": state,
        "success": _ms(health.last_success_us),
        "failures": health.failures,
        "rows": health.rows,
        "refused": health.refused,
        "withdrawn": health.withdrawn,
        "turned": health.turned_away,
        "way": health.way,
        "tried": _ms(health.last_try_us),
        "until": _ms(health.until_us),
        "lag": None if health.lag_us is None else health.lag_us / 1_000_000,
        "megabytes": health.size / 1_000_000,
        "place": health.place,
        "error": in_all_languages(health.error),
        "source": {"dataset": health.dataset},
    }


def _column(name: str, label: dict[str, str], kind: str, **more: Any) -> Column:
    made: Any = {"id": name, "label": label, "kind": kind, **more}
    return made  # type: ignore[no-any-return]


def _ms(at_us: int | None) -> float | None:
    return None if at_us is None else at_us / MS
