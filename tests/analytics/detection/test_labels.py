"""What people say of alerts is kept once a person, and measured honestly."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.detection.labels import Label, LabelStore, by_week, precision
from analytics.detection.quality import Counted, Replayed, payload, read_measured
from permissions.database import open_operations

DAY = 86_400_000.0


def label(
    alert: str, verdict: str, *, who: str = "an", at: float = 1.0, sort: str = "event"
) -> Label:
    return Label(alert, who, "jams", sort, verdict, at, 0.0, {"vi": "Ùn", "en": "Jam"})  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> LabelStore:
    return LabelStore(open_operations(f"sqlite:///{tmp_path / 'operations.sqlite'}"))


def test_the_newest_word_of_an_alert_counts_and_a_second_one_of_a_person_replaces_the_first(
    store: LabelStore,
) -> None:
    store.say(label("a", "right", at=1))
    store.say(label("a", "wrong", at=2))
    store.say(label("b", "right", who="binh", at=3))

    assert [(each.alert_id, each.verdict) for each in store.all()] == [
        ("a", "wrong"),
        ("b", "right"),
    ]
    assert [each.alert_id for each in store.all(since_ms=3)] == ["b"]


def test_an_event_that_was_a_sensors_fault_was_wrong_and_a_fault_that_was_one_right() -> None:
    assert not label("a", "fault").is_right
    assert label("a", "fault", sort="fault").is_right


def test_precision_has_the_interval_its_number_allows() -> None:
    told = precision([label("a", "right"), label("b", "wrong"), label("c", "right")])

    assert told.share == pytest.approx(66.7, abs=0.1)
    low, high = told.interval or (0, 0)
    assert (round(low), round(high)) == (21, 94)  # Wilson's, of 2 in 3
    assert precision([]).share is None
    assert precision([]).interval is None


def test_precision_is_told_by_week() -> None:
    weeks = by_week([label("a", "right", at=1), label("b", "wrong", at=8 * DAY)])

    assert [(each.right, each.told) for _, each in weeks] == [(1, 1), (0, 1)]


def test_quality_claims_nothing_that_was_not_measured(tmp_path: Path) -> None:
    said = payload([], {}, None)

    assert said["numbers"]["precision"]["value"] is None
    assert said["tables"]["replay"]["rows"] == []
    assert "replay_precision" not in said["numbers"]
    assert read_measured(tmp_path / "absent.json") is None


def test_a_labelled_replay_is_told_with_its_day_and_its_counts() -> None:
    jams = Counted(kind="jams", name={"vi": "Ùn tắc", "en": "Jams"}, series={"vi": "", "en": ""},
                   put_in=10, found=8, alerts=10, right=9, faults_called_event=0,
                   delay_min=15)  # fmt: skip

    said = payload([label("a", "right")], {}, Replayed(measured_on="2026-11-30", seed=1,
                                                       counted=(jams,)))  # fmt: skip

    assert said["numbers"]["replay_precision"]["value"] == 90.0
    assert said["numbers"]["replay_recall"]["value"] == 80.0
    assert "2026-11-30" in said["numbers"]["replay_recall"]["note"]["en"]
    assert said["series"]["precision"]["lines"][0]["points"][0][1] == 100.0
