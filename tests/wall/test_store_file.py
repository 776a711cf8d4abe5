"""What the store in a file does besides (test_store.py): damage, versions, one process a file."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings import Settings
from tests.wall.room import make_settings
from wall.effects import AuditRecord, DeviceRecord, EntryRecord, SwitchRecord, WallRecord
from wall.errors import StoreError
from wall.server import assemble
from wall.store import Kept, Store

SCENE = {
    "sceneId": "rain",
    "name": {"vi": "Mưa", "en": "Rain"},
    "grid": {"columns": 1, "rows": 1},
    "tiles": [
        {
            "tileId": "t",
            "kind": "text",
            "at": {"column": 0, "row": 0, "columns": 1, "rows": 1},
            "options": {},
        }
    ],
}
LAYER = {"scene": SCENE, "by": "binh", "sinceAtMs": 1.0, "untilAtMs": None, "run": None}
STATE = {"layers": {"manual": LAYER}, "masks": [], "lock": {"by": "an", "sinceAtMs": 1.0}}
AUDIT = AuditRecord(1.0, "north", "wall.take", "binh", "operator", {"sceneId": "rain"}, "ok")


def test_a_second_controller_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wall.store.BUSY_S", 0.05)
    store = Store(tmp_path / "wall.sqlite")
    with pytest.raises(StoreError, match="in use by another controller"):
        Store(tmp_path / "wall.sqlite")
    store.close()


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    path.write_bytes(b"this is no database, it only looks like a file of some length" * 100)
    with pytest.raises(StoreError, match=r"damaged.*move it away"):
        Store(path)


def test_damage_in_the_middle_is_found_at_the_start(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    store = Store(path)
    store.begin_epoch(now_s=1)
    store.write([WallRecord(f"w{i}", {"x": "y" * 3000}) for i in range(40)])
    store.close()
    content = bytearray(path.read_bytes())
    for at in range(2 * 4096, len(content)):
        content[at] = 0xA5
    path.write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        Store(path).begin_epoch(now_s=2)


def test_a_store_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        Store(path)


def test_the_audit_cannot_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    store = Store(path)
    store.begin_epoch(now_s=1)
    store.write([AUDIT])
    store.close()
    connection = sqlite3.connect(path)
    for statement in ("update audit set user_id = 'x'", "delete from audit"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()


def filled(path: Path) -> Store:
    """Make a store that holds a wall, a device and a history."""
    store = Store(path)
    store.begin_epoch(now_s=1)
    store.write(
        [
            WallRecord("north", STATE),
            DeviceRecord("north", "a1", 7, is_revoked=True),
            SwitchRecord("north", {"switchId": "s"}, {"switchId": "s", "skewMs": 1.5}),
            EntryRecord("playlist", "north", "tour", {"playlistId": "tour"}),
        ]
    )
    return store


def test_what_a_full_disk_kept_out_is_written_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    store = filled(path)
    run = store._connection.execute
    run(f"pragma max_page_count = {run('pragma page_count').fetchone()[0]}")
    with pytest.raises(StoreError, match=r"wall\.sqlite cannot be read or written: .*full"):
        store.write([WallRecord("south", {"x": "y" * 20_000})])
    run("pragma max_page_count = 100000")
    store.write([AUDIT])
    store.close()
    store = Store(path)
    kept = store.begin_epoch(now_s=1)
    assert kept.walls == {"north": STATE, "south": {"x": "y" * 20_000}}
    assert store.audit() == [AUDIT]
    store.close()


def test_what_a_disk_that_is_read_only_kept_out_is_written_with_the_next(tmp_path: Path) -> None:
    store = filled(tmp_path / "wall.sqlite")
    store._connection.execute("pragma query_only = on")
    with pytest.raises(StoreError, match="cannot be read or written: attempt to write a readonly"):
        store.write([WallRecord("south", {})])
    store._connection.execute("pragma query_only = off")
    store.write([])
    store.close()
    store = Store(tmp_path / "wall.sqlite")
    assert store.begin_epoch(now_s=1).walls.keys() == {"north", "south"}
    store.close()


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file")
    with pytest.raises(StoreError, match=r"var cannot be made: (File exists|Not a directory)"):
        Store(tmp_path / "var" / "wall.sqlite")


@pytest.mark.parametrize("left", [0, 1, 50, 100, 4095, 4096, 3 * 4096 + 1, -4096, -1])
def test_a_file_that_was_cut_off_is_one_clear_error_and_stays_as_it_is(
    tmp_path: Path, left: int
) -> None:
    path = tmp_path / "wall.sqlite"
    filled(path).close()
    cut = path.read_bytes()[:left]
    path.write_bytes(cut)
    with pytest.raises(StoreError, match=r"wall\.sqlite is damaged \(.*\); put a copy back, or"):
        Store(path).begin_epoch(now_s=2)
    assert path.read_bytes() == cut


def test_without_its_log_or_copied_without_it_a_file_lacks_nothing(tmp_path: Path) -> None:
    store = filled(tmp_path / "wall.sqlite")
    store.settle()
    (tmp_path / "copy.sqlite").write_bytes((tmp_path / "wall.sqlite").read_bytes())
    store.close()
    copied = Store(tmp_path / "copy.sqlite")
    kept = copied.begin_epoch(now_s=1)
    copied.close()
    assert kept.walls == {"north": STATE}
    assert kept.devices == {("north", "a1"): (7, True)}


def alone(path: Path) -> Path:
    """Return a path beside which no log lies."""
    for each in path.parent.glob(f"{path.name}-*"):
        each.unlink()
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Settings, bytes]:
    """A place to write a store to, its settings, and the bytes of one that is whole."""
    folder = tmp_path_factory.mktemp("whole")
    settings = make_settings(folder)
    filled(settings.wall_state_path).close()
    return settings.wall_state_path, settings, settings.wall_state_path.read_bytes()


@settings(max_examples=60)
@given(st.data())
def test_a_bit_that_flipped_is_a_clear_error_or_the_controller_starts(
    whole: tuple[Path, Settings, bytes], data: st.DataObject
) -> None:
    path, settings, octets = whole
    at = data.draw(st.integers(0, len(octets) - 1))
    flipped = bytearray(octets)
    flipped[at] ^= 1 << data.draw(st.integers(0, 7))
    alone(path).write_bytes(flipped)
    store = None
    with suppress(StoreError):
        store = Store(path)
        assemble(settings, settings.city, store.begin_epoch(now_s=2), now_ms=3.0)
    if store is not None:
        store.close()


def test_what_sqlite_cannot_even_say_in_utf8_is_damage_too(
    whole: tuple[Path, Settings, bytes],
) -> None:
    path, _, octets = whole
    alone(path).write_bytes(octets.replace(b"before delete on audit", b"before delete on audi\xf4"))
    for _ in range(2):  # and leaves the file to the next
        with pytest.raises(StoreError, match="is damaged"):
            Store(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"layers": {"manual": {"scene": SCENE}}},
        {"layers": {"manual": {**LAYER, "sinceAtMs": "then"}}},
        {"layers": {"manual": 7}},
        {"layers": 7},
        {"masks": [{"maskId": "m"}]},
        {"overlays": [{}]},
        {"glass": {"trims": {"a1": {"z": 1}}}},
        {"lock": {"by": "an"}},
        {"windows": {"current": {}}},
    ],
)
def test_a_state_that_cannot_be_ours_is_named_with_its_wall(
    tmp_path: Path, wrong: dict[str, Any]
) -> None:
    settings = make_settings(tmp_path)
    with pytest.raises(StoreError, match="what is kept of wall 'north' is damaged"):
        assemble(settings, settings.city, Kept(1, "c", {"north": wrong}), now_ms=3.0)


def test_a_hold_does_not_grow_when_the_clock_goes_back(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    hour_ms, now_ms = 3_600_000.0, 1_790_000_000_000.0
    for back_ms, left_ms in ((0.0, 10.0), (hour_ms, 1_000.0), (-5.0, 5.0)):
        since_ms = now_ms + back_ms - (990.0 if back_ms == 0 else 0.0)
        layer = {**LAYER, "sinceAtMs": since_ms, "untilAtMs": since_ms + 1_000.0}
        if back_ms < 0:
            layer["untilAtMs"] = now_ms + 5.0
        kept = Kept(1, "c", {"north": {"layers": {"manual": layer}}})
        state, _ = assemble(settings, settings.city, kept, now_ms=now_ms)
        manual = state.walls["north"].layers["manual"]
        assert manual.until_at_ms == now_ms + left_ms
        assert manual.since_at_ms <= now_ms
