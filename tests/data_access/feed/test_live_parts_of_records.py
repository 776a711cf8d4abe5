"""Records a partition of the lake says no more are withdrawn, on the way from lake to store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data_access.city import City
from data_access.intake.ways import LakeWay
from data_access.records import instant_us
from data_access.store.cutoff import Cutoff
from tests.data_access.feed.live_room import LiveRoom

ORDER = "urban.order"
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
AT_ONCE = {"every": "PT1S", "gone_after": "PT0S"}


def register(lake: Path, name: str, *said: str, status: str = "Chưa xử lý") -> None:
    """Write a partition of a register of records."""
    at = f"{HOUR:%d/%m/%Y %H:%M:%S}"
    lines = [f"00070,{each},{status},{at},{at},sidewalk" for each in said]
    head = "Mã đơn vị,Số biên bản,Trạng thái,Cập nhật,Ngày lập,Mã hành vi"
    folder = lake / "order" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_aside.csv").write_text("\n".join([head, *lines]) + "\n", "utf-8")
    (folder / "_aside.csv").rename(folder / "part.csv")


@pytest.fixture
def open_register(
    open_source: Callable[..., LiveRoom], city: City, tmp_path: Path
) -> Callable[..., LiveRoom]:
    def opened(**more: Any) -> LiveRoom:
        sql = "SELECT * EXCLUDE day FROM lake"
        way = LakeWay(path="order", sql=sql, **{**AT_ONCE, **more})
        source = replace(city.datasets[ORDER].source, paths=(), csv=way)
        (tmp_path / "lake").mkdir(exist_ok=True)
        return open_source(ORDER, source, lake=tmp_path / "lake")

    return opened


def records(room: LiveRoom) -> dict[str, str]:
    """The status of each record that stands, counted as aggregates do."""
    with room.store().snapshot() as snapshot:
        found = {each.base_id: each.status for each in snapshot.lives(ORDER)}
        assert sum(count for *_, count in snapshot.counts(ORDER)) == len(found)
        assert (snapshot.newest_us(ORDER) is None) == (not found)
    return found


def soon_records(room: LiveRoom, said: dict[str, str]) -> None:
    def asked() -> bool:
        room.ask(ORDER, "csv")
        return records(room) == said

    room.until(asked)


@pytest.mark.parametrize("is_gone", [True, False], ids=["gone", "anew"])
def test_records_that_a_partition_says_no_more_are_withdrawn_and_known_as_of_before(
    open_register: Callable[..., LiveRoom], tmp_path: Path, is_gone: bool
) -> None:
    lake = tmp_path / "lake"
    register(lake, "day=1", "B-1", "B-2")
    register(lake, "day=2", "B-3")
    room = open_register()
    room.until(lambda: len(records(room)) == 3)
    if is_gone:
        (lake / "order/day=1/part.csv").unlink()
    else:
        register(lake, "day=1", "B-1")
    left = {"B-3": "open"} if is_gone else {"B-1": "open", "B-3": "open"}
    soon_records(room, left)
    rows = {row["entity"]: row for row in room.store().source_rows(ORDER)}
    assert (rows["B-2"]["value"], rows["B-2"]["quality"]) == (None, "withdrawn")
    assert rows["B-2"]["source_ref"] == "order/day=1"
    when = rows["B-2"]["recorded_at"]
    for known_at, known in (
        (when - timedelta(microseconds=1), {"B-1", "B-2", "B-3"}),
        (when, {*left}),
    ):
        cutoff = Cutoff(instant_us(known_at))
        with room.store().source_snapshot(cutoff, room.city.zone) as snapshot:
            assert {each.base_id for each in snapshot.lives(ORDER)} == known
    assert room.health(ORDER, "csv").withdrawn == 3 - len(left)
    register(lake, "day=1", "B-1", "B-2")  # it comes again
    soon_records(room, dict.fromkeys(("B-1", "B-2", "B-3"), "open"))


def test_a_record_is_of_the_partition_that_said_it_last(
    open_register: Callable[..., LiveRoom], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    register(lake, "day=1", "B-1", "B-2")
    register(lake, "day=2", "B-3")
    room = open_register()
    room.until(lambda: len(records(room)) == 3)
    register(lake, "day=0", "B-1")  # says the same
    register(lake, "day=3", "B-3", status="Đã xử lý")
    soon_records(room, {"B-1": "open", "B-2": "open", "B-3": "closed"})
    (lake / "order/day=1/part.csv").unlink()
    soon_records(room, {"B-1": "open", "B-3": "closed"})
    (lake / "order/day=3/part.csv").unlink()  # day=2 says so still, and is read again
    soon_records(room, {"B-1": "open", "B-3": "open"})


@pytest.mark.parametrize("kept", [{"gone": "kept"}, {"retention": "PT1H"}])
def test_records_stay_that_a_lake_clears_away(
    open_register: Callable[..., LiveRoom], tmp_path: Path, kept: dict[str, Any]
) -> None:
    lake = tmp_path / "lake"
    register(lake, "day=1", "B-1")
    register(lake, "day=2", "B-2")
    room = open_register(**kept)
    room.until(lambda: len(records(room)) == 2)
    (lake / "order/day=1/part.csv").unlink()
    register(lake, "day=2", "B-2", "B-4")
    soon_records(room, dict.fromkeys(("B-1", "B-2", "B-4"), "open"))
    register(lake, "day=2", "B-2", "B-5")  # a look later
    soon_records(room, dict.fromkeys(("B-1", "B-2", "B-5"), "open"))
