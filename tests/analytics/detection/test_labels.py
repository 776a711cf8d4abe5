"""What people say of alerts is kept once a person, and measured honestly."""

from __future__ import annotations

from pathlib import Path

import pytest

from analytics.detection.labels import Label, LabelStore, by_week, precision
from analytics.detection.quality import MEASURED, Counted, OfSeed, Replayed, payload, read_measured
from analytics.detection.trust import Rule, Trust, trust_of
from analytics.precision import Precision
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
    said = payload([], {}, None, {})

    assert said["numbers"]["precision"]["value"] is None
    assert said["tables"]["replay"]["rows"] == []
    assert "replay_precision" not in said["numbers"]
    assert read_measured(tmp_path / "absent.json") is None


def test_a_labelled_replay_is_told_with_its_day_and_its_counts() -> None:
    jams = Counted(kind="jams", name={"vi": "Ùn tắc", "en": "Jams"}, series={"vi": "", "en": ""},
                   apart="series", put_in=10, found=8, alerts=10, right=9, faults_called_event=0,
                   delay_min=15)  # fmt: skip

    seed = OfSeed(seed=1, put_in=10, found=8, alerts=10, right=9)
    kept = Replayed(measured_on="2026-11-30", by_seed=(seed,), counted=(jams,))

    said = payload([label("a", "right")], {}, kept, {})

    assert said["numbers"]["replay_precision"]["value"] == 90.0
    assert said["numbers"]["replay_recall"]["value"] == 80.0
    note = said["numbers"]["replay_recall"]["note"]["en"]
    assert note == "95%: 49 – 94%; replay of 2026-11-30, seeds: 1"
    assert said["series"]["precision"]["lines"][0]["points"][0][1] == 100.0


def told(*verdicts: str) -> list[Label]:
    return [label(str(n), verdict, at=float(n)) for n, verdict in enumerate(verdicts)]


RULE = Rule(floor=50, clear=65, least=4, window=6)


def test_a_detector_that_is_wrong_too_often_is_muted_and_heard_again_only_well_above_that() -> None:
    few = trust_of(told("wrong", "wrong", "wrong"), RULE)["jams"]
    muted = trust_of(told("wrong", "wrong", "wrong", "right"), RULE)["jams"]
    between = trust_of(told("wrong", "wrong", "wrong", "right", "right", "right"), RULE)["jams"]
    heard = trust_of(told(*["wrong"] * 3, *["right"] * 4), RULE)["jams"]

    assert not few.is_muted
    assert muted == Trust(Precision(1, 4), muted_ms=3.0)
    assert between.newest.share == 50
    assert between.muted_ms == 3.0  # not below the floor any more, and not muted anew
    assert heard == Trust(Precision(4, 6))


def test_a_detector_nobody_speaks_of_and_another_ones_labels_change_nothing() -> None:
    assert trust_of([], RULE) == {}
    assert "faults" not in trust_of(told("wrong", "wrong", "wrong", "wrong"), RULE)


@pytest.mark.parametrize("wrong", [{"floor": 70, "clear": 60}, {"least": 9, "window": 5}])
def test_a_rule_that_would_flicker_or_never_act_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="floor <= clear"):
        Rule(**wrong)  # type: ignore[arg-type]


def test_what_the_product_says_was_measured_can_be_read() -> None:
    kept = read_measured(MEASURED)

    assert kept is not None
    assert kept.precision.told == sum(each.alerts for each in kept.by_seed)
    assert kept.recall.told == sum(each.put_in for each in kept.by_seed)
