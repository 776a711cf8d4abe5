"""What is held to be accurate: values that can be, rows that are believed, places, neighbours."""

from __future__ import annotations

from datetime import timedelta

from data_access.criteria.part import Part
from data_access.model import Entity, RecordRow
from data_access.promises import Expectation, Plausibility
from tests.data_access.criteria.conftest import NOW, Bench, Record
from tests.data_access.criteria.rows import grid, stations

AIR, ACCIDENTS, SPEED = "environment.air", "security.accidents", "transport.speed"
HOUR = timedelta(hours=1)


def test_r03_a_value_that_cannot_be_lowers_what_is_accurate(bench: Bench) -> None:
    bench.feed(AIR, stations(3, values=[20.0, 21.0, 22.0]), rejected={"outOfRange": 1})
    found = bench.stand(AIR)["accurate"]
    assert found.score == 75.0
    assert found.owner == "nong-nghiep-moi-truong"
    assert bench.part(AIR, "accurate", "range") == Part(
        "range", 3, 4, ({"kind": "reason", "id": "outOfRange", "count": 1},), 1
    )
    assert bench.stand(AIR)["clean"].score == 100.0


def test_suspect_rows_are_not_believed_and_their_station_is_named(bench: Bench) -> None:
    bench.feed(
        AIR,
        [("pm25", "s0", "00070", NOW, 20.0, "good"), ("pm25", "s1", "00070", NOW, 9.0, "suspect")],
    )
    part = bench.part(AIR, "accurate", "believed")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert part.evidence == ({"kind": "entity", "id": "s1", "count": 1},)


def test_what_should_lie_in_the_city_and_does_not_is_named(bench: Bench) -> None:
    away = Entity("far", "Far", 10.8, 106.7, None)
    nowhere = Entity("lost", "Lost")
    bench.feed(AIR, stations(2, values=[1.0, 2.0]), entities=[*grid(2), away, nowhere])
    part = bench.part(AIR, "accurate", "inside")
    assert part is not None
    assert (part.right, part.checked, part.evidence[0]["id"]) == (2, 3, "far")
    bench.promise(AIR, expects=Expectation())
    assert bench.part(AIR, "accurate", "inside") is None


def test_a_record_that_lies_elsewhere_is_named_whatever_unit_it_says(
    bench: Bench, record: Record
) -> None:
    def at(name: str, lat: float, lon: float) -> RecordRow:
        geometry = {"type": "Point", "coordinates": [lon, lat]}
        return record(name, NOW, area="00070", geometry=geometry)

    here, there = at("a1", 21.0285, 105.8542), at("a2", 10.776, 106.701)  # the other in Saigon
    bench.feed(ACCIDENTS, records=[here, there, record("a3", NOW)])
    part = bench.part(ACCIDENTS, "accurate", "inside")
    assert part is not None
    assert (part.right, part.checked) == (1, 2)
    assert part.evidence == ({"kind": "record", "id": "a2", "lat": 10.776, "lon": 106.701},)
    bench.promise(ACCIDENTS, expects=Expectation())
    assert bench.part(ACCIDENTS, "accurate", "inside") is None


def test_a_value_far_from_all_around_it_stands_out(bench: Bench) -> None:
    values = [20.0 + n % 3 for n in range(12)]
    values[5] = 400.0
    bench.feed(AIR, stations(12, values=values), entities=grid(12))
    part = bench.part(AIR, "accurate", "neighbours")
    assert part is not None
    assert (part.right, part.checked) == (11, 12)
    (found,) = part.evidence
    assert (found["id"], found["value"]) == ("s5", 400.0)
    assert 20 <= found["around"] <= 22


def test_a_hot_spot_that_its_neighbours_share_does_not(bench: Bench) -> None:
    values = [20.0] * 6 + [300.0, 310.0, 320.0, 330.0, 340.0, 350.0]
    bench.feed(AIR, stations(12, values=values), entities=grid(12))
    part = bench.part(AIR, "accurate", "neighbours")
    assert part is not None
    assert part.wrong == 0


def test_with_too_few_neighbours_nothing_is_said(bench: Bench) -> None:
    bench.feed(AIR, stations(5, values=[1.0, 2.0, 3.0, 4.0, 900.0]), entities=grid(5))
    assert bench.part(AIR, "accurate", "neighbours") is None


def test_stations_that_repeat_each_other_are_clones_and_one_is_believed(bench: Bench) -> None:
    bench.promise(AIR, plausible=Plausibility(indicators=("pm25",), least=40, clone_values=4))
    rows = [
        ("pm25", name, "00070", NOW - HOUR * n, base + n)
        for name, base in (("a", 20.0), ("b", 20.0), ("c", 20.0), ("d", 31.0))
        for n in range(4)
    ]
    flat = [("pm25", name, "00070", NOW - HOUR * n, 5.0) for name in ("e", "f") for n in range(4)]
    bench.feed(AIR, rows + flat)
    part = bench.part(AIR, "accurate", "distinct")
    assert part is not None
    assert (part.right, part.checked) == (2, 4)  # flat ones may be alike by chance
    assert [(found["id"], found["like"]) for found in part.evidence] == [("b", "a"), ("c", "a")]


def test_detectors_that_repeat_each_other_are_told_where_neighbours_say_nothing(
    bench: Bench,
) -> None:
    rows = [
        ("speed_kmh", name, "00070", NOW - HOUR * n, base + n)
        for name, base in (("a", 20.0), ("b", 20.0), ("c", 160.0))
        for n in range(13)
    ]
    bench.feed(SPEED, rows, entities=grid(12))
    part = bench.part(SPEED, "accurate", "distinct")
    assert part is not None
    assert (part.right, part.checked) == (2, 3)
    assert bench.part(SPEED, "accurate", "neighbours") is None
