"""The controller's own small store: desired state, put scenes, devices, epoch, audit.

SQLite through the standard library, synchronous=FULL: what was acknowledged survives kill -9 and a
pulled plug. Opened exclusively: nobody else reads or writes it, a second controller is refused.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from wall.effects import (
    AuditRecord,
    Change,
    DeviceRecord,
    EntryRecord,
    SceneRecord,
    SwitchRecord,
    WallRecord,
)
from wall.errors import StoreError
from wall.file_schema import bring_forward
from wall.history import KEPT

SCHEMA_VERSION = 3
CACHE_KIB = 128  # it is written, hardly ever read: more would only fill, for hours
BUSY_S = 2.0  # a controller that was just killed may still be going
HISTORY_ROWS = 50_000  # of all walls; the oldest go
LARGEST_ARGS = 64 * 1024
SMALLEST_PAGE = 512  # of any SQLite file
BEGIN_AGAIN = (
    "put a copy back, or move it away to begin again with each wall's base scene, devices must then"
    " be enrolled anew"
)

_HISTORY = (
    "create table history (row integer primary key, wall_id text not null, body blob not null)"
    " strict",
    "create index history_by_wall on history (wall_id, row)",
)
_ENTRY = (
    "create table entry (sort text, wall_id text, entry_id text, body blob not null,"
    " primary key (sort, wall_id, entry_id)) strict",
)
_SCHEMA = (
    "create table meta (name text primary key, content text not null) strict",
    "create table wall (wall_id text primary key, body blob not null) strict",
    "create table scene (wall_id text, scene_id text, body blob not null,"
    " primary key (wall_id, scene_id)) strict",
    "create table device (wall_id text, name text, generation integer not null,"
    " is_revoked integer not null, primary key (wall_id, name)) strict",
    "create table switch (wall_id text primary key, body blob not null) strict",
    "create table audit (row integer primary key, at_ms real not null, epoch integer not null,"
    " wall_id text, op text not null, user_id text not null, role text not null,"
    " args blob not null, outcome text not null) strict",
    "create trigger audit_no_update before update on audit"
    " begin select raise(abort, 'the audit is append-only'); end",
    "create trigger audit_no_delete before delete on audit"
    " begin select raise(abort, 'the audit is append-only'); end",
    *_HISTORY,
    *_ENTRY,
)
# What brings a file of that version to the newest.
_FROM_VERSION = {0: _SCHEMA, 1: (*_HISTORY, *_ENTRY), 2: _ENTRY}


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a start of the controller finds."""

    epoch: int
    controller_id: str
    walls: dict[str, dict[str, Any]] = field(default_factory=dict)
    scenes: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    devices: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    switches: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # oldest first
    entries: list[EntryRecord] = field(default_factory=list)

    def entries_of(self, sort: str, wall_id: str = "") -> dict[str, dict[str, Any]]:
        """Return the kept entries of one sort, of one wall or of none, by id."""
        return {
            each.entry_id: each.body
            for each in self.entries
            if (each.sort, each.wall_id) == (sort, wall_id) and each.body is not None
        }


class Store:
    """The open store; used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the store at `path`; raises StoreError when damaged or in use."""
        self.path = path
        self._epoch = 0
        self._unwritten: list[Change] = []
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_cut_off(path)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        except OSError as error:
            raise StoreError(f"{path.parent} cannot be made: {error.strerror}") from error
        except sqlite3.Error as error:
            raise self._said(error) from error
        try:
            self._prepare()
        except (sqlite3.Error, ValueError) as error:  # ValueError: what it says is no UTF-8
            self.close()
            raise self._said(error) from error
        except StoreError:
            self.close()
            raise

    def begin_epoch(self, *, now_s: float) -> Kept:
        """Begin a term of leadership, higher than any before, and return what is kept."""
        try:
            connection = self._connection
            connection.execute("begin immediate")
            meta = dict(connection.execute("select name, content from meta"))
            self._epoch = max(int(meta.get("epoch", 0)) + 1, int(now_s))
            controller_id = meta.get("controllerId") or f"wall-{uuid.uuid4().hex[:12]}"
            connection.executemany(
                "insert or replace into meta values (?, ?)",
                [("epoch", str(self._epoch)), ("controllerId", controller_id)],
            )
            kept = self._read(controller_id)
            connection.execute("commit")
        except (sqlite3.Error, ValueError) as error:
            raise self._said(error) from error
        return kept

    def write(self, changes: Iterable[Change]) -> None:
        """Make changes durable, and with them what failed before; raises StoreError."""
        self._unwritten.extend(changes)
        if not self._unwritten:
            return
        try:
            self._connection.execute("begin immediate")
            try:
                for change in self._unwritten:
                    self._write(change)
                self._connection.execute("commit")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")
                raise
        except sqlite3.Error as error:
            # Newest desired state matters, old audit rows of a full disk must not fill memory.
            self._unwritten = self._unwritten[-1000:]
            raise self._said(error) from error
        except Exception:  # never to be written: it must not hold up what can be
            self._unwritten.clear()
            raise
        self._unwritten.clear()

    def settle(self) -> None:
        """Bring what lies in SQLite's log into the file itself; raises StoreError.

        So a copy of the file lacks nothing, nor does the file when its log is lost.
        """
        try:
            self._connection.execute("pragma wal_checkpoint(passive)").fetchone()
        except sqlite3.Error as error:
            raise self._said(error) from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def audit(self, limit: int = 100) -> list[AuditRecord]:
        """Return the newest audit rows, newest first."""
        rows = self._connection.execute(
            "select at_ms, wall_id, op, user_id, role, args, outcome from audit"
            " order by row desc limit ?",
            (limit,),
        )
        return [
            AuditRecord(at_ms, wall_id, op, user_id, role, orjson.loads(args), outcome)
            for at_ms, wall_id, op, user_id, role, args, outcome in rows
        ]

    def _prepare(self) -> None:
        connection = self._connection
        connection.execute("pragma locking_mode = exclusive")
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute(f"pragma cache_size = -{CACHE_KIB}")
        version = bring_forward(
            connection, _FROM_VERSION, newest=SCHEMA_VERSION, begin="begin exclusive"
        )
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer version of this program (schema {version}, "
                f"this one knows {SCHEMA_VERSION})"
            )
        (verdict,) = connection.execute("pragma quick_check").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)

    def _read(self, controller_id: str) -> Kept:
        connection = self._connection
        scenes: dict[str, list[dict[str, Any]]] = {}
        for wall_id, body in connection.execute("select wall_id, body from scene"):
            scenes.setdefault(wall_id, []).append(orjson.loads(body))
        return Kept(
            epoch=self._epoch,
            controller_id=controller_id,
            walls=_bodies(connection.execute("select wall_id, body from wall")),
            scenes=scenes,
            devices={
                (wall_id, name): (generation, bool(is_revoked))
                for wall_id, name, generation, is_revoked in connection.execute(
                    "select wall_id, name, generation, is_revoked from device"
                )
            },
            switches=_bodies(connection.execute("select wall_id, body from switch")),
            history=self._read_history(),
            entries=[
                EntryRecord(sort, wall_id, entry_id, orjson.loads(body))
                for sort, wall_id, entry_id, body in connection.execute(
                    "select sort, wall_id, entry_id, body from entry order by 1, 2, 3"
                )
            ],
        )

    def _read_history(self) -> dict[str, list[dict[str, Any]]]:
        run = self._connection.execute
        walls = [wall_id for (wall_id,) in run("select distinct wall_id from history")]
        newest = "select body from history where wall_id = ? order by row desc limit ?"
        return {
            wall_id: [orjson.loads(body) for (body,) in run(newest, (wall_id, KEPT))][::-1]
            for wall_id in walls
        }

    def _write(self, change: Change) -> None:
        run = self._connection.execute
        match change:
            case WallRecord(wall_id, body):
                run("insert or replace into wall values (?, ?)", (wall_id, orjson.dumps(body)))
            case SceneRecord(wall_id, scene_id, None):
                run("delete from scene where wall_id = ? and scene_id = ?", (wall_id, scene_id))
            case SceneRecord(wall_id, scene_id, body):
                run(
                    "insert or replace into scene values (?, ?, ?)",
                    (wall_id, scene_id, orjson.dumps(body)),
                )
            case EntryRecord(sort, wall_id, entry_id, None):
                run(
                    "delete from entry where sort = ? and wall_id = ? and entry_id = ?",
                    (sort, wall_id, entry_id),
                )
            case EntryRecord(sort, wall_id, entry_id, body):
                run(
                    "insert or replace into entry values (?, ?, ?, ?)",
                    (sort, wall_id, entry_id, orjson.dumps(body)),
                )
            case DeviceRecord(wall_id, name, generation, is_revoked):
                run(
                    "insert or replace into device values (?, ?, ?, ?)",
                    (wall_id, name, generation, int(is_revoked)),
                )
            case SwitchRecord(wall_id, body, entry):
                run("insert or replace into switch values (?, ?)", (wall_id, orjson.dumps(body)))
                added = run(
                    "insert into history (wall_id, body) values (?, ?)",
                    (wall_id, orjson.dumps(entry)),
                )
                run("delete from history where row <= ?", ((added.lastrowid or 0) - HISTORY_ROWS,))
            case AuditRecord():
                self._write_audit(change)

    def _write_audit(self, row: AuditRecord) -> None:
        self._connection.execute(
            "insert into audit (at_ms, epoch, wall_id, op, user_id, role, args, outcome)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                row.at_ms,
                self._epoch,
                row.wall_id,
                row.op,
                row.user_id,
                row.role,
                small(row.args),
                row.outcome,
            ),
        )

    def _said(self, error: Exception) -> StoreError:
        text = str(error)
        if "locked" in text or "busy" in text:
            return StoreError(f"{self.path} is in use by another controller")
        if isinstance(error, sqlite3.OperationalError) and "unable to open" in text:
            return StoreError(f"{self.path} cannot be opened: {text}")
        if isinstance(error, sqlite3.OperationalError):
            return StoreError(f"{self.path} cannot be read or written: {text}")
        return StoreError(f"{self.path} is damaged ({text}); {BEGIN_AGAIN}")


def _refuse_cut_off(path: Path) -> None:
    """Refuse what SQLite would take for a new file, or fill up with zeros; raises StoreError.

    Only where there is no log: with it, an end that a full disk kept out is made good.
    """
    if not path.is_file():
        return
    size = path.stat().st_size
    is_alone = not path.with_name(f"{path.name}-wal").exists()
    if size < SMALLEST_PAGE or (is_alone and size % SMALLEST_PAGE):
        raise StoreError(f"{path} is damaged (its {size} bytes end too early); {BEGIN_AGAIN}")


def _bodies(rows: Iterable[tuple[str, bytes]]) -> dict[str, dict[str, Any]]:
    return {wall_id: orjson.loads(body) for wall_id, body in rows}


def small(args: dict[str, Any]) -> bytes:
    """Return arguments as JSON; of what is too big or too deep to keep, only that it was there."""
    try:
        encoded = orjson.dumps(args)
    except TypeError:
        return b'{"cut":true}'
    return encoded if len(encoded) <= LARGEST_ARGS else b'{"cut":true}'
