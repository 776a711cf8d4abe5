"""What a rule sees of an envelope."""

from __future__ import annotations

import pytest

from data_access.envelope import Envelope
from operations.rules import (
    Observation,
    observed,
)
from tests.operations.a_rule import RULE, STALE, T0, envelope


@pytest.mark.parametrize("realm", ["exercise:drill", "known:20260921T0214Z", ""])
def test_nothing_that_is_not_live_is_seen(realm: str) -> None:
    assert observed(RULE, envelope({"value": 99}, realm=realm)) is None


def test_an_observation_is_what_the_envelope_says_of_the_number() -> None:
    seen = observed(RULE, envelope({"value": 25}))
    assert seen == Observation(25.0, T0, STALE, "simulated", 7)
    own = observed(RULE, envelope({"value": 25, "atMs": T0 - 1, "origin": "replay"}))
    assert own == Observation(25.0, T0 - 1, STALE, "replay", 7)
    assert observed(RULE, None) is None


@pytest.mark.parametrize(
    "broken",
    [
        envelope({"value": None}),
        envelope({"value": "25"}),
        envelope({"value": True}),
        envelope({}),
        envelope(None),
        envelope({"value": 25}, payload={}),
        envelope({"value": 25}, state="absent", as_of_ms=None),
    ],
)
def test_an_envelope_without_the_number_gives_an_observation_without_a_figure(
    broken: Envelope,
) -> None:
    seen = observed(RULE, broken)
    assert seen is not None
    assert seen.figure is None
