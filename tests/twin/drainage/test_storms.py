"""Rain on wards: observed totals where gauges stood, between them what lies between."""

from __future__ import annotations

from data_access.city import City
from twin.drainage.plan import DrainagePlan
from twin.drainage.scenario import Hyetograph, NamedStorm
from twin.drainage.storms import rain_of


def test_an_observed_storm_has_its_totals_where_they_were_observed(
    hanoi: City, plan: DrainagePlan
) -> None:
    rain = rain_of(NamedStorm(id="2025-09-30"), plan, hanoi)
    totals = {ward.code: sum(rain.on(ward.code)) for ward in plan.ward}
    observed = {"00190": 421, "00256": 324, "00340": 260, "00226": 208, "00004": 188}
    assert {code: round(totals[code]) for code in observed} == observed
    assert all(188 - 1e-6 <= total <= 421 + 1e-6 for total in totals.values())
    assert rain.hours == 9


def test_rain_drawn_by_hand_falls_where_it_was_drawn(hanoi: City, plan: DrainagePlan) -> None:
    drawn = Hyetograph(step_min=30, mm={"all": (1, 2), "00190": (30, 0, 4)})
    rain = rain_of(drawn, plan, hanoi)
    assert rain.on("00190") == (30, 0, 4)
    assert rain.on("00004") == (1, 2)
    assert rain.hours == 1.5
