"""An order given on one machine of a site reaches Redis and its files, and every other machine."""

from __future__ import annotations

import zlib
from contextlib import closing
from pathlib import Path

import pytest
import redis

import app
from tests.redis_server import RedisServer
from tests.wall.proof.machines import Machine, Make, start
from tests.wall.proof.test_copies import CONTENTS
from tests.wall.proof.test_store import content, record
from tests.wall.proof.test_withdrawing import REASON, TITLE, found, titled
from wall.errors import StoreError
from wall.proof.command import take_out
from wall.proof.entries import digest
from wall.proof.reading import ProofReader
from wall.proof.withdrawing import Order, obey

SECRET = titled(1)
NAME = digest(SECRET.body)
PACKED = zlib.compress(SECRET.body)
BYTES = "ioc:wall:{east}:proof:bytes"


def shown(pair: tuple[Machine, Machine]) -> tuple[Machine, Machine]:
    """Have one lead and show what is marked later, and the other copy it."""
    one, two = pair
    one.lead()
    one.wrote(start(0), record(1, content(1)), record(2, SECRET), record(3, content(2)))
    two.copy()
    assert found(one.path) == found(two.path) == [("north", 2, 2, 1)]
    return one, two


def ordered(machine: Machine) -> list[str]:
    said: list[str] = []
    take_out(machine.path, TITLE, REASON, said.append, site=machine.shared)
    return said


def files_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


@pytest.mark.parametrize("given_to", [0, 1])
def test_an_order_reaches_every_machine_whichever_it_is_given_to(
    pair: tuple[Machine, Machine], given_to: int, client: redis.Redis
) -> None:
    one, two = shown(pair)
    before = int(client.get(BYTES) or 0)
    said = ordered(pair[given_to])
    assert said[-1].startswith("1 contents are taken out of Redis")
    assert not client.hexists(CONTENTS, NAME)
    assert int(client.get(BYTES) or 0) == before - len(PACKED)
    one.wrote(record(4))  # as one does each minute, if nothing else happens
    two.copy()
    for each in pair:
        assert found(each.path) == []
        assert PACKED not in files_of(each.path.parent)
        assert "1 contents were taken out by order" in each.said()
    assert one.head() == two.head()


def test_redis_itself_has_no_word_of_it_in_its_files(
    pair: tuple[Machine, Machine], server: RedisServer
) -> None:
    one, _ = shown(pair)
    assert PACKED in files_of(server.folder)
    ordered(one)
    assert PACKED not in files_of(server.folder)
    assert zlib.compress(content(2).body) in files_of(server.folder) + one.path.read_bytes()


def test_what_was_taken_out_is_not_shared_by_who_still_had_it(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = pair
    one.lead()
    one.wrote(start(0))
    one.write(record(1, SECRET))
    one.shared.withdraw({NAME: Order(5.0, REASON)})
    assert one.shared.lacking([NAME, "other"]) == ["other"]
    entries = one.copies.unshared(10)
    one.shared.append(one.epoch, entries, {NAME: PACKED})  # read before it heard of the order
    assert not client.hexists(CONTENTS, NAME)
    two.copy()
    assert "1 contents were taken out by order" in two.said()


def test_a_machine_that_was_away_hears_of_the_order_when_it_comes_back(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = shown(pair)
    ordered(one)
    two.restart()
    two.lead()
    assert found(two.path) == []


def test_while_somebody_reads_a_machines_file_it_does_the_rest_later(
    pair: tuple[Machine, Machine],
) -> None:
    one, two = shown(pair)
    ordered(one)
    with closing(ProofReader(two.path)) as reading:
        reading.snapshot()
        two.copy()
        assert found(two.path) == []
    two.copy()
    assert PACKED not in files_of(two.path.parent)


def test_what_only_redis_still_has_is_found_there(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, two = shown(pair)
    obey(one.path, {NAME: Order(1.0, "of this file alone")})
    said = ordered(one)
    assert said[0].startswith("no wall")
    assert not client.hexists(CONTENTS, NAME)
    two.copy()
    assert found(two.path) == []


def test_a_server_that_will_not_write_its_files_anew_is_named(
    pair: tuple[Machine, Machine], client: redis.Redis
) -> None:
    one, _ = shown(pair)
    client.execute_command("ACL", "SETUSER", "default", "-bgrewriteaof")
    try:
        with pytest.raises(StoreError, match="bgrewriteaof"):
            ordered(one)
    finally:
        client.execute_command("ACL", "SETUSER", "default", "+bgrewriteaof")
    assert not client.hexists(CONTENTS, NAME)
    ordered(one)  # given again, it does the rest


def test_the_command_reaches_redis_or_says_that_it_could_not(
    machine: Make,
    server: RedisServer,
    client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    one, _ = shown((machine("proof"), machine("other")))
    monkeypatch.chdir(Path(__file__).parents[3])
    monkeypatch.setenv("IOC_DATA_DIR", str(one.path.parent))
    monkeypatch.setenv("IOC_SITE", "east")
    monkeypatch.setenv("IOC_REDIS_URL", "redis://127.0.0.1:1/0")
    command = ["wall", "proof", "withdraw", TITLE, "--reason", REASON]
    assert app.main(command) == 2
    told = capsys.readouterr()
    assert "1 contents are taken out of" in told.out
    assert "Redis at 127.0.0.1:1 cannot be read or written" in told.err
    monkeypatch.setenv("IOC_REDIS_URL", server.url)
    assert app.main(command) == 0
    assert "1 contents are taken out of Redis" in capsys.readouterr().out
    assert not client.hexists(CONTENTS, NAME)
