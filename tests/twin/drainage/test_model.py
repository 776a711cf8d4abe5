"""The city's own model: as many parts as it should have, the same every time, all water drained."""

from __future__ import annotations

from dataclasses import replace

import pytest
import shapely.geometry

from data_access.city import City
from data_access.geometry import schematic
from twin.drainage.building import city_model
from twin.drainage.layout import lay_out
from twin.drainage.model import Model
from twin.drainage.plan import DrainagePlan
from twin.drainage.sewers import DIAMETERS_M, full_flow, pipe_for


def test_the_city_has_three_hundred_sub_catchments_over_eleven_central_wards(
    model: Model, plan: DrainagePlan, hanoi: City
) -> None:
    """R51: a twin of urban drainage over at least five central wards."""
    catchments = lay_out(plan, hanoi).catchments
    assert len(catchments) >= 300
    central = {ward.code for ward in plan.ward if ward.central}
    assert len(central) == 11
    assert central <= {each.ward for each in catchments}
    drained_km2 = sum(hanoi.areas.units[ward.code].km2 * ward.share for ward in plan.ward)
    lakes_km2 = sum(lake.ha for lake in plan.lake) / 100
    assert sum(each.area_ha for each in catchments) / 100 == pytest.approx(
        drained_km2 - lakes_km2, abs=1.0
    )
    assert len(model.pumps) == 20
    assert model.invented


def test_the_same_city_makes_the_same_model(model: Model, plan: DrainagePlan, hanoi: City) -> None:
    assert city_model(plan, hanoi).text == model.text


def test_all_water_runs_down_to_the_reservoir(plan: DrainagePlan, hanoi: City) -> None:
    layout = lay_out(plan, hanoi)
    for start in layout.vertices:
        seen, here = {start}, start
        while here in layout.pipes:
            pipe = layout.pipes[here]
            assert pipe.top_m >= pipe.foot_m
            here = pipe.end
            assert here not in seen
            seen.add(here)
        assert here == "L-yen-so"


def test_sub_catchments_lie_in_their_ward_and_fill_it(plan: DrainagePlan, hanoi: City) -> None:
    shapes = schematic(hanoi.areas)
    real = replace(hanoi, areas=hanoi.areas.with_boundaries(shapes))
    layout = lay_out(plan, real)
    parts = [each for each in layout.catchments if each.ward == "00190"]
    ward = shapely.transform(shapes["00190"], layout.plane.to_metres)
    whole = shapely.union_all([each.shape for each in parts])
    assert whole.symmetric_difference(ward).area < ward.area * 1e-6
    assert max(each.area_ha for each in parts) < 2.5 * min(each.area_ha for each in parts)


def test_a_way_in_a_circle_is_refused(plan: DrainagePlan, hanoi: City) -> None:
    round_about = replace(
        plan,
        trunk=tuple(
            replace(trunk, into="N18") if trunk.id == "le-duan" else trunk for trunk in plan.trunk
        ),
    )
    with pytest.raises(ValueError, match="runs in a circle"):
        lay_out(round_about, hanoi)


@pytest.mark.parametrize("flow_m3s", [0.01, 0.4, 3.0, 20.0, 75.0])
def test_pipes_carry_what_they_are_sized_for(flow_m3s: float) -> None:
    size = pipe_for(flow_m3s, 0.001, 0.014)
    assert full_flow(size, 0.001, 0.014) >= flow_m3s * 0.999
    assert size.diameter_m in DIAMETERS_M
