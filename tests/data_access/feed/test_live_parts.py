"""A partition written anew, or an answer that is all there is, takes back what it leaves out.

Nothing of it is lost by a kill at any instant, and what was known before is known as of then.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from data_access.city import City, load_city
from data_access.contracts import SourceSpec
from data_access.intake.ways import LakeWay
from data_access.passport import passport
from data_access.store import Outcome
from settings import load_settings
from tests.conftest import ROOT
from tests.data_access.feed.conftest import free_port, live_city
from tests.data_access.feed.live_room import LiveRoom

AIR = "environment.air"
SQL = "SELECT date_trunc('hour', seen) AS hour, unit, avg(dust) AS dust FROM lake GROUP BY ALL"
OPTIONS = {"time": "hour", "area": "unit", "values": {"pm25": "dust"}}
HOUR = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)


def partition(lake: Path, dust: dict[str, float], *, hour: datetime = HOUR) -> str:
    """Write a partition, or write it anew; return its name."""
    name = f"air/hour={hour:%Y-%m-%dT%H}"
    folder = lake / name
    folder.mkdir(parents=True, exist_ok=True)
    values = ", ".join(f"('{unit}', {value})" for unit, value in dust.items())
    stamp = f"TIMESTAMPTZ '{hour.isoformat()}' AS seen"
    rows = f"SELECT *, {stamp} FROM (VALUES {values}) t(unit, dust)"
    if not dust:
        rows = f"SELECT '' AS unit, 1.0 AS dust, {stamp} LIMIT 0"
    aside = folder / "_aside.parquet"
    duckdb.execute(f"COPY ({rows}) TO '{aside}' (FORMAT parquet)")
    aside.rename(folder / "part.parquet")
    return name


@pytest.fixture
def units(city: City) -> list[str]:
    return [unit.code for unit in city.areas][:3]


@pytest.fixture
def open_lake(open_source: Callable[..., LiveRoom], tmp_path: Path) -> Callable[..., LiveRoom]:
    def opened(**more: Any) -> LiveRoom:
        way = LakeWay(path="air", sql=SQL, **{"every": "PT1S", **more})
        source = SourceSpec(format="table", options=OPTIONS, parquet=way)
        (tmp_path / "lake").mkdir(exist_ok=True)
        return open_source(AIR, source, lake=tmp_path / "lake")

    return opened


def standing(room: LiveRoom) -> dict[str, float]:
    """The newest value of each unit."""
    with room.store().snapshot() as snapshot:
        return {each.entity: each.value for each in snapshot.newest(AIR, "pm25")}


def test_r02_a_partition_written_anew_without_a_group_takes_its_number_back(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    one, two, three = units
    lake = tmp_path / "lake"
    name = partition(lake, {one: 10, two: 20, three: 90})
    room = open_lake()
    room.until(lambda: room.stored(AIR)[0] == 3)
    assert room.number(AIR, "pm25_median") == 20
    then = room.read(AIR)
    partition(lake, {one: 12, two: 20})
    room.until(lambda: room.stored(AIR)[1] == 2)
    assert standing(room) == {one: 12, two: 20}
    assert room.number(AIR, "pm25_median") == 16
    gone = next(row for row in room.store().source_rows(AIR) if row["entity"] == three)
    assert (gone["value"], gone["quality"], gone["source_ref"]) == (None, "withdrawn", name)
    before = room.store().source_rows(AIR, known_at=gone["recorded_at"] - timedelta(microseconds=1))
    assert {row["entity"]: row["value"] for row in before} == {one: 10, two: 20, three: 90}
    for envelope in (room.read(AIR), then):  # either number still follows from its rows
        found = passport(
            envelope, "pm25_median", city=room.city, reader=room.store(), shown=lambda _: None
        )
        assert found.agrees, (found.figure["value"], found.recomputed)


def test_the_passport_of_a_number_tells_what_was_withdrawn_of_it(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    one, two, _ = units
    partition(tmp_path / "lake", {one: 10, two: 20})
    room = open_lake()
    room.until(lambda: room.stored(AIR)[0] == 2)
    partition(tmp_path / "lake", {one: 10})
    room.until(lambda: room.stored(AIR)[1] == 1)
    envelope = room.read(AIR)
    found = passport(
        envelope, "pm25_median", city=room.city, reader=room.store(), shown=lambda _: None
    )
    told = {(row.entity, row.quality, row.value) for row in found.rows}
    assert (two, "withdrawn", None) in told
    assert [(read.rows, read.withdrawn) for read in found.reads] == [(1, 1)]
    assert found.total == 2


def test_a_partition_that_has_nothing_any_more_takes_all_of_it_back(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    lake, other = tmp_path / "lake", HOUR - timedelta(hours=1)
    partition(lake, dict.fromkeys(units, 10.0))
    partition(lake, {units[0]: 30.0}, hour=other)
    room = open_lake()
    room.until(lambda: room.stored(AIR)[0] == 4)
    partition(lake, {})
    room.until(lambda: room.stored(AIR)[1] == 3)
    assert standing(room) == {units[0]: 30.0}
    partition(lake, {units[1]: 5.0})
    room.until(lambda: standing(room) == {units[0]: 30.0, units[1]: 5.0})


def test_a_partition_that_is_wrong_takes_nothing_back(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    partition(lake, dict.fromkeys(units, 10.0))
    room = open_lake()
    room.until(lambda: room.stored(AIR)[0] == 3)
    partition(lake, {units[0]: -5.0})  # every row of it is refused
    room.until(lambda: room.accepted(AIR)[1] == {"outOfRange": 1})
    assert standing(room) == dict.fromkeys(units, 10.0)
    partition(lake, {units[0]: 11.0, units[1]: -5.0})  # … or one: what was known of that stays
    room.until(lambda: standing(room).get(units[0]) == 11.0)
    assert standing(room) == {units[0]: 11.0, units[1]: 10.0}
    assert room.health(AIR, "parquet").withdrawn == 1  # units[2], which no row speaks of


# ---------------------------------------------------------------- partitions that are gone


LATER = HOUR + timedelta(hours=1)
AT_ONCE = {"every": "PT1S", "gone_after": "PT0S"}


def gone(lake: Path, hour: datetime = HOUR) -> None:
    """Take a partition away."""
    folder = lake / f"air/hour={hour:%Y-%m-%dT%H}"
    (folder / "part.parquet").unlink()
    folder.rmdir()


def test_r02_a_partition_that_is_gone_for_good_takes_back_what_it_alone_said(
    open_lake: Callable[..., LiveRoom],
    units: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data_access.feed.HEALTH_S", 0.1)
    one, two, three = units
    lake = tmp_path / "lake"
    name = partition(lake, {one: 10, two: 20, three: 90})
    partition(lake, {one: 30}, hour=LATER)
    room = open_lake(**AT_ONCE)
    room.until(lambda: room.stored(AIR)[0] == 4)
    gone(lake)
    soon(room, lambda: room.health(AIR, "parquet").withdrawn == 3)
    assert standing(room) == {one: 30}
    rows = room.store().source_rows(AIR)
    taken = next(row for row in rows if row["entity"] == three)
    assert (taken["value"], taken["quality"], taken["source_ref"]) == (None, "withdrawn", name)
    then = taken["recorded_at"] - timedelta(microseconds=1)
    before = [row["value"] for row in room.store().source_rows(AIR, known_at=then)]
    assert sorted(before) == [10, 20, 30, 90]
    room.until(lambda: shown(room)["withdrawn"] == 3)
    partition(lake, {two: 20})  # it comes again
    soon(room, lambda: standing(room) == {one: 30, two: 20})


def soon(room: LiveRoom, holds: Callable[[], Any]) -> None:
    """Wait until it holds, with one look after the other."""

    def asked() -> Any:
        room.ask(AIR, "parquet")
        return holds()

    room.until(asked)


def shown(room: LiveRoom) -> dict[str, Any]:
    """What is shown of the source."""
    try:
        return room.read("data.quality").payload["tables"]["sources"]["rows"][0]
    except (AssertionError, KeyError):
        return {"withdrawn": None}


def test_what_another_partition_says_by_now_is_not_taken_back(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    one, two, _ = units
    lake = tmp_path / "lake"
    partition(lake, {one: 10, two: 20})
    partition(lake, {one: 30}, hour=LATER)
    room = open_lake(**AT_ONCE)
    room.until(lambda: room.stored(AIR)[0] == 3)
    (lake / "air/day=whole").mkdir()  # hours are made one day, which says one row less
    rows = f"SELECT '{one}' AS unit, 10.0 AS dust, TIMESTAMPTZ '{HOUR.isoformat()}' AS seen"
    duckdb.execute(f"COPY ({rows}) TO '{lake}/air/day=whole/part.parquet' (FORMAT parquet)")
    gone(lake)
    soon(room, lambda: room.health(AIR, "parquet").withdrawn == 1)
    with room.store().snapshot() as snapshot:
        found = snapshot.recent(AIR, "pm25", from_us=0)
    assert [value for _, value in found[one]] == [10, 30]
    assert two not in standing(room)


def test_what_a_partition_said_before_one_that_is_gone_it_is_asked_for_again(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    one, two, _ = units
    lake = tmp_path / "lake"
    partition(lake, {one: 10, two: 20})
    room = open_lake(**AT_ONCE)
    room.until(lambda: room.stored(AIR)[0] == 2)
    (lake / "air/copy").mkdir()  # by mistake, with another value
    rows = f"SELECT '{two}' AS unit, 21.0 AS dust, TIMESTAMPTZ '{HOUR.isoformat()}' AS seen"
    duckdb.execute(f"COPY ({rows}) TO '{lake}/air/copy/part.parquet' (FORMAT parquet)")
    soon(room, lambda: standing(room) == {one: 10, two: 21})
    (lake / "air/copy/part.parquet").unlink()
    soon(room, lambda: standing(room) == {one: 10, two: 20})
    assert room.health(AIR, "parquet").withdrawn == 1


def test_what_is_asked_for_again_is_read_by_the_feed_that_comes_after_one_killed(
    open_lake: Callable[..., LiveRoom],
    units: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two, _ = units
    lake = tmp_path / "lake"
    partition(lake, {one: 10, two: 20})
    partition(lake, {one: 30}, hour=LATER)
    room = open_lake(**AT_ONCE)
    room.until(lambda: room.stored(AIR)[0] == 3)
    (lake / "air/copy").mkdir()
    rows = f"SELECT '{two}' AS unit, 21.0 AS dust, TIMESTAMPTZ '{HOUR.isoformat()}' AS seen"
    duckdb.execute(f"COPY ({rows}) TO '{lake}/air/copy/part.parquet' (FORMAT parquet)")
    soon(room, lambda: standing(room) == {one: 30, two: 21})
    (lake / "air/copy/part.parquet").unlink()
    with monkeypatch.context() as patched:  # what was asked for does not come to it any more
        patched.setattr("data_access.intake.intake.Intake.read_again", lambda *_: None)
        soon(room, lambda: standing(room) == {one: 30})
        room.restart()
    soon(room, lambda: standing(room) == {one: 30, two: 20})
    room.restart()
    asked: list[Any] = []
    monkeypatch.setattr("data_access.intake.intake.Intake.read_again", lambda *of: asked.append(of))
    room.until(lambda: room.stored(AIR)[0] == 3)
    assert not asked  # once is enough


@pytest.mark.parametrize("is_empty", [True, False], ids=["empty", "unmounted"])
def test_a_lake_without_anything_takes_nothing_back_and_says_so(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path, is_empty: bool
) -> None:
    lake = tmp_path / "lake"
    partition(lake, dict.fromkeys(units, 10.0))
    room = open_lake(**AT_ONCE)
    room.until(lambda: room.stored(AIR)[0] == 3)
    gone(lake)
    if not is_empty:
        (lake / "air").rmdir()
    room.until(lambda: room.health(AIR, "parquet").failures)
    error = str(room.health(AIR, "parquet").error)
    assert error == ("air is empty; what it said stays" if is_empty else f"no folder {lake}/air")
    assert standing(room) == dict.fromkeys(units, 10.0)
    partition(lake, dict.fromkeys(units, 11.0))
    soon(room, lambda: standing(room) == dict.fromkeys(units, 11.0))
    assert room.health(AIR, "parquet").withdrawn == 0


def test_what_a_lake_clears_away_after_its_own_retention_stays(
    open_lake: Callable[..., LiveRoom], units: list[str], tmp_path: Path
) -> None:
    lake, long_ago = tmp_path / "lake", HOUR - timedelta(hours=4)
    partition(lake, {units[0]: 10.0}, hour=long_ago)
    partition(lake, {units[1]: 20.0})
    partition(lake, {units[2]: 30.0}, hour=LATER)
    room = open_lake(**AT_ONCE, retention="PT4H")
    room.until(lambda: room.stored(AIR)[0] == 3)
    gone(lake, long_ago)
    gone(lake)
    soon(room, lambda: room.health(AIR, "parquet").withdrawn)
    assert standing(room) == {units[0]: 10.0, units[2]: 30.0}


def test_versions_that_wait_together_are_known_one_after_the_other(
    open_lake: Callable[..., LiveRoom],
    units: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lake = tmp_path / "lake"
    partition(lake, {units[0]: 1.0, units[1]: 2.0})
    room = open_lake()
    with monkeypatch.context() as patched:
        patched.setattr("data_access.live.LiveChannel.step", lambda *_: Outcome())
        room.until(lambda: room.intake is not None and room.intake.spool.waiting(AIR) == 1)
        partition(lake, {units[0]: 1.0})
        room.until(lambda: room.intake is not None and room.intake.spool.waiting(AIR) == 2)
    room.until(lambda: room.stored(AIR) == (2, 1, 0))
    assert standing(room) == {units[0]: 1.0}


@pytest.mark.parametrize("is_gone", [False, True], ids=["anew", "gone"])
def test_a_feed_killed_while_it_withdraws_loses_and_doubles_nothing(
    city: City, tmp_path: Path, is_gone: bool
) -> None:
    units = [unit.code for unit in city.areas][:40]
    source = f"""
        format = "table"
        options = {{ time = "hour", area = "unit", values = {{ pm25 = "dust" }} }}
        parquet = {{ path = "air", every = "PT1S", gone_after = "PT0S", sql = "{SQL}" }}
    """
    folders = live_city(tmp_path / "city", AIR, source), tmp_path / "lake", tmp_path / "data"
    partition(folders[1], dict.fromkeys(units, 10.0))
    partition(folders[1], {units[0]: 9.0}, hour=HOUR - timedelta(hours=1))
    names = ("IOC_CITY", "IOC_LAKE", "IOC_DATA_DIR")
    named = dict(zip(names, map(str, folders), strict=True))
    settings = load_settings({**named, "IOC_FEED_PORT": str(free_port())}, env_file=None)
    room = LiveRoom(settings, load_city(folders[0]))
    room.until(lambda: room.stored(AIR)[0] == 41)
    room.close()
    if is_gone:
        gone(folders[1])
    else:
        partition(folders[1], dict.fromkeys(units[:10], 11.0))
    for at in (1,) if is_gone else (1, 11, 40):  # in the rows, and in what is withdrawn
        done = subprocess.run(
            [sys.executable, "-m", "tests.data_access.feed.killed_live", *map(str, folders),
             str(settings.feed_port), str(at)],
            cwd=ROOT, check=False, timeout=60, env={**os.environ, "PYTHONWARNINGS": "default"},
        )  # fmt: skip
        assert done.returncode == -9
        room = LiveRoom(settings, load_city(folders[0]))
        with room.store().snapshot() as snapshot:
            assert len(snapshot.newest(AIR, "pm25")) == 40
        room.close()
    room.until(lambda: room.stored(AIR)[1] == 40)
    for _ in range(3):
        room.tick()
    assert room.stored(AIR) == (41, 40, 0)
    assert standing(room) == ({units[0]: 9.0} if is_gone else dict.fromkeys(units[:10], 11.0))
    room.close()
