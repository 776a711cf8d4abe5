"""The issue that stands: the newest of each place, its steps apart, its hours a hyetograph."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data_access.model import RecordRow
from data_access.rain_issue import DATASET, Issue, Step, first_hour, newest_issues
from data_access.records import instant_us
from data_access.rollup import HOUR_US
from tests.data_access.aggregates.conftest import NOW, Table, city, table

__all__ = ["city", "table"]
HOUR = timedelta(hours=1)
NOW_US = instant_us(NOW)  # a whole hour


def told(
    hours: tuple[float, float], mm: Any, *, ago_h: float = 2, place: str = "Láng", **more: Any
) -> RecordRow:
    """Say what was issued `ago_h` ago of an interval, in hours from now."""
    begin, end = (NOW + each * HOUR for each in hours)
    issued = NOW - ago_h * HOUR
    return RecordRow(
        record_id=more.pop("key", f"{place}_{begin:%d%H%M}_{end:%d%H%M}"),
        version=issued.isoformat(),
        status=more.pop("status", "issued"),
        reported_at=issued,
        valid_from=begin,
        valid_to=more.pop("valid_to", end),
        area="00190",
        geometry={"type": "Point", "coordinates": [105.80, 21.017]},
        body={"place": place, "rain_mm": mm, "chance": 0.6},
        source_ref="f",
        **more,
    )


def issues(table: Table, *records: RecordRow) -> dict[str, Issue]:
    table.feed(DATASET, records=records)
    with table.reader.snapshot() as snapshot:
        return {each.place: each for each in newest_issues(snapshot, NOW_US)}


def test_the_newest_issue_of_a_place_stands_and_nothing_of_an_older_one(table: Table) -> None:
    found = issues(
        table,
        told((0, 3), 5.0, ago_h=8),
        told((3, 6), 9.0, ago_h=8),
        told((30, 33), 40.0, ago_h=8),
        told((0, 3), 12.0),
        told((3, 6), 0.0),
        told((0, 3), 1.0, ago_h=8, place="Sơn Tây"),
    )
    assert [step.mm for step in found["Láng"].steps] == [12.0, 0.0]
    assert found["Láng"].issued_us == NOW_US - 2 * HOUR_US
    assert [step.mm for step in found["Sơn Tây"].steps] == [1.0]


def test_what_is_withdrawn_over_without_an_end_or_without_an_amount_is_no_step(
    table: Table,
) -> None:
    found = issues(
        table,
        told((-30, -27), 8.0),
        told((0, 3), 7.0, status="cancelled"),
        told((3, 6), None),
        told((6, 9), 3.0, valid_to=None),
        told((9, 12), 2.0),
    )
    assert [step.mm for step in found["Láng"].steps] == [2.0]


def test_of_a_whole_day_and_its_hours_the_hours_count(table: Table) -> None:
    found = issues(table, told((0, 24), 50.0), told((0, 6), 4.0), told((6, 12), 8.0))
    assert [step.mm for step in found["Láng"].steps] == [4.0, 8.0]


def test_hours_split_a_step_evenly_and_end_where_the_issue_does() -> None:
    steps = (Step(0, 3 * HOUR_US, 6.0), Step(3 * HOUR_US, 4 * HOUR_US, 5.0),
             Step(6 * HOUR_US, 7 * HOUR_US, 9.0))  # fmt: skip
    issue = Issue("Láng", None, None, None, 0, steps)
    assert issue.hours(0, 72) == pytest.approx((2.0, 2.0, 2.0, 5.0))
    assert issue.mm(2 * HOUR_US + HOUR_US // 2, 4 * HOUR_US) == pytest.approx(6.0)
    assert issue.mm(3 * HOUR_US, 7 * HOUR_US) is None
    assert first_hour([issue], 90 * 60 * 1_000_000) == HOUR_US
    assert first_hour([issue], -5 * HOUR_US) == 0


def test_the_envelope_has_the_wettest_place_when_it_was_issued_and_the_course(table: Table) -> None:
    table.feed(
        DATASET,
        records=[
            *(told((3 * n, 3 * n + 3), 6.0) for n in range(8)),
            *(told((3 * n, 3 * n + 3), 9.0 * n, place="Sơn Tây") for n in range(8)),
        ],
    )
    payload = table.build(DATASET).payload
    numbers = payload["numbers"]
    assert numbers["day"]["value"] == 252.0
    assert numbers["day"]["period"]["en"] == "from 10:00 20/11"
    assert numbers["day"]["note"]["vi"] == "Sơn Tây; phát lúc 08:00 20/11"
    assert numbers["soon"]["value"] == 12.0
    most = payload["series"]["ahead"]["lines"][0]
    assert most["id"] == "most"
    assert [mm for _, mm in most["points"][:4]] == [2.0, 2.0, 2.0, 3.0]
    assert most["points"][0][0] == NOW.timestamp() * 1000
    assert [row["day"] for row in payload["tables"]["places"]["rows"]] == [252.0, 48.0]


def test_an_issue_that_has_run_out_says_so_and_has_no_number(table: Table) -> None:
    table.feed(DATASET, records=[told((-30, -27), 6.0, ago_h=31)])
    numbers = table.numbers(DATASET)
    assert numbers["day"]["value"] is None
    assert "run out" in numbers["day"]["note"]["en"]
