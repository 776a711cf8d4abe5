from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from wall.effects import AuditRecord, DeviceRecord, SceneRecord, SwitchRecord, WallRecord
from wall.errors import StoreError
from wall.store import Store

ROOT = Path(__file__).parents[2]
AUDIT = AuditRecord(1.0, "north", "wall.take", "binh", "operator", {"sceneId": "rain"}, "ok")


def test_what_was_written_is_found_after_a_restart(tmp_path: Path) -> None:
    store = Store(tmp_path / "wall.sqlite")
    first = store.begin_epoch(now_s=1000)
    store.write(
        [
            WallRecord("north", {"layers": {}}),
            SceneRecord("north", "mine", {"sceneId": "mine"}),
            SceneRecord("north", "gone", {"sceneId": "gone"}),
            SceneRecord("north", "gone", None),
            DeviceRecord("north", "a1", 2, is_revoked=True),
            SwitchRecord("north", {"switchId": "s"}, {}),
            AUDIT,
        ]
    )
    store.close()
    store = Store(tmp_path / "wall.sqlite")
    kept = store.begin_epoch(now_s=1000)
    assert kept.controller_id == first.controller_id
    assert kept.walls == {"north": {"layers": {}}}
    assert kept.scenes == {"north": [{"sceneId": "mine"}]}
    assert kept.devices == {("north", "a1"): (2, True)}
    assert kept.switches == {"north": {"switchId": "s"}}
    assert store.audit() == [AUDIT]
    store.close()


def test_each_start_begins_a_higher_epoch_whatever_the_clock_says(tmp_path: Path) -> None:
    epochs = []
    for now_s in (1000.9, 1000, 10, 5000):
        store = Store(tmp_path / "wall.sqlite")
        epochs.append(store.begin_epoch(now_s=now_s).epoch)
        store.close()
    assert epochs == [1000, 1001, 1002, 5000]


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


def test_arguments_too_deep_to_write_do_not_stop_the_audit(tmp_path: Path) -> None:
    deep: object = 1
    for _ in range(400):
        deep = [deep]
    store = Store(tmp_path / "wall.sqlite")
    store.begin_epoch(now_s=1)
    store.write([AuditRecord(1.0, None, "x", "u", "r", {"deep": deep}, "ok")])
    assert store.audit()[0].args == {"cut": True}
    store.close()


WRITER = """
import sys
from pathlib import Path
from wall.effects import WallRecord
from wall.store import Store
store = Store(Path(sys.argv[1]))
store.begin_epoch(now_s=1)
for n in range(10**9):
    store.write([WallRecord("north", {"n": n})])
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    with writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 20:
                os.kill(writer.pid, signal.SIGKILL)
                break
        told = [20, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    store = Store(path)
    kept = store.begin_epoch(now_s=1)
    assert kept.walls["north"]["n"] >= told[-1]
    store.close()
