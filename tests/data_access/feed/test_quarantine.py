"""Rows in quarantine: checked again, let in on a named person's word, and never lost or doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access import readmission
from data_access.city import City
from data_access.contracts import SourceSpec
from data_access.intake.ways import UrlWay
from data_access.quarantine import HELD, RELEASED, SETTLED, Order
from data_access.store.quarantine import Held, QuarantineReader
from tests.conftest import SMALL_LAKE
from tests.data_access.feed.conftest import Room
from tests.data_access.feed.live_room import LiveRoom
from tests.data_access.intake.web_server import Says, WebServer, web_server

AIR = "environment.air"
WHY = "the station was beside a fire"
NOW = datetime(2026, 11, 22, tzinfo=UTC)
EVERY = (HELD, "allowed", RELEASED, SETTLED)
BAD = -5.0
HEAD = "source,station_name,timestamp_utc,parameter,value,unit,quality_flag\n"


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    """A room whose file has one value that is out of range: a pm10 of -5."""
    room = open_room(AIR)
    room.settle()
    return room


def held(room: Room | LiveRoom, *states: str) -> list[Held]:
    reader = QuarantineReader(room.store())
    return reader.rows([AIR], reason="outOfRange", states=states or EVERY, offset=0, limit=2_000)


def values(room: Room) -> list[float]:
    return [row["value"] for row in room.store().source_rows(AIR, limit=500)]


def override(order_id: int, *rows: int) -> Order:
    return Order(order_id, AIR, "outOfRange", "override", "binh", WHY, rows)


def again(order_id: int) -> Order:
    return Order(order_id, AIR, "outOfRange", "again", "binh")


def test_a_row_is_let_in_on_a_named_persons_word_and_stays_in(room: Room) -> None:
    (row,) = held(room)
    assert (row.state, row.reason) == (HELD, "outOfRange")
    assert BAD not in values(room)
    room.orders.append(override(7))
    room.play(3)
    (after,) = held(room)
    assert (after.state, after.decided_by, after.decided_why) == (RELEASED, "binh", WHY)
    assert values(room).count(BAD) == 1
    (done,) = QuarantineReader(room.store()).done([7]).values()
    assert (done.checked, done.released) == (1, 1)
    before = room.envelopes()[AIR].payload["numbers"]
    room.restart()
    room.settle(1)
    assert room.envelopes()[AIR].payload["numbers"] == before
    assert [each.state for each in held(room)] == [RELEASED]


def test_of_then_a_row_is_held_that_was_let_in_later(room: Room) -> None:
    (row,) = held(room)
    then_us = row.seen_us + 1
    room.orders.append(override(7))
    room.play(3)
    (let_in,) = held(room)
    assert let_in.decided_us is not None
    reader = QuarantineReader(room.store())

    def at(instant_us: int, *states: str) -> list[Held]:
        return reader.rows([AIR], reason="outOfRange", states=states, offset=0, limit=9,
                           then_us=instant_us)  # fmt: skip

    (then,) = at(then_us, HELD)
    assert (then.row_id, then.decided_by, then.decided_why) == (row.row_id, None, None)
    assert at(then_us, RELEASED) == []
    assert at(let_in.decided_us, HELD) == []
    assert at(let_in.decided_us, RELEASED) == [let_in]
    assert at(row.seen_us - 1, *EVERY) == []  # it had not come yet
    counted = [
        {(each.reason, each.state): each.rows for each in reader.counts([AIR], then_us=instant_us)}
        for instant_us in (row.seen_us - 1, then_us, let_in.decided_us)
    ]
    assert [each.get(("outOfRange", HELD), 0) for each in counted] == [0, 1, 0]
    assert [each.get(("outOfRange", RELEASED), 0) for each in counted] == [0, 0, 1]


def test_what_breaks_its_contract_still_is_held_after_a_second_check(room: Room) -> None:
    room.orders.append(again(3))
    room.play(3)
    (done,) = QuarantineReader(room.store()).done([3]).values()
    assert (done.checked, done.released) == (1, 0)
    assert [each.state for each in held(room)] == [HELD]
    assert BAD not in values(room)


def test_under_another_contract_rows_come_in_that_were_refused(room: Room) -> None:
    contract = room.city.datasets[AIR]
    wider = {n: replace(each, min=None) for n, each in contract.indicators.items()}
    changed = replace(contract, indicators=wider)
    room.close()
    room.city = replace(room.city, datasets={AIR: changed})
    room.settle(1)
    assert [each.state for each in held(room)] == [SETTLED]
    assert values(room).count(BAD) == 1


def test_an_order_that_was_cut_off_anywhere_is_done_once_by_the_next_feed(room: Room) -> None:
    room.orders.append(override(9))
    for _ in range(3):  # begun; read again; written
        room.tick(1.1)
        room.restart()
    room.play(3)
    assert [each.state for each in held(room)] == [RELEASED]
    assert values(room).count(BAD) == 1
    assert set(QuarantineReader(room.store()).done([9])) == {9}


def test_orders_about_what_is_not_there_are_done_and_hold_up_no_other(room: Room) -> None:
    room.orders += [
        Order(1, "no.such", "outOfRange", "again", "binh"),
        Order(2, AIR, "badTime", "override", "binh", WHY),
        override(3, 999_999),
        override(4),
    ]
    room.play(8)
    done = QuarantineReader(room.store()).done([1, 2, 3, 4])
    assert [done[each].released for each in sorted(done)] == [0, 0, 0, 1]


@pytest.fixture
def site() -> Iterator[WebServer]:
    with web_server(lambda _: Says(body=HEAD.encode())) as opened:
        yield opened


def test_rows_that_came_in_live_are_let_in_in_parts_and_each_once(
    open_source: Callable[..., LiveRoom],
    city: City,
    site: WebServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data_access.live.AT_ONCE", 3)
    place = "Ho Guom, Hanoi, Ha Noi, Vietnam"
    rows = [
        f'aqiin,"{place}",2026-05-14 0{hour}:07:00+00:00,pm25,{5000 + hour},µg/m³,valid\n'
        for hour in range(8)
    ]
    good = rows[0].replace("5000", "21.0").replace("00:07", "09:07")
    site.answer = lambda _: Says(body=(HEAD + good + "".join(rows)).encode())
    source = SourceSpec(
        format="aqiin",
        options=city.datasets[AIR].source.options,
        beside=("environment/stations.csv",),
        url=UrlWay(address=site.url + "/air.csv", every="PT1H"),
    )
    room = open_source(AIR, source, lake=Path(SMALL_LAKE))
    room.until(lambda: len(held(room, HELD)) == 8)
    stored = room.stored(AIR)[0]
    some = [each.row_id for each in held(room)[:2]]
    room.orders.append(override(5, *some))
    room.until(lambda: len(held(room, RELEASED)) == 2)
    room.orders.append(override(6))
    room.until(lambda: QuarantineReader(room.store()).done([6]))
    assert [each.state for each in held(room)] == [RELEASED] * 8
    assert room.stored(AIR)[0] == stored + 8


def test_a_row_of_which_only_a_part_was_kept_says_that_it_must_come_again(room: Room) -> None:
    contract, city = room.city.datasets[AIR], room.city
    change = readmission.readmitted(
        [(1, "a.csv:1", '{"indicator": "pm25", "ent')], override(1), contract, city, NOW
    )
    assert change.decided is not None
    assert change.decided[1].held == [1]
    assert "must come again" in change.decided[1].why[1]


def test_a_word_holds_for_what_a_row_says_wherever_it_stands(room: Room) -> None:
    room.orders.append(override(7))
    room.play(3)
    (path,) = (path for path in room.lake.rglob("*.csv") if ",-5," in path.read_text())
    head, *lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([head, lines[-1], *lines]))  # one line further down
    room.play(3)
    assert values(room).count(BAD) == 1
    assert [each.decided_by for each in held(room, RELEASED)] == ["binh"]


def test_what_stands_there_later_needs_a_word_of_its_own(room: Room) -> None:
    room.orders.append(override(7))
    room.play(3)
    (path,) = (path for path in room.lake.rglob("*.csv") if ",-5," in path.read_text())
    path.write_text(path.read_text().replace(",-5,", ",-6.5,"))
    room.play(3)
    (row,) = held(room)
    assert (row.state, row.decided_by, row.decided_why) == (HELD, None, None)
    assert '"value":-6.5' in row.row
    assert -6.5 not in values(room)


RAIN = "environment.rain"


def test_a_storm_its_source_does_not_believe_is_let_in_with_the_days_beside(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(RAIN)
    room.settle()
    storm = Order(4, RAIN, "implausible", "override", "binh", "three neighbours reported it")

    def days() -> dict[tuple[str, float], str]:
        rows = room.store().source_rows(RAIN, limit=500)
        return {(row["entity"], row["value"]): row["quality"] for row in rows}

    suspect = {row for row, quality in days().items() if quality == "suspect"}
    assert len(suspect) == 2
    assert ("Thanh Liệt", 839.4) not in days()
    room.orders += [replace(storm, order_id=3, mode="again"), storm]
    room.play(6)
    done = QuarantineReader(room.store()).done([3, 4])
    assert [done[each].released for each in (3, 4)] == [0, 1]
    assert days()["Thanh Liệt", 839.4] == "good"
    assert {days()[row] for row in suspect} == {"good"}


def test_what_came_in_live_and_is_not_believed_waits_for_a_persons_word(
    city: City,
) -> None:
    contract = city.datasets[RAIN]
    row = (
        '{"indicator":"rain_mm","entity":"Thanh Liệt","area":"00643",'
        '"observed_at":"2021-09-22 17:00:00+00:00","value":839.4,"quality":"good",'
        '"source_ref":"rain@2021:3"}'
    )
    order = Order(1, RAIN, "implausible", "again", "binh")
    checked = readmission.readmitted([(1, "rain@2021:3", row)], order, contract, city, NOW)
    assert checked.rows is None
    assert checked.decided is not None
    assert "somebody who answers for it" in checked.decided[1].why[1]
    vouched = replace(order, mode="override", why=WHY)
    let_in = readmission.readmitted([(1, "rain@2021:3", row)], vouched, contract, city, NOW)
    assert let_in.rows is not None
    assert let_in.rows.value.tolist() == [839.4]
    assert let_in.decided is not None
    assert let_in.decided[1].released == [1]
