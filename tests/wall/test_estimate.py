"""A client's estimate of the shared clock: PROTOCOL.md's rule, as the player's module has it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from tests.conftest import ROOT
from wall.estimate import DRIFT, ClockEstimate

VECTORS = json.loads((ROOT / "tests" / "fixtures" / "clock.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_the_clock_is_estimated_as_the_protocol_says(vector: dict[str, Any]) -> None:
    clock = ClockEstimate(tick_ms=0.1)
    for row in vector["rows"]:
        clock.begin_row()
        for sample in row:
            clock.take(*sample)
    told = {
        "offsetMs": clock.offset_ms,
        "uncertaintyMs": clock.uncertainty_ms(vector["atMs"]),
        "roundTripMs": clock.round_trip_ms,
    }
    assert told == pytest.approx(vector["told"])


@pytest.mark.parametrize("drift", [-DRIFT, 0.0, DRIFT])
def test_the_estimate_is_never_further_off_than_it_says(drift: float) -> None:
    chance, clock = random.Random(7), ClockEstimate()
    for number in range(400):
        t0_ms = number * 1_000.0
        there_ms, back_ms = chance.uniform(0, 40), chance.uniform(0, 40)
        t1_ms = 2_000 + (t0_ms + there_ms) * (1 + drift)
        clock.take(t0_ms, t1_ms, t1_ms, t0_ms + there_ms + back_ms)
        at_ms = t0_ms + chance.uniform(0, 999)
        wrong_ms = abs(2_000 + at_ms * drift - clock.offset_ms)
        assert wrong_ms <= clock.uncertainty_ms(at_ms) + 0.01  # what drifts within a round trip
