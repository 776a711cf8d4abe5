"""What work has found says of itself what an aggregate says: whose, of what origin, how secret."""

from __future__ import annotations

import pytest

from data_access.city import load_city
from data_access.envelope import furthest
from data_access.finding import Ground, build_finding
from tests.conftest import ROOT

CITY = load_city(ROOT / "city")
LABEL = {"vi": "Dự báo", "en": "Forecast"}
FIGURE = {"label": LABEL, "value": 1.0, "unit": "", "decimals": 0, "status": "normal"}


def build(payload, *datasets, **more):
    ground = Ground(datasets=datasets, origin="replay", as_of_ms=5.0, source_at_ms=4.0)
    return build_finding(
        "forecast.speed",
        payload,
        ground,
        CITY,
        label=LABEL,
        now_ms=9.0,
        stale_after_ms=60.0,
        **more,
    )


def test_it_is_as_secret_as_the_most_secret_of_its_datasets_and_the_data_offices():
    found = build({"numbers": {"n": FIGURE}}, "transport.speed", "party.documents", "gone.since")
    assert (
        found.classification.compartments
        == CITY.datasets["party.documents"].classification.compartments
    )
    assert (found.owner, found.owner_label) == (
        CITY.data_office,
        CITY.agencies[CITY.data_office].name,
    )
    assert (found.state, found.as_of_ms, found.source_at_ms) == ("ok", 5.0, 4.0)


def test_without_anything_found_it_has_no_age_and_says_why():
    found = build({}, "transport.speed", reason=LABEL)
    assert (found.state, found.as_of_ms, found.source_at_ms) == ("absent", None, None)
    assert found.reason == LABEL


@pytest.mark.parametrize(
    ("origins", "of_all"),
    [
        ((), "live"),
        (("live", "replay"), "replay"),
        (("simulated", "live", "replay"), "simulated"),
        (("absent",), "live"),
    ],
)
def test_what_is_made_of_several_is_as_far_from_live_as_the_furthest(origins, of_all):
    assert furthest(origins) == of_all
