"""The job `detection`: it publishes what stands and how good that is, and goes on from there."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete

from analytics.detection.alerts import ALERTS
from analytics.detection.labels import Label, LabelStore, detection_label
from analytics.detection.news import News
from analytics.detection.quality import QUALITY
from analytics.detection.run import work
from analytics.detection.verdict import Verdict
from data_access.envelope import Envelope
from jobs.findings import FindingStore
from jobs.working import WorkFailed
from permissions.database import open_operations
from settings import Settings
from tests.analytics.detection.test_look import CALLS, ring
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import Table


class Desk:
    """A job as its work sees it, on the real store of findings."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, settings.data_dir
        self.engine = open_operations(settings.operations_url)
        self.store = FindingStore(self.engine)
        self.steps: list[str] = []

    def progress(self, share: float, step: str) -> None:
        self.steps.append(step)

    def partial(self, result: Mapping[str, Any]) -> None:
        raise AssertionError("nothing is told before the end")

    def publish(self, envelope: Envelope) -> None:
        self.store.publish(envelope, "job", time.time() * 1000)

    def check(self) -> None:
        pass

    def told(self, name: str) -> Envelope:
        return (self.store.read([name]) or {})[name]


@pytest.fixture
def desk(table: Table, tmp_path: Path) -> Desk:
    """Calls up to now, with a surge of the last hour."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    now = datetime.now(UTC)
    table.now = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
    ring(table, surge=60)
    return Desk(Settings(city=ROOT / "city", data_dir=tmp_path))


def test_what_stands_is_published_and_is_the_same_alert_at_the_next_run(desk: Desk) -> None:
    first = work({}, desk)
    again = work({}, desk)

    assert first["open"]
    assert again["open"] == first["open"]
    told = desk.told(ALERTS)
    assert [item["id"] for item in told.payload["items"]["active"]] == first["open"]
    assert (told.origin, told.classification.level) == ("replay", "internal")
    assert CALLS in told.datasets
    assert told.owner == "trung-tam-du-lieu"
    quality = desk.told(QUALITY)
    assert quality.payload["numbers"]["precision"]["value"] is None
    assert desk.steps == ["reading", "done"] * 2


def test_what_a_person_says_of_an_alert_is_news_and_stands_with_it(desk: Desk) -> None:
    news = News(desk.settings)
    (alert,) = work({}, desk)["open"]
    before = news()
    labels = LabelStore(desk.engine)

    def say(verdict: Verdict) -> Any:
        labels.say(Label(alert, "an", "calls", "event", verdict, time.time() * 1000, 0.0, {}))
        assert work({}, desk)["open"] == [alert]
        return desk.told(ALERTS).payload

    right = say("right")
    assert news() != before
    news.close()
    assert right["items"]["active"][0]["verdict"] == "right"
    assert right["numbers"]["events"]["status"] != "normal"
    wrong = say("wrong")
    assert wrong["items"]["active"][0]["verdict"] == "wrong"
    assert (wrong["numbers"]["events"]["value"], wrong["numbers"]["events"]["status"]) == (
        1, "normal")  # fmt: skip
    with desk.engine.begin() as connection:
        connection.execute(delete(detection_label))
    work({}, desk)
    assert "verdict" not in desk.told(ALERTS).payload["items"]["active"][0]


def test_a_city_without_a_plan_publishes_nothing(desk: Desk, tmp_path: Path) -> None:

    city = shutil.copytree(ROOT / "city", tmp_path / "city")
    (city / "detection.toml").unlink()
    desk.settings = desk.settings.model_copy(update={"city": city})

    assert work({}, desk) == {"detectors": 0}
    assert desk.store.read([ALERTS]) == {}


def test_inputs_it_does_not_know_are_refused(desk: Desk) -> None:
    with pytest.raises(WorkFailed, match="no inputs"):
        work({"what": "all"}, desk)
