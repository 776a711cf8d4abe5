"""Roll-ups are exact: whatever the order and the batches, the same numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import rollup
from data_access.rollup import DAY, HOUR, Cells, day_slots, roll_up, slot_bounds_us

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")


def us(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def cells(*rows: tuple[int, str, float, bool], zone: ZoneInfo = HANOI) -> Cells:
    series, times, values, suspect = zip(*rows, strict=True) if rows else ((), (), (), ())
    return roll_up(
        np.array(series, np.int64),
        np.array([us(at) for at in times], np.int64),
        np.array(values, np.float64),
        np.array(suspect, bool),
        zone,
    )


def test_an_hour_keeps_rows_sum_lowest_and_highest() -> None:
    made = cells(
        (1, "2026-11-02T03:00:00", 40.0, False),
        (1, "2026-11-02T03:55:00", 20.5, False),
        (1, "2026-11-02T04:00:00", 50.0, False),
    )
    hours = [row for row in made.tuples() if row[1] == HOUR]
    slot = us("2026-11-02T03:00:00") // rollup.HOUR_US
    assert hours == [
        (1, HOUR, slot, 0, 2, 60_500_000, 20.5, 40.0),
        (1, HOUR, slot + 1, 0, 1, 50_000_000, 50.0, 50.0),
    ]


def test_a_day_is_the_citys_own() -> None:
    made = cells(
        (1, "2026-11-02T16:59:59", 1.0, False),
        (1, "2026-11-02T17:00:00", 2.0, False),
    )
    days = [row[2] for row in made.tuples() if row[1] == DAY]
    assert [datetime.fromtimestamp(slot * 86400, UTC).date().isoformat() for slot in days] == [
        "2026-11-02",
        "2026-11-03",
    ]


def test_suspect_rows_have_cells_of_their_own() -> None:
    made = cells((1, "2026-11-02T03:00:00", 40.0, False), (1, "2026-11-02T03:05:00", 99.0, True))
    assert [row[3:6] for row in made.tuples() if row[1] == HOUR] == [
        (0, 1, 40_000_000),
        (1, 1, 99_000_000),
    ]


def test_slots_say_which_instants_they_hold() -> None:
    hour = us("2026-11-02T03:00:00")
    assert slot_bounds_us(HOUR, hour // rollup.HOUR_US, HANOI) == (hour, hour + rollup.HOUR_US)
    (day,) = day_slots(np.array([us("2026-11-02T03:00:00") // rollup.HOUR_US]), HANOI)
    assert slot_bounds_us(DAY, int(day), HANOI) == (
        us("2026-11-01T17:00:00"),
        us("2026-11-02T17:00:00"),
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "Asia/Ho_Chi_Minh"])
def test_a_days_bounds_hold_the_hours_rolled_into_it(zone: str) -> None:
    local = ZoneInfo(zone)
    start = us("2026-10-24T00:00:00") // rollup.HOUR_US
    hours = start + np.arange(72, dtype=np.int64)
    for hour, day in zip(hours.tolist(), day_slots(hours, local).tolist(), strict=True):
        first, after = slot_bounds_us(DAY, day, local)
        assert first <= hour * rollup.HOUR_US < after


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1.1e9])
def test_a_number_that_cannot_be_summed_exactly_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="number"):
        cells((1, "2026-11-02T03:00:00", value, False))


def test_no_rows_make_no_cells() -> None:
    assert len(cells()) == 0
    assert len(rollup.fold(rollup.empty(), np.zeros(0, np.int64))) == 0


ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(0, 3 * 24 * 60 - 1),
        st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


@given(rows=ROWS, order=st.randoms(use_true_random=False), at=st.integers(0, 60))
def test_batches_in_any_order_fold_to_the_same_cells(rows, order, at) -> None:  # type: ignore[no-untyped-def]
    def rolled(part: list) -> Cells:
        base = us("2026-11-02T03:00:00")
        return roll_up(
            np.array([row[0] for row in part], np.int64),
            np.array([base + row[1] * 60_000_000 for row in part], np.int64),
            np.array([row[2] for row in part], np.float64),
            np.array([row[3] for row in part], bool),
            HANOI,
        )

    whole = rolled(rows)
    shuffled = list(rows)
    order.shuffle(shuffled)
    parts = Cells.join(rolled(shuffled[:at]), rolled(shuffled[at:]))
    assert sorted(rollup.fold(parts, parts.series).tuples()) == sorted(whole.tuples())
