"""How good the detectors are, measured: by what people said of alerts, and by a labelled replay.

The two are never mixed: the first is of this room, the second of `benchmarks/detection.py`, which
puts events and faults of its own into real and simulated series and keeps what it counted in
`measured.json`. Where neither is there, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analytics.detection.labels import Label, by_week, precision
from analytics.detection.trust import UNJUDGED, Trust
from analytics.precision import Precision
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
    apart: Literal["series", "draws"]  # what no threshold was looked at with
    put_in: Count
    found: Count
    alerts: Count
    right: Count
    faults_called_event: Count
    delay_min: float | None = None  # median, from the beginning to the alert

    @property
    def precision(self) -> Precision:
        """Alerts that were right."""
        return Precision(self.right, self.alerts)

    @property
    def recall(self) -> Precision:
        """What was put in that was found."""
        return Precision(self.found, self.put_in)


class OfSeed(BaseModel):
    """What one seed gave, of all sorts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int
    put_in: Count
    found: Count
    alerts: Count
    right: Count


class Replayed(BaseModel):
    """A labelled replay: when, and what it counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measured_on: str  # a day, ISO
    by_seed: tuple[OfSeed, ...]
    counted: tuple[Counted, ...]

    @property
    def precision(self) -> Precision:
        """Alerts that were right, of all sorts and seeds."""
        return Precision(
            sum(each.right for each in self.counted), sum(each.alerts for each in self.counted)
        )

    @property
    def recall(self) -> Precision:
        """What was put in that was found, of all sorts and seeds."""
        return Precision(
            sum(each.found for each in self.counted), sum(each.put_in for each in self.counted)
        )


def read_measured(path: Path = MEASURED) -> Replayed | None:
    """Return the newest labelled replay; None when there is none that can be read."""
    try:
        return Replayed.model_validate(orjson.loads(path.read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def payload(
    labels: Sequence[Label],
    names: Mapping[str, Text],
    replayed: Replayed | None,
    trust: Mapping[str, Trust],
) -> Payload:
    """Return what `detection.quality` says; `trust`: what labels make of each detector."""
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
                    words("walls", text("Trên màn hình", "On walls")),
                ],
                _by_detector(labels, names, trust),
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
    seeds = len(replayed.by_seed)

    def share(name: tuple[str, str], counted: Precision) -> Any:
        low, high = (round(each) for each in counted.interval or (0.0, 0.0))
        note = text(
            f"95%: {low} – {high}%; phát lại {replayed.measured_on}, {seeds} lần",
            f"95%: {low} – {high}%; replay of {replayed.measured_on}, seeds: {seeds}",
        )
        return number(text(*name), _rounded(counted.share), "%", better="up", note=note)

    return {
        "replay_precision": share(
            ("Độ chính xác khi phát lại", "Precision in replay"), replayed.precision
        ),
        "replay_recall": share(("Độ phủ khi phát lại", "Recall in replay"), replayed.recall),
    }


def _of(whole: Precision) -> Text:
    interval = whole.interval
    if interval is None:
        return text("chưa ai đánh giá", "nobody has judged any yet")
    low, high = (round(each) for each in interval)
    return text(
        f"{whole.right}/{whole.told} cảnh báo; 95%: {low} – {high}%",
        f"{whole.right}/{whole.told} alerts; 95%: {low} – {high}%",
    )


def _by_detector(
    labels: Sequence[Label], names: Mapping[str, Text], trust: Mapping[str, Trust]
) -> list[dict[str, Any]]:
    shown, muted = text("hiện", "shown"), text("tắt", "muted")
    rows = []
    for detector in sorted({label.detector for label in labels}):
        told = precision([label for label in labels if label.detector == detector])
        rows.append(
            {
                "name": names.get(detector, text(detector, detector)),
                "told": told.told,
                "right": told.right,
                "precision": _rounded(told.share),
                "walls": muted if trust.get(detector, UNJUDGED).is_muted else shown,
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
            "precision": _rounded(each.precision.share),
            "recall": _rounded(each.recall.share),
            "delay": each.delay_min,
        }
        for each in replayed.counted
    ]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 1)
