"""The envelope cache: the feed writes, everyone else reads. Flask-Caching over files or Redis.

An entry is the envelope's own orjson bytes under `<realm>:<aggregate>`, with no expiry and no
threshold: an envelope says itself how old it is, and stays until it is replaced. `versions` reads
one small entry per realm. Realms that are not live are listed in one more, written before anything
of theirs is, so that none is left behind when they end. Not for memoizing, and not for values that
are no envelope.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, Set
from typing import IO, Any

import orjson
import redis
from cachelib.serializers import BaseSerializer
from flask import Flask
from flask_caching import Cache

from data_access.envelope import LIVE, Envelope
from data_access.errors import CacheError
from settings import Settings

log = logging.getLogger(__name__)

KEY_PREFIX = "ioc:"
REDIS_TIMEOUT_S = 2
_BROKEN = (ValueError, TypeError, KeyError, AttributeError)  # what decoding garbage raises


class _PlainBytes(BaseSerializer):
    """Bytes in, the same bytes out: nothing is pickled, so nothing is unpickled."""

    def dump(self, value: bytes, f: IO[bytes], protocol: int = 0) -> None:  # type: ignore[override]
        f.write(value)

    def load(self, f: IO[bytes]) -> bytes:
        return f.read()

    def dumps(self, value: bytes, protocol: int = 0) -> bytes:
        return value

    def loads(self, bvalue: bytes | None) -> bytes | None:
        return bvalue


class EnvelopeCache:
    """Envelopes by realm and aggregate. One process writes; any number of threads read."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self._known: dict[str, dict[str, int]] = {}  # realm -> versions, as this writer left them
        self._beside: set[str] | None = None  # realms that are listed; None: not read yet
        self._lock = threading.Lock()

    def read(self, aggregate: str, realm: str = LIVE) -> Envelope | None:
        """Return the envelope of `aggregate`, or None: never written, damaged, or out of reach."""
        return self.read_many([aggregate], realm).get(aggregate)

    def read_many(self, names: Iterable[str], realm: str = LIVE) -> dict[str, Envelope]:
        """Return the envelopes there are of these aggregates."""
        wanted = list(dict.fromkeys(names))
        envelopes: dict[str, Envelope] = {}
        for name, encoded in zip(wanted, self._get(realm, wanted), strict=True):
            if encoded is None:
                continue
            try:
                envelope = Envelope.decode(encoded)
                if (envelope.realm, envelope.aggregate) != (realm, name):
                    raise ValueError("holds another envelope")
            except _BROKEN as error:
                log.warning("cache entry %s:%s is damaged: %s", realm, name, error)
                continue
            envelopes[name] = envelope
        return envelopes

    def versions(self, realm: str = LIVE) -> dict[str, int]:
        """Return the version of every aggregate that has been written in `realm`."""
        return _decode_versions(realm, *self._get(realm, [""]))

    def write(self, envelope: Envelope) -> None:
        """Replace one envelope; raises CacheError when it cannot be kept."""
        self.write_many([envelope])

    def write_many(self, envelopes: Iterable[Envelope]) -> None:
        """Replace envelopes, then their versions, so that no version runs ahead of its envelope."""
        encoded: dict[str, bytes] = {}
        changed: dict[str, dict[str, int]] = {}
        for envelope in envelopes:
            encoded[_key(envelope.realm, envelope.aggregate)] = envelope.encode()
            changed.setdefault(envelope.realm, {})[envelope.aggregate] = envelope.version
        with self._lock:
            for realm in changed.keys() - self._known.keys():
                self._known[realm] = _decode_versions(realm, *self._fetch(realm, [""]))
            self._list(changed.keys() - {LIVE})
            self._set(encoded)
            for realm, versions in changed.items():
                self._known[realm].update(versions)
                self._set({_key(realm, ""): orjson.dumps(self._known[realm])})

    def realms(self) -> list[str]:
        """Return the realms besides live of which anything may be here; raises CacheError."""
        (encoded,) = self._fetch("", [""])
        return _decode_realms(encoded)

    def forget(self, realm: str, names: Iterable[str]) -> None:
        """Let go all of a realm that has ended, and `names` in it; raises CacheError.

        `names` are those of all aggregates there are: a writer that was killed may have kept an
        envelope, and not yet its version. Live cannot be forgotten.
        """
        if realm in (LIVE, ""):
            raise ValueError(f"realm {realm!r} does not end")
        with self._lock:
            versions = _decode_versions(realm, *self._fetch(realm, [""]))
            self._delete(_key(realm, name) for name in {*names, *versions, ""})
            self._known.pop(realm, None)
            self._list(frozenset(), gone=realm)

    def let_go(self, names: Iterable[str]) -> None:
        """Let go aggregates of live that will not come again; raises CacheError.

        Their versions go last: who was killed between finds them again by these.
        """
        wanted = set(names)
        with self._lock:
            if LIVE not in self._known:
                self._known[LIVE] = _decode_versions(LIVE, *self._fetch(LIVE, [""]))
            self._delete(_key(LIVE, name) for name in wanted)
            versions = {n: v for n, v in self._known[LIVE].items() if n not in wanted}
            self._set({_key(LIVE, ""): orjson.dumps(versions)})
            self._known[LIVE] = versions

    def _list(self, realms: Set[str], *, gone: str | None = None) -> None:
        """Have realms listed, or one no more."""
        if not realms and gone is None:
            return
        if self._beside is None:
            (encoded,) = self._fetch("", [""])
            self._beside = set(_decode_realms(encoded))
        wanted = (self._beside | realms) - {gone}
        if wanted == self._beside:
            return
        if wanted:
            self._set({_key("", ""): orjson.dumps(sorted(wanted))})
        else:
            self._delete([_key("", "")])
        self._beside = wanted

    def _delete(self, keys: Iterable[str]) -> None:
        wanted = list(keys)
        try:
            self._backend.delete_many(*wanted)
            left = [key for key in wanted if self._backend.has(key)]
        except (redis.RedisError, OSError) as error:
            raise CacheError(f"The cache cannot be written: {error}") from error
        if left:
            raise CacheError(f"The cache did not let go {', '.join(sorted(left))}.")

    def _get(self, realm: str, names: list[str]) -> list[bytes | None]:
        try:
            return self._fetch(realm, names)
        except CacheError as error:
            log.warning("%s", error)
            return [None] * len(names)

    def _fetch(self, realm: str, names: list[str]) -> list[bytes | None]:
        if not names:
            return []
        try:
            found = self._backend.get_many(*(_key(realm, name) for name in names))
        except (redis.RedisError, OSError) as error:
            raise CacheError(f"The cache cannot be read: {error}") from error
        return [each if isinstance(each, bytes) else None for each in found]

    def _set(self, entries: Mapping[str, bytes]) -> None:
        try:
            written = self._backend.set_many(dict(entries))
        except (redis.RedisError, OSError) as error:
            raise CacheError(f"The cache cannot be written: {error}") from error
        missing = set(entries) - set(written)
        if missing:
            raise CacheError(f"The cache did not keep {', '.join(sorted(missing))}.")


def open_cache(settings: Settings) -> EnvelopeCache:
    """Open the cache of `settings`: Redis when a URL is set, files in the data folder otherwise."""
    config: dict[str, Any] = {
        "CACHE_DEFAULT_TIMEOUT": 0,
        "CACHE_THRESHOLD": 0,
        "CACHE_SERIALIZER": _PlainBytes(),
    }
    if settings.redis_url is not None:
        config |= {
            "CACHE_TYPE": "RedisCache",
            "CACHE_REDIS_URL": settings.redis_url.get_secret_value(),
            "CACHE_KEY_PREFIX": KEY_PREFIX,
            "CACHE_OPTIONS": {
                "socket_timeout": REDIS_TIMEOUT_S,
                "socket_connect_timeout": REDIS_TIMEOUT_S,
                "health_check_interval": 15,
            },
        }
    else:
        settings.cache_dir.mkdir(parents=True, exist_ok=True)
        config |= {"CACHE_TYPE": "FileSystemCache", "CACHE_DIR": str(settings.cache_dir)}
    app = Flask("cache")
    cache = Cache(app, with_jinja2_ext=False, config=config)
    return EnvelopeCache(app.extensions["cache"][cache])


def _key(realm: str, name: str) -> str:
    return f"{realm}:{name}"


def _decode_versions(realm: str, encoded: bytes | None) -> dict[str, int]:
    if encoded is None:
        return {}
    try:
        return {str(name): int(version) for name, version in orjson.loads(encoded).items()}
    except _BROKEN as error:
        log.warning("cache entry of versions of %s is damaged: %s", realm, error)
        return {}


def _decode_realms(encoded: bytes | None) -> list[str]:
    if encoded is None:
        return []
    try:
        return [str(realm) for realm in orjson.loads(encoded)]
    except _BROKEN as error:
        log.warning("cache entry of realms is damaged: %s", error)
        return []
