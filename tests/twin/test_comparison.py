"""Runs side by side: one row a figure, ranks that chance may not have made, what limits them."""

from __future__ import annotations

import pytest

from tests.twin.hand_made import kpi, result
from twin.comparison import Compared, compare, limits, ranking, verdict


def runs(*deltas: float, wide: float = 1.0) -> list[Compared]:
    return [
        Compared(str(number), {"vi": f"Kịch bản {number}", "en": f"Run {number}"},
                 result(kpis=[kpi("delay", 100.0, 100.0 + delta, wide=wide)]))
        for number, delta in enumerate(deltas)
    ]  # fmt: skip


def test_the_best_is_first_and_runs_that_overlap_share_a_rank() -> None:
    row = compare(runs(5.0, -20.0, 6.0))[0]
    assert ranking(row) == [(1, 1), (0, 2), (2, 2)]


def test_a_figure_only_one_run_has_is_a_row_with_a_gap() -> None:
    two = [*runs(1.0), Compared("x", {"vi": "x", "en": "x"}, result())]
    rows = compare(two)
    assert [row.kpi_id for row in rows] == ["delay", "arrived"]
    assert rows[1].cells[0] is None


def test_a_difference_whose_interval_holds_zero_is_none() -> None:
    assert verdict(kpi("delay", 100.0, 100.5, wide=1.0)) == "same"
    assert verdict(kpi("delay", 100.0, 105.0, wide=1.0)) == "worse"
    assert verdict(kpi("arrived", 100.0, 105.0, wide=1.0, better="up")) == "better"
    assert verdict(kpi("delay", 100.0, 100.0)) == "same"


def test_a_difference_that_is_told_as_zero_is_none() -> None:
    minutes = {**kpi("delay", 2.0, 2.03, wide=0.01), "decimals": 1}
    assert verdict(minutes) == "same"  # or it would be "+0.0, worse"
    assert verdict({**minutes, "decimals": 2}) == "worse"


def of_water(*values: float, error_pct: float) -> list[Compared]:
    """Return runs of water, in which chance has no part, with such an error of the balance."""
    balance = {"value": {"runoffPct": -0.01, "routingPct": error_pct}}
    return [
        Compared(str(number), {"vi": "x", "en": "x"},
                 result("drainage", kpis=[kpi("flooded", 313_279.0, value)],
                        details={"massBalance": balance}))
        for number, value in enumerate(values)
    ]  # fmt: skip


def test_water_that_differs_by_less_than_the_error_of_its_balance_is_not_told_apart() -> None:
    """Pumps that are off were the best of three by 18 m³ of 313,279, at an error of 0.12 %."""
    (row,) = compare(of_water(313_261.0, 295_324.0, 313_270.0, error_pct=-0.12))
    assert ranking(row) == [(1, 1), (0, 2), (2, 2)]
    told = [verdict(cell, row.balance_pct) for cell in row.cells if cell is not None]
    assert told == ["same", "better", "same"]
    (small,) = compare(of_water(313_261.0, 313_399.0, error_pct=0.02))
    assert ranking(small) == [(0, 1), (1, 2)]


def test_an_error_of_the_balance_widens_no_interval() -> None:
    assert verdict(kpi("delay", 100.0, 105.0, wide=1.0), 50.0) == "worse"


def test_other_bases_are_said() -> None:
    same, other = runs(1.0, 2.0), runs(1.0)
    other.append(Compared("y", {"vi": "y", "en": "y"}, result(kpis=[kpi("delay", 90.0, 95.0)])))
    assert not compare(same)[0].bases_differ
    assert compare(other)[0].bases_differ


def test_limits_are_said_once() -> None:
    said = [each["en"] for each in limits(runs(1.0, 2.0))]
    assert said == ["no counts", "3 trips dropped", "invented streets"]


@pytest.mark.parametrize("count", [0, 5])
def test_one_to_four_runs_are_compared(count: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 4"):
        compare(runs(*range(count)))
