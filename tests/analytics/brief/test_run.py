"""The work reads what stands in the cache, and publishes a draft; of an alert once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from analytics.brief.finding import finding_in
from analytics.brief.occasion import is_due
from analytics.brief.rules import read_rules
from analytics.brief.run import work
from data_access.cache import open_cache
from data_access.envelope import Envelope
from jobs.working import WorkFailed
from settings import Settings
from tests.analytics.brief.making import HOUR_MS, item
from tests.analytics.brief.speaking import speaking
from tests.conftest import ROOT
from tests.layouts.tiles import sample

DAY_MS = 24 * HOUR_MS


@dataclass
class Desk:
    """What a job gives its work; it keeps what was published, as the feed would copy it."""

    settings: Settings
    folder: Path
    published: list[Envelope] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)

    def progress(self, share: float, step: str) -> None:
        self.steps.append(step)

    def partial(self, result: Mapping[str, Any]) -> None: ...

    def publish(self, envelope: Envelope) -> None:
        self.published.append(envelope)
        open_cache(self.settings).write(envelope)

    def check(self) -> None: ...


def desk(folder: Path, **more: Any) -> Desk:
    settings = Settings(data_dir=folder / "var", city=ROOT / "city", **more)
    made = Desk(settings, folder)
    ready = [replace(e, as_of_ms=sample.NOW_MS) for n, e in sample.everything().items()
             if not n.startswith("brief.")]  # fmt: skip
    open_cache(settings).write_many(ready)
    return made


def alerts(at: Desk, *items: Any) -> None:
    old = sample.everything()["security.alerts"]
    payload: Any = {**old.payload, "items": {"active": list(items)}}
    for name in read_rules(ROOT / "city")["flash"].alerts:
        other = sample.everything()[name]
        quiet: Any = {**other.payload, "items": {"active": []}}
        open_cache(at.settings).write(replace(other, as_of_ms=sample.NOW_MS, payload=quiet))
    open_cache(at.settings).write(replace(old, as_of_ms=sample.NOW_MS, payload=payload))


def asked(**more: Any) -> dict[str, Any]:
    return {"atMs": sample.NOW_MS} | more


def test_r17_a_morning_brief_is_published_as_a_draft_in_both_languages(tmp_path: Path) -> None:
    at = desk(tmp_path)
    result = work(asked(what="morning"), at)
    (envelope,) = at.published
    found = finding_in(envelope)
    assert found is not None
    assert (envelope.aggregate, found.is_draft) == ("brief.morning.draft", True)
    assert [each["digest"] for each in result["briefs"]] == [found.brief.digest]
    assert all(each.text("vi") and each.text("en") for each in found.brief.sentences)
    assert (envelope.origin, envelope.classification.level) == ("simulated", "internal")
    assert at.steps == ["brief.read", "brief.compose"]


def test_the_same_inputs_over_the_same_rows_give_the_same_brief(tmp_path: Path) -> None:
    at = desk(tmp_path)
    assert work(asked(what="morning"), at) == work(asked(what="morning"), at)


def test_a_flash_brief_is_made_of_a_grave_alert_once_and_of_the_next_one(tmp_path: Path) -> None:
    at = desk(tmp_path)
    at_ms = sample.NOW_MS
    alerts(at, item("a", "warning", at_ms), item("b", "critical", at_ms - 5),
           item("c", "caution", at_ms), item("d", "critical", at_ms, actual=False))  # fmt: skip
    work(asked(), at)
    assert [e.aggregate for e in at.published] == ["brief.morning.draft", "brief.flash.draft"]
    found = finding_in(at.published[1])
    assert found is not None
    assert found.brief.about == "security.alerts:b"
    assert work(asked(), at) == {"briefs": []}
    alerts(at, item("a", "warning", at_ms), item("e", "warning", at_ms))
    (made,) = work(asked(), at)["briefs"]
    assert made["brief"]["about"] == "security.alerts:e"


def test_what_cannot_be_made_says_why(tmp_path: Path) -> None:
    at = desk(tmp_path)
    alerts(at)
    gone = {"aggregate": "security.alerts", "item": "x"}
    for inputs, code in [
        ({"what": "evening"}, "input"),
        ({"what": "flash"}, "input"),
        ({"what": "morning", "rephrase": True}, "input"),
        ({"what": "flash", "about": gone}, "gone"),
        ({"what": "flash", "about": gone | {"aggregate": "party.documents"}}, "input"),
        ({"what": "morning", "atMs": sample.NOW_MS + 10_000 * DAY_MS}, "noData"),
    ]:
        with pytest.raises(WorkFailed) as caught:
            work(asked(**inputs), at)
        assert caught.value.code == code, inputs
    assert at.published == []


def test_what_an_endpoint_writes_is_checked_and_its_failure_leaves_the_rules_text(
    tmp_path: Path,
) -> None:
    with speaking() as server:
        ai = {"ai_url": server.url, "ai_model": "qwen", "ai_ceiling": "internal"}
        at = desk(tmp_path, **ai)
        plain = work(asked(what="morning"), at)["briefs"][0]
        server.answers([{"id": "jams", "text": "Có 999 điểm ùn tắc."}])
        lied = work(asked(what="morning", rephrase=True), at)["briefs"][0]
        assert lied["wording"] == {"model": "qwen", "accepted": {"vi": [], "en": []},
                                   "refused": 2, "failed": ""}  # fmt: skip
        assert lied["digest"] == plain["digest"]
        server.says("no JSON")
        broken = work(asked(what="morning", rephrase=True), at)["briefs"][0]
        assert (broken["wording"]["failed"], broken["digest"]) == ("broken", plain["digest"])


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (None, "06:29", False),
        (None, "06:30", True),
        (None, "23:59", True),
        ("06:30", "06:31", False),
        ("06:29", "06:30", True),
        ("23:00", "07:00", True),  # of a clock that went back
    ],
)
def test_the_morning_brief_is_due_once_a_day(last: str | None, now: str, expected: bool) -> None:
    def ms(clock: str) -> float:
        hour, minute = map(int, clock.split(":"))
        return 1_764_090_000_000.0 + (hour * 60 + minute) * 60_000  # 00:00 in Hà Nội

    last_ms = None if last is None else ms(last)
    assert is_due("06:30", last_ms, ms(now), timezone="Asia/Ho_Chi_Minh") is expected
