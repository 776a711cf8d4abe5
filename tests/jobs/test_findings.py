"""Findings: versions that rise, names that are findings, room that ends."""

from __future__ import annotations

import math

import pytest

from jobs import findings
from jobs.errors import Refused
from tests.jobs.conftest import NOW_MS
from tests.jobs.found import finding


def test_a_finding_replaces_the_one_before_under_a_higher_version(found):
    first = found.publish(finding("forecast.air", 1), "job", NOW_MS)
    second = found.publish(finding("forecast.air", 2), "job", NOW_MS - 5000)  # the clock went back
    assert second == first + 1
    assert found.versions() == {"forecast.air": second}
    envelope = found.read(["forecast.air"])["forecast.air"]
    assert (envelope.version, envelope.payload["numbers"]["n"]["value"]) == (second, 2)


@pytest.mark.parametrize("name", ["transport.speed", "twin", "twin.", "twin.a b", "Twin.run.a", ""])
def test_only_findings_may_be_published(found, name):
    with pytest.raises(Refused):
        found.publish(finding(name, 1), "job", NOW_MS)
    assert found.versions() == {}


def test_nothing_is_published_in_another_realm(found):
    with pytest.raises(Refused):
        found.publish(finding("twin.latest.traffic", 1, realm="exercise:a"), "job", NOW_MS)


def test_one_too_large_is_refused_clearly(found, monkeypatch):
    monkeypatch.setattr("jobs.publishing.MOST_BYTES", 10)
    with pytest.raises(Refused, match="MB are shown"):
        found.publish(finding("twin.latest.traffic", 1), "job", NOW_MS)


def test_the_oldest_runs_go_when_all_are_too_many(found, monkeypatch):
    monkeypatch.setattr(findings, "MOST_NAMES", 3)
    for number, name in enumerate(["twin.run.a", "brief.morning", "twin.run.b", "twin.run.c"]):
        found.publish(finding(name, number), "job", NOW_MS + number)
    assert set(found.versions()) == {"brief.morning", "twin.run.b", "twin.run.c"}


def test_what_a_finding_said_at_an_instant_is_kept(found):
    for number in range(4):
        found.publish(finding("forecast.air", number), f"job{number}", NOW_MS + 1000 * number)

    def said(at_ms: float) -> float | None:
        envelope = found.as_of(["forecast.air", "forecast.rain"], at_ms).get("forecast.air")
        return None if envelope is None else envelope.payload["numbers"]["n"]["value"]

    assert said(NOW_MS - 1) is None
    assert [said(NOW_MS + at) for at in (0, 999, 1000, 2999, 3000, 9e9)] == [0, 0, 1, 2, 3, 3]
    version = found.as_of(["forecast.air"], NOW_MS + 1000)["forecast.air"].version
    assert found.made_then("forecast.air", version) == "job1"
    assert found.made_then("forecast.air", version + 7) is None


def test_what_a_finding_said_in_a_version_is_found_by_that(found):
    """Also long after: a passport of then has it said again."""
    versions = [
        found.publish(finding("forecast.air", number), f"job{number}", NOW_MS + 1000 * number)
        for number in range(3)
    ]
    said = [found.said("forecast.air", version) for version in versions]
    assert [(each.version, each.payload["numbers"]["n"]["value"]) for each in said] == [
        (version, number) for number, version in enumerate(versions)
    ]
    assert found.said("forecast.air", versions[0] + 1) is None
    assert found.said("forecast.rain", versions[0]) is None


def test_what_stood_at_an_instant_is_told_with_its_while(found):
    for number in range(3):
        found.publish(finding("forecast.air", number), f"job{number}", NOW_MS + 1000 * number)

    def span(at_ms: float) -> tuple[float | None, float, float]:
        each = found.stood(["forecast.air"], NOW_MS + at_ms)["forecast.air"]
        said = each.envelope and each.envelope.payload["numbers"]["n"]["value"]
        return said, each.from_ms - NOW_MS, each.until_ms - NOW_MS

    assert span(-500) == (None, -500, 0)
    assert span(0) == (0, 0, 1000)
    assert span(1999) == (1, 1000, 2000)
    assert span(2000) == (2, 2000, math.inf)
    nobody = found.stood(["forecast.rain"], NOW_MS)["forecast.rain"]
    assert (nobody.envelope, nobody.until_ms) == (None, math.inf)


def test_a_clock_that_went_back_leaves_one_answer_for_each_instant(found):
    for number, at_ms in enumerate((1000, 500, 700)):
        found.publish(finding("forecast.air", number), f"job{number}", NOW_MS + at_ms)

    def said(at_ms: float) -> float | None:
        envelope = found.as_of(["forecast.air"], NOW_MS + at_ms).get("forecast.air")
        return envelope and envelope.payload["numbers"]["n"]["value"]

    assert [said(at_ms) for at_ms in (499, 500, 699, 700, 1000)] == [None, 1, 1, 2, 2]


def test_of_each_name_so_much_is_kept_of_before_the_oldest_going_first(found, monkeypatch):
    def kept(name: str) -> list[int]:
        instants = range(8)
        return [n for n in instants if name in found.as_of([name], NOW_MS + n)]

    for number in range(8):
        found.publish(finding("forecast.air", number), "job", NOW_MS + number)
    found.publish(finding("forecast.rain", 1), "job", NOW_MS)
    found.publish(finding("forecast.rain", 2), "job", NOW_MS + 5)
    assert kept("forecast.air") == [*range(8)]
    monkeypatch.setattr(findings, "MOST_PAST_BYTES", 1200)
    found.publish(finding("forecast.air", 8), "job", NOW_MS + 8)
    assert 0 < len(kept("forecast.air")) < 8
    assert kept("forecast.air")[-1] == 7
    assert kept("forecast.rain") == [*range(8)]
    monkeypatch.setattr(findings, "PAST_DAYS", 1)
    found.publish(finding("forecast.air", 9), "job", NOW_MS + 2 * 86_400_000)
    assert kept("forecast.air") == []


def test_what_one_run_found_is_not_kept_twice(found):
    for number in range(3):
        found.publish(finding("twin.run.a", number), "a", NOW_MS + number)
    assert found.as_of(["twin.run.a"], NOW_MS) == {}
    assert found.as_of(["twin.run.a"], NOW_MS + 2)["twin.run.a"].version >= NOW_MS


def test_a_store_without_tables_yet_is_not_known(tmp_path):
    from permissions.database import connect_operations

    engine = connect_operations(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    empty = findings.FindingStore(engine)
    assert empty.versions() is None
    assert empty.read(["twin.run.a"]) is None
    assert empty.as_of(["twin.run.a"], NOW_MS) is None
    engine.dispose()
