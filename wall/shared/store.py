"""The store of a site in Redis, with the interface of `wall.store.Store`, and the site's lease.

Who begins an epoch holds the lease for `LEASE_S` and renews it; only its holder's epoch can write.
Durable before acknowledged: `wall.shared.server` refuses a server that answers before its disk has
it. A batch is one script: all of it or nothing. Of the audit Redis can promise that rows are added
at the end and never altered (a stream), not that nobody with the right to delete does so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any

import orjson
import redis

from wall.effects import (
    AuditRecord,
    Change,
    DeviceRecord,
    EntryRecord,
    SceneRecord,
    SwitchRecord,
    WallRecord,
)
from wall.errors import Deposed, LeaseHeld, StoreError
from wall.history import KEPT
from wall.shared import scripts
from wall.shared.server import address, translated
from wall.store import Kept, small

LEASE_S = 3.0
HISTORY_ROWS = 10_000  # of a wall; the oldest go
AUDIT_ROWS = 200_000  # of a site: all of it lies in memory; the oldest go

Command = tuple[str | bytes, ...]


class RedisStore:
    """The open store of one site; written by one thread at a time, renewed by any."""

    def __init__(
        self, client: redis.Redis, site: str, *, holder: str, lease_s: float = LEASE_S
    ) -> None:
        """`holder` names this controller, the same after each of its restarts."""
        self._client = client
        self._key = f"ioc:wall:{{{site}}}:"
        self._holder = holder
        self._lease_ms = int(lease_s * 1000)
        self._epoch = 0
        self._batch = 0
        self._unwritten: deque[tuple[int, list[Command]]] = deque()
        self._take = client.register_script(scripts.TAKE)
        self._renew = client.register_script(scripts.RENEW)
        self._release = client.register_script(scripts.RELEASE)
        self._script = client.register_script(scripts.WRITE)

    def begin_epoch(self, *, now_s: float) -> Kept:
        """Take the lease with an epoch higher than any before, and return what is kept.

        Raises LeaseHeld while another controller has it, StoreError when Redis cannot be asked.
        """
        with translated(self._client):
            epoch, holder = self._take(
                keys=self._keys("lease", "epoch", "batch"),
                args=[self._holder, self._lease_ms, int(now_s)],
            )
            if not epoch:
                raise LeaseHeld(f"controller {holder.decode(errors='replace')} leads this site")
            self._epoch, self._batch = int(epoch), 0
            self._unwritten.clear()
            return self._read()

    def renew(self) -> None:
        """Make the lease last its whole time again; raises Deposed when another one took it."""
        with translated(self._client):
            keys = self._keys("lease", "epoch")
            if not self._renew(keys=keys, args=[self._holder, self._lease_ms, self._epoch]):
                raise Deposed(f"epoch {self._epoch} of this controller has ended")

    def release(self) -> None:
        """Give the lease up, so that another need not wait for its end."""
        with translated(self._client):
            self._release(keys=self._keys("lease", "epoch"), args=[self._epoch])

    def write(self, changes: Iterable[Change]) -> None:
        """Make changes durable, and with them what failed before.

        Raises Deposed when another controller took the lease, else StoreError.
        """
        commands = [each for change in changes for each in self._commands(change)]
        if commands:
            self._batch += 1
            self._unwritten.append((self._batch, commands))
        with translated(self._client):
            while self._unwritten:
                number, batch = self._unwritten[0]
                words = [word for each in batch for word in (len(each), *each)]
                keys = self._keys("epoch", "batch")
                if not self._script(keys=keys, args=[self._epoch, number, *words]):
                    raise Deposed(f"epoch {self._epoch} of this controller has ended")
                self._unwritten.popleft()

    def settle(self) -> None:
        """Do nothing: what Redis has answered is where it stays."""

    def audit(self, limit: int = 100) -> list[AuditRecord]:
        """Return the newest audit rows, newest first."""
        with translated(self._client):
            rows: Any = self._client.xrevrange(self._key + "audit", count=limit)
        return [_audit_record(orjson.loads(fields[b"row"])) for _, fields in rows]

    def close(self) -> None:
        """Close the connections; the lease stays until it ends or its holder takes it back."""
        self._client.close()

    def _keys(self, *names: str) -> list[str]:
        return [self._key + name for name in names]

    def _read(self) -> Kept:
        names = ("wall", "scene", "entry", "device", "switch")
        reading = self._client.pipeline(transaction=True)
        for key in self._keys(*names):
            reading.hgetall(key)
        found = dict(zip(names, reading.execute(), strict=True))
        switches = _bodies(found["switch"])
        reading = self._client.pipeline(transaction=True)
        for wall_id in switches:
            reading.lrange(self._history_key(wall_id), -KEPT, -1)
        rows = reading.execute()
        try:
            return Kept(
                epoch=self._epoch,
                controller_id=self._holder,
                walls=_bodies(found["wall"]),
                scenes=_scenes(found["scene"]),
                devices=_devices(found["device"]),
                switches=switches,
                history={
                    wall_id: [orjson.loads(row) for row in each]
                    for wall_id, each in zip(switches, rows, strict=True)
                },
                entries=_entries(found["entry"]),
            )
        except (ValueError, TypeError) as error:
            raise StoreError(
                f"{address(self._client)} holds under {self._key}* what is not ours: {error}"
            ) from error

    def _history_key(self, wall_id: str) -> str:
        return f"{self._key}history:{wall_id}"

    def _commands(self, change: Change) -> list[Command]:
        """Return the commands that make one change; they run in one step with the others'."""
        match change:
            case WallRecord(wall_id, body):
                return [self._put("wall", wall_id, body)]
            case SceneRecord(wall_id, scene_id, None):
                return [("HDEL", self._key + "scene", _field(wall_id, scene_id))]
            case SceneRecord(wall_id, scene_id, body):
                return [self._put("scene", _field(wall_id, scene_id), body)]
            case EntryRecord(sort, wall_id, entry_id, None):
                return [("HDEL", self._key + "entry", _field(sort, wall_id, entry_id))]
            case EntryRecord(sort, wall_id, entry_id, body):
                return [self._put("entry", _field(sort, wall_id, entry_id), body)]
            case DeviceRecord(wall_id, name, generation, is_revoked):
                return [self._put("device", _field(wall_id, name), [generation, is_revoked])]
            case SwitchRecord(wall_id, body, entry):
                history = self._history_key(wall_id)
                return [
                    self._put("switch", wall_id, body),
                    ("RPUSH", history, orjson.dumps(entry)),
                    ("LTRIM", history, str(-HISTORY_ROWS), "-1"),
                ]
            case AuditRecord():
                return [self._audit_command(change)]

    def _put(self, table: str, field: str | bytes, body: Any) -> Command:
        return "HSET", self._key + table, field, orjson.dumps(body)

    def _audit_command(self, row: AuditRecord) -> Command:
        body = {
            "atMs": row.at_ms,
            "epoch": self._epoch,
            "wallId": row.wall_id,
            "op": row.op,
            "userId": row.user_id,
            "role": row.role,
            "args": orjson.Fragment(small(row.args)),
            "outcome": row.outcome,
        }
        bound = ("MAXLEN", "~", str(AUDIT_ROWS))
        return "XADD", self._key + "audit", *bound, "*", "row", orjson.dumps(body)


def _field(*parts: str) -> bytes:
    return orjson.dumps(parts)


def _bodies(rows: dict[bytes, bytes]) -> dict[str, dict[str, Any]]:
    return {wall_id.decode(): orjson.loads(body) for wall_id, body in rows.items()}


def _scenes(rows: dict[bytes, bytes]) -> dict[str, list[dict[str, Any]]]:
    scenes: dict[str, list[dict[str, Any]]] = {}
    for field, body in sorted(rows.items()):
        wall_id, _scene_id = orjson.loads(field)
        scenes.setdefault(wall_id, []).append(orjson.loads(body))
    return scenes


def _entries(rows: dict[bytes, bytes]) -> list[EntryRecord]:
    entries = []
    for field, body in sorted(rows.items()):
        sort, wall_id, entry_id = orjson.loads(field)
        entries.append(EntryRecord(sort, wall_id, entry_id, orjson.loads(body)))
    return entries


def _devices(rows: dict[bytes, bytes]) -> dict[tuple[str, str], tuple[int, bool]]:
    devices: dict[tuple[str, str], tuple[int, bool]] = {}
    for field, body in rows.items():
        wall_id, name = orjson.loads(field)
        generation, is_revoked = orjson.loads(body)
        devices[wall_id, name] = (int(generation), bool(is_revoked))
    return devices


def _audit_record(body: dict[str, Any]) -> AuditRecord:
    return AuditRecord(
        body["atMs"],
        body["wallId"],
        body["op"],
        body["userId"],
        body["role"],
        body["args"],
        body["outcome"],
    )
