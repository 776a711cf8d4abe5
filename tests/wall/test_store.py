"""What every store of the controller does, whether a file or a Redis keeps it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from wall.effects import (
    AuditRecord,
    DeviceRecord,
    EntryRecord,
    SceneRecord,
    SwitchRecord,
    WallRecord,
)
from wall.errors import StoreError
from wall.shared.server import connect
from wall.shared.store import RedisStore
from wall.store import Store

ROOT = Path(__file__).parents[2]
AUDIT = AuditRecord(1.0, "north", "wall.take", "binh", "operator", {"sceneId": "rain"}, "ok")
AnyStore = Store | RedisStore


@pytest.fixture(params=["file", "redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is kept: a path, or the URL of a Redis (and the test's own site in it)."""
    if request.param == "file":
        return str(tmp_path / "wall.sqlite")
    return f"{request.getfixturevalue('server').url} {tmp_path.name}"


def open_store(place: str, holder: str = "first") -> AnyStore:
    if not place.startswith("redis:"):
        return Store(Path(place))
    url, site = place.split()
    return RedisStore(connect(url), site, holder=holder)


def test_what_was_written_is_found_after_a_restart(place: str) -> None:
    store = open_store(place)
    first = store.begin_epoch(now_s=1000)
    store.write(
        [
            WallRecord("north", {"layers": {}}),
            SceneRecord("north", "mine", {"sceneId": "mine"}),
            SceneRecord("north", "gone", {"sceneId": "gone"}),
            SceneRecord("north", "gone", None),
            EntryRecord("rule", "", "flood", {"ruleId": "flood"}),
            EntryRecord("rule", "", "gone", {"ruleId": "gone"}),
            EntryRecord("rule", "", "gone", None),
            EntryRecord("playlist", "north", "flood", {"n": 1}),
            EntryRecord("playlist", "north", "flood", {"n": 2}),
            DeviceRecord("north", "a1", 2, is_revoked=True),
            SwitchRecord("north", {"switchId": "s"}, {"n": 1}),
            SwitchRecord("north", {"switchId": "t"}, {"n": 2}),
            AUDIT,
        ]
    )
    store.close()
    store = open_store(place)
    kept = store.begin_epoch(now_s=1000)
    assert kept.controller_id == first.controller_id
    assert kept.walls == {"north": {"layers": {}}}
    assert kept.scenes == {"north": [{"sceneId": "mine"}]}
    assert kept.entries_of("rule") == {"flood": {"ruleId": "flood"}}
    assert kept.entries_of("playlist", "north") == {"flood": {"n": 2}}
    assert kept.entries_of("playlist", "south") == kept.entries_of("playlist") == {}
    assert kept.devices == {("north", "a1"): (2, True)}
    assert kept.switches == {"north": {"switchId": "t"}}
    assert kept.history == {"north": [{"n": 1}, {"n": 2}]}
    assert store.audit() == [AUDIT]
    store.close()


def test_names_with_any_character_are_kept_apart(place: str) -> None:
    store = open_store(place)
    store.begin_epoch(now_s=1)
    records = [SceneRecord("a", 'b" c', {"n": 1}), SceneRecord('a" b', "c\n", {"n": 2})]
    store.write(records)
    store.close()
    store = open_store(place)
    assert store.begin_epoch(now_s=1).scenes == {"a": [{"n": 1}], 'a" b': [{"n": 2}]}
    store.close()


def test_each_start_begins_a_higher_epoch_whatever_the_clock_says(place: str) -> None:
    epochs = []
    for now_s in (1000.9, 1000, 10, 5000):
        store = open_store(place)
        epochs.append(store.begin_epoch(now_s=now_s).epoch)
        store.close()
    assert epochs == [1000, 1001, 1002, 5000]


def test_a_second_controller_is_refused(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wall.store.BUSY_S", 0.05)
    store = open_store(place)
    store.begin_epoch(now_s=1)
    with pytest.raises(StoreError, match=r"in use by another controller|leads this site"):
        open_store(place, "second").begin_epoch(now_s=1)
    store.close()


def test_the_newest_audit_rows_come_first(place: str) -> None:
    store = open_store(place)
    store.begin_epoch(now_s=1)
    rows = [AuditRecord(float(n), None, "op", "u", "r", {}, "ok") for n in range(5)]
    store.write(rows)
    assert store.audit(2) == [rows[4], rows[3]]
    store.close()


def test_arguments_too_deep_to_write_do_not_stop_the_audit(place: str) -> None:
    deep: object = 1
    for _ in range(400):
        deep = [deep]
    store = open_store(place)
    store.begin_epoch(now_s=1)
    store.write([AuditRecord(1.0, None, "x", "u", "r", {"deep": deep}, "ok")])
    assert store.audit()[0].args == {"cut": True}
    store.close()


WRITER = """
import sys
from tests.wall.test_store import open_store
from wall.effects import WallRecord
store = open_store(sys.argv[1])
store.begin_epoch(now_s=1)
for n in range(10**9):
    store.write([WallRecord("north", {"n": n})])
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(place: str) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, place], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    with writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 20:
                os.kill(writer.pid, signal.SIGKILL)
                break
        told = [20, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    store = open_store(place)
    kept = store.begin_epoch(now_s=1)
    assert kept.walls["north"]["n"] >= told[-1]
    store.close()
