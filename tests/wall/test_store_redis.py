"""What the store in Redis does besides (test_store.py): lease, fence, outages."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from tests.redis_server import redis_server
from wall.effects import (
    AuditRecord,
    DeviceRecord,
    EntryRecord,
    SceneRecord,
    SwitchRecord,
    WallRecord,
)
from wall.errors import Deposed, ForgetfulRedis, LeaseHeld, StoreError
from wall.shared.adoption import adopt
from wall.shared.server import connect, refuse_forgetful
from wall.shared.store import RedisStore
from wall.store import Store

AUDIT = AuditRecord(1.0, "north", "wall.take", "binh", "operator", {}, "ok")


def store(client: redis.Redis, holder: str, *, lease_s: float = 30.0) -> RedisStore:
    return RedisStore(client, "east", holder=holder, lease_s=lease_s)


def test_a_lease_is_free_again_when_it_is_released_or_its_time_is_over(client: redis.Redis) -> None:
    one, two = store(client, "one"), store(client, "two")
    first = one.begin_epoch(now_s=5).epoch
    with pytest.raises(LeaseHeld, match="controller one leads"):
        two.begin_epoch(now_s=5)
    one.release()
    second = two.begin_epoch(now_s=5).epoch
    client.delete("ioc:wall:{east}:lease")  # as Redis does at the end of its time
    assert first < second < one.begin_epoch(now_s=5).epoch


def test_a_lease_has_an_end_and_a_renewal_puts_it_off(client: redis.Redis) -> None:
    one = store(client, "one", lease_s=5)
    one.begin_epoch(now_s=5)
    assert 4_000 < client.pttl("ioc:wall:{east}:lease") <= 5_000
    client.pexpire("ioc:wall:{east}:lease", 1_000)
    one.renew()
    assert client.pttl("ioc:wall:{east}:lease") > 4_000


def test_the_deposed_can_neither_write_nor_renew_nor_take_the_lease_away(
    client: redis.Redis,
) -> None:
    one, two = store(client, "one"), store(client, "two")
    one.begin_epoch(now_s=5)
    one.write([WallRecord("north", {"n": 1})])
    client.delete("ioc:wall:{east}:lease")
    two.begin_epoch(now_s=5)
    with pytest.raises(Deposed):
        one.write([WallRecord("north", {"n": 2}), AUDIT])
    with pytest.raises(Deposed):
        one.renew()
    one.release()
    two.write([WallRecord("south", {"n": 3})])
    assert two.audit() == []
    assert two.begin_epoch(now_s=5).walls == {"north": {"n": 1}, "south": {"n": 3}}


def test_sites_share_a_server_and_nothing_else(client: redis.Redis) -> None:
    east, west = store(client, "one"), RedisStore(client, "west", holder="one")
    east.begin_epoch(now_s=5)
    east.write([WallRecord("north", {"n": 1})])
    assert west.begin_epoch(now_s=5).walls == {}
    east.renew()


def test_a_server_that_lost_everything_deposes_and_begins_a_higher_epoch(
    client: redis.Redis,
) -> None:
    one = store(client, "one")
    epoch = one.begin_epoch(now_s=1_000).epoch
    client.flushall()
    with pytest.raises(Deposed):
        one.write([AUDIT])
    assert one.begin_epoch(now_s=1_001).epoch > epoch


def test_a_write_whose_answer_was_lost_is_not_made_twice(client: redis.Redis) -> None:
    one = store(client, "one")
    one.begin_epoch(now_s=5)
    real = one._script
    lost = iter([True, False, False])

    def script(**given: object) -> object:
        answer = real(**given)  # type: ignore[arg-type]
        if next(lost):
            raise redis.TimeoutError("no answer")
        return answer

    one._script = script  # type: ignore[assignment]
    with pytest.raises(StoreError, match="no answer"):
        one.write([AUDIT, SwitchRecord("north", {}, {"n": 1})])
    one.write([SwitchRecord("north", {}, {"n": 2})])
    assert len(one.audit()) == 1
    assert one.begin_epoch(now_s=5).history == {"north": [{"n": 1}, {"n": 2}]}


def test_a_durable_server_is_taken_and_a_forgetful_one_refused_with_what_to_set(
    client: redis.Redis, tmp_path: Path
) -> None:
    refuse_forgetful(client)
    options = ("--save", "", "--appendonly", "yes", "--maxmemory-policy", "allkeys-lru")
    with redis_server(tmp_path, *options) as lax, pytest.raises(ForgetfulRedis) as caught:
        refuse_forgetful(connect(lax.url))
    said = str(caught.value)
    assert "set appendfsync always, maxmemory-policy noeviction" in said
    assert "IOC_WALL_MAY_FORGET=1" in said
    assert "appendonly" not in said


def test_a_server_that_does_not_say_how_it_keeps_is_refused(client: redis.Redis) -> None:
    client.execute_command("ACL SETUSER shy on nopass ~* +@all -config")
    where = client.connection_pool.connection_kwargs
    shy = connect(f"redis://shy:any@{where['host']}:{where['port']}/0")
    with pytest.raises(ForgetfulRedis, match="CONFIG GET"):
        refuse_forgetful(shy)
    shy.close()


def test_the_state_survives_the_death_of_the_server(tmp_path: Path) -> None:
    with redis_server(tmp_path) as own:
        client = connect(own.url)
        one = store(client, "one")
        one.begin_epoch(now_s=5)
        one.write([WallRecord("north", {"n": 1}), AUDIT])
        own.kill()
        with pytest.raises(StoreError, match="cannot be read or written"):
            one.write([WallRecord("north", {"n": 2})])
        own.start()
        one.write([])  # the same epoch, and the lease too, outlived the server
        one.renew()
        assert one.begin_epoch(now_s=5).walls == {"north": {"n": 2}}
        assert one.audit() == [AUDIT]
        client.close()


def test_a_server_that_is_stopped_is_an_error_within_a_second(tmp_path: Path) -> None:
    with redis_server(tmp_path) as own:
        client = connect(own.url)
        one = store(client, "one")
        one.begin_epoch(now_s=5)
        own.signal(signal.SIGSTOP)
        with pytest.raises(StoreError, match="cannot be read or written"):
            one.renew()
        own.signal(signal.SIGCONT)
        one.renew()
        client.close()


def test_what_a_file_kept_is_brought_along_once(client: redis.Redis, tmp_path: Path) -> None:
    path = tmp_path / "wall.sqlite"
    own = Store(path)
    own.begin_epoch(now_s=5)
    own.write(
        [
            WallRecord("north", {"n": 1}),
            SceneRecord("north", "mine", {"sceneId": "mine"}),
            DeviceRecord("north", "a1", 2, is_revoked=False),
            SwitchRecord("north", {"switchId": "s"}, {"n": 1}),
            EntryRecord("rule", "", "hot", {"x": 1}),
        ]
    )
    own.close()
    one = store(client, "one")
    first = one.begin_epoch(now_s=5)
    brought = adopt(path, one, first, now_s=5)
    again = one.begin_epoch(now_s=5)
    assert replace(brought, epoch=0) == replace(again, epoch=0)
    assert brought.epoch == first.epoch
    assert brought.devices == {("north", "a1"): (2, False)}
    assert not path.exists()
    assert adopt(path, one, again, now_s=5) == again
