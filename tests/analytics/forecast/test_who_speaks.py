"""Which method may speak for a series: a model only where it wins, and baselines together."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from analytics.forecast.choice import Choice, blended, choose, is_steady, mixed, stretches
from analytics.forecast.forecasting import Asked
from analytics.forecast.panel import panel
from analytics.forecast.rolling import MODEL, roll
from analytics.series import Floats
from tests.analytics.forecast.making import daily, one, series, wandering


def test_r17_a_model_that_does_not_beat_its_baselines_is_not_shown_as_a_model() -> None:
    """R17: the back-test beats the seasonal naive, or says so plainly."""
    found = one(daily(900, noise=0.0))  # the profile knows it by heart
    assert found.choice.errors["model"] is not None
    assert found.choice.method != MODEL
    assert found.trained_rows == 0
    assert found.choice.errors["shown"] == min(
        found.choice.errors["naive"], found.choice.errors["profile"]
    )


def test_r17_a_model_that_was_right_for_a_while_and_then_wrong_does_not_speak() -> None:
    told = panel({"it": series(daily(900))}, 24)
    rolled = roll(told, rows=0)
    good = np.where(rolled.is_choosing, rolled.truth, rolled.truth + 50)
    (lost,) = choose(told, rolled, rolled.truth, {**rolled.said, MODEL: good})
    assert lost.method != MODEL
    assert (lost.weights[1:] == 1).all()  # it was trusted by what came before
    (won,) = choose(told, rolled, rolled.truth, {**rolled.said, MODEL: rolled.truth})
    assert won.method == MODEL
    assert won.errors["shown"] == 0


def test_r17_a_few_lucky_days_make_no_model() -> None:
    told = panel({"it": series(daily(900))}, 24)
    rolled = roll(told, rows=0)
    profile, stretch = rolled.said["profile"], stretches(rolled.origin, 24)
    wrong = rolled.truth - profile
    days = np.unique(stretch)

    def spoken(by_day: Floats) -> str:
        model = rolled.truth - wrong * by_day[np.searchsorted(days, stretch)]
        (found,) = choose(told, rolled, rolled.truth, {**rolled.said, MODEL: model})
        return found.method

    lucky = np.where(np.isin(days, days[[2, -2]]), 0.0, 1.02)
    assert np.mean(lucky) < 0.9  # it erred less by far, on two days that pay for all others
    assert spoken(lucky) != MODEL
    assert spoken(np.full(len(days), np.mean(lucky))) == MODEL  # as much less, every day


def test_r17_what_a_short_past_says_of_one_series_is_held_against_all_of_its_kind() -> None:
    def baselines(count: int) -> list[str]:
        told = panel({f"s{n:02}": series(daily(9 * 24, seed=n)) for n in range(count)}, 24)
        rolled = roll(told, rows=0)
        wrong = rolled.truth - rolled.said["profile"]
        naive = rolled.truth - wrong * np.where(rolled.series == 0, 0.9, 1.3)
        said = {**rolled.said, "naive_short": naive, "naive_long": naive,
                "level": rolled.truth - 2 * wrong}  # fmt: skip
        return [each.baseline for each in choose(told, rolled, rolled.truth, said)]

    assert baselines(1) == ["naive_short"]
    assert baselines(12) == ["profile"] * 12  # four days are not enough to be an exception


def test_r17_baselines_that_err_apart_are_better_together_and_one_that_is_right_stands_alone() -> (
    None
):
    told = panel({"it": series(daily(900))}, 24)
    rolled = roll(told, rows=0)
    chance = np.random.default_rng(4)
    names = ("naive_short", "naive_long", "profile", "level")

    def chosen(wide: Mapping[str, float]) -> tuple[Choice, float, float]:
        said = {
            name: rolled.truth + wide[name] * chance.normal(size=len(rolled.truth))
            for name in names
        }
        (found,) = choose(told, rolled, rolled.truth, said)
        wrong = np.abs(rolled.truth - blended(found, said, rolled.ahead)).mean()
        return found, wrong, min(np.abs(rolled.truth - each).mean() for each in said.values())

    apart, wrong, best = chosen({"naive_short": 1.2, "naive_long": 1.0, "profile": 1.0, "level": 9})
    assert apart.method == "mix"
    assert wrong < 0.75 * best
    assert apart.mix["level"] < 0.01  # what errs by far says next to nothing
    assert sum(apart.mix.values()) == pytest.approx(1)
    alone, wrong, best = chosen({"naive_short": 4, "naive_long": 5, "profile": 0.0, "level": 9})
    assert alone.method == "profile"
    assert wrong == best == 0


def test_r17_a_model_is_trusted_beside_one_baseline_and_held_against_their_mean() -> None:
    """What it has learned is what the profile errs by: beside a mean it would correct another's."""
    told = panel({"it": series(daily(900))}, 24)
    rolled = roll(told, rows=0)
    chance = np.random.default_rng(4)
    err = {
        name: chance.normal(size=len(rolled.truth))
        for name in ("naive_short", "naive_long", "profile")
    }
    said = {name: rolled.truth + each for name, each in err.items()}
    said["profile"] = rolled.truth + 0.9 * err["profile"]  # the best of the single ones
    said["level"] = rolled.truth + 9.0

    def with_model(model: Floats) -> tuple[Choice, float]:
        told_too = {**said, MODEL: model}
        (found,) = choose(told, rolled, rolled.truth, told_too)
        return found, float(np.abs(rolled.truth - blended(found, told_too, rolled.ahead)).mean())

    alone, of_mean = with_model(said["profile"])  # it has learned nothing
    assert alone.method == "mix"
    corrected, wrong = with_model(rolled.truth - 0.9 * err["profile"])  # twice as much as is due
    assert (corrected.method, corrected.baseline) == (MODEL, "profile")
    assert (corrected.weights[1:] == 0.5).all()
    assert wrong == pytest.approx(0, abs=1e-9)
    little, shown = with_model(rolled.truth + 0.9 * 0.85 * err["profile"])
    assert little.errors["model"] is not None
    assert of_mean < little.errors["model"] < 0.9 * np.abs(err["profile"]).mean()
    assert (little.method, shown) == (
        "mix",
        pytest.approx(of_mean),
    )  # better than each, not than all


def test_the_weights_of_baselines_are_told_where_an_error_is_nought_or_not_known() -> None:
    assert mixed({"profile": 0.0, "level": 2.0}) == {"profile": 1.0, "level": 0.0}
    assert mixed({"profile": float("inf")}) == {"profile": 1.0}
    assert mixed({"profile": 1.0, "level": 2.0}) == {"profile": 16 / 17, "level": 1 / 17}


@pytest.mark.parametrize(
    ("more", "stretch", "expected"),
    [
        ([-1.0, -1.1, -0.9], [0, 1, 2], True),
        ([-1.0, -1.1], [0, 1], False),  # of two days nobody knows how they vary
        ([], [], False),
        ([-9.0, 0.5, 0.5, 0.5], [0, 1, 2, 3], False),  # once, and not since
        ([-1.0, -1.0, -1.0, 2.0], [0, 1, 2, 3], False),  # mostly, within chance
        ([-1.0, -1.0, -1.0, 0.2], [0, 1, 2, 3], True),
        ([-1.0, -1.0, -1.0], [0, 0, 0], False),  # the same day thrice
    ],
)
def test_r17_ahead_is_ahead_in_most_stretches_and_by_more_than_chance(
    more: list[float], stretch: list[int], expected: bool
) -> None:
    assert is_steady(np.array(more), np.array(stretch, np.int64)) is expected


def test_r17_a_model_that_wins_speaks_and_tells_its_error_beside_theirs() -> None:
    found = one(wandering(1440, keeps=0.95), Asked(12))
    mase = found.choice.mase
    assert found.choice.method == MODEL
    assert mase["shown"] is not None
    assert mase["naive"] is not None
    assert mase["profile"] is not None
    assert mase["shown"] < mase["profile"]
    assert mase["shown"] < mase["naive"]
    assert found.trained_rows > 1000
