"""What work has found reaches the cache through the feed alone, and survives every kill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.cache import open_cache
from data_access.errors import CacheError
from data_access.findings import AT_ONCE, LOOK_S, Findings
from settings import Settings
from tests.jobs.found import finding

RUN, LATEST = "twin.run.ab12", "twin.latest.traffic"


class Kept:
    """A store of findings in memory."""

    def __init__(self):
        self.envelopes = {}
        self.is_away = False

    def put(self, name, number, version):
        self.envelopes[name] = replace(finding(name, number), version=version)

    def versions(self):
        return None if self.is_away else {n: e.version for n, e in self.envelopes.items()}

    def read(self, names):
        return None if self.is_away else {n: e for n, e in self.envelopes.items() if n in names}


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path)


@pytest.fixture
def kept():
    return Kept()


class Copying:
    """A feed's copying, with a clock of its own; `restart` is a feed that begins anew."""

    def __init__(self, settings, kept):
        self.settings, self.kept, self.now_s = settings, kept, 0.0
        self.restart()

    def restart(self):
        self.cache = open_cache(self.settings)
        self.findings = Findings(self.cache, self.kept)

    def look(self):
        self.now_s += LOOK_S
        return self.findings.step(self.now_s)

    def number(self, name):
        envelope = self.cache.read(name)
        return None if envelope is None else envelope.payload["numbers"]["n"]["value"]


@pytest.fixture
def copying(settings, kept):
    return Copying(settings, kept)


def test_what_is_found_is_copied_once_and_told(copying, kept):
    kept.put(LATEST, 1, 100)
    assert copying.look() == {LATEST: 100}
    assert copying.number(LATEST) == 1
    assert copying.look() == {}
    kept.put(LATEST, 2, 200)
    assert copying.look() == {LATEST: 200}
    assert copying.number(LATEST) == 2


def test_what_is_gone_leaves_the_cache_and_is_told(copying, kept):
    kept.put(RUN, 1, 100)
    copying.look()
    del kept.envelopes[RUN]
    assert copying.look() == {RUN: 101}
    assert copying.number(RUN) is None
    assert RUN not in copying.cache.versions()
    assert copying.look() == {}


def test_a_feed_that_begins_anew_goes_on_from_the_cache(copying, kept):
    kept.put(RUN, 1, 100)
    kept.put(LATEST, 1, 100)
    copying.look()
    copying.restart()
    assert copying.look() == {}
    assert set(copying.findings.shown) == {LATEST}  # a single run is of no use to rules
    del kept.envelopes[RUN]
    copying.restart()
    assert copying.look() == {RUN: 101}


def test_a_kill_between_envelope_and_version_is_mended(copying, kept, monkeypatch):
    kept.put(RUN, 1, 100)
    copying.look()
    del kept.envelopes[RUN]
    monkeypatch.setattr(copying.cache, "_set", _killed)
    with pytest.raises(SystemExit):
        copying.look()
    copying.restart()
    assert copying.look() == {RUN: 101}
    assert copying.cache.versions() == {}


def _killed(_entries):
    raise SystemExit


def test_a_version_never_goes_backwards(copying, kept):
    kept.put(LATEST, 1, 100)
    copying.look()
    kept.put(LATEST, 2, 40)  # from a backup
    assert copying.look() == {LATEST: 101}
    assert copying.look() == {}
    assert copying.number(LATEST) == 2


def test_while_the_store_is_away_what_was_there_stays(copying, kept):
    kept.put(LATEST, 1, 100)
    copying.look()
    kept.is_away = True
    copying.restart()
    assert copying.look() == {}
    assert copying.number(LATEST) == 1


def test_a_cache_that_is_away_is_tried_again(copying, kept, monkeypatch):
    kept.put(LATEST, 1, 100)
    with monkeypatch.context() as away:
        away.setattr(copying.cache, "write", _away)
        assert copying.look() == {}
    copying.now_s += 10
    assert copying.look() == {LATEST: 100}


def _away(_envelope):
    raise CacheError("away")


def test_a_feed_tells_what_is_found_and_shows_it_to_rules(open_room, kept):
    room = open_room("health.dengue")
    room.found = kept
    kept.put(LATEST, 1, 100)
    kept.put(RUN, 1, 100)
    told = room.settle()
    assert (told[LATEST], told[RUN]) == (100, 100)
    settled = room.feed.settled()
    assert LATEST in settled
    assert RUN not in settled


def test_many_are_copied_a_few_at_a_time(copying, kept):
    for number in range(AT_ONCE + 1):
        kept.put(f"twin.run.{number}", number, 100)
    assert len(copying.look()) == AT_ONCE
    assert len(copying.look()) == 1


def test_what_the_feed_makes_itself_is_left_alone(copying, kept):
    copying.cache.write(finding("transport.speed", 1))
    kept.put("transport.speed", 2, 100)
    copying.look()
    assert copying.number("transport.speed") == 1
