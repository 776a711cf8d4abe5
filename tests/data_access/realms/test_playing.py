"""Realms in real processes: what is left when one is killed, ended, or its feed is.

What they may write, whatever they say: test_running.py.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from data_access.cache import open_cache
from data_access.realms.child import Tuned
from data_access.realms.realm import RealmClock, known_realm, published
from data_access.realms.rehearsal import Order
from data_access.realms.running import Rehearsals, Report, Wanted
from tests.conftest import ROOT
from tests.data_access.realms.conftest import Recorded
from tests.data_access.realms.test_running import DRILL, OTHER, wanted
from tests.processes.started import Started, python

BEGINS = {DRILL: 11.5, OTHER: 44.5}  # minutes of the recording
LONGEST_S = 60.0


@pytest.fixture
def play(recorded: Recorded) -> Iterator[Callable[..., Rehearsals]]:
    opened: list[Rehearsals] = []

    def begin(told: dict[str, int] | None = None) -> Rehearsals:
        kept = told if told is not None else {}
        made_settings = recorded.room.settings
        opened.append(Rehearsals(made_settings, open_cache(made_settings), kept.update))
        return opened[-1]

    yield begin
    for each in opened:
        each.keep({})
        each.poll(0.0)
        each.close()


def until(rehearsals: Rehearsals, phase: str) -> Report:
    deadline = time.monotonic() + LONGEST_S
    while time.monotonic() < deadline:
        for said in rehearsals.poll(0.5):
            if said.phase == phase:
                return said
    raise AssertionError(f"no {phase} within {LONGEST_S} s")


def processes() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [each for each in children if "spawn_main" in " ".join(each.cmdline())]


def test_a_killed_process_plays_on_and_an_ended_realm_leaves_nothing(
    recorded: Recorded, play: Callable[..., Rehearsals]
) -> None:
    told: dict[str, int] = {}
    rehearsals = play(told)
    cache = open_cache(recorded.room.settings)
    live = cache.versions()
    rehearsals.keep({DRILL: wanted(DRILL, at_ms=recorded.from_ms + 1_800_000)})
    assert until(rehearsals, "running").basis in ("known", "observed")
    first = cache.versions(DRILL)
    assert "feedback.requests" in first
    assert told == {published(DRILL, name): version for name, version in first.items()}
    for process in processes():
        os.kill(process.pid, signal.SIGKILL)
    until(rehearsals, "failed")
    assert cache.versions(DRILL) == first  # what was said stays
    until(rehearsals, "running")
    again = cache.versions(DRILL)
    assert all(again[name] > version for name, version in first.items())
    rehearsals.keep({})
    rehearsals.poll(0.0)
    assert processes() == []
    assert cache.realms() == []
    assert cache.versions() == live


def test_two_at_sixty_times_their_pace_play_beside_each_other(
    recorded: Recorded, play: Callable[..., Rehearsals]
) -> None:
    rehearsals, cache = play(), open_cache(recorded.room.settings)
    live = cache.versions()
    # Half a minute before something was recorded: half a second of here.
    begins = {realm: recorded.from_ms + minute * 60_000 for realm, minute in BEGINS.items()}
    rehearsals.keep({realm: wanted(realm, at_ms=at_ms) for realm, at_ms in begins.items()})
    deadline, ready = time.monotonic() + LONGEST_S, set[str]()
    while ready != {DRILL, OTHER} and time.monotonic() < deadline:
        ready |= {said.realm for said in rehearsals.poll(0.5) if said.phase == "running"}
    assert ready == {DRILL, OTHER}
    now_ms = time.time() * 1000
    both = {
        realm: replace(
            wanted(realm, at_ms=at_ms),
            tuned=Tuned(RealmClock(now_ms, at_ms, 60.0, recorded.to_ms), 0),
        )
        for realm, at_ms in begins.items()
    }
    rehearsals.keep(both)

    def passed_ms(realm: str) -> float:
        envelope = cache.read("feedback.requests", realm)
        return -1.0 if envelope is None else envelope.made_at_ms - begins[realm]

    while min(map(passed_ms, both)) < 30_000 and time.monotonic() < deadline:
        rehearsals.poll(0.2)
    assert min(map(passed_ms, both)) >= 30_000
    rehearsals.keep({OTHER: both[OTHER]})
    rehearsals.poll(0.0)
    assert cache.realms() == [OTHER]
    assert len(processes()) == 1
    assert cache.versions() == live


def test_what_was_known_is_there_once_and_needs_no_process_any_more(
    recorded: Recorded, play: Callable[..., Rehearsals]
) -> None:
    at_ms = recorded.from_ms + 1_800_000
    realm = known_realm(at_ms)
    rehearsals = play()
    order = Order(realm, at_ms, at_ms, "known")
    tuned = Tuned(RealmClock(0.0, at_ms, 0.0, at_ms), 0)
    rehearsals.keep({realm: Wanted(order, tuned, 1.0, once=True)})
    until(rehearsals, "running")
    assert processes() == []
    found = open_cache(recorded.room.settings).read("feedback.requests", realm)
    then = recorded.then[round(at_ms)]["feedback.requests"]
    assert found is not None
    assert (found.payload, found.as_of_ms) == (then.payload, then.as_of_ms)


PROGRAM = """
import sys
from pathlib import Path
from data_access.cache import open_cache
from data_access.realms.child import Tuned
from data_access.realms.realm import RealmClock
from data_access.realms.rehearsal import Order
from data_access.realms.running import Rehearsals, Wanted
from settings import load_settings

def main():
    settings = load_settings(env_file=None)
    at_ms = float(sys.argv[1])
    rehearsals = Rehearsals(settings, open_cache(settings), lambda changed: None)
    clock = RealmClock(0.0, at_ms, 0.0, at_ms + 1)
    rehearsals.keep({"exercise:drill": Wanted(
        Order("exercise:drill", at_ms, at_ms + 1), Tuned(clock, 0), 1.0)})
    while True:
        for said in rehearsals.poll(1.0):
            print(said.phase, flush=True)

if __name__ == "__main__":
    main()
"""


def test_a_killed_feed_leaves_no_process_and_what_it_left_is_let_go(
    recorded: Recorded, play: Callable[..., Rehearsals], tmp_path: Path
) -> None:
    program = tmp_path / "player.py"
    program.write_text(PROGRAM)
    made_settings = recorded.room.settings
    environment: Mapping[str, str] = {
        "IOC_DATA_DIR": str(made_settings.data_dir),
        "IOC_CITY": str(made_settings.city),
        "PYTHONPATH": str(ROOT),
    }
    live = open_cache(made_settings).versions()
    at_ms = recorded.from_ms + 1_800_000
    with Started(python(str(program), str(at_ms)), environment=environment) as player:
        player.wait_for("running", within_s=LONGEST_S)
        children = psutil.Process(player.process.pid).children(recursive=True)
        assert children
        player.process.kill()
        gone, alive = psutil.wait_procs(children, timeout=LONGEST_S)
        assert alive == []
        assert gone
    cache = open_cache(made_settings)
    assert cache.realms() == [DRILL]
    rehearsals = play()
    rehearsals.keep({})
    rehearsals.poll(0.0)
    assert cache.realms() == []
    assert cache.versions(DRILL) == {}
    assert cache.versions() == live
