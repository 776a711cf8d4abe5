"""A document that is marked a state secret later: nothing of it is kept, or let in again (R22)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data_access.store import open_engine
from data_access.store.engine import transaction
from data_access.store.withdrawn import key_of
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room

PARTY, ID, TITLE = "party.documents", "02-NQ/TU", "Về thử nghiệm hai"


def _mark(room: Room, name: str = "documents_marked.csv", label: str = "Mật") -> Path:
    """Say of a document that it is secret, in a file of its own."""
    folder = room.lake / "party"
    lines = (folder / "documents.csv").read_text("utf-8").splitlines()
    said = next(line for line in lines if line.startswith(ID)).replace("Nội bộ", label)
    path = folder / name
    path.write_text("\n".join([lines[0], said.replace(TITLE, "Đã đóng dấu"), ""]), "utf-8")
    return path


def _bytes(room: Room) -> bytes:
    """Return all that lies in the data folder."""
    files = sorted(path for path in room.settings.data_dir.rglob("*") if path.is_file())
    return b"".join(path.read_bytes() for path in files)


def _ids(room: Room) -> set[str]:
    return {str(row["entity"]) for row in room.store().source_rows(PARTY, limit=500)}


def _settled(room: Room) -> None:
    room.settle()
    room.settle(6)
    room.settle(6)


@pytest.fixture
def room(open_room: Callable[..., Room]) -> Room:
    room = open_room(PARTY)
    _settled(room)
    assert ID in _ids(room)
    assert TITLE.encode() in _bytes(room)
    return room


def test_r22_its_earlier_versions_go_and_their_bytes_with_them(room: Room) -> None:
    before = room.number(PARTY, "open")
    _mark(room)
    _settled(room)
    assert ID not in _ids(room)
    assert "01-CT/TU" in _ids(room)
    assert TITLE.encode() not in _bytes(room)
    assert "Đã đóng dấu".encode() not in _bytes(room)
    after = room.number(PARTY, "open")
    assert before is not None
    assert after == before - 1


def test_r22_that_it_was_so_is_kept_without_what_it_said(room: Room) -> None:
    _mark(room)
    _settled(room)
    engine = open_engine(room.settings.observations_url, read_only=True)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT dataset, key FROM withdrawn").all()
        held = connection.exec_driver_sql(
            "SELECT reason FROM quarantine WHERE source_ref LIKE 'documents_marked%'"
        ).all()
    engine.dispose()
    assert (PARTY, key_of(ID)) in [tuple(row) for row in kept]
    assert ("stateSecret",) in [tuple(row) for row in held]


def test_r22_an_older_version_is_not_let_in_again(room: Room) -> None:
    marked = _mark(room)
    _settled(room)
    marked.unlink()  # all that is left says it is no secret
    again = room.lake / "party" / "documents.csv"
    again.write_text(again.read_text("utf-8") + "\n", "utf-8")
    _settled(room)
    room.restart()
    _settled(room)
    assert ID not in _ids(room)
    assert TITLE.encode() not in _bytes(room)


@pytest.mark.parametrize("label", ["Tuyệt mật", "A-13"])
def test_r22_a_label_the_dataset_does_not_take_withdraws_too(room: Room, label: str) -> None:
    _mark(room, label=label)
    _settled(room)
    assert ID not in _ids(room)


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from data_access.store import Change, StoreWriter, open_engine
from zoneinfo import ZoneInfo
url, stream, fatal = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
executed = 0
def count(*_):
    global executed
    executed += 1
    if executed == fatal:
        os.kill(os.getpid(), signal.SIGKILL)
writer = StoreWriter(open_engine(url), ZoneInfo("Asia/Ho_Chi_Minh"))
event.listen(Engine, "before_cursor_execute", count)
writer.apply(stream, Change(withdrawn=["02-NQ/TU"]), now_us=1)
print(executed)
"""


def test_r22_a_kill_while_it_goes_leaves_all_of_it_or_nothing(room: Room) -> None:
    room.close()
    url = room.settings.observations_url
    engine = open_engine(url)
    with transaction(engine) as connection:
        found = "SELECT id FROM stream WHERE dataset = 'party.documents' AND is_current"
        stream = connection.exec_driver_sql(found).scalar_one()

    def standing() -> tuple[int, int, int]:
        with transaction(engine) as connection:
            counts = [
                connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE {of}").scalar_one()
                for table, of in (
                    ("record", f"base_id = '{ID}'"),
                    ("record_now", f"base_id = '{ID}'"),
                    ("withdrawn", f"key = '{key_of(ID)}'"),
                )
            ]
        return counts[0], counts[1], counts[2]

    before = standing()
    assert before[0] > 0
    assert before[2] == 0

    def run(fatal: int) -> int:
        arguments = [sys.executable, "-c", KILLED, url, str(stream), str(fatal)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(arguments, cwd=ROOT, env=environment, check=False).returncode

    for fatal in (3, 5):  # between its deletions, and before its tombstone
        assert run(fatal) == -signal.SIGKILL
        assert standing() == before
    assert run(0) == 0
    assert standing() == (0, 0, 1)
    engine.dispose()
