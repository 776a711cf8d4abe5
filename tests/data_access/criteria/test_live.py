"""How old data is, and the hours in which nothing came."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.data_access.criteria.conftest import NOW, Bench
from tests.data_access.criteria.rows import stations

AIR, INVESTMENT = "environment.air", "economy.investment"
HOUR = timedelta(hours=1)


def test_r06_data_that_is_old_is_the_less_live_the_older_it_is(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    in_time = bench.stand(AIR, now=NOW + 3 * HOUR)["live"]
    assert (in_time.score, in_time.is_short) == (100.0, False)
    late = bench.stand(AIR, now=NOW + 6 * HOUR)["live"]
    assert (late.score, late.is_short) == (50.0, True)


def test_a_source_that_cannot_be_read_is_not_live(bench: Bench) -> None:
    bench.feed(AIR, stations(1, values=[1.0]))
    found = bench.stand(AIR, failing="HTTP 503")["live"]
    assert found.score == 0.0
    part = bench.part(AIR, "live", "answers", failing="HTTP 503")
    assert part is not None
    assert part.evidence == ({"kind": "failure", "id": "HTTP 503"},)


def test_hours_in_which_nothing_came_are_gaps(bench: Bench) -> None:
    hours = [0, 1, 2, 6, 7]
    bench.feed(AIR, [("pm25", "a", "00070", NOW - HOUR * n, 1.0) for n in hours])
    part = bench.part(AIR, "live", "gapless")
    assert part is not None
    assert (part.right, part.checked) == (5, 8)
    assert [found["count"] for found in part.evidence] == [3]


def test_months_are_no_gaps_for_having_different_lengths(bench: Bench) -> None:
    first = [
        datetime(2026, month, 1, tzinfo=NOW.tzinfo) - timedelta(hours=7) for month in range(2, 12)
    ]
    bench.feed(INVESTMENT, [("investment_month", "Hà Nội", "city", at, 1.0) for at in first])
    part = bench.part(INVESTMENT, "live", "gapless")
    assert part is not None
    assert part.wrong == 0
