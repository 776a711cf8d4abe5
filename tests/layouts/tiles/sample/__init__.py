"""Hand-made envelopes of every aggregate the scenes read, as full and as long-worded as real ones.

Deterministic: no clock, no chance. `NOW_MS` is the glass time they were made at.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from data_access.envelope import Envelope
from tests.layouts.tiles.sample import (
    briefs,
    cameras,
    civic,
    control,
    economy,
    environment,
    feedback,
    finance,
    forecasts,
    nature,
    safety,
    schooling,
    society,
    transport,
    twins,
    unusual,
    voices,
    welfare,
    whole,
)
from tests.layouts.tiles.sample.environment import STATIONS
from tests.layouts.tiles.sample.making import NOW_MS, ROOT, absent, areas, envelope, links, text
from tests.layouts.tiles.sample.nature import WATERS

__all__ = [
    "NOW_MS",
    "ROOT",
    "STATIONS",
    "WATERS",
    "absent",
    "areas",
    "envelope",
    "everything",
    "links",
    "text",
]


@cache
def everything() -> Mapping[str, Envelope]:
    """Return an envelope of every aggregate, by name: the same ones each time, to be left alone."""
    made = [
        economy.investment(),
        economy.prices(),
        finance.grdp(),
        finance.activity(),
        finance.projects(),
        finance.budget(),
        finance.business(),
        finance.business_sectors(),
        transport.speed(),
        transport.situations(),
        transport.congestion(),
        cameras.cameras(),
        cameras.camera_events(),
        transport.transit(),
        transport.vehicles(),
        control.signals(),
        environment.air(),
        environment.rain(),
        nature.water(),
        nature.rain_forecast(),
        nature.land(),
        safety.order(),
        safety.urban(),
        society.dengue(),
        welfare.capacity(),
        welfare.epidemics(),
        welfare.outbreaks(),
        schooling.schools(),
        schooling.closures(),
        schooling.meals(),
        society.alerts(),
        society.logins(),
        feedback.feedback(),
        civic.service(),
        civic.calls(),
        civic.social(),
        civic.party(),
        voices.topics(),
        voices.duplicates(),
        voices.quality(),
        society.food(),
        whole.pictures(),
        whole.quality(),
        whole.bottlenecks(),
        control.stage(),
        twins.traffic(),
        twins.drainage(),
        twins.coupled(),
        *forecasts.findings(),
        unusual.alerts(),
        unusual.quality(),
    ]
    found = {each.aggregate: each for each in made}
    return found | {each.aggregate: each for each in briefs.briefs(found)}
