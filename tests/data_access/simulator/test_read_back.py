"""The real sources read what is simulated: nearly all of it, and refuse the faults put there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from data_access.city import City, load_city
from data_access.contract_check import check
from data_access.model import Entity, RecordRow
from data_access.simulator.air import DAYS as AIR_DAYS
from data_access.sources.registry import formats, read, verify
from tests.data_access.simulator.conftest import CITY, UNTIL

DATASETS = tuple(load_city(CITY).datasets)


@dataclass
class Found:
    """What came of one dataset."""

    observations: pd.DataFrame = field(default_factory=pd.DataFrame)
    records: list[RecordRow] = field(default_factory=list)
    entities: dict[str, Entity] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def accepted(self) -> int:
        return len(self.observations) + len(self.records)


@pytest.fixture(scope="module")
def found(city: City, lake: Path) -> dict[str, Found]:
    everything = {}
    for name, contract in city.datasets.items():
        if contract.source.format not in formats():
            continue
        one, frames = Found(), []
        for batch in read(contract.source.files(lake), contract=contract, city=city):
            good = check(batch, contract, now=UNTIL, areas=city.areas.codes)
            if good.observations is not None:
                frames.append(good.observations)
            one.records += good.records
            one.entities |= {entity.entity: entity for entity in good.entities}
            one.refused.update(rejected.reason for rejected in good.rejected)
        if frames:
            one.observations = pd.concat(frames, ignore_index=True)
        everything[name] = one
    return everything


def test_the_city_s_formats_are_all_there(city: City) -> None:
    verify(city)


@pytest.mark.parametrize("dataset", DATASETS)
def test_nearly_every_row_is_accepted(found: dict[str, Found], dataset: str) -> None:
    one = found[dataset]
    assert one.accepted > 10
    assert sum(one.refused.values()) <= max(2, 0.004 * one.accepted), one.refused


@pytest.mark.parametrize(
    ("dataset", "reason"),
    [
        ("transport.speed", "outOfRange"),
        ("environment.rain", "implausible"),
        ("feedback.requests", "unknownStatus"),
        ("security.logins", "badTime"),
    ],
)
def test_a_fault_put_there_is_refused(found: dict[str, Found], dataset: str, reason: str) -> None:
    assert found[dataset].refused[reason] >= 1, found[dataset].refused


def test_a_register_with_more_breaches_than_premises_is_refused(found: dict[str, Found]) -> None:
    assert sum(found["food.safety"].refused.values()) == 1


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_indicator_has_values(city: City, found: dict[str, Found], dataset: str) -> None:
    indicators = city.datasets[dataset].indicators
    if indicators:
        assert set(found[dataset].observations["indicator"]) == set(indicators)


@pytest.mark.parametrize(
    ("dataset", "oldest", "newest"),
    [
        ("environment.air", timedelta(days=AIR_DAYS), timedelta(hours=2)),
        ("environment.rain", timedelta(days=64), timedelta(days=9)),
        ("security.logins", timedelta(days=7, minutes=1), timedelta(minutes=10)),
        ("food.safety", timedelta(days=64), timedelta(days=5)),
        ("health.dengue", timedelta(days=9 * 366), timedelta(days=73)),
        ("economy.investment", timedelta(days=40 * 31), timedelta(days=60)),
        ("economy.prices", timedelta(days=40 * 31), timedelta(days=60)),
        ("economy.grdp", timedelta(days=5 * 366), timedelta(days=160)),
        ("economy.activity", timedelta(days=40 * 31), timedelta(days=60)),
        ("economy.projects", timedelta(days=24 * 31), timedelta(days=60)),
        ("economy.business", timedelta(days=14 * 31), timedelta(days=60)),
        ("economy.budget", timedelta(days=372), timedelta(days=4)),
    ],
)
def test_history_reaches_from_long_ago_to_now(
    found: dict[str, Found], dataset: str, oldest: timedelta, newest: timedelta
) -> None:
    times = found[dataset].observations["observed_at"]
    assert UNTIL - oldest <= times.min() <= UNTIL - 0.8 * oldest
    assert UNTIL - newest <= times.max() <= UNTIL


def test_speeds_are_a_week_on_the_contract_s_days(found: dict[str, Found]) -> None:
    times = found["transport.speed"].observations["observed_at"]
    assert times.max() - times.min() == timedelta(days=7, minutes=-5)
    assert times.min().tz_convert("Asia/Ho_Chi_Minh").weekday() == 3
    assert times.min().tz_convert("Asia/Ho_Chi_Minh").hour == 0


def test_every_link_is_measured(city: City, found: dict[str, Found]) -> None:
    entities = found["transport.speed"].entities.values()
    assert {entity.attributes["link"] for entity in entities} == set(city.network.links)


def test_doubtful_and_repeated_air_values_are_suspect_and_few(found: dict[str, Found]) -> None:
    frame = found["environment.air"].observations
    suspect = frame[frame["quality"] == "suspect"]
    assert 0.02 < len(suspect) / len(frame) < 0.2
    always = frame.groupby("entity")["quality"].agg(lambda q: (q == "suspect").all())
    assert always.sum() == 1


def test_one_air_station_lies_outside_the_city(found: dict[str, Found]) -> None:
    stations = found["environment.air"].entities.values()
    assert [station.area for station in stations].count(None) == 1


def test_gauges_stand_in_units_and_repeated_headings_stay_apart(found: dict[str, Found]) -> None:
    frame = found["environment.rain"].observations
    assert frame["entity"].nunique() == 49
    assert frame["area"].notna().all()


def test_requests_have_units_categories_and_both_states(
    city: City, found: dict[str, Found]
) -> None:
    records = found["feedback.requests"].records
    assert {record.status for record in records} == {"open", "closed"}
    assert sum(record.area is None for record in records) < 0.05 * len(records)
    categories = Counter(record.body.get("category") for record in records)
    assert set(categories) <= set(city.datasets["feedback.requests"].categories)
    assert len(categories) > 10
    assert categories["other"] < 0.05 * len(records)


def test_alerts_are_actual_but_for_the_drill(found: dict[str, Found]) -> None:
    records = found["security.alerts"].records
    assert {record.status for record in records} <= {"open", "replaced", "cancelled"}
    assert all(record.geometry is not None or record.area is not None for record in records)


def test_situations_have_a_place_a_time_and_a_status(found: dict[str, Found]) -> None:
    for record in found["transport.situations"].records:
        assert record.geometry is not None
        assert record.valid_from is not None
        assert record.valid_to is not None
        assert record.valid_from < record.valid_to
