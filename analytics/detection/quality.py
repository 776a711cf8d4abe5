"""How good the detectors are, measured: by what people said of alerts, and by a labelled replay.

The two are never mixed: the first is of this room, the second of `benchmarks/detection.py`, which
puts events and faults of its own into real and simulated series and keeps what it counted in
`measured.json`. Where neither is there, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.detection.labels import Label, Precision, by_week, precision
from data_access.aggregates.aggregate import text
from data_access.aggregates.parts import column, line, number, series, table, words
from data_access.envelope import Payload, Text

QUALITY = "detection.quality"
MEASURED = Path(__file__).with_name("measured.json")

Count = Annotated[int, Field(ge=0)]


class Counted(BaseModel):
    """What the labelled replay counted of one sort of trouble."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    name: dict[str, str]
    series: dict[str, str]  # into what it was put
    put_in: Count
    found: Count
    alerts: Count
    right: Count
    faults_called_event: Count
    delay_min: float | None = None  # median, from the beginning to the alert

    @property
    def precision(self) -> float | None:
        """Per cent of alerts that were right."""
        return 100 * self.right / self.alerts if self.alerts else None

    @property
    def recall(self) -> float | None:
        """Per cent of what was put in that was found."""
        return 100 * self.found / self.put_in if self.put_in else None


class Replayed(BaseModel):
    """A labelled replay: when, and what it counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measured_on: str  # a day, ISO
    seed: int
    counted: tuple[Counted, ...]


def read_measured(path: Path = MEASURED) -> Replayed | None:
    """Return the newest labelled replay; None when there is none that can be read."""
    try:
        return Replayed.model_validate(orjson.loads(path.read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def payload(
    labels: Sequence[Label], names: Mapping[str, Text], replayed: Replayed | None
) -> Payload:
    """Return what `detection.quality` says."""
    whole = precision(labels)
    weeks = by_week(labels)
    share = whole.share
    found: dict[str, Any] = {
        "numbers": {
            "precision": number(
                text("Độ chính xác theo người dùng", "Precision by feedback"),
                None if share is None else round(share, 1),
                "%",
                better="up",
                note=_of(whole),
            ),
            "labels": number(text("Cảnh báo đã được đánh giá", "Alerts judged"), whole.told),
            **_replayed_numbers(replayed),
        },
        "tables": {
            "feedback": table(
                text("Theo đánh giá của người dùng", "By feedback"),
                [
                    words("name", text("Bộ phát hiện", "Detector")),
                    column("told", text("Đã đánh giá", "Judged")),
                    column("right", text("Đúng", "Right")),
                    column("precision", text("Chính xác", "Precision"), "%"),
                ],
                _by_detector(labels, names),
            ),
            "replay": table(
                text("Phát lại có gắn nhãn", "Labelled replay"),
                [
                    words("name", text("Sự cố", "Trouble")),
                    words("series", text("Chèn vào", "Put into")),
                    column("put_in", text("Số lần", "Put in")),
                    column("precision", text("Chính xác", "Precision"), "%"),
                    column("recall", text("Độ phủ", "Recall"), "%"),
                    column("delay", text("Trễ giữa", "Median delay"), "phút"),
                ],
                _rows(replayed),
            ),
        },
    }
    if weeks:
        points = [[at_ms, _rounded(each.share)] for at_ms, each in weeks]
        found["series"] = {
            "precision": series(
                text("Độ chính xác theo tuần", "Precision by week"),
                "%",
                [line("precision", text("đúng", "right"), points)],
                step="day",
            )
        }
    return found  # type: ignore[return-value]


def _replayed_numbers(replayed: Replayed | None) -> dict[str, Any]:
    if replayed is None:
        return {}
    told = replayed.counted
    alerts, right = sum(each.alerts for each in told), sum(each.right for each in told)
    put_in, found = sum(each.put_in for each in told), sum(each.found for each in told)
    note = text(f"phát lại ngày {replayed.measured_on}", f"replay of {replayed.measured_on}")
    return {
        "replay_precision": number(
            text("Độ chính xác khi phát lại", "Precision in replay"),
            round(100 * right / alerts, 1) if alerts else None,
            "%",
            better="up",
            note=note,
        ),
        "replay_recall": number(
            text("Độ phủ khi phát lại", "Recall in replay"),
            round(100 * found / put_in, 1) if put_in else None,
            "%",
            better="up",
            note=note,
        ),
    }


def _of(whole: Precision) -> Text:
    interval = whole.interval
    if interval is None:
        return text("chưa ai đánh giá", "nobody has judged any yet")
    low, high = (round(each) for each in interval)
    return text(
        f"{whole.right}/{whole.told} cảnh báo; 95 %: {low} – {high} %",
        f"{whole.right}/{whole.told} alerts; 95 %: {low} – {high} %",
    )


def _by_detector(labels: Sequence[Label], names: Mapping[str, Text]) -> list[dict[str, Any]]:
    rows = []
    for detector in sorted({label.detector for label in labels}):
        told = precision([label for label in labels if label.detector == detector])
        rows.append(
            {
                "name": names.get(detector, text(detector, detector)),
                "told": told.told,
                "right": told.right,
                "precision": _rounded(told.share),
            }
        )
    return rows


def _rows(replayed: Replayed | None) -> list[dict[str, Any]]:
    if replayed is None:
        return []
    return [
        {
            "name": each.name,
            "series": each.series,
            "put_in": each.put_in,
            "precision": _rounded(each.precision),
            "recall": _rounded(each.recall),
            "delay": each.delay_min,
        }
        for each in replayed.counted
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 1)
