"""What travels between the copies of a chain: what is bounded, missing, lost, in the way."""

from __future__ import annotations

import asyncio
import signal
from contextlib import closing
from pathlib import Path

import pytest
import redis

from tests.redis_server import RedisServer
from tests.wall.proof.conftest import ROOMY
from tests.wall.proof.machines import WALL, Machine, Make, start
from tests.wall.proof.test_recorder import HEAD
from tests.wall.proof.test_store import content, record, verified
from wall.effects import ProofRecord
from wall.errors import Forked
from wall.proof.command import VerifyOrder, run_verify
from wall.proof.reading import ProofReader
from wall.proof.recorder import Recorder
from wall.proof.retention import DAY_MS, LEAST_ENTRIES, Retention
from wall.proof.sharing import Sharing
from wall.proof.standby import StandbyCopy
from wall.shared.proof import RedisProof

STREAM, CONTENTS = "ioc:wall:{east}:proof", "ioc:wall:{east}:proof:contents"


def test_contents_travel_once_and_what_is_shared_is_bounded(
    machine: Make, client: redis.Redis
) -> None:
    one = machine("one", most_bytes=30_000, least_entries=20)
    one.lead()
    steady = content(0, size=2_000)
    one.wrote(start(0))
    for at_ms in range(1, 400):
        one.wrote(record(at_ms, steady, content(at_ms, size=500)))
    assert client.xlen(STREAM) < 100
    assert client.hlen(CONTENTS) <= client.xlen(STREAM) + 5
    assert int(client.get("ioc:wall:{east}:proof:bytes") or 0) <= 30_000
    held = sum(client.hstrlen(CONTENTS, name) for name in client.hkeys(CONTENTS))
    held += sum(len(fields[b"body"]) for _, fields in client.xrange(STREAM))
    assert held == int(client.get("ioc:wall:{east}:proof:bytes") or 0)
    late = machine("late")
    late.copy()  # with the content that was sent long before the oldest entry there
    assert "never came to this file" in late.said()
    assert late.head() == one.head()


def test_what_a_standby_was_away_for_too_long_to_hear_is_missing_and_told(
    machine: Make,
) -> None:
    limits = {"most_entries": 20, "least_entries": 10}
    one, two = machine("one", **limits), machine("two", **limits)
    one.lead()
    one.wrote(start(0), *(record(at_ms, content(at_ms)) for at_ms in range(1, 10)))
    two.copy()
    one.wrote(*(record(at_ms, content(at_ms)) for at_ms in range(10, 100)))
    one.wrote(ProofRecord("north", 100, "standing", WALL), record(101))
    two.restart()
    two.copy()
    two.lead()
    two.wrote(start(110))
    said = two.said()
    with closing(ProofReader(two.path)) as reader:
        (hole,) = reader.missing("north")
    assert hole.first == 11
    assert f"entries 11 to {hole.last} never came to this file" in said
    assert two.at(5)["gap"] is None
    assert two.at(50)["gap"] == {"afterAtMs": 9, "untilAtMs": 100, "reason": "notCopied"}
    assert two.at(100)["gap"] is None
    assert two.at(105)["gap"]["reason"] == "brokenOff"
    assert "as written" in two.said(wall_id="north", from_at="1970-01-01T07:00:00.099+07:00")
    assert one.head().split(":")[0] == "north 102"
    one.copy()
    assert one.head() == two.head()
    with closing(ProofReader(one.path)) as reader:
        row = reader.rows("north", 50, 50)[0]
    sentences: list[str] = []
    order = VerifyOrder("north", head=f"50:{row.hash}")
    assert not run_verify(two.path, order, sentences.append)
    assert "entry 50 was the head noted, but never came to this file" in sentences[0]


def test_a_server_that_lost_the_newest_gets_them_again(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), record(1), record(2))
    two.copy()
    last, hash_before = client.xrevrange(STREAM, count=1)[0][0], one.head()
    with closing(ProofReader(one.path)) as reader:
        before = reader.rows("north", 2, 2)[0].hash
    client.xdel(STREAM, last)
    client.hset("ioc:wall:{east}:proof:heads", "north", f"2:{before}")
    one.write(record(3))
    with pytest.raises(Forked):
        one.share()
    one.aside += one.sharing.lead(one.copies)  # as a recorder does then
    one.share()
    two.copy()
    assert two.head() == one.head() != hash_before
    assert (one.aside, two.aside) == ([], [])


def test_a_server_that_lost_everything_goes_on_with_the_next_leaders_chain(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0), *(record(at_ms) for at_ms in range(1, 5)))
    two.copy()
    client.flushall()
    two.lead()
    two.wrote(start(10))
    one.copy()
    assert one.head() == two.head()
    assert one.kinds() == ["start", *["contents"] * 4, "start"]
    assert (one.aside, two.aside) == ([], [])


def test_a_copy_lets_go_what_its_leader_lets_go(machine: Make) -> None:
    one = machine("one", retention=Retention(days=1, megabytes=4000))
    two = machine("two")
    one.lead()
    one.wrote(start(0), *(record(at_ms, content(at_ms)) for at_ms in range(1, 301)))
    one.store.trim(now_ms=2 * DAY_MS)
    one.share()
    two.copy()
    assert one.kinds() == two.kinds()
    assert len(two.kinds()) == LEAST_ENTRIES + 1
    assert "101 entries" in verified(two.path)


def test_a_copy_without_room_lets_its_oldest_go_and_says_so(machine: Make) -> None:
    one, two = machine("one"), machine("two")
    one.lead()
    one.wrote(start(0), *(record(at_ms, content(at_ms)) for at_ms in range(1, 301)))
    two.copy()
    two.copies.shed(0, is_full=True)
    assert len(two.kinds()) == LEAST_ENTRIES
    assert "entries 1 to 201 never came to this file" in two.said()
    one.wrote(record(400))
    two.copy()
    assert two.head() == one.head()


def test_what_was_put_aside_goes_when_it_is_old(pair: tuple[Machine, Machine]) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0))
    two.lead()
    two.wrote(start(1))
    one.write(record(2, content(2)))
    one.copy()
    one.copies.shed(1, is_full=False)
    assert "aside" in one.said()
    one.copies.shed(3, is_full=False)
    assert "aside" not in one.said()


def test_what_is_no_entry_is_passed_over(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0))
    client.xadd(STREAM, {"body": b"x", "hash": "0" * 64})
    client.xadd(STREAM, {"other": b"x"})
    one.wrote(record(1))
    two.copy()
    assert two.head() == one.head()


def test_an_append_whose_answer_was_lost_is_not_made_twice(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0))
    one.write(record(1), record(2))
    waiting = one.copies.unshared(10)
    one.shared.append(one.epoch, waiting[:1], {})
    one.share()
    assert client.xlen(STREAM) == 3
    two.copy()
    assert two.head() == one.head()


def test_two_that_each_had_a_chain_go_on_with_the_first_leaders(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = pair
    for each, count in ((one, 5), (two, 9)):
        each.store.write([start(count), *(record(10 + at_ms) for at_ms in range(1, count))])
    one.lead()
    one.wrote(start(20))
    two.copy()
    assert two.head() == one.head()
    assert "9 entries from 1 on" in two.aside[0]
    assert len(two.kinds()) == 6


def test_a_server_that_does_not_answer_holds_up_no_writing_and_is_told_later(
    pair: tuple[Machine, Machine], server: RedisServer
) -> None:
    one, two = pair
    one.lead()

    async def told(recorder: Recorder, problem: str | None) -> None:
        async with asyncio.timeout(20):
            while (problem is None) != (recorder.problem is None):
                await asyncio.sleep(0.01)
        assert problem is None or problem in str(recorder.problem)

    async def main() -> None:
        recorder = Recorder(one.path, epoch=one.epoch, retention=ROOMY, sharing=one.sharing)
        recorder.note(start(0))
        assert isinstance(await recorder.look(HEAD), bytes)
        server.signal(signal.SIGSTOP)
        try:
            recorder.note(record(1, content(1)))
            await told(recorder, "is not shared")
            assert one.kinds() == ["start", "contents"]
        finally:
            server.signal(signal.SIGCONT)
        await told(recorder, None)  # by itself: nothing more was noted
        two.copy()
        assert two.head() == one.head()
        two.lead()
        recorder.note(record(2))
        await recorder.look(HEAD)
        assert recorder.problem is None  # the chain goes on elsewhere: nothing is wrong here
        await recorder.close()

    asyncio.run(main())


def test_a_standby_says_what_hinders_its_copy(tmp_path: Path, client: redis.Redis) -> None:
    path = tmp_path / "proof.sqlite"
    path.write_bytes(b"no database at all, and long enough" * 100)
    said: list[str | None] = []
    sharing = Sharing(RedisProof(client, "east"))
    copier = StandbyCopy(path, sharing, retention=ROOMY, clock=lambda: 0.0, say=said.append)

    async def main() -> None:
        copying = asyncio.create_task(copier.run())
        async with asyncio.timeout(20):
            while not said:
                await asyncio.sleep(0.01)
        copying.cancel()

    asyncio.run(main())
    assert "proof.sqlite cannot be used" in str(said[0])
