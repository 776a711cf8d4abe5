"""From the store to findings: what several people wrote, told without who they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from analytics.voices import quality
from analytics.voices.labels import CategoryLabel, CategoryLabels
from analytics.voices.names import DUPLICATES, QUALITY, TOPICS
from analytics.voices.run import work
from data_access.envelope import Envelope
from jobs.working import WorkFailed
from permissions.database import open_operations
from settings import Settings
from tests.analytics.voices.test_learning import labelled
from tests.conftest import ROOT
from tests.data_access.aggregates.conftest import (  # noqa: F401
    Table,
    city,
    record,
    table,
)

REQUESTS, SOCIAL = "feedback.requests", "feedback.social"
FLOODED = (
    "Nước ngập đến nửa bánh xe ở phố Hoa Bằng, gọi tôi 0912 345 678",
    "nuoc ngap den nua banh xe o pho hoa bang",
    "Phố Hoa Bằng nước ngập đến nửa bánh xe rồi. Tôi là Nguyễn Văn Nam",
    "NƯỚC NGẬP ĐẾN NỬA BÁNH XE Ở PHỐ HOA BẰNG",
    "Phố Hoa Bằng nước ngập sâu, nước tràn vào nhà số 45",
    "nước ngập sâu ở Phố Hoa Bằng, xe chết máy",
)
SECRETS = ("0912", "Nam", "số 45", "nguoi1")


class Desk:
    """A job as its work sees it: keeps what is published."""

    def __init__(self, settings: Settings) -> None:
        self.settings, self.folder = settings, settings.data_dir
        self.published: dict[str, Envelope] = {}
        self.shares: list[float] = []

    def progress(self, share: float, step: str) -> None:
        self.shares.append(share)

    def partial(self, result: Mapping[str, Any]) -> None:
        raise AssertionError("nothing is told before the end")

    def publish(self, envelope: Envelope) -> None:
        self.published[envelope.aggregate] = Envelope.decode(envelope.encode())

    def check(self) -> None:
        pass


@pytest.fixture
def desk(table: Table, record, tmp_path: Path) -> Desk:  # noqa: F811
    """Three weeks of a few requests a day, and six of one flood within the hour."""
    usual = [
        record(
            f"u{day}-{at}",
            table.ago(days=day, hours=at),
            body={"category": "drainage", "description": f"Cống tắc ở ngõ {day * 7 + at} phố Huế"},
        )
        for day in range(1, 22)
        for at in range(2)
    ]
    flood = [
        record(
            f"f{at}",
            table.ago(minutes=50 - at),
            body={"category": "drainage", "description": said},
        )
        for at, said in enumerate(FLOODED * 2)
    ]
    table.feed(REQUESTS, records=[*usual, *flood])
    posts = [
        record(
            f"p{at}",
            table.ago(hours=at),
            area=None,
            body={"category": "waste", "content": f"rác bừa bãi {at}", "sentiment": -0.5},
        )
        for at in range(10)
    ]
    table.feed(SOCIAL, records=posts)
    return Desk(Settings(data_dir=tmp_path, city=ROOT / "city"))


def at_now(table: Table, **more: Any) -> dict[str, Any]:  # noqa: F811
    return {"atMs": (table.now + timedelta(seconds=1)).timestamp() * 1000, **more}


def test_topics_tell_what_grew_in_which_words(desk: Desk, table: Table) -> None:  # noqa: F811
    result = work(at_now(table), desk)
    envelope = desk.published[TOPICS]
    first = envelope.payload["tables"]["topics"]["rows"][0]
    assert first["name"]["vi"] == "Thoát nước - ngập"
    assert (first["count"], first["status"]) == (12, "warning")
    assert "ngập" in first["phrases"]
    assert "hoa bằng" in first["quote"].lower()
    assert first["area"]["vi"].startswith("Phường")
    assert envelope.payload["numbers"]["hot"]["value"] == 1
    assert sum(p[1] for p in envelope.payload["series"]["topics"]["lines"][0]["points"]) >= 12
    assert result["figures"]["topics"]["hot"] == 1


def test_several_reports_of_one_thing_are_one_row(desk: Desk, table: Table) -> None:  # noqa: F811
    work(at_now(table), desk)
    (row, *_) = desk.published[DUPLICATES].payload["tables"]["things"]["rows"]
    assert row["reports"] >= 8
    assert row["open"] == row["reports"]
    assert set(row["reportIds"]) <= {f"f{at}" for at in range(12)}


def test_nobody_is_named_in_any_finding(desk: Desk, table: Table) -> None:  # noqa: F811
    work(at_now(table, parts=["topics", "duplicates", "quality"]), desk)
    assert set(desk.published) == {TOPICS, DUPLICATES, QUALITY}
    for envelope in desk.published.values():
        said = envelope.encode().decode()
        assert not [secret for secret in SECRETS if secret in said]


def test_findings_are_as_secret_and_as_real_as_what_they_are_made_of(
    desk: Desk,
    table: Table,  # noqa: F811
) -> None:
    work(at_now(table), desk)
    for envelope in desk.published.values():
        assert envelope.classification.level == "internal"
        assert envelope.origin == "replay"
        assert envelope.owner == "trung-tam-du-lieu"
        assert envelope.state == "ok"


def test_the_same_rows_give_the_same_findings(desk: Desk, table: Table) -> None:  # noqa: F811
    first = work(at_now(table), desk)
    once = {name: each.payload for name, each in desk.published.items()}
    assert orjson.dumps(work(at_now(table), desk)) == orjson.dumps(first)
    assert {name: each.payload for name, each in desk.published.items()} == once
    assert desk.shares == sorted(desk.shares[:3]) * 2


def test_what_too_few_labels_teach_is_not_supported(desk: Desk, table: Table) -> None:  # noqa: F811
    work(at_now(table, parts=["quality"]), desk)
    numbers = desk.published[QUALITY].payload["numbers"]
    for name in ("category_f1", "mood_f1", "right"):
        assert numbers[name]["value"] is None
        assert numbers[name]["note"]["vi"].startswith("không hỗ trợ")


def test_only_the_newest_are_learned_from_and_that_is_said(
    desk: Desk,
    table: Table,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    work(at_now(table, parts=["quality"]), desk)
    whole = desk.published[QUALITY].payload["numbers"]["learned"]
    monkeypatch.setattr(quality, "LEARNED_FROM", 20)
    work(at_now(table, parts=["quality"]), desk)
    bounded = desk.published[QUALITY].payload["numbers"]["learned"]

    assert (whole["value"], whole.get("note")) == (54, None)
    assert bounded["value"] == 20
    assert bounded["note"]["en"] == "the newest 20 only; older ones are not read"


def test_what_a_person_decided_is_suggested_no_more_and_learned_from(
    desk: Desk,
    table: Table,  # noqa: F811
    record: Any,  # noqa: F811
) -> None:
    told = [
        record(f"t{n}", table.ago(minutes=n), body={"category": category, "description": said})
        for n, (said, category) in enumerate(zip(*labelled(), strict=True))
    ]
    unsorted = [
        record(f"x{n}", table.ago(hours=n + 1),
               body={"category": "other", "description": f"nước ngập sâu trước cổng chợ {n}"})
        for n in range(3)
    ]  # fmt: skip
    table.feed(REQUESTS, records=[*told, *unsorted])

    def suggested() -> list[dict[str, Any]]:
        work(at_now(table, parts=["quality"]), desk)
        rows: list[dict[str, Any]] = desk.published[QUALITY].payload["tables"]["suggestions"][
            "rows"
        ]
        return rows

    first = suggested()
    labels = CategoryLabels(open_operations(desk.settings.operations_url))
    labels.say(CategoryLabel("x0", "an", "drainage", 90, "drainage", 1))
    second = suggested()

    assert {row["source"]["entity"] for row in first} == {"x0", "x1", "x2"}
    assert {row["category"] for row in first} == {"drainage"}
    assert all(row["told"] >= row["right"] > 0 for row in first)
    assert {row["source"]["entity"] for row in second} == {"x1", "x2"}
    assert second[0]["told"] >= first[0]["told"]


@pytest.mark.parametrize("inputs", [{"parts": ["moods"]}, {"atMs": -1}, {"surprise": 1}])
def test_wrong_inputs_are_refused(desk: Desk, inputs: dict[str, Any]) -> None:
    with pytest.raises(WorkFailed):
        work(inputs, desk)


def test_without_a_store_the_reason_is_said(tmp_path: Path) -> None:
    with pytest.raises(WorkFailed):
        work({}, Desk(Settings(data_dir=tmp_path / "none", city=ROOT / "city")))
