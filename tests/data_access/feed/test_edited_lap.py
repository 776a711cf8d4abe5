"""A file that is edited while it is played in laps takes back what it leaves out, in every lap."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from data_access.errors import SourceError, StoreError
from data_access.store import Change, Outcome, StoreWriter
from tests.data_access.feed.conftest import Room

AIR = "environment.air"
ON_S = 4 * 86400  # then the file has been played twice in the history
Said = dict[tuple[str, int], float]
OpenRoom = Callable[..., Room]
GONE = ("05:08:01", "05:08:03")  # the newest of their stations


def said(room: Room) -> Said:
    """What stands, by entity and time on the track."""
    with room.store().snapshot() as snapshot:
        found = snapshot.recent(AIR, "pm25", from_us=0)
        newest = {each.entity: each.value for each in snapshot.newest(AIR, "pm25")}
    kept = {name: rows for name, rows in found.items() if rows}
    assert newest == {name: rows[-1][1] for name, rows in kept.items()}
    return {(name, at): value for name, rows in kept.items() for at, value in rows}


def file_of(room: Room) -> Path:
    return room.lake / "environment" / "air_hours.csv"


def edit(room: Room, *gone: str, wrong: str = "") -> None:
    """Write the file again without the lines with one of `gone`, and with a value that is none."""
    lines = file_of(room).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not any(time in line for time in gone)]
    if wrong:
        kept = [line.replace(",pm25,", ",pm25,-") if wrong in line else line for line in kept]
    assert kept != lines
    file_of(room).write_text("".join(kept), "utf-8")


def clean(room: Room) -> None:
    """Leave in the file only what is right, with no value twice."""
    head, *lines = file_of(room).read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if ",pm25," in line and "Nowhere" not in line]
    apart = [line.replace(",21.0,", f",{at}.0,") for at, line in enumerate(kept, start=40)]
    file_of(room).write_text("".join([head, *apart]), "utf-8")


@pytest.fixture
def open_played(open_room: OpenRoom, tmp_path: Path) -> OpenRoom:
    """Open a room that has played the file for a lap and more."""

    def opened(name: str) -> Room:
        room = open_room(AIR, data_dir=tmp_path / name)
        clean(room)
        room.settle()
        room.settle(ON_S)
        return room

    return opened


@pytest.fixture
def as_edited(open_room: OpenRoom, tmp_path: Path) -> Said:
    """What a room says that knows the edited file alone."""
    room = open_room(AIR, data_dir=tmp_path / "fresh")
    clean(room)
    edit(room, *GONE)
    room.settle()
    room.settle(ON_S)
    return said(room)


@pytest.mark.parametrize("restarts", [False, True])
def test_a_row_that_an_edited_file_leaves_out_is_withdrawn_in_every_lap(
    as_edited: Said, open_played: OpenRoom, restarts: bool
) -> None:
    room = open_played("played")
    before, whole = said(room), file_of(room).read_text("utf-8")
    if restarts:
        room.close()
    edit(room, *GONE)
    room.play(2)
    room.settle()
    assert said(room) == as_edited
    gone = before.keys() - as_edited.keys()
    assert len({at for _, at in gone}) > len({name for name, _ in gone})  # of several laps
    rows = [row for row in room.store().source_rows(AIR) if row["quality"] == "withdrawn"]
    assert {row["source_ref"] for row in rows} == {"air_hours.csv"}
    file_of(room).write_text(whole, "utf-8")
    room.play(2)
    room.settle()
    assert said(room) == before


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_stop_amid_what_is_withdrawn_leaves_none_of_it_standing(
    as_edited: Said, open_played: OpenRoom, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    room = open_played("stopped")
    edit(room, *GONE)
    with monkeypatch.context() as patched:
        patched.setattr("data_access.channel.CHUNK", 2)
        room.tick(1)
        channel = room.feed._channels[AIR]
        channel.scan(int(room.now_s * 1e6), 1.0)
        channel.scan(int(room.now_s * 1e6), 1.0)
        for _ in range(steps):
            channel.step(int(room.now_s * 1e6))
        assert channel.is_busy
    assert said(room) != as_edited
    room.restart()
    room.settle(1)
    assert said(room) == as_edited


def test_a_file_that_cannot_be_read_amid_what_is_withdrawn_leaves_none_of_it_standing(
    as_edited: Said, open_played: OpenRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_played("unreadable")
    edit(room, *GONE)
    edited = file_of(room).read_text("utf-8")
    with monkeypatch.context() as patched:
        patched.setattr("data_access.channel.CHUNK", 2)
        room.tick(1)
        channel = room.feed._channels[AIR]
        channel.scan(int(room.now_s * 1e6), 1.0)
        channel.scan(int(room.now_s * 1e6), 1.0)
        channel.step(int(room.now_s * 1e6))
        assert channel.is_busy
    file_of(room).write_text("no table\n", "utf-8")
    assert not channel.scan(int(room.now_s * 1e6), 1.0)
    with pytest.raises(SourceError):
        channel.scan(int(room.now_s * 1e6), 1.0)
    assert said(room) != as_edited
    file_of(room).write_text(edited, "utf-8")
    room.play(30)
    assert said(room) == as_edited


def test_a_row_that_is_wrong_now_is_not_one_left_out(open_played: OpenRoom) -> None:
    room = open_played("wrong")
    before = said(room)
    edit(room, wrong=GONE[0])
    room.play(2)
    room.settle()
    assert said(room) == before
    edit(room, GONE[1])
    room.play(2)
    room.settle()
    assert {at for _, at in before.keys() - said(room).keys()} == {
        at for name, at in before if name.startswith("Cau Giay") and before[name, at] == 29.5
    }


LAST = "05:08:06"


def test_the_newest_row_is_taken_back_unless_the_file_may_have_been_cut_short(
    open_played: OpenRoom,
) -> None:
    room = open_played("shorter")
    before, whole = said(room), file_of(room).read_text("utf-8")
    file_of(room).write_text(whole[: whole.index(LAST) + 3], "utf-8")  # amid its line
    room.play(2)
    room.settle()
    assert said(room) == before
    file_of(room).write_text(whole, "utf-8")
    room.play(2)
    room.settle()
    edit(room, LAST)
    room.play(2)
    room.settle()
    after = said(room)
    gone = {(name, value) for (name, at), value in before.items() if (name, at) not in after}
    assert {name.partition(",")[0] for name, _ in gone} == {"Long Bien"}
    assert {value for _, value in gone} == {38.5}
    assert after.items() <= before.items()
    file_of(room).write_text(whole, "utf-8")
    room.play(2)
    room.settle()
    assert said(room) == before


def test_news_is_taken_back(open_played: OpenRoom) -> None:
    room = open_played("news")
    before, whole = said(room), file_of(room).read_text("utf-8")
    news = whole.splitlines()[-1].replace("05:08:", "07:09:") + "\n"
    file_of(room).write_text(whole + news, "utf-8")
    room.play(2)
    room.settle()
    assert len(said(room)) == len(before) + 1
    file_of(room).write_text(whole, "utf-8")
    room.play(2)
    room.settle()
    assert said(room) == before


def test_news_that_grows_while_the_store_fails_is_there_once(
    open_played: OpenRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_played("growing")
    before, path = said(room), file_of(room)
    line = path.read_text("utf-8").splitlines()[-1]
    apply = StoreWriter.apply
    grown = [line.replace("05:08:", minute) for minute in ("07:09:", "07:10:")]

    def grow() -> None:
        path.write_text(path.read_text("utf-8") + grown.pop(0) + "\n", "utf-8")

    def fail_once(writer: StoreWriter, stream_id: int, change: Change, *, now_us: int) -> Outcome:
        if change.files and grown:
            grow()
            raise StoreError("the disk is full")
        return apply(writer, stream_id, change, now_us=now_us)

    monkeypatch.setattr(StoreWriter, "apply", fail_once)
    grow()
    room.play(30)
    after = said(room)
    assert not grown
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2


def test_a_file_that_moves_on_leaves_what_was_behind_it(open_played: OpenRoom) -> None:
    room = open_played("moves")
    before = said(room)
    edit(room, " 04:07:")
    room.play(2)
    room.settle()
    assert said(room) == before
