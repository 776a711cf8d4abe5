"""The city's own rules watch numbers there are, belong to agencies there are, and have a past."""

from __future__ import annotations

import pytest

from data_access.aggregates.past import past_datasets
from data_access.city import load_city
from operations.definitions import read_rule
from processes.rules import city_rules
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.test_lake_chain import PROMISED

CITY = ROOT / "city"


@pytest.mark.parametrize(
    "entry", city_rules(Settings(city=CITY)), ids=lambda entry: entry["ruleId"]
)
def test_a_rule_of_the_city_can_be_watched_and_replayed(entry: dict[str, object]) -> None:
    rule, city = read_rule(entry), load_city(CITY)
    assert rule.owner in city.agencies
    assert rule.number in PROMISED[rule.aggregate]["numbers"]
    assert past_datasets(rule.aggregate, city)
    assert rule.veto_ms >= 30_000, "a person must have time to veto"
