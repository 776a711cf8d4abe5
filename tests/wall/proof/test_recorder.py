from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.wall.proof.conftest import INTERNAL, ROOMY, outputs_of
from tests.wall.proof.test_store import content, record, verified
from tests.wall.protocol_player import ProtocolPlayer
from tests.wall.room import (
    OPERATOR,
    SECRET,
    FakeRender,
    enroll,
    get,
    make_settings,
    process,
    running,
)
from wall.client import ServiceClient
from wall.effects import ProofRecord
from wall.errors import ProofError, Refused
from wall.proof import recorder
from wall.proof.questions import Head, Verify
from wall.proof.reading import ProofReader
from wall.proof.store import ProofStore

ROOT = Path(__file__).parents[3]
HEAD = Head("north")


def kinds(path: Path) -> list[str]:
    with closing(ProofReader(path)) as reader:
        return [row.kind for row in reader.rows("north", 1, 10_000)]


def test_what_fails_as_nobody_foresaw_is_said_until_it_works_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    async def main() -> None:
        writing = recorder.Recorder(tmp_path / "proof.sqlite", epoch=1, retention=ROOMY)
        with monkeypatch.context() as broken:
            broken.setattr(ProofStore, "trim", fail)
            writing.note(record(1, content(1)))
            await writing.look(HEAD)
        assert writing.problem is not None
        assert "disk I/O error" in writing.problem
        writing.note(record(2, content(2)))
        await writing.look(HEAD)
        assert writing.problem is None
        monkeypatch.setattr(recorder, "answer_head", fail)
        refused = await writing.look(HEAD)
        assert isinstance(refused, Refused)
        assert refused.code == "unavailable"
        await writing.close()

    asyncio.run(main())


def test_answers_come_after_all_that_was_noted_before(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"

    async def main() -> None:
        writing = recorder.Recorder(path, epoch=1, retention=ROOMY)
        assert isinstance(await writing.look(HEAD), Refused)  # there is nothing yet
        for at_ms in range(1_000):
            writing.note(record(at_ms, content(at_ms)))
        found = await writing.look(HEAD)
        assert isinstance(found, bytes)
        assert orjson.loads(found)["sequence"] == 1_000
        whole = await writing.look(Verify("north"))
        assert isinstance(whole, bytes)
        assert orjson.loads(whole)["isWhole"]
        assert orjson.loads(whole)["entries"] == 1_000
        with closing(sqlite3.connect(path)) as raw:
            raw.execute("delete from entry where sequence = 7")
            raw.commit()
        whole = await writing.look(Verify("north"))
        assert isinstance(whole, bytes)
        assert "entry 7 is missing" in orjson.loads(whole)["broken"]["message"]
        await writing.close()

    asyncio.run(main())


def test_a_full_disk_is_said_and_what_waited_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "LARGEST_QUEUE", 3)
    write = ProofStore.write
    path = tmp_path / "proof.sqlite"

    def full(store: ProofStore, records: list[ProofRecord]) -> None:
        raise ProofError("no room")

    async def main() -> None:
        writing = recorder.Recorder(path, epoch=1, retention=ROOMY)
        monkeypatch.setattr(ProofStore, "write", full)
        for at_ms in range(10):
            writing.note(record(at_ms))
        await writing.look(HEAD)
        assert writing.problem == "no room"
        monkeypatch.setattr(ProofStore, "write", write)
        writing.note(record(10))  # no room in the queue: lost too, but the rest is written
        await writing.look(HEAD)
        assert writing.problem is None
        writing.note(record(11))
        await writing.close()

    asyncio.run(main())
    assert kinds(path) == ["contents"] * 3 + ["gap", "contents"]
    with closing(ProofReader(path)) as reader:
        assert reader.rows("north", 4, 4)[0].entry().body == {"fromAtMs": 3, "entries": 8}
    verified(path)


def test_what_can_not_be_written_at_all_holds_up_nothing(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"

    async def main() -> None:
        writing = recorder.Recorder(path, epoch=1, retention=ROOMY)
        writing.note(ProofRecord("north", 1.0, "mask", {"by": object()}))
        await writing.look(HEAD)
        writing.note(record(2))
        await writing.close()

    asyncio.run(main())
    assert kinds(path) == ["gap", "contents"]


WRITER = """
import sys
from pathlib import Path
from tests.wall.proof.test_store import content, record
from wall.proof.retention import Retention
from wall.proof.store import ProofStore
store = ProofStore(Path(sys.argv[1]), epoch=1, retention=Retention(92, 4000))
for n in range(10**9):
    store.write([record(n, content(n)), record(n, content(n + 1))])
    print(n, flush=True)
"""


def test_a_kill_at_any_instant_leaves_a_chain_that_verifies(tmp_path: Path) -> None:
    path = tmp_path / "proof.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, cwd=ROOT, text=True
    )
    with writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 50:
                os.kill(writer.pid, signal.SIGKILL)
                break
        told = [50, *(int(line) for line in writer.stdout if line.endswith("\n"))]
    assert len(kinds(path)) >= 2 * (told[-1] + 1)
    verified(path)


def test_a_wall_goes_on_without_its_proof_and_says_so(tmp_path: Path) -> None:
    settings = make_settings(tmp_path)
    settings.data_dir.mkdir(parents=True)
    settings.proof_path.write_bytes(b"no database at all, and long enough" * 100)

    async def main() -> None:
        async with (
            running(settings) as url,
            ServiceClient(url, SECRET, service="web") as web,
            FakeRender(url),
        ):
            args = {"wallId": "north", "sceneId": "rain"}
            assert (await web.request("wall.take", args, OPERATOR))["committed"]
            with pytest.raises(Exception, match="unavailable"):
                await web.request("proof.head", {"wallId": "north"}, OPERATOR)
            _, _, body = await get(url, "/healthz")
            assert "proof.sqlite cannot be used" in orjson.loads(body)["problems"][0]

    asyncio.run(main())


def test_killed_while_showing_the_gap_is_told_and_nothing_is_claimed_in_it(
    tmp_path: Path,
) -> None:
    settings = make_settings(tmp_path)
    url = settings.wall_url

    async def at(web: ServiceClient, at_ms: float) -> dict:
        args = {"wallId": "north", "atMs": at_ms, "ceiling": INTERNAL}
        return await web.request("proof.at", args, OPERATOR)

    async def main() -> None:
        async with ServiceClient(url, SECRET, service="web") as web, process(settings) as runner:
            await web.connected(20)
            token = await enroll(web, "a1")
            async with FakeRender(url), ProtocolPlayer(url, token) as left:
                await left.scene("overview")
                args = {"wallId": "north", "sceneId": "rain", "hold": True}
                taken = await web.request("wall.take", args, OPERATOR)
                shown_ms = taken["outputs"][0]["shownAtMs"]
                before = await at(web, shown_ms + 1)
                assert outputs_of(before)["a1"]["isProgram"]
                assert before["tiles"][0]["content"]["text"] == "rain left"
                runner.kill()
                await left.closed()
        verified(settings.proof_path)
        async with ServiceClient(url, SECRET, service="web") as web, process(settings):
            await web.connected(20)
            async with FakeRender(url), ProtocolPlayer(url, token) as left:
                await left.scene("rain")
                head = await web.request("proof.head", {"wallId": "north"}, OPERATOR)
                again = await at(web, shown_ms)
                assert outputs_of(again)["a1"]["isProgram"]
                assert again["gap"] is None
                with closing(ProofReader(settings.proof_path)) as reader:
                    rows = reader.rows("north", 1, 1_000)
                start = [row for row in rows if row.kind == "start"][1]
                gap = await at(web, start.at_ms - 1)
                assert gap["gap"]["reason"] == "brokenOff"
                assert gap["gap"]["untilAtMs"] == start.at_ms
                assert outputs_of(gap)["a1"]["reason"] == "gap"
                assert head["sequence"] >= start.sequence
        verified(settings.proof_path)
        with closing(ProofReader(settings.proof_path)) as reader:
            assert reader.rows("north", 1, 1_000)[-1].kind != "stop"  # killed again

    asyncio.run(main())
