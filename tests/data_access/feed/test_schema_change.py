"""A source that sends something else than before: nothing of it is let in, its owner is told."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from data_access.sources import gtfs_feed
from tests.data_access.feed.conftest import Room

AIR, RAIN, BUSES = "environment.air", "environment.rain", "transport.transit"


def air(room: Room) -> Path:
    return room.lake / "environment" / "air_hours.csv"


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text("utf-8")
    changed = change(text)
    assert changed != text
    path.write_text(changed, "utf-8")


def words_for_values(text: str) -> str:
    """Return the file with every value as a word: "21.0" becomes "about 21.0"."""
    rows = list(csv.reader(io.StringIO(text)))
    at = rows[0].index("value")
    for row in rows[1:]:
        row[at] = f"about {row[at]}"
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def test_r23_a_column_of_another_type_blocks_the_pipeline_and_the_last_good_data_stays(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(AIR)
    room.settle()
    before, owner = room.read(AIR), room.city.datasets[AIR].owner
    good = air(room).read_text("utf-8")
    rewrite(air(room), words_for_values)
    room.play(1)
    blocked = room.read(AIR)
    assert blocked.payload["numbers"] == before.payload["numbers"]
    assert (blocked.as_of_ms, blocked.stale_after_ms) == (before.as_of_ms, before.stale_after_ms)
    assert blocked.owner == owner
    assert "value that is text" in blocked.quality["failing"][AIR]["en"]
    with room.store().snapshot() as snapshot:
        (told,) = [row for row in snapshot.refused(AIR, 50) if row["reason"] == "schemaChanged"]
    assert (told["owner"], told["source_ref"]) == (owner, "air_hours.csv")

    room.play(7200, step_s=600)
    assert room.read(AIR).as_of_ms == before.as_of_ms

    room.restart()
    room.settle()
    assert "value that is text" in room.read(AIR).quality["failing"][AIR]["en"]
    air(room).write_text(good, "utf-8")
    room.play(1)
    room.settle(7 * 86400)
    mended = room.read(AIR)
    assert "failing" not in mended.quality
    assert mended.as_of_ms is not None
    assert before.as_of_ms is not None
    assert mended.as_of_ms > before.as_of_ms


def test_r23_a_column_that_is_gone_blocks_the_pipeline(open_room: Callable[..., Room]) -> None:
    room = open_room(AIR)
    room.settle()
    rewrite(air(room), lambda text: text.replace("quality_flag", "flag", 1))
    room.play(1)
    assert "no quality_flag" in room.read(AIR).quality["failing"][AIR]["en"]


def test_r23_rain_in_words_blocks_the_pipeline(open_room: Callable[..., Room]) -> None:
    room = open_room(RAIN)
    room.settle()
    before = room.read(RAIN).payload["numbers"]
    path = room.lake / "environment" / "rain_2021.xls"
    cells = re.sub(
        r"<td align='center'>(?=[\d.,]+<)", "<td align='center'>mưa ", path.read_text("utf-16")
    )
    path.write_text(cells, "utf-16")
    room.play(1)
    assert room.read(RAIN).payload["numbers"] == before
    assert "are no numbers" in room.read(RAIN).quality["failing"][RAIN]["en"]


def test_buses_are_not_blocked_when_the_feed_starts_again(open_room: Callable[..., Room]) -> None:
    """A timetable is several tables: that one has not the columns of another is no change."""
    gtfs_feed._read.clear()  # as a process begins
    room = open_room(BUSES)
    room.settle()
    gtfs_feed._read.clear()
    room.restart()
    room.settle()
    assert "failing" not in room.read(BUSES).quality
    with room.store().snapshot() as snapshot:
        assert not [r for r in snapshot.refused(BUSES, 50) if r["reason"] == "schemaChanged"]


def test_r23_a_new_timetable_is_read_and_one_without_a_column_is_not(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(BUSES)
    room.settle()
    path = next((room.lake / "transport" / "transit").glob("gtfs*.zip"))
    with zipfile.ZipFile(path) as packed:
        files = {name: packed.read(name).decode() for name in packed.namelist()}
    folder = next(name for name in files if name.endswith("agency.txt")).removesuffix("agency.txt")

    def pack() -> None:
        with zipfile.ZipFile(path, "w") as packed:
            for name, text in files.items():
                packed.writestr(name, text)

    files[f"{folder}feed_info.txt"] = (
        "feed_publisher_name,feed_publisher_url,feed_lang\nX,http://x,vi\n"
    )
    pack()
    room.play(1)
    assert "failing" not in room.read(BUSES).quality
    trips = next(name for name in files if name.endswith("trips.txt"))
    files[trips] = files[trips].replace("trip_headsign", "towards", 1)
    pack()
    room.play(1)
    assert "no trip_headsign" in room.read(BUSES).quality["failing"][BUSES]["en"]


def test_r23_a_column_that_not_every_file_has_is_missed_in_none(
    open_room: Callable[..., Room],
) -> None:
    room = open_room(AIR)
    text = air(room).read_text("utf-8")
    (air(room).parent / "air_more.csv").write_text(text.replace("quality_flag", "flag", 1), "utf-8")
    room.settle()
    assert "failing" not in room.read(AIR).quality
    room.restart()
    room.settle()
    assert "failing" not in room.read(AIR).quality
    rewrite(air(room), words_for_values)
    room.play(1)
    assert "value that is text" in room.read(AIR).quality["failing"][AIR]["en"]
