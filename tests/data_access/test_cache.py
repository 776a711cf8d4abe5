"""Behaviour of the envelope cache over files and over a real Redis."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from data_access.cache import EnvelopeCache, open_cache
from data_access.classification import Classification
from data_access.envelope import LIVE, Envelope
from data_access.errors import CacheError
from settings import Settings
from tests.redis_server import redis_server

CITY = Path(__file__).resolve().parents[2] / "city"
COUNT = 2000


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis"), "--save", "") as server:
        yield server.url


@pytest.fixture(params=["files", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "files":
        return Settings(data_dir=tmp_path, city=CITY)
    return Settings(
        data_dir=tmp_path, city=CITY, redis_url=SecretStr(request.getfixturevalue("redis_url"))
    )


@pytest.fixture
def cache(settings: Settings) -> EnvelopeCache:
    opened = open_cache(settings)
    opened._backend.clear()
    return opened


def envelope(name: str = "transport.speed", version: int = 1) -> Envelope:
    return Envelope(
        realm=LIVE,
        aggregate=name,
        version=version,
        label={"vi": "Tốc độ", "en": "Speed"},
        state="ok",
        made_at_ms=1000.0,
        as_of_ms=900.0,
        source_at_ms=500.0,
        stale_after_ms=600_000.0,
        owner="cong-an",
        owner_label={"vi": "Công an TP Hà Nội", "en": "Hanoi City Police"},
        datasets=("transport.speed",),
        origin="replay",
        classification=Classification("internal", frozenset({"police"})),
        payload={"numbers": {}},
    )


def test_an_envelope_comes_back_as_it_was_written(cache: EnvelopeCache, settings: Settings) -> None:
    cache.write(envelope())
    assert open_cache(settings).read("transport.speed") == envelope()


def test_what_was_never_written_is_absent(cache: EnvelopeCache) -> None:
    assert cache.read("transport.speed") is None
    assert cache.read_many([]) == {}
    assert cache.versions() == {}


def test_two_thousand_keys_are_kept_and_none_expires(
    cache: EnvelopeCache, settings: Settings
) -> None:
    names = [f"aggregate.{number}" for number in range(COUNT)]
    cache.write_many(envelope(name, version=number) for number, name in enumerate(names))
    reader = open_cache(settings)
    assert reader.versions() == {name: number for number, name in enumerate(names)}
    assert len(reader.read_many(names)) == COUNT
    if settings.redis_url is not None:
        assert reader._backend._read_client.ttl("ioc:live:aggregate.7") == -1


def test_writing_one_by_one_loses_none_either(cache: EnvelopeCache, settings: Settings) -> None:
    for number in range(COUNT // 4):
        cache.write(envelope(f"aggregate.{number}", version=number))
    assert len(open_cache(settings).versions()) == COUNT // 4


def test_a_new_writer_keeps_the_versions_of_the_one_before(
    cache: EnvelopeCache, settings: Settings
) -> None:
    cache.write(envelope("transport.speed", 7))
    open_cache(settings).write(envelope("environment.air", 3))
    assert cache.versions() == {"transport.speed": 7, "environment.air": 3}


def test_realms_do_not_meet(cache: EnvelopeCache) -> None:
    cache.write(replace(envelope(), realm="exercise:1"))
    assert cache.read("transport.speed") is None
    assert cache.versions() == {}
    assert cache.versions("exercise:1") == {"transport.speed": 1}


def test_a_realm_that_ended_leaves_no_key(cache: EnvelopeCache, settings: Settings) -> None:
    cache.write(envelope())
    cache.write_many(replace(envelope(name), realm="exercise:1") for name in ("one", "two"))
    cache.write(replace(envelope(), realm="exercise:2"))
    assert open_cache(settings).realms() == ["exercise:1", "exercise:2"]
    open_cache(settings).forget("exercise:1", ["one"])
    assert cache.read_many(["one", "two"], "exercise:1") == {}
    assert cache.versions("exercise:1") == {}
    assert open_cache(settings).realms() == ["exercise:2"]
    open_cache(settings).forget("exercise:2", [])
    assert open_cache(settings).realms() == []
    assert _keys(cache, settings) == {"live:", "live:transport.speed"}


def test_what_a_killed_writer_kept_without_its_version_goes_too(
    cache: EnvelopeCache, settings: Settings
) -> None:
    class Killed(Exception):
        """The process ends here."""

    def write(entries: dict[str, bytes]) -> list[str]:
        if "exercise:1:" in entries:  # the versions
            raise Killed
        return list(kept(entries))

    kept = cache._backend.set_many
    cache._backend.set_many = write
    with pytest.raises(Killed):
        cache.write(replace(envelope(), realm="exercise:1"))
    cache._backend.set_many = kept
    after = open_cache(settings)
    assert after.realms() == ["exercise:1"]
    after.forget("exercise:1", ["transport.speed"])
    assert _keys(cache, settings) == set()


def test_live_cannot_be_forgotten(cache: EnvelopeCache) -> None:
    with pytest.raises(ValueError, match="does not end"):
        cache.forget(LIVE, ["transport.speed"])


def _keys(cache: EnvelopeCache, settings: Settings) -> set[str]:
    """Return every key there is; of files, whose names are hashes, those that could be meant."""
    if settings.redis_url is not None:
        found = cache._backend._read_client.keys("*")
        return {each.decode().removeprefix("ioc:") for each in found}
    names = ("", "transport.speed", "one", "two")
    realms = ("", LIVE, "exercise:1", "exercise:2")
    known = {f"{realm}:{name}" for realm in realms for name in names}
    here = {key for key in known if cache._backend.has(key)}
    assert len(list(cache._backend._list_dir())) == len(here)
    return here


@pytest.mark.parametrize(
    "garbage", [b"", b"\x80\x04K\x01.", b"{", b"[]", b"null", b'{"classification":{}}', b"\xff" * 9]
)
def test_a_damaged_entry_is_absent_and_the_others_stay(
    cache: EnvelopeCache, garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache.write_many([envelope("transport.speed"), envelope("environment.air")])
    cache._backend.set("live:transport.speed", garbage)
    cache._backend.set("live:", garbage)
    assert cache.read("transport.speed") is None
    assert list(cache.read_many(["transport.speed", "environment.air"])) == ["environment.air"]
    assert cache.versions() == {}
    assert "damaged" in caplog.text


def test_a_torn_file_is_absent(tmp_path: Path) -> None:
    cache = open_cache(Settings(data_dir=tmp_path, city=CITY))
    cache.write(envelope())
    for entry in (tmp_path / "cache").iterdir():
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])
    assert cache.read("transport.speed") is None
    for entry in (tmp_path / "cache").iterdir():
        entry.write_bytes(b"\x00")
    assert cache.read("transport.speed") is None


def test_an_entry_of_another_aggregate_is_not_shown(cache: EnvelopeCache) -> None:
    cache._backend.set("live:transport.speed", envelope("environment.air").encode())
    assert cache.read("transport.speed") is None


def test_entries_are_plain_bytes_and_no_pickles(tmp_path: Path) -> None:
    open_cache(Settings(data_dir=tmp_path, city=CITY)).write(envelope())
    kept = [entry.read_bytes()[4:] for entry in (tmp_path / "cache").iterdir()]
    assert envelope().encode() in kept


def test_readers_see_whole_envelopes_while_one_writes(
    cache: EnvelopeCache, settings: Settings
) -> None:
    cache.write(envelope(version=0))
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        reader = open_cache(settings)
        while not done.is_set():
            found = reader.read("transport.speed")
            seen.append(-1 if found is None else found.version)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for version in range(1, 200):
        cache.write(envelope(version=version))
    done.set()
    for reader in readers:
        reader.join()
    assert -1 not in seen


def test_an_unwritable_folder_is_said(tmp_path: Path) -> None:
    cache = open_cache(Settings(data_dir=tmp_path, city=CITY))
    shutil.rmtree(tmp_path / "cache")
    with pytest.raises(CacheError, match="did not keep"):
        cache.write(envelope())


def test_redis_away_is_absent_for_readers_and_an_error_for_the_writer(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        cache = open_cache(Settings(data_dir=tmp_path, city=CITY, redis_url=SecretStr(url)))
        assert cache.read("transport.speed") is None
        assert cache.versions() == {}
        with pytest.raises(CacheError):
            cache.write(envelope())
