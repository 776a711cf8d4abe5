"""Findings of then in an exercise: what stood at what time it is there, and nothing of live."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from data_access.city import City, load_city
from data_access.classification import Classification
from data_access.envelope import Envelope
from data_access.finding import SAID_AS
from data_access.realms.recollection import NOT_KEPT, Recollection
from jobs.findings import FindingStore
from permissions.database import open_operations
from settings import Settings
from tests.conftest import ROOT
from tests.jobs.found import finding

DRILL = "exercise:drill"
ALERTS, AIR = "detection.alerts", "forecast.air"
T0 = 1_790_000_000_000.0
MINUTE = 60_000.0
NOW = T0 + 24 * 60 * MINUTE


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(ROOT / "city")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Settings(data_dir=tmp_path_factory.mktemp("operations"))
    open_operations(made.operations_url).dispose()
    return made.data_dir / "operations.sqlite"


@pytest.fixture
def found(tmp_path: Path, empty: Path) -> Iterator[FindingStore]:
    shutil.copy(empty, tmp_path)
    engine = open_operations(Settings(data_dir=tmp_path).operations_url)
    store = FindingStore(engine)
    for minute in (10, 20, 30):  # 1, 2, 3
        store.publish(finding(ALERTS, minute / 10), f"job{minute}", T0 + minute * MINUTE)
    store.publish(finding(AIR, 7), "job", T0 + 25 * MINUTE)
    store.publish(finding("twin.run.a", 8), "a", T0)
    yield store
    engine.dispose()


class Playing:
    """A recollection, and what its realm shows of it."""

    def __init__(self, found: FindingStore, city: City, **versions: int) -> None:
        self.recollection = Recollection(DRILL, found, city, versions)
        self.shown: dict[str, Envelope] = {}
        self.now_ms = NOW

    def at(self, minute: float) -> list[str]:
        """Play to a minute; return what changed."""
        self.now_ms += 500.0
        made = self.recollection.step(T0 + minute * MINUTE, now_ms=self.now_ms)
        for each in made:
            before = self.shown.get(each.aggregate)
            assert before is None or each.version > before.version
            assert each.realm == DRILL
            assert each.origin != "live"
            self.shown[each.aggregate] = each
        return sorted(each.aggregate for each in made)

    def says(self, name: str) -> float | None:
        envelope = self.shown[name]
        if envelope.state == "absent":
            assert envelope.reason == NOT_KEPT
            assert envelope.payload == {}
            return None
        return envelope.payload["numbers"]["n"]["value"]


def test_alerts_and_forecasts_are_those_that_stood_then(found: FindingStore, city: City) -> None:
    playing = Playing(found, city)
    assert playing.at(5) == [ALERTS, AIR]
    assert (playing.says(ALERTS), playing.says(AIR)) == (None, None)
    assert playing.at(9.9) == []
    assert playing.at(10) == [ALERTS]
    assert (playing.says(ALERTS), playing.says(AIR)) == (1, None)
    assert playing.at(26) == [ALERTS, AIR]
    assert (playing.says(ALERTS), playing.says(AIR)) == (2, 7)
    assert playing.at(29) == []
    assert playing.at(500) == [ALERTS]
    assert playing.says(ALERTS) == 3


def test_going_back_says_what_stood_before_under_higher_versions(
    found: FindingStore, city: City
) -> None:
    playing = Playing(found, city)
    for minute, says in ((31, 3), (12, 1), (5, None), (25, 2), (12, 1)):
        assert ALERTS in playing.at(minute)
        assert playing.says(ALERTS) == says


def test_what_was_kept_in_the_cache_before_has_lower_versions(
    found: FindingStore, city: City
) -> None:
    playing = Playing(found, city)
    playing.recollection = Recollection(DRILL, found, city, {ALERTS: int(2 * NOW)})
    playing.at(12)
    assert playing.shown[ALERTS].version == int(2 * NOW) + 1


def test_what_is_found_now_is_not_seen_before_its_time_is_played(
    found: FindingStore, city: City
) -> None:
    playing = Playing(found, city)
    playing.at(12)
    playing.now_ms = T0 + 600 * MINUTE
    found.publish(finding(ALERTS, 9), "live", playing.now_ms)
    found.publish(finding("brief.morning", 4), "live", playing.now_ms)
    assert playing.at(13) == ["brief.morning"]
    assert (playing.says(ALERTS), playing.says("brief.morning")) == (1, None)
    assert playing.at(40) == [ALERTS, AIR]
    assert playing.says(ALERTS) == 3
    # An exercise that has come to what was now when it was looked at last finds what came then.
    assert playing.at(601) == ["brief.morning", ALERTS]
    assert (playing.says(ALERTS), playing.says("brief.morning")) == (9, 4)


def test_a_finding_leads_back_to_where_it_is_kept(found: FindingStore, city: City) -> None:
    playing = Playing(found, city)
    playing.at(21)
    assert found.made_then(ALERTS, playing.shown[ALERTS].quality[SAID_AS]) == "job20"


def test_what_has_become_more_secret_since_is_as_secret_in_an_exercise(
    found: FindingStore, city: City
) -> None:
    name, contract = next((n, c) for n, c in city.datasets.items() if c.share == "private")
    of_it = replace(finding(AIR, 1), datasets=(name,))
    found.publish(of_it, "job", T0 + 50 * MINUTE)
    secret = replace(contract, classification=Classification("restricted"))
    playing = Playing(found, replace(city, datasets={**city.datasets, name: secret}))
    playing.at(5)
    assert playing.shown[AIR].classification == Classification("restricted")
    playing.at(51)
    assert playing.says(AIR) == 1
    assert playing.shown[AIR].classification == Classification("restricted")


def test_while_the_store_is_away_what_was_said_stays(
    found: FindingStore, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    playing = Playing(found, city)
    playing.at(12)
    with monkeypatch.context() as away:
        away.setattr(found, "stood", lambda _names, _at_ms: None)
        assert playing.at(21) == []
    with monkeypatch.context() as away:
        away.setattr(found, "versions", lambda: None)
        assert playing.at(22) == []
    assert playing.says(ALERTS) == 1
    assert playing.at(23) == [ALERTS]
    assert playing.says(ALERTS) == 2
