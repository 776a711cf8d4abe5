"""The slope of what is sampled: how sure it is, also when samples follow one another."""

from __future__ import annotations

import random

import pytest

from benchmarks.trend import slope

HOURS = [number / 180 for number in range(75)]  # each 20 s, 25 min


def walk(chance: random.Random, *, follows: float) -> list[float]:
    """Noise of which each part keeps a share of the one before."""
    found, last = [], 0.0
    for _ in HOURS:
        last = follows * last + chance.gauss(0, 1)
        found.append(last)
    return found


def test_a_straight_line_is_found_exactly() -> None:
    found = slope(HOURS, [50 + 3 * each for each in HOURS])
    assert (found.estimate, found.upper) == pytest.approx((3, 3))


@pytest.mark.parametrize("follows", [0.0, 0.5, 0.8])
def test_the_true_slope_is_below_the_bound_in_about_95_of_100(follows: float) -> None:
    chance, tries = random.Random(3), 400
    below = sum(slope(HOURS, walk(chance, follows=follows)).upper >= 0 for _ in range(tries))
    assert 0.88 * tries <= below <= 0.995 * tries


def test_a_leak_is_not_taken_for_noise() -> None:
    chance = random.Random(5)
    noise = walk(chance, follows=0.5)
    leaking = [20 * at + each for at, each in zip(HOURS, noise, strict=True)]
    assert slope(HOURS, leaking).estimate == pytest.approx(20, abs=6)
    assert slope(HOURS, leaking).upper > 15


def test_what_a_scene_weighs_is_no_slope_however_the_scenes_fall() -> None:
    scenes = [number * 7 // 75 % 4 for number in range(75)]  # seen less and less in turn
    weighs = [100 + 5 * scene + 3 * at for scene, at in zip(scenes, HOURS, strict=True)]
    assert slope(HOURS, weighs).upper > 10
    found = slope(HOURS, weighs, of=scenes)
    assert (found.estimate, found.upper) == pytest.approx((3, 3))


@pytest.mark.parametrize("follows", [0.0, 0.5])
def test_the_bound_holds_between_levels_too(follows: float) -> None:
    chance, tries = random.Random(4), 400
    scenes = [number % 10 for number in range(75)]
    found = (slope(HOURS, walk(chance, follows=follows), of=scenes).upper for _ in range(tries))
    assert 0.88 * tries <= sum(upper >= 0 for upper in found) <= 0.995 * tries


def test_a_handful_of_samples_says_nothing() -> None:
    with pytest.raises(ValueError, match="expected at least 8"):
        slope(HOURS[:7], HOURS[:7])
