"""The whole path over the real files, and over PostgreSQL and Redis."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from data_access.store import open_engine
from data_access.store.engine import SCHEMA, transaction
from tests.conftest import ROOT
from tests.data_access.feed.conftest import Room
from tests.data_access.feed.test_feed import counts, saying

OpenRoom = Callable[..., Room]


def test_the_small_lake_says_the_same_on_postgresql(open_room: OpenRoom, postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with transaction(engine) as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    engine.dispose()
    room = open_room(database_url=SecretStr(postgres_url))
    assert room.settings.observations_url.startswith("postgresql+psycopg://")
    room.settle()
    room.settle(61)
    there = saying(room.envelopes())
    room.restart()
    room.settle()
    assert saying(room.envelopes()) == there
    room.restart(database_url=None, data_dir=room.settings.data_dir / "embedded")
    room.now_s -= 61
    room.settle()
    room.settle(61)
    here = saying(room.envelopes())
    assert here.keys() == there.keys()
    for name in here:
        assert here[name] == there[name], name


@pytest.mark.real_files
def test_the_real_files_become_envelopes_and_a_second_start_stores_nothing(
    open_room: OpenRoom, real_data: Path
) -> None:
    room = open_room(lake=real_data)
    room.settle()
    room.settle(61)
    envelopes = room.envelopes()
    own = room.city.datasets.keys() & envelopes.keys()  # those with an aggregate of their name
    fed = {name for name in own if envelopes[name].state == "ok"}
    assert len(fed) >= 10
    assert fed == {name for name in own if room.city.datasets[name].source.files(real_data)}
    assert all(envelopes[name].origin == "replay" for name in fed)
    for name in fed:
        envelope = envelopes[name]
        assert room.now_s * 1000 - (envelope.as_of_ms or 0) < envelope.stale_after_ms, name
        assert (envelope.source_at_ms or 0) < (envelope.as_of_ms or 0)
    assert room.number("economy.investment", "ytd") == pytest.approx(9095.015)
    assert room.number("economy.prices", "cpi_yoy") == pytest.approx(2.913, abs=0.001)
    assert (room.number("data.quality", "rows_quarantined") or 0) > 0
    suspects = room.number("environment.air", "stations_suspect")
    assert suspects is not None
    assert suspects > 0
    stored = {name: counts(room, name) for name in sorted(fed)}
    assert stored["transport.speed"][0] > 200_000
    assert stored["economy.investment"][1] > 100  # last month's figure, given again

    before = saying(envelopes)
    room.restart()
    room.settle()
    assert {name: counts(room, name) for name in sorted(fed)} == stored
    assert saying(room.envelopes()) == before


@pytest.mark.real_files
def test_an_hour_of_the_real_files_at_sixty_times_the_speed_stays_fresh(
    open_room: OpenRoom, real_data: Path
) -> None:
    room = open_room("transport.speed", "security.logins", lake=real_data, replay_speed=60.0)
    room.settle()
    first = counts(room, "transport.speed")[0]
    room.play(300, step_s=5)
    assert counts(room, "transport.speed")[0] == first + 60 * 104
    for name in ("transport.speed", "security.logins"):
        envelope = room.read(name)
        assert room.now_s * 1000 - (envelope.as_of_ms or 0) < envelope.stale_after_ms


@pytest.mark.parametrize("step", [1, 4])
def test_a_feed_killed_while_filling_ends_at_the_same_numbers(
    open_room: OpenRoom, tmp_path: Path, step: int
) -> None:
    undisturbed = open_room(data_dir=tmp_path / "undisturbed")
    undisturbed.settle()
    undisturbed.settle(61)
    room = open_room(data_dir=tmp_path / "killed")
    arguments = [str(room.settings.data_dir), str(room.lake), str(room.now_s), str(step)]
    died = subprocess.run(
        [sys.executable, "-m", "tests.data_access.feed.killed", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    room.settle()
    room.settle(61)
    assert saying(room.envelopes()) == saying(undisturbed.envelopes())
    for name in room.city.datasets:
        assert counts(room, name) == counts(undisturbed, name)
