"""What the store in a file does besides (test_store.py): damage, versions, one process a file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from wall.effects import AuditRecord, WallRecord
from wall.errors import StoreError
from wall.store import Store

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


def test_what_could_not_be_written_is_written_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "wall.sqlite")
    store.begin_epoch(now_s=1)
    with monkeypatch.context() as broken:

        def fail(change: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        broken.setattr(store, "_write", fail)
        with pytest.raises(StoreError, match="full"):
            store.write([WallRecord("north", {"n": 1})])
    store.write([AUDIT])
    store.close()
    store = Store(tmp_path / "wall.sqlite")
    assert store.begin_epoch(now_s=1).walls == {"north": {"n": 1}}
    store.close()
