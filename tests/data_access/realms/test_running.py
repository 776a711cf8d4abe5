"""Realms at work in processes of their own: what of what they say reaches the cache.

Whatever a process says, no key but its own realm's is ever written. Real ones: test_playing.py.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.cache import EnvelopeCache, open_cache
from data_access.envelope import LIVE, Envelope
from data_access.errors import CacheError
from data_access.finding import SAID_AS, Stood
from data_access.realms.child import Made, Tuned, Went
from data_access.realms.realm import RealmClock, known_realm
from data_access.realms.rehearsal import Order
from data_access.realms.running import AGAIN_S, Rehearsals, Report, Wanted
from settings import Settings
from tests.conftest import ROOT
from tests.data_access.test_cache import envelope

ALERTS = "detection.alerts"
DRILL, OTHER = "exercise:drill", "exercise:other"
T0 = 1_790_000_000_000.0


def wanted(realm: str, run: int = 0, *, at_ms: float = T0, begun_ms: float = 1.0) -> Wanted:
    clock = RealmClock(0.0, at_ms, 0.0, at_ms + 3_600_000)
    return Wanted(Order(realm, at_ms, at_ms + 3_600_000), Tuned(clock, run), begun_ms)


def takes_nothing(_envelopes: object) -> None:
    raise CacheError("no space left")


class Table(Rehearsals):
    """Rehearsals whose processes are played by the test."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.told: dict[str, int] = {}
        made = Settings(data_dir=folder, city=ROOT / "city")
        super().__init__(made, open_cache(made), self.told.update, clock=lambda: self.now_s, **more)
        self.now_s = 0.0
        self.children: dict[str, Any] = {}
        self.started: list[str] = []

    def _start(self, realm: str, playing: Any) -> None:
        playing.link, self.children[realm] = multiprocessing.Pipe()
        playing.process = _Stand()
        self.started.append(realm)

    @property
    def cache(self) -> EnvelopeCache:
        return open_cache(self._settings)

    def say(self, realm: str, what: object) -> list[Report]:
        self.children[realm].send(what)
        return self.poll(0.0)


class _Stand:
    """In place of a process."""

    exitcode = -9

    def kill(self) -> None:
        """Is dead already."""

    def join(self, timeout: float | None = None) -> None:
        """Is dead already."""


def made(realm: str, name: str = "transport.speed", version: int = 1) -> Made:
    return Made((replace(envelope(name, version), realm=realm).encode(),))


def test_envelopes_are_kept_under_their_realm_and_told_by_its_name(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.keep({DRILL: wanted(DRILL)})
    assert [said.phase for said in table.poll(0.0)] == ["preparing"]
    assert table.say(DRILL, Went(0, "preparing", 0.5)) == [Report(DRILL, 0, "preparing", 0.5)]
    table.say(DRILL, made(DRILL))
    assert table.told == {f"{DRILL}:transport.speed": 1}
    assert table.cache.read("transport.speed") is None
    assert table.cache.versions(DRILL) == {"transport.speed": 1}
    ready = table.say(DRILL, Went(0, "ready", 1.0, "known"))
    assert ready == [Report(DRILL, 0, "running", 1.0, "known")]
    table.keep({})
    table.poll(0.0)
    assert table.cache.realms() == []
    assert table.cache.read("transport.speed", DRILL) is None


class Told:
    """What work had found: one alert after another, each for ten minutes."""

    def versions(self) -> Mapping[str, int]:
        return {ALERTS: int(T0)}

    def read(self, names: Collection[str]) -> Mapping[str, Envelope]:
        return {name: envelope(name) for name in names}

    def stood(self, names: Collection[str], at_ms: float) -> Mapping[str, Stood]:
        begins_ms = T0 + (at_ms - T0) // 600_000 * 600_000
        said = envelope(ALERTS, int(begins_ms))
        return {name: Stood(said, begins_ms, begins_ms + 600_000) for name in names}


def test_what_had_been_found_is_said_in_an_exercise_alone_by_the_time_there(tmp_path: Path) -> None:
    now_s = 0.0
    table = Table(tmp_path, found=Told(), now_ms=lambda: T0 + 86_400_000 + now_s * 1000)
    table.cache.write(envelope(ALERTS, 7))
    clock = RealmClock(T0 + 86_400_000, T0, 60.0, T0 + 3_600_000)
    known = known_realm(T0)
    minute = replace(wanted(known), order=Order(known, T0, T0, "known"), once=True)
    table.keep({DRILL: replace(wanted(DRILL), tuned=Tuned(clock, 0)), known: minute})
    seen = []
    for now_s in (0.0, 5.0, 9.0, 10.0, 21.0):
        table.now_s = now_s
        table.poll(0.0)
        found = table.cache.read(ALERTS, DRILL)
        assert found is not None
        assert found.realm == DRILL
        seen.append((found.quality[SAID_AS] - T0) / 600_000)
    assert seen == [0, 0, 0, 1, 2]
    assert set(table.told) == {f"{DRILL}:{ALERTS}"}
    assert table.cache.read(ALERTS) == envelope(ALERTS, 7)
    assert table.cache.read(ALERTS, known) is None
    table.keep({})
    table.poll(0.0)
    assert table.cache.realms() == []
    assert table.cache.read(ALERTS, DRILL) is None


def test_a_finding_whose_version_was_not_written_any_more_is_let_go_too(tmp_path: Path) -> None:
    table = Table(tmp_path, found=Told())
    table.cache.write(replace(envelope(), realm=DRILL))
    killed = table.cache
    killed._set({f"{DRILL}:{ALERTS}": replace(envelope(ALERTS), realm=DRILL).encode()})
    assert table.cache.read(ALERTS, DRILL) is not None
    table.keep({})
    table.poll(0.0)
    assert table.cache.read(ALERTS, DRILL) is None


def test_a_cache_that_takes_nothing_is_not_asked_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(tmp_path)
    table.keep({DRILL: wanted(DRILL)})
    table.poll(0.0)

    monkeypatch.setattr(table._cache, "write_many", takes_nothing)
    table.say(DRILL, made(DRILL))
    assert table._pause_s(60.0) == AGAIN_S


REALMS = [DRILL, OTHER, LIVE, "", known_realm(T0), "exercise:"]
SAYING = st.tuples(
    st.sampled_from([DRILL, OTHER]),
    st.one_of(
        st.builds(made, st.sampled_from(REALMS), version=st.integers(1, 9)),
        st.builds(Went, st.integers(0, 2), st.sampled_from(["preparing", "ready"]), st.just(0.5)),
        st.sampled_from(["kill", "nonsense", "later"]),
    ),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sayings=st.lists(SAYING, max_size=12))
def test_whatever_processes_say_no_other_realm_is_written(
    tmp_path_factory: pytest.TempPathFactory, sayings: list[tuple[str, Any]]
) -> None:
    table = Table(tmp_path_factory.mktemp("table"))
    table.cache.write(envelope())
    table.keep({DRILL: wanted(DRILL), OTHER: wanted(OTHER)})
    table.poll(0.0)
    for realm, what in sayings:
        child = table.children[realm]
        if what == "kill":
            child.close()
        elif what == "later":
            table.now_s += 120.0
        elif not child.closed:
            try:
                child.send(what)
            except OSError:  # it was ended: it had said something of another realm
                child.close()
        table.poll(0.0)
    assert table.cache.read("transport.speed") == envelope()
    assert table.cache.versions() == {"transport.speed": 1}
    assert set(table.cache.realms()) <= {DRILL, OTHER}
    assert {name.rpartition(":")[0] for name in table.told} <= {DRILL, OTHER}
    for realm in (DRILL, OTHER):
        found = table.cache.read("transport.speed", realm)
        assert found is None or found.realm == realm
    table.keep({})
    table.poll(0.0)
    assert table.cache.realms() == []
    table.close()


def test_a_process_that_ends_is_started_again_after_a_while(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.keep({DRILL: wanted(DRILL)})
    table.poll(0.0)
    table.children[DRILL].close()
    assert [said.phase for said in table.poll(0.0)] == ["failed"]
    assert table.poll(0.0) == []
    table.now_s = 1.1
    assert [said.phase for said in table.poll(0.0)] == ["preparing"]
    assert table.started == [DRILL, DRILL]


def test_what_the_cache_does_not_take_is_tried_again_before_it_is_said_to_be_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(tmp_path)
    table.keep({DRILL: wanted(DRILL)})
    table.poll(0.0)

    with monkeypatch.context() as patched:
        patched.setattr(table._cache, "write_many", takes_nothing)
        assert table.say(DRILL, made(DRILL)) == []
        assert table.say(DRILL, Went(0, "ready", 1.0, "known")) == []
    assert table.told == {}
    table.now_s = 1.1
    assert [said.phase for said in table.poll(0.0)] == ["running"]
    assert table.told == {f"{DRILL}:transport.speed": 1}


def test_one_of_the_same_name_begun_anew_keeps_nothing_of_the_one_before(tmp_path: Path) -> None:
    table = Table(tmp_path)
    table.keep({DRILL: wanted(DRILL)})
    table.poll(0.0)
    table.say(DRILL, made(DRILL))
    table.keep({DRILL: wanted(DRILL, begun_ms=2.0)})
    assert table.started == [DRILL]
    table.poll(0.0)
    assert table.started == [DRILL, DRILL]


def test_a_realm_that_is_none_is_not_played(tmp_path: Path) -> None:
    table = Table(tmp_path)
    for realm in (LIVE, "", "exercise:"):
        with pytest.raises(ValueError, match="no realm"):
            table.keep({realm: wanted(realm)})
    assert table.poll(0.0) == []
