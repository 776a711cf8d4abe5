"""The scan finds cases that gather, not noise; of few people it tells no count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from analytics.detection import outbreak
from analytics.detection.outbreak import Outbreak, Week
from analytics.detection.scan import scan
from analytics.detection.track import Spot
from tests.analytics.detection import town

SIDE = 10
PLACES = [(21 + row * 0.02, 105.8 + col * 0.02) for row in range(SIDE) for col in range(SIDE)]
EXPECTED = [2.0 + (n % 3) for n in range(SIDE * SIDE)]
CLUSTER = (33, 34, 43, 44)
DENGUE = Outbreak.model_validate({**town.BASE, "id": "dengue", "kind": "outbreak", "runs": 199})


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).poisson(EXPECTED).astype(float)


def gathered(seed: int = 1) -> np.ndarray:
    counts = noise(seed)
    counts[list(CLUSTER)] += 9
    return counts


def test_a_cluster_that_was_put_in_is_found() -> None:
    found = scan(gathered(), EXPECTED, PLACES, runs=199)

    assert found[0].p <= 0.01
    assert set(CLUSTER) & set(found[0].units)
    assert len(set(found[0].units) - set(CLUSTER)) <= 4
    assert found[0].risk > 2


def test_noise_is_no_cluster() -> None:
    hits = sum(bool(scan(noise(seed), EXPECTED, PLACES, runs=199)) for seed in range(2, 32))

    assert hits <= 2  # of thirty, at p <= 0.01


def test_the_same_cases_give_the_same_answer() -> None:
    assert scan(gathered(), EXPECTED, PLACES, runs=99) == scan(
        gathered(), EXPECTED, PLACES, runs=99
    )


def test_nothing_absurd_is_an_error() -> None:
    nothing = [0.0] * len(PLACES)

    assert scan(nothing, EXPECTED, PLACES) == []
    assert scan(gathered(), nothing, PLACES) == []
    assert scan([], [], []) == []
    assert scan([float("nan")] * len(PLACES), EXPECTED, PLACES) == []


def week(counts: np.ndarray, *, city: float = 350.0) -> Week:
    codes = [f"u{n:02}" for n in range(len(PLACES))]
    return Week(
        at_us=0,
        name={"vi": "tuần 9/2026", "en": "week 9/2026"},
        disease={"vi": "Sốt xuất huyết", "en": "Dengue"},
        city=city,
        before=[300.0, 310.0, 290.0, 305.0, 295.0],
        units=dict(zip(codes, counts.tolist(), strict=True)),
        usual=dict(zip(codes, EXPECTED, strict=True)),
        spots={c: Spot(f"Phường {c}", *p) for c, p in zip(codes, PLACES, strict=True)},
        mask_below=5,
    )


def test_an_outbreak_is_the_city_above_its_years_and_where_cases_gather() -> None:
    found = outbreak.find(DENGUE, week(gathered()))

    assert [finding.kind for finding in found] == ["epidemic", "cluster"]
    assert "5 năm + 2 độ lệch" in found[0].evidence[0]["vi"]
    assert "Kulldorff" in found[1].evidence[1]["vi"]


def test_a_year_as_usual_is_no_outbreak_nor_one_without_five_years() -> None:
    assert outbreak.find(DENGUE, week(noise(2), city=305.0)) == []
    short = replace(week(noise(2)), before=[300.0, None, 290.0, 305.0, 295.0])
    assert outbreak.find(DENGUE, short) == []


def test_of_a_cluster_with_few_people_in_a_unit_no_count_is_told() -> None:
    counts = np.zeros(len(PLACES))
    counts[list(CLUSTER)] = [20, 20, 3, 20]
    counts[0] = 40

    found = [f for f in outbreak.find(DENGUE, week(counts)) if f.kind == "cluster"]

    for finding in found:
        if "u43" in finding.subjects:
            assert "63" not in finding.evidence[0]["vi"]
            assert "số ca nhỏ không nêu" in finding.evidence[0]["vi"]
