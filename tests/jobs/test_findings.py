"""Findings: versions that rise, names that are findings, room that ends."""

from __future__ import annotations

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


def test_a_store_without_tables_yet_is_not_known(tmp_path):
    from permissions.database import connect_operations

    engine = connect_operations(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    empty = findings.FindingStore(engine)
    assert empty.versions() is None
    assert empty.read(["twin.run.a"]) is None
    engine.dispose()
