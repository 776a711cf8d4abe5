"""The hub at its table, its proof written to a real file as the controller's thread does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.wall.proof.machines import INTERNAL, ROOMY, Machine, Make
from tests.wall.table import FullTable
from wall.effects import Effect, Look, Prove
from wall.errors import Refused
from wall.proof.questions import At, Head
from wall.proof.reading import ProofReader
from wall.proof.showing import answer_at, answer_head
from wall.proof.store import ProofStore

PUBLIC = {"level": "public", "compartments": []}


class ProvenTable(FullTable):
    """A table whose proof lies in `path`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "var" / "proof.sqlite"
        self.store = ProofStore(self.path, epoch=1_790_000_000, retention=ROOMY)
        super().__init__(folder)

    def carry_out(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Prove):
                self.store.write([effect.record])
            elif isinstance(effect, Look):
                self._look(effect)
            else:
                super().carry_out([effect])

    def _look(self, look: Look) -> None:
        question = look.question
        found: bytes | Refused
        with closing(ProofReader(self.path)) as reader:
            try:
                if isinstance(question, At):
                    found = answer_at(reader, question)
                else:
                    assert isinstance(question, Head)
                    found = answer_head(reader, question)
            except Refused as refused:
                found = refused
        self.carry_out(self.hub.found(look.asked, found, self.now_ms))

    def asked_at(self, at_ms: float, **more: Any) -> str:
        args = {"wallId": "north", "atMs": at_ms, "ceiling": INTERNAL, **more}
        return self.web.ask("proof.at", args)

    def at(self, at_ms: float, **more: Any) -> dict[str, Any]:
        """Return what the wall showed then."""
        return self.web.result(self.asked_at(at_ms, **more))

    def kinds(self) -> list[str]:
        with closing(ProofReader(self.path)) as reader:
            return [row.kind for row in reader.rows("north", 1, 10_000)]


@pytest.fixture
def proven(tmp_path: Path) -> Iterator[ProvenTable]:
    table = ProvenTable(tmp_path)
    yield table
    table.store.close()


@pytest.fixture
def machine(tmp_path: Path, client: redis.Redis) -> Iterator[Make]:
    made: list[Machine] = []

    def make(name: str, **more: Any) -> Machine:
        made.append(Machine(tmp_path / f"{name}.sqlite", client, **more))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def pair(machine: Make) -> tuple[Machine, Machine]:
    return machine("one"), machine("two")


def outputs_of(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["outputId"]: each for each in answer["outputs"]}


def tiles_of(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["tileId"]: each for each in answer["tiles"]}
