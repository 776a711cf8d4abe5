"""A file of statistics that is corrected takes back what it leaves out, from its first row on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.data_access.feed.conftest import Room

BUSINESS = "economy.business"


def file_of(room: Room) -> Path:
    return room.lake / "socioeconomic" / "business_2025.csv"


def said(room: Room) -> dict[tuple[str, int], float]:
    """What stands of new firms, by entity and time."""
    with room.store().snapshot() as snapshot:
        found = snapshot.recent(BUSINESS, "firms_new", from_us=0)
    return {(name, at): value for name, rows in found.items() for at, value in rows}


def without(path: Path, *starts: str) -> None:
    """Write a file again without the lines that begin so."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(starts)]
    assert len(kept) < len(lines)
    path.write_text("".join(kept), "utf-8")


@pytest.mark.parametrize("restarts", [False, True])
def test_a_row_that_a_corrected_file_leaves_out_is_withdrawn(
    open_room: Callable[..., Room], restarts: bool
) -> None:
    room = open_room(BUSINESS)
    room.settle()
    path, before = file_of(room), said(room)
    whole = path.read_text("utf-8")
    if restarts:
        room.close()
    without(path, "10/2025,00070,J")
    room.play(2)
    room.settle()
    after = said(room)
    ((name, _),) = before.keys() - after.keys()
    assert after == {key: each for key, each in before.items() if key in after}
    row = room.store().source_rows(BUSINESS, indicator="firms_new", entity=name)[0]
    assert (row["value"], row["quality"]) == (None, "withdrawn")
    assert row["source_ref"] == "business_2025.csv"
    path.write_text(whole, "utf-8")
    room.play(2)
    room.settle()
    assert said(room) == before


def test_the_newest_month_is_taken_back(open_room: Callable[..., Room]) -> None:
    room = open_room(BUSINESS)
    room.settle()
    before = said(room)
    without(file_of(room), "10/2025")
    room.play(2)
    room.settle()
    oldest = min(at for _, at in before)
    assert said(room) == {key: each for key, each in before.items() if key[1] == oldest}


def test_a_table_that_moves_on_leaves_what_was_behind_it(open_room: Callable[..., Room]) -> None:
    room = open_room(BUSINESS)
    room.settle()
    before = said(room)
    without(file_of(room), "09/2025")
    room.play(2)
    room.settle()
    assert said(room) == before


def test_a_line_that_cannot_be_read_takes_no_number_back(open_room: Callable[..., Room]) -> None:
    room = open_room(BUSINESS)
    room.settle()
    path, before = file_of(room), said(room)
    whole = path.read_text("utf-8")
    path.write_text(whole.replace("10/2025,00070,J", "10//2025,00070,J"), "utf-8")
    room.play(2)
    room.settle()
    assert said(room) == before
