"""Controllers of a site as far as its proof goes, over the Redis that they share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import redis

from wall.classification import Classification, ClassificationFields
from wall.effects import ProofRecord
from wall.proof.command import VerifyOrder, print_heads, run_verify
from wall.proof.copies import Copies
from wall.proof.questions import At
from wall.proof.reading import ProofReader
from wall.proof.retention import Retention
from wall.proof.sharing import Sharing
from wall.proof.showing import answer_at
from wall.proof.store import ProofStore
from wall.shared.proof import RedisProof
from wall.shared.store import RedisStore

INTERNAL = {"level": "internal", "compartments": []}
ROOMY = Retention(days=92, megabytes=4000)
LEASE = "ioc:wall:{east}:lease"
PICTURE = {"program": None, "outputs": [], "masks": [], "overlays": [], "notes": [],
           "frozenSinceMs": None, "held": [], "owed": []}  # fmt: skip
WALL = {"name": {}, "canvasPx": {"width": 1, "height": 1}, "unitPx": 1.0, "language": "vi",
        "places": [], "picture": PICTURE}  # fmt: skip


class Machine:
    """One controller, as far as its proof goes: its file, and its place in what is shared."""

    def __init__(
        self, path: Path, client: redis.Redis, *, retention: Retention = ROOMY, **limits: int
    ) -> None:
        self.path = path
        self.retention = retention
        self.aside: list[str] = []
        self.shared = RedisProof(client, "east", **limits)
        self._site = RedisStore(client, "east", holder=path.stem, lease_s=30)
        self._client = client
        self.open()

    def open(self) -> None:
        """Begin as after a start of the process: only the file is left."""
        self.sharing = Sharing(self.shared)
        self.store = ProofStore(self.path, epoch=0, retention=self.retention)
        self.copies = Copies(self.store)

    def close(self) -> None:
        self.store.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def lead(self) -> None:
        """Take the lease, whoever has it, and begin a term."""
        self._client.delete(LEASE)
        self.epoch = self._site.begin_epoch(now_s=5).epoch
        self.store.close()
        self.store = ProofStore(self.path, epoch=self.epoch, retention=self.retention)
        self.copies = Copies(self.store)
        self.aside += self.sharing.lead(self.copies)

    def write(self, *records: ProofRecord) -> None:
        self.store.write(records)

    def share(self) -> None:
        while self.sharing.ship(self.copies, self.epoch):
            pass

    def wrote(self, *records: ProofRecord) -> None:
        self.write(*records)
        self.share()

    def copy(self) -> None:
        goes_on = True
        while goes_on:
            goes_on, aside = self.sharing.follow(self.copies)
            self.aside += aside

    def head(self) -> str:
        said: list[str] = []
        print_heads(self.path, "north", said.append)
        return said[0]

    def said(self, **order: str) -> str:
        said: list[str] = []
        assert run_verify(self.path, VerifyOrder(**order), said.append), said
        return "\n".join(said)

    def kinds(self) -> list[str]:
        with closing(ProofReader(self.path)) as reader:
            return [row.kind for row in reader.rows("north", 1, 10_000)]

    def at(self, at_ms: float, **more: Any) -> dict[str, Any]:
        asked = {"epoch": self.epoch, "now_ms": 1e9, **more}
        ceiling = Classification.of(ClassificationFields.model_validate(INTERNAL))
        with closing(ProofReader(self.path)) as reader:
            question = At("north", at_ms, ceiling, True, **asked)
            found: dict[str, Any] = orjson.loads(answer_at(reader, question))
            return found


Make = Callable[..., Machine]


def start(at_ms: float) -> ProofRecord:
    return ProofRecord("north", at_ms, "start", {**WALL, "controllerId": "x"})
